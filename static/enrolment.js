// @ts-check
// The key page: says what this browser holds, makes a key, and sends the request for its certificate.

import { able, forgetKey, keysOf, makeKey, requestAgain } from "./keys.js";

const place = /** @type {HTMLElement} */ (document.getElementById("this-browser"));
const register = /** @type {HTMLElement} */ (document.getElementById("register"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("make-key"));
const holder = register.dataset.holder ?? "";
let making = false;

/** @param {...string} names of the sentences that are true now */
function say(...names) {
  for (const sentence of place.querySelectorAll("[data-when]")) {
    /** @type {HTMLElement} */ (sentence).hidden = !names.includes(/** @type {HTMLElement} */ (sentence).dataset.when ?? "");
  }
}

/** What the register says of a key: its state, or "unknown" where the request never arrived. @param {string} id */
function stateOf(id) {
  const row = /** @type {HTMLElement | null} */ (register.querySelector(`[data-key="${id}"]`));
  return row?.dataset.state ?? "unknown";
}

// The best key decides what is said: one that signs, then one that soon will.
const RANK = ["active", "renew", "entered", "waiting", "unknown", "expired", "refused", "revoked"];

async function look() {
  const keys = await keysOf(holder);
  for (const key of keys) {
    const here = document.querySelector(`[data-here="${key.id}"]`);
    if (here instanceof HTMLElement) here.hidden = false;
    if (stateOf(key.id) === "revoked") await forgetKey(key.id);
  }
  const [best] = keys.map((key) => stateOf(key.id)).sort((a, b) => RANK.indexOf(a) - RANK.indexOf(b));
  const state = best === "entered" ? "waiting" : best === "unknown" || best === undefined ? "none" : best;
  const persisted = (await navigator.storage?.persisted?.()) ?? false;
  const signs = state === "active" || state === "renew";
  say(state, ...(signs && !persisted ? ["evictable"] : []));
  form.hidden = state === "active" || state === "waiting";
}

/** @param {SubmitEvent} event */
async function make(event) {
  const csr = /** @type {HTMLInputElement} */ (form.elements.namedItem("csr"));
  if (csr.value) return; // made: now it goes
  event.preventDefault();
  if (making) return; // the second press of two
  making = true;
  try {
    // A key whose request was lost on the way is asked for again, instead of leaving it behind.
    const lost = (await keysOf(holder)).find((key) => stateOf(key.id) === "unknown");
    csr.value = lost ? await requestAgain(lost) : (await makeKey(holder)).csr;
    form.submit();
  } catch {
    making = false;
    say("failed");
  }
}

if (able()) {
  form.addEventListener("submit", make);
  look().catch(() => say("unable"));
} else {
  say("unable");
}
