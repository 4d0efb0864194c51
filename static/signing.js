// @ts-check
// The review page: compares what is shown with the bytes, has the person prove who they are, signs, and sends.

import { able, keysOf, readPayload, signed } from "./keys.js";
import { stepUp } from "./passkeys.js";

const FIVE_MINUTES = 5 * 60 * 1000;
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("sign"));
const register = /** @type {HTMLElement} */ (document.getElementById("register"));
const articles = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("article[data-payload]")]);

/** @param {string} name of the sentence that is true now; none hides them all @param {string} [words] */
function say(name, words) {
  for (const sentence of document.querySelectorAll("#sign-says [data-when]")) {
    const one = /** @type {HTMLElement} */ (sentence);
    if (one.dataset.when !== "clock") one.hidden = one.dataset.when !== name;
    if (words !== undefined && one.dataset.when === name) one.textContent = words;
  }
}

/** Whether every item on the page is the item of the bytes, and nothing is missing; shows the bytes in words too. */
async function sameAsShown() {
  for (const article of articles) {
    const content = await readPayload(article.dataset.payload ?? "");
    const shown = [...article.querySelectorAll("[data-item]")].map((row) => /** @type {HTMLElement} */ (row).dataset.item);
    const list = /** @type {HTMLElement} */ (article.querySelector("[data-reading]"));
    list.replaceChildren(...content.x.map(line));
    const same = shown.length === content.x.length && content.x.every(
      (/** @type {object} */ item, /** @type {number} */ place) => sorted(item) === sorted(JSON.parse(shown[place] ?? "")),
    );
    if (!same) return false;
  }
  return true;
}

/** @param {object} members */
function sorted(members) {
  return JSON.stringify(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One item as its codes say it, with none of the service's words. @param {Record<string, unknown>} item */
function line(item) {
  const row = document.createElement("li");
  const when = [item.f, item.h, item.w].filter(Boolean).join(" ");
  row.textContent = `${item.l}: ${item.a} ${item.b} ${when}, ${item.z} d, total ${item.q}`;
  if (item.j) row.textContent += `, repeats ${item.j}`;
  return row;
}

/** The key of this browser that may sign now, with its certificate's id; or the word for why there is none. */
async function signer() {
  const keys = await keysOf(register.dataset.holder ?? "");
  const states = keys.map((key) => {
    const row = /** @type {HTMLElement | null} */ (register.querySelector(`[data-key="${key.id}"]`));
    return { key, state: row?.dataset.state ?? "", kid: row?.dataset.kid ?? "" };
  });
  const able = states.find((one) => one.state === "active") ?? states.find((one) => one.state === "renew");
  if (able) return able;
  return states.some((one) => one.state === "waiting" || one.state === "entered") ? "waiting" : "none";
}

/** @param {HTMLFormElement} sheet */
async function prepare(sheet) {
  const now = Date.parse(sheet.dataset.now ?? "");
  const clock = /** @type {HTMLElement} */ (sheet.querySelector('[data-when="clock"]'));
  clock.hidden = Math.abs(Date.now() - now) <= FIVE_MINUTES;
  if (!able()) return say("unable");
  if (!(await sameAsShown())) return say("different");
  const found = await signer();
  if (typeof found === "string") return say(found);
  sheet.querySelector("#code")?.addEventListener("input", () => {
    const way = /** @type {HTMLInputElement | null} */ (sheet.querySelector("#by-totp"));
    if (way) way.checked = true; // who types the code means to prove it so
  });
  const button = /** @type {HTMLButtonElement} */ (sheet.querySelector("#sign-button"));
  button.disabled = false;
  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.disabled) return; // a second press while the first is at work
    button.disabled = true;
    const busy = /** @type {HTMLElement} */ (sheet.querySelector("#sign-busy"));
    busy.hidden = false;
    say("");
    sign(sheet, found)
      .catch((/** @type {unknown} */ error) => {
        if (error instanceof Error && "code" in error) say("refused", error.message);
        else say("failed");
        button.disabled = false;
      })
      .finally(() => (busy.hidden = true));
  });
  if (sheet.querySelector("#proven") || !sheet.querySelector("#code, #password")) button.focus();
}

/** @param {HTMLFormElement} sheet @param {{key: import("./keys.js").StoredKey, kid: string}} by */
async function sign(sheet, by) {
  const typed = new FormData(sheet);
  const method = typed.get("method");
  if (method) {
    await stepUp({ method: String(method), code: String(typed.get("code") ?? ""), password: String(typed.get("password") ?? "") });
  }
  for (const article of articles) {
    const field = /** @type {HTMLInputElement} */ (sheet.querySelector(`[data-of="${article.dataset.draft}"]`));
    field.value = await signed(by.key, by.kid, article.dataset.payload ?? "");
  }
  sheet.querySelector("#proof")?.remove(); // a password is for the proof alone and goes nowhere else
  sheet.submit();
}

if (form) prepare(form).catch(() => say("failed"));
