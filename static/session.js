// @ts-check
// A page that nobody works on warns for a minute and is then locked and blanked; what was typed stays in it and comes
// back when the same person proves who they are. Tabs of one browser tell each other, so one tab at work keeps all open.

import { ask, supported, unlock } from "/static/passkeys.js";

const WARNING = 60; // seconds before the lock
const TOLD_EVERY = 45; // the service hears of work no oftener than this
const AGAIN = 15; // a screen reader hears the time left this often

const keeper = /** @type {HTMLDialogElement} */ (document.getElementById("session-keeper"));
const idle = Number(keeper.dataset.idle);
const who = keeper.dataset.who ?? "";
const channel = new BroadcastChannel("noskheh-session");

let worked = Date.now();
let told = Date.now();
let locked = false;
let locking = false;
let ended = false; // for good: another person may have signed in since

/** @param {"soon" | "locked" | "ended"} name */
function show(name) {
  for (const part of keeper.querySelectorAll("[data-part]")) {
    /** @type {HTMLElement} */ (part).hidden = /** @type {HTMLElement} */ (part).dataset.part !== name;
  }
  if (!keeper.open) keeper.showModal();
}

/** Hide everything but the dialog, on screen and on paper. @param {boolean} on */
function blank(on) {
  for (const part of document.body.children) {
    if (part !== keeper) /** @type {HTMLElement} */ (part).style.visibility = on ? "hidden" : "";
  }
}

/** This page's person has left, or somebody else works in this browser: it never opens again. */
function end() {
  ended = locked = true;
  blank(true);
  show("ended");
}

/** @param {"work" | "locked" | "open" | "left" | "here"} kind */
function tell(kind) {
  channel.postMessage({ kind, who });
}

function reopen() {
  if (ended) return;
  locked = locking = false;
  worked = told = Date.now();
  blank(false);
  fail("");
  document.getElementById("saying")?.replaceChildren(); // what was refused because of the lock
  keeper.querySelectorAll("input[name=password], input[name=code]").forEach((one) => {
    /** @type {HTMLInputElement} */ (one).value = "";
  });
  if (keeper.open) keeper.close();
}

/** Somebody is at work here. */
function work() {
  if (locked || locking) return;
  const warned = keeper.open;
  worked = Date.now();
  if (!warned && worked - told >= TOLD_EVERY * 1000) stay();
}

async function stay() {
  told = worked = Date.now();
  tell("work");
  if (keeper.open) keeper.close();
  try {
    await stillOurs();
  } catch (error) {
    shut(/** @type {any} */ (error).code);
  }
}

/** A session that is renewed this very moment answers to its new id alone: ask once more before believing its end. */
async function stillOurs() {
  try {
    await ask("/account/stay", { who });
  } catch (error) {
    if (/** @type {any} */ (error).code !== "access.sign_in") throw error;
    await new Promise((later) => setTimeout(later, 1000));
    await ask("/account/stay", { who });
  }
}

async function lock() {
  if (ended || locked || locking) return;
  locking = true;
  blank(true);
  try {
    const opened = await ask("/account/lock");
    tell("locked");
    offer(opened.ways);
  } catch (error) {
    // Without an answer the page stays blank all the same; a password is what everybody has.
    if (/** @type {any} */ (error).code === "access.sign_in") return end();
    offer(["password"]);
  }
  locked = true;
  locking = false;
}

/** @param {string[]} ways */
function offer(ways) {
  for (const part of keeper.querySelectorAll("[data-way]")) {
    const way = /** @type {HTMLElement} */ (part).dataset.way ?? "";
    /** @type {HTMLElement} */ (part).hidden = !ways.includes(way) || (way === "passkey" && !supported());
  }
  show("locked");
  /** @type {HTMLElement | null} */ (keeper.querySelector("[data-way]:not([hidden]) input, button[data-way]:not([hidden])"))?.focus();
}

/** The service said that the session is shut. @param {string} code */
function shut(code) {
  if (code === "access.locked") lock();
  else if (code === "access.sign_in") end();
}

/** @param {string} words */
function fail(words) {
  const failure = /** @type {HTMLElement} */ (keeper.querySelector("[data-failure]"));
  failure.textContent = words;
  failure.hidden = words === "";
}

/** @param {{method: string, code?: string, password?: string}} proof */
async function open(proof) {
  fail("");
  keeper.setAttribute("aria-busy", "true");
  try {
    await unlock({ ...proof, who });
    tell("open");
    reopen();
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    if (code === "access.sign_in") end();
    else fail(message || (keeper.dataset.failed ?? ""));
  } finally {
    keeper.removeAttribute("aria-busy");
  }
}

function tick() {
  if (locked || locking) return;
  const left = Math.ceil((worked + idle * 1000 - Date.now()) / 1000);
  if (left <= 0) lock();
  else if (left <= WARNING) {
    if (!keeper.open) show("soon");
    const shown = /** @type {HTMLElement} */ (keeper.querySelector("[data-left]"));
    shown.textContent = left.toLocaleString(document.documentElement.lang, { useGrouping: false });
    const spoken = /** @type {HTMLElement} */ (keeper.querySelector("[data-spoken]"));
    if (left % AGAIN === 0) spoken.textContent = spoken.textContent; // said again
  } else if (keeper.open) keeper.close();
}

for (const kind of ["pointerdown", "keydown", "input", "wheel"]) {
  document.addEventListener(kind, work, { capture: true, passive: true });
}
keeper.addEventListener("cancel", (event) => {
  event.preventDefault(); // Escape does not open a lock; before it, it means that somebody is there
  if (!locked && !locking) stay();
});
keeper.querySelector("[data-stay]")?.addEventListener("click", stay);
keeper.querySelector("button[data-way=passkey]")?.addEventListener("click", () => open({ method: "passkey" }));
for (const form of keeper.querySelectorAll("form[data-way]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const method = /** @type {HTMLFormElement} */ (form).dataset.way ?? "";
    const typed = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (form)));
    open({ method, .../** @type {Record<string, string>} */ (typed) });
  });
}
channel.addEventListener("message", ({ data }) => {
  if (data.who !== who) return end(); // somebody else signed in at this browser
  if (data.kind === "work" && !locked) {
    worked = told = Date.now();
    if (keeper.open) keeper.close();
  } else if (data.kind === "locked") lock();
  else if (data.kind === "open" && locked) reopen();
  else if (data.kind === "left") end();
});
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.getAttribute("action") === "/sign-out") tell("left"); // no tab shows the work of who left
});
document.addEventListener("htmx:before:response", (event) => {
  if (/** @type {CustomEvent} */ (event).detail?.ctx?.response?.status === 401) probe();
});

/** A part of the page was refused: is it the lock? */
async function probe() {
  try {
    await stillOurs();
  } catch (error) {
    if (/** @type {any} */ (error).code === "access.locked") lock();
  }
}

tell("here");
setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
