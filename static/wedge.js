// @ts-check
// Hand scanners that type: a burst of keys no person could press, caught wherever the focus is.
//
// What a scan typed into another field before it was known to be one is taken out again, so a scan lands in the scan
// field or nowhere. Keys are read by their place on the keyboard too: with a Persian layout the letters come out
// Persian, their places do not change. With Caps Lock on nobody knows which letters were meant, so it is only told.

const MEAN_MS = 60; // between the keys of a scan, on average; people need more than twice that
const BEGIN_MS = 150; // the longest pause at its beginning
const PAUSE_MS = 700; // and later, when it is known to be one and the machine is busy
const ENDED_MS = 800; // a scanner without Enter at the end has stopped by then
const SHORTEST = 6;
const KNOWN = 12; // so many quick keys are no person
const TYPED = /^[0-9]{1,12}$/; // a national ID on a numeric keypad is typed, however quickly
const GS = "\x1d";

/** A key by its place on a keyboard of the United States, which is what a scanner imitates. @param {KeyboardEvent} event */
function byPlace(event) {
  const { code, shiftKey } = event;
  if (/^Key[A-Z]$/.test(code)) return shiftKey ? code[3] : code[3].toLowerCase();
  if (/^(Digit|Numpad)[0-9]$/.test(code)) return shiftKey && code[0] === "D" ? ")!@#$%^&*("[Number(code.at(-1))] : code.at(-1);
  const pair = PLACES[code];
  return pair ? pair[shiftKey ? 1 : 0] : "";
}

/** @type {Record<string, [string, string]>} */
const PLACES = {
  Minus: ["-", "_"], Equal: ["=", "+"], BracketLeft: ["[", "{"], BracketRight: ["]", "}"], Backslash: ["\\", "|"],
  Semicolon: [";", ":"], Quote: ["'", '"'], Backquote: ["`", "~"], Comma: [",", "<"], Period: [".", ">"],
  Slash: ["/", "?"], Space: [" ", " "], NumpadDecimal: [".", "."], NumpadDivide: ["/", "/"], NumpadSubtract: ["-", "-"],
};

/** @typedef {{text: string, otherLayout: boolean, capsLock: boolean}} Scan */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/**
 * Listen for scans on the whole page.
 * @param {(scan: Scan) => void} deliver
 * @param {(field: Element | null) => boolean} own whether a field is the scan field, where typing by hand stays as it is
 */
export function listen(deliver, own) {
  let keys = "";
  let places = "";
  let first = 0;
  let last = 0;
  let capsLock = false;
  /** @type {{field: Field, value: string} | null} */
  let before = null;
  let timer = 0;

  function forget() {
    keys = places = "";
    before = null;
    capsLock = false;
    clearTimeout(timer);
  }

  /** Whether the focus is where people type numbers that a scanner could send too. */
  const typing = () => own(document.activeElement) || document.activeElement?.id === "national_id";

  /** Whether what has arrived was typed by a machine. */
  function scanned() {
    const quick = last - first <= MEAN_MS * (places.length - 1);
    return places.length >= SHORTEST && quick && !(TYPED.test(places) && typing());
  }

  function finish() {
    const otherLayout = !/^[\x1d -~]*$/.test(keys);
    const scan = { text: otherLayout ? places : keys, otherLayout, capsLock };
    if (before) before.field.value = before.value;
    forget();
    deliver(scan);
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.repeat) return forget(); // a key held down
    const now = event.timeStamp;
    if (now - last > (places.length < KNOWN ? BEGIN_MS : PAUSE_MS)) forget();
    if (event.key === "Enter" || event.key === "Tab") {
      if (!scanned()) return forget();
      event.preventDefault(); // a scan's Enter presses no button
      event.stopImmediatePropagation();
      return finish();
    }
    const separator = event.ctrlKey && event.code === "BracketRight"; // Ctrl+] is how GS is typed
    if (event.ctrlKey && !separator) return;
    const place = separator ? GS : byPlace(event);
    if (!place) return;
    if (separator) event.preventDefault();
    if (!places) {
      before = textOf(document.activeElement);
      first = now;
    }
    last = now;
    capsLock ||= event.getModifierState("CapsLock") && /^Key/.test(event.code);
    keys += separator ? GS : event.key.length === 1 ? event.key : place;
    places += place;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (scanned() && (places.length >= KNOWN || !own(document.activeElement))) finish();
      else forget();
    }, ENDED_MS);
  }, { capture: true });
}

/** A field and what stood in it before the first key arrived. @param {Element | null} field */
function textOf(field) {
  const kinds = [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement];
  if (!kinds.some((kind) => field instanceof kind)) return null;
  const found = /** @type {Field} */ (field);
  return { field: found, value: found.value };
}
