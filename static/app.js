// @ts-check
/* What every page is given beyond HTML. Nothing here is needed to read a page or to send a form; nothing is stored.
 *
 * - a form is sent once: the pressed button rests until the answer comes, or until one comes back to the page
 * - after a refusal the first thing that is wrong has the focus
 * - a part of a page that could not be fetched says so where everybody notices it
 * - the rows of a table become cards on a narrow screen
 */

const PATIENCE_MS = 20_000;
const LONG_HEAD = 17; // characters of a heading that fit on one line beside its cell

/** Buttons that rest. @type {Set<HTMLElement>} */
const resting = new Set();

/** @param {SubmitEvent} event */
function rest(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.target || form.method !== "post" || "again" in form.dataset) return;
  if ("sent" in form.dataset) {
    event.preventDefault(); // the second click of a double click
    return;
  }
  form.dataset.sent = "";
  const button = /** @type {HTMLElement | null} */ (event.submitter);
  // After the form is read, since a disabled button does not send its name and value.
  setTimeout(() => {
    if (event.defaultPrevented) return void delete form.dataset.sent; // another script sends it
    for (const each of form.elements) {
      if (each instanceof HTMLButtonElement && each.type === "submit" && !each.disabled) {
        each.disabled = true;
        resting.add(each);
      }
    }
    button?.setAttribute("data-busy", "");
  });
  setTimeout(wake, PATIENCE_MS); // a page that never answers leaves nobody stranded; the form's key makes twice once
}

/** Whoever comes back to a page finds it ready. */
function wake() {
  for (const button of resting) {
    if (button instanceof HTMLButtonElement) button.disabled = false;
  }
  resting.clear();
  for (const each of document.querySelectorAll("[data-busy]")) each.removeAttribute("data-busy");
  for (const form of document.querySelectorAll("form[data-sent]")) form.removeAttribute("data-sent");
}

/** The first wrong field, or the refusal of the whole. @param {ParentNode} within */
function pointOut(within) {
  const wrong = /** @type {HTMLElement | null} */ (
    within.querySelector("#refusal") ?? within.querySelector("[aria-invalid='true']")
  );
  wrong?.focus();
}

/** Name the heading of each cell, so that a row can stand as a card. @param {ParentNode} within */
function labelCells(within) {
  for (const table of within.querySelectorAll(".table:not(.wide, .list) > table")) {
    const heads = [...table.querySelectorAll("thead tr:only-child > th")];
    const rows = [...table.querySelectorAll("tbody > tr, tfoot > tr")];
    const plain = heads.length > 1 && rows.every((row) => row.children.length === heads.length);
    const region = /** @type {HTMLElement} */ (table.parentElement);
    if (plain) {
      region.classList.add("stacks");
      for (const row of rows) {
        [...row.children].forEach((cell, i) => {
          const shown = heads[i].querySelector(".offscreen") ? "" : (heads[i].textContent?.trim() ?? "");
          if (!cell.hasAttribute("data-head")) cell.setAttribute("data-head", shown);
          cell.classList.toggle("long-head", shown.length > LONG_HEAD);
        });
      }
    }
    if (!region.hasAttribute("tabindex")) region.tabIndex = 0; // it scrolls, by keyboard too
  }
}

/** Say an error at the foot of the screen, aloud too. @param {string} words */
function say(words) {
  const place = document.getElementById("saying");
  const pattern = /** @type {HTMLTemplateElement | null} */ (document.getElementById("saying-pattern"));
  if (!place || !pattern) return;
  const shown = /** @type {DocumentFragment} */ (pattern.content.cloneNode(true));
  /** @type {Element} */ (shown.querySelector("p")).textContent = words;
  place.replaceChildren(shown);
}

/** A part of the page that was refused: its own words, or ours for the case. @param {Response} answer */
async function sayRefusal(answer) {
  const words = document.getElementById("saying")?.dataset ?? {};
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = page.querySelector("main [role='alert'] p")?.textContent?.trim();
  const ended = answer.redirected || answer.status === 401;
  say((ended ? words.ended : told || words.failed) ?? "");
}

/** What htmx must not put into the page: whole pages that say no, and the sign-in page. @param {Event} event */
function keepOut(event) {
  /** @type {Response} */
  const answer = /** @type {CustomEvent} */ (event).detail.ctx.response.raw;
  const ofThePage = answer.ok || answer.status === 422 || answer.status === 409;
  const elsewhere = answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in");
  if (ofThePage && !elsewhere) return;
  event.preventDefault();
  void sayRefusal(answer);
}

document.addEventListener("submit", rest);
addEventListener("pageshow", wake);
document.addEventListener("click", (event) => {
  const pressed = /** @type {Element} */ (event.target);
  const opens = /** @type {HTMLElement | null} */ (pressed.closest("[data-opens]"))?.dataset.opens;
  const box = opens && document.getElementById(opens);
  if (box instanceof HTMLDialogElement) box.showModal();
  if (pressed.closest("[data-close-saying]")) document.getElementById("saying")?.replaceChildren();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(pressed)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  menu?.removeAttribute("open");
  menu?.querySelector("summary")?.focus();
});
document.addEventListener("htmx:before:response", keepOut);
document.addEventListener("htmx:error", () => say(document.getElementById("saying")?.dataset.offline ?? ""));
document.addEventListener("htmx:after:swap", () => labelCells(document));

labelCells(document);
pointOut(document);
document.querySelector(".ways [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
