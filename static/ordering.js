// @ts-check
/* The physician's form, alive. It stays the form it is without scripts: every change is the same form sent to the same
 * address, and the page that comes back is the truth. From it only the regions marked `data-live` are taken, so no field
 * is touched while one types, and nothing typed or focused is lost.
 *
 * One request at a time: a request that was aborted may have been saved already, and the next would then carry a version
 * that is gone. So the next waits, and after a silence of the line the same request, with the same key, is sent again.
 */

import { findMedicines } from "/static/finding.js";

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("order"));
const words = document.getElementById("ordering-words")?.dataset ?? {};
const TYPING_MS = 500;
const AGAIN_MS = [1000, 2000, 4000, 8000, 15000];

/** @type {Promise<void>} */
let line = Promise.resolve(); // what is sent stands in this line
let waiting = 0;
let typing = 0;
let dirty = false;

/** @param {string} id */
const byId = (id) => document.getElementById(id);
/** @param {string} name @param {HTMLFormElement} [within] */
const field = (name, within) => /** @type {HTMLInputElement | null} */ ((within ?? live()).elements.namedItem(name));
/** The form as it now stands in the page; after a refusal it is another one. */
const live = () => /** @type {HTMLFormElement} */ (byId("order"));

// --- Saving ------------------------------------------------------------------------------------------

/** @param {string} text @param {"" | "busy" | "stop"} [how] */
function tellSaving(text, how = "") {
  const place = byId("saving");
  if (!place) return;
  place.textContent = text;
  place.className = `saving ${how}`;
  if (how === "stop") place.setAttribute("role", "alert");
  else place.removeAttribute("role");
}

/** Send the form with what a button says, after everything sent before. @param {string} verb @returns {Promise<Document | null>} */
function send(verb) {
  clearTimeout(typing);
  dirty = false;
  waiting += 1;
  const turn = line.then(() => deliver(verb));
  line = turn.then(
    () => void (waiting -= 1),
    () => void (waiting -= 1),
  );
  return turn;
}

/** @param {string} verb @returns {Promise<Document | null>} */
async function deliver(verb) {
  const now = live();
  if ("paused" in now.dataset && verb !== "here") return null;
  const body = new FormData(now);
  body.set("do", verb);
  body.set("key", crypto.randomUUID());
  if (!verb.startsWith("diagnosis")) body.delete("dq");
  body.delete("q");
  if (!verb.startsWith("quick")) for (const name of ["quick", "quick_reason"]) body.delete(name);
  const sent = new Map([...body].map(([name, value]) => [name, String(value)]));
  tellSaving(words.saving ?? "", "busy");
  for (let tried = 0; ; tried += 1) {
    try {
      const answer = await fetch(now.action, { method: "POST", body: new URLSearchParams([...sent]), headers: { "X-Live": "1" } });
      return await take(answer, sent, verb);
    } catch (failure) {
      if (!(failure instanceof TypeError)) throw failure;
      tellSaving(words.unsaved ?? "", "stop");
      await new Promise((rest) => setTimeout(rest, AGAIN_MS[Math.min(tried, AGAIN_MS.length - 1)]));
    }
  }
}

/** @param {Response} answer @param {Map<string, string>} sent @param {string} verb @returns {Promise<Document | null>} */
async function take(answer, sent, verb) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("order");
  if (!fresh) {
    if (answer.status === 401 || answer.redirected || page.querySelector("[data-way], #password")) {
      tellSaving(words.shut ?? "", "stop");
      dirty = true;
      return null;
    }
    location.assign(`${location.pathname}`); // signed or put aside meanwhile: its own page says so
    return null;
  }
  if (!answer.ok) {
    byId("desk")?.replaceWith(/** @type {HTMLElement} */ (page.getElementById("desk")));
    ready();
    byId("refusal")?.focus();
    return null;
  }
  renew(page, sent, verb);
  return page;
}

/** Take from the page what has changed. @param {Document} page @param {Map<string, string>} sent @param {string} verb */
function renew(page, sent, verb) {
  const focused = document.activeElement?.id ?? "";
  const mine = byId("items");
  const theirs = page.getElementById("items");
  if (mine && theirs && (shape(mine) !== shape(theirs) || verb.startsWith("take:"))) {
    mine.replaceChildren(...document.importNode(theirs, true).childNodes);
  }
  for (const fresh of page.querySelectorAll("[data-live][id]")) {
    const old = byId(fresh.id);
    if (old && old.innerHTML !== fresh.innerHTML) old.replaceChildren(...document.importNode(fresh, true).childNodes);
    if (old && fresh.id === "saving") tellSavedAs(old, fresh);
  }
  for (const one of page.querySelectorAll("#order input[name], #order select[name]")) {
    const theirs = /** @type {HTMLInputElement} */ (one);
    const here = theirs.id ? /** @type {HTMLInputElement | null} */ (byId(theirs.id)) : null;
    if (!here) continue;
    for (const attribute of ["aria-invalid", "aria-describedby"]) {
      const value = theirs.getAttribute(attribute);
      if (value === null) here.removeAttribute(attribute);
      else here.setAttribute(attribute, value);
    }
    // What the service worked out goes in only where nobody has typed since.
    if (here !== document.activeElement && here.value === sent.get(here.name) && here.value !== theirs.value) here.value = theirs.value;
  }
  const version = field("version", /** @type {HTMLFormElement} */ (page.getElementById("order")));
  const ours = field("version");
  if (version && ours) ours.value = version.value;
  if (focused && document.activeElement?.id !== focused) byId(focused)?.focus();
  scripted();
}

/** @param {Element} old @param {Element} fresh */
function tellSavedAs(old, fresh) {
  old.className = dirty ? "saving busy" : "saving";
  old.removeAttribute("role");
  if (dirty) old.textContent = words.waiting ?? "";
  else old.replaceChildren(...document.importNode(fresh, true).childNodes);
}

/** Which medicines stand in which order, and which of them have something to confirm. @param {Element} items */
const shape = (items) =>
  [...items.querySelectorAll(".medicine")]
    .map((item) => `${/** @type {HTMLElement} */ (item).dataset.generic}${item.querySelector(".suggestion") ? "?" : ""}`)
    .join();

// --- Buttons -----------------------------------------------------------------------------------------

/** Press a button of the form and go where the work goes on. @param {string} verb */
async function press(verb) {
  const [what, place] = verb.split(":");
  const page = await send(verb);
  if (!page) return;
  if (verb === "quick") {
    echo(page);
  } else if (what === "add" || what === "use" || what === "repeat" || what === "quick") {
    const items = document.querySelectorAll("#items .medicine");
    startOf(items[items.length - 1]);
    const box = /** @type {HTMLInputElement} */ (byId("q"));
    box.value = "";
    byId("found")?.replaceChildren();
    if (what === "quick") {
      /** @type {HTMLInputElement} */ (byId("quick-line")).value = "";
      byId("quick-echo")?.replaceChildren();
    }
  } else if (what === "remove") {
    /** @type {HTMLElement | null} */ (document.querySelector("#removed button"))?.focus();
  } else if (what === "restore" || what === "take") {
    startOf(byId(`item-${Number(place) + 1}`) ?? undefined);
  } else if (what === "up" || what === "down") {
    const item = byId(`item-${Number(place) + (what === "up" ? 0 : 2)}`);
    item?.scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement | null} */ (item?.querySelector(`[data-move="${what}"]:enabled`) ?? item?.querySelector("[data-move]:enabled"))?.focus();
  } else if (what === "diagnose") {
    /** @type {HTMLInputElement} */ (byId("dq")).value = "";
    byId("diagnosis-found")?.replaceChildren();
    byId("q")?.focus();
  } else if (what === "undiagnose") byId("dq")?.focus();
}

/** What the quick line was read as. The eye is led there and no finger: no button of it is focused. @param {Document} page */
function echo(page) {
  const place = byId("quick-echo");
  place?.replaceChildren(...document.importNode(/** @type {HTMLElement} */ (page.getElementById("quick-echo")), true).childNodes);
  place?.focus();
  place?.scrollIntoView({ block: "nearest" });
}

/** The first thing to do in an item. @param {Element} [item] */
function startOf(item) {
  item?.scrollIntoView({ block: "center" });
  const empty = [...(item?.querySelectorAll(".dosing input, .dosing select") ?? [])].find((one) => !(/** @type {HTMLInputElement} */ (one).value));
  const first = item?.querySelector('[data-focus="take"]') ?? empty ?? item?.querySelector(".dosing input");
  /** @type {HTMLElement | null | undefined} */ (first)?.focus();
}

/** Everything typed is saved before the browser goes to another page. @param {SubmitEvent} event */
function submitted(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.id !== "order" || event.defaultPrevented) return;
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  const verb = button?.value ?? "save";
  if (button && "native" in button.dataset) {
    if (waiting === 0) return; // the browser's own way, with everything in it
    event.preventDefault();
    void line.then(() => live().requestSubmit(button));
    return;
  }
  if (verb === "facts") return;
  event.preventDefault();
  if (verb.startsWith("keep:")) void keep(verb);
  else void press(verb);
}

/** A favourite is given a name first. @param {string} verb */
async function keep(verb) {
  const box = /** @type {HTMLDialogElement} */ (byId("favourite-name"));
  const name = /** @type {HTMLInputElement} */ (byId("favourite-field"));
  const back = /** @type {HTMLElement | null} */ (document.activeElement);
  name.value = "";
  box.returnValue = "";
  box.showModal();
  await new Promise((closed) => box.addEventListener("close", closed, { once: true }));
  back?.focus();
  if (box.returnValue !== "keep") return;
  const hidden = field("favourite_name");
  if (hidden) hidden.value = name.value;
  await send(verb);
  if (hidden) hidden.value = "";
}

// --- Keys --------------------------------------------------------------------------------------------

/** Enter goes on to the next field and never sends anything. @param {KeyboardEvent} event */
function enter(event) {
  const here = /** @type {HTMLElement} */ (event.target);
  if (!here.matches("#order input, #order select") || event.isComposing) return;
  event.preventDefault();
  if (here.id === "quick-line") return void press("quick");
  if (here.id === "dq") {
    /** @type {HTMLElement | null} */ (document.querySelector("#diagnosis-found button"))?.focus();
    return;
  }
  const item = here.closest(".medicine");
  const way = [...(item?.querySelectorAll(".dosing input, .dosing select") ?? []), ...(item?.querySelectorAll(".findings select") ?? [])];
  const next = way[way.indexOf(here) + 1] ?? (way.includes(here) ? byId("q") : null);
  /** @type {HTMLElement | null} */ (next)?.focus();
}

/** @type {Record<string, () => void>} */
const SHORTCUTS = {
  KeyM: () => byId("q")?.focus(),
  KeyQ: () => byId("quick-line")?.focus(),
  KeyG: () => byId("dq")?.focus(),
  KeyV: () => /** @type {HTMLElement | null} */ (document.querySelector('#order button[value="review"]'))?.click(),
  KeyN: () =>
    /** @type {HTMLElement | null} */ (
      [...document.querySelectorAll('#order [aria-invalid="true"], #order .notice.ask select')].find((one) => /** @type {HTMLInputElement} */ (one).value === "") ??
        document.querySelector('#order [aria-invalid="true"]')
    )?.focus(),
};

/** @param {KeyboardEvent} event */
function key(event) {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && !event.altKey && !event.ctrlKey) return enter(event);
  const here = /** @type {HTMLElement} */ (event.target);
  if (event.key === "?" && !here.matches("input, textarea, select")) {
    /** @type {HTMLDialogElement} */ (byId("shortcuts")).showModal();
    event.preventDefault();
    return;
  }
  if (here.closest(".choosing") && (event.key === "ArrowDown" || event.key === "ArrowUp")) return along(event, here);
  if (here.id === "dq" && event.key === "ArrowDown") return enter(event);
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const item = /** @type {HTMLElement | null} */ (here.closest(".medicine"));
  if (item && (event.code === "ArrowUp" || event.code === "ArrowDown")) {
    const button = /** @type {HTMLButtonElement | null} */ (item.querySelector(`[data-move="${event.code === "ArrowUp" ? "up" : "down"}"]`));
    event.preventDefault();
    button?.click();
  } else if (/^Digit[1-9]$/.test(event.code)) {
    event.preventDefault();
    startOf(byId(`item-${event.code.at(-1)}`) ?? undefined);
  } else if (event.code in SHORTCUTS) {
    event.preventDefault();
    SHORTCUTS[event.code]();
  }
}

/** Up and down through a list of buttons. @param {KeyboardEvent} event @param {HTMLElement} here */
function along(event, here) {
  const rows = /** @type {HTMLElement[]} */ ([...(here.closest(".choosing")?.querySelectorAll("button") ?? [])]);
  event.preventDefault();
  rows[rows.indexOf(here) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
}

// --- Typing ------------------------------------------------------------------------------------------

/** @param {Event} event */
function typed(event) {
  const here = /** @type {HTMLInputElement} */ (event.target);
  if (!here.closest("#order") || here.id === "q" || here.closest(".quick-line") || !here.name) return;
  clearTimeout(typing);
  if (here.id !== "dq") {
    dirty = true;
    if (!("paused" in live().dataset)) tellSaving(words.waiting ?? "", "busy");
  }
  const soon = event.type === "change" ? 0 : TYPING_MS;
  typing = setTimeout(() => void send(here.id === "dq" ? "diagnosis" : "save"), soon);
}

/** Buttons that scripts make needless are hidden, and those that need them shown. */
function scripted() {
  for (const one of document.querySelectorAll("[data-unscripted]")) /** @type {HTMLElement} */ (one).hidden = true;
  for (const one of document.querySelectorAll("[data-scripted]")) /** @type {HTMLElement} */ (one).hidden = false;
}

function ready() {
  scripted();
  findMedicines({ choose: (verb) => void press(verb), words });
}

if (form) {
  document.addEventListener("submit", submitted, { capture: true });
  document.addEventListener("keydown", key);
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  addEventListener("beforeunload", (event) => {
    if (dirty || waiting) event.preventDefault();
  });
  // A session that was opened again goes on where it stopped; so does a line that came back.
  for (const again of ["online", "focus"]) addEventListener(again, () => dirty && !waiting && void send("save"));
  ready();
}
