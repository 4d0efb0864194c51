// @ts-check
/* Finding a medicine: a combo box over the service's own list. Nothing is chosen beforehand; Enter chooses only a row that
 * is plainly marked, and only once the list has stood still for a moment, so that no row slides under the finger.
 */

const TYPING_MS = 250;
const STILL_MS = 300;

/** @param {{choose: (verb: string) => void, words: DOMStringMap}} given */
export function findMedicines({ choose, words }) {
  const found = document.getElementById("q");
  if (!(found instanceof HTMLInputElement) || found.role === "combobox") return;
  const box = found;
  const place = /** @type {HTMLElement} */ (document.getElementById("found"));
  const news = /** @type {HTMLElement} */ (document.getElementById("found-news"));
  let typing = 0;
  let asked = 0;
  let changed = 0; // when the list last changed
  let at = -1; // the row that is marked

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", "found");

  const rows = () => /** @type {HTMLElement[]} */ ([...place.querySelectorAll('[role="option"]')]);
  const still = () => performance.now() - changed >= STILL_MS;

  /** @param {number} next */
  function mark(next) {
    const all = rows();
    at = all.length ? Math.max(-1, Math.min(next, all.length - 1)) : -1;
    all.forEach((row, i) => row.setAttribute("aria-selected", String(i === at)));
    if (at < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    }
  }

  async function look() {
    const mine = (asked += 1);
    const text = box.value.trim();
    let part = "";
    if (text) {
      const answer = await fetch(`/prescriber/medicines?listbox=true&q=${encodeURIComponent(text)}`).catch(() => null);
      if (mine !== asked) return;
      if (answer === null || !answer.ok || answer.redirected) {
        part = "";
        news.textContent = words.unsaved ?? "";
      } else part = await answer.text();
    }
    if (mine !== asked) return; // a later question is already answered or on its way
    const page = new DOMParser().parseFromString(part, "text/html");
    place.replaceChildren(...document.importNode(page.body, true).childNodes);
    changed = performance.now();
    mark(-1);
    const count = rows().length;
    const list = place.querySelector('[role="listbox"]');
    box.setAttribute("aria-expanded", String(count > 0));
    box.setAttribute("aria-controls", list ? list.id : "found");
    news.textContent = !text ? "" : count ? `${words.found}${count}` : (words.foundNone ?? "");
  }

  /** @param {HTMLElement | undefined} row */
  function take(row) {
    const verb = row?.dataset.do;
    if (!verb || !still()) return;
    clearTimeout(typing);
    asked += 1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    choose(verb);
  }

  box.addEventListener("input", () => {
    clearTimeout(typing);
    changed = performance.now();
    mark(-1);
    typing = setTimeout(() => void look(), TYPING_MS);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (rows().length) mark(event.key === "ArrowDown" ? at + 1 : at < 0 ? rows().length - 1 : at - 1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (at >= 0) take(rows()[at]);
    } else if (event.key === "Escape" && rows().length) {
      event.preventDefault();
      place.replaceChildren();
      mark(-1);
      box.setAttribute("aria-expanded", "false");
    }
  });
  place.addEventListener("click", (event) => take(/** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[role="option"]')) ?? undefined));
}
