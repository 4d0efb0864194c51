// @ts-check
// A counter's page: whatever was scanned, by camera or by hand scanner, goes into the one scan field and is sent.
//
// On the first page that is a slip, on an accepted prescription one pack after another. What does not belong there is
// said in words with what was read, and sent nowhere; no scanned address is ever opened.

import { open, whyNot } from "./camera.js";
import { halfOf, kindOf, plain } from "./codes.js";
import { sound } from "./sounds.js";
import { listen } from "./wedge.js";

const panel = /** @type {HTMLElement} */ (document.getElementById("scanner"));
const video = /** @type {HTMLVideoElement} */ (panel.querySelector("video"));
const says = /** @type {HTMLElement} */ (panel.querySelector("[data-says]"));
const words = /** @type {HTMLTemplateElement} */ (panel.querySelector("[data-words]")).content;
const forPacks = panel.dataset.expects === "pack";
const READ_SHOWN = 60;

/** @type {{stop: () => void, light: (() => Promise<void>) | null} | null} */
let camera = null;
/** @type {string[]} packs scanned while another is being checked */
const waiting = [];
let busy = false;
/** @type {string} the half of a long prescription that was read */
let half = "";

/** @param {string} name @returns {HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (panel.querySelector(`[data-do="${name}"]`));
/** The scan field; it is looked up anew since the part of the page round it is replaced. */
const field = () => /** @type {HTMLInputElement} */ (document.querySelector(panel.dataset.field ?? ""));

/** @param {string} name @param {string} tone @param {string} [read] what was scanned, where that helps */
function say(name, tone, read) {
  const sentence = words.querySelector(`[data-when="${name}"]`)?.textContent ?? "";
  says.textContent = sentence.trim();
  says.dataset.tone = tone;
  if (read !== undefined) {
    const shown = document.createElement("bdi");
    shown.dir = "ltr";
    shown.className = "code";
    shown.textContent = read.replaceAll("\x1d", "~").slice(0, READ_SHOWN) + (read.length > READ_SHOWN ? " ..." : "");
    says.append(` ${words.querySelector('[data-when="what-was-read"]')?.textContent ?? ""} `, shown);
  }
  ring(tone);
}

/** @param {string} tone */
function ring(tone) {
  if (/** @type {HTMLInputElement} */ (part("sound")).checked) sound(tone);
}

/** A text from the camera or a hand scanner. @param {string} text @param {boolean} [otherLayout] */
function deliver(text, otherLayout = false) {
  const kind = kindOf(text, location.origin);
  const read = plain(text);
  if (forPacks ? kind === "pack" : kind === "prescription" || kind === "pointer") {
    if (forPacks) queue(read);
    else send(read);
    if (otherLayout) says.append(` ${words.querySelector('[data-when="other-layout"]')?.textContent ?? ""}`);
  } else if (kind === "half" && !forPacks) {
    joined(read);
  } else if (["half", "prescription", "pointer"].includes(kind)) {
    say("slip", "ask");
  } else {
    say(kind === "retail" && !forPacks ? "pack" : kind, "stop", kind === "pack" ? undefined : read);
    if (kind === "unknown" && read.length < READ_SHOWN) field().focus();
  }
}

/** Two codes make one long prescription, in whichever order they come. @param {string} read */
function joined(read) {
  if (half && halfOf(half) !== halfOf(read)) {
    send(half, read);
  } else {
    say(half ? "same-half" : "first-half", half ? "ask" : "good");
    half = read;
  }
}

/** Open the prescription: an ordinary form to another page. @param {string} read @param {string} [other] */
function send(read, other) {
  const form = /** @type {HTMLFormElement} */ (field().form);
  field().value = read;
  let second = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("second"));
  if (other && !second) {
    second = Object.assign(document.createElement("input"), { type: "hidden", name: "second" });
    form.append(second);
  }
  if (second) second.value = other ?? "";
  say("read", "good");
  camera?.stop();
  form.requestSubmit();
}

/** Packs go one after another: each answer renews the form's key. @param {string} read */
function queue(read) {
  waiting.push(read);
  if (!busy) next();
}

function next() {
  const read = waiting.shift();
  if (read === undefined) return;
  busy = true;
  field().value = read;
  say("read", "");
  /** @type {HTMLFormElement} */ (field().form).requestSubmit();
}

/** What became of the pack, in the page's words, and the tone that goes with it. */
function told() {
  const looked = /** @type {HTMLElement | null} */ (document.getElementById("looked"));
  const refusal = document.querySelector("#packs [role='alert']");
  says.textContent = (refusal ?? looked)?.querySelector("p")?.textContent?.replace(/\s+/g, " ").trim() ?? "";
  const tone = refusal ? "stop" : (looked?.dataset.tone ?? "");
  says.dataset.tone = tone;
  ring(tone);
  if (!refusal) field().value = "";
  field().focus({ preventScroll: Boolean(camera) });
}

async function start() {
  if (!globalThis.isSecureContext) return say("insecure", "stop");
  say("opening", "");
  part("open").hidden = true;
  try {
    const { script = "", integrity = "", wasm = "" } = panel.dataset;
    const unplugged = () => {
      stop();
      say("failed", "stop");
    };
    camera = await open(video, { script, integrity, wasm }, (text) => deliver(text), unplugged);
    video.hidden = false;
    part("close").hidden = false;
    part("light").hidden = !camera.light;
    say("watching", "");
  } catch (error) {
    part("open").hidden = false;
    say(whyNot(error), "stop");
  }
}

function stop() {
  camera?.stop();
  camera = null;
  video.hidden = part("close").hidden = part("light").hidden = true;
  part("open").hidden = false;
  says.textContent = "";
}

part("open").addEventListener("click", start);
part("close").addEventListener("click", stop);
part("light").addEventListener("click", () => camera?.light?.());
addEventListener("pagehide", stop);
listen(
  (scan) => (scan.capsLock ? say("caps", "stop") : deliver(scan.text, scan.otherLayout)),
  (focused) => focused === field(),
);
if (forPacks) {
  document.addEventListener("htmx:after:swap", () => {
    if (!busy && !document.getElementById("looked")) return;
    told();
    busy = false;
    next();
  });
  const notSent = () => {
    busy = false;
    waiting.length = 0;
    say("not-sent", "stop");
  };
  document.addEventListener("htmx:error", notSent);
  document.addEventListener("htmx:before:response", (event) => {
    const { status } = /** @type {CustomEvent} */ (event).detail.ctx.response.raw;
    if (status === 401 || status === 403 || status >= 500) notSent();
  });
}
panel.hidden = false;
