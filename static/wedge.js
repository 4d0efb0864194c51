// @ts-check
// Hand scanners that type: a burst of keys no person could press, caught wherever the focus is.
//
// What a scan typed into another field before it was known to be one is taken out again, so a scan lands in the scan
// field or nowhere. Keys are read by their place on the keyboard too: with a Persian layout the letters come out
// Persian, their places do not change.

const QUICK_MS = 75; // between two keys; whoever types needs longer for most of them
const PAUSE_MS = 350; // within a scan that is known to be one, where the machine is busy
const ENDED_MS = 400; // a scanner without Enter at the end has stopped by then
const SHORTEST = 6;
const KNOWN = 12; // so many quick keys are no person
const GS = "\x1d";

/** A key by its place on a keyboard of the United States, which is what a scanner imitates. @param {KeyboardEvent} event */
function byPlace(event) {
  const { code, shiftKey } = event;
  if (/^Key[A-Z]$/.test(code)) return shiftKey !== event.getModifierState?.("CapsLock") ? code[3] : code[3].toLowerCase();
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

/** @typedef {{text: string, otherLayout: boolean}} Scan */

/**
 * Listen for scans on the whole page.
 * @param {(scan: Scan) => void} deliver
 * @param {(field: Element | null) => boolean} own whether a field is the scan field, where typing by hand stays as it is
 */
export function listen(deliver, own) {
  let keys = "";
  let places = "";
  let last = 0;
  /** @type {{field: HTMLInputElement | HTMLTextAreaElement, value: string} | null} */
  let before = null;
  let timer = 0;

  function forget() {
    keys = places = "";
    before = null;
    clearTimeout(timer);
  }

  function finish() {
    const otherLayout = !/^[\x1d -~]*$/.test(keys);
    const scan = { text: otherLayout ? places : keys, otherLayout };
    if (before) before.field.value = before.value;
    forget();
    deliver(scan);
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    const now = event.timeStamp;
    if (now - last > (places.length < KNOWN ? QUICK_MS : PAUSE_MS)) forget();
    last = now;
    if (event.key === "Enter" || event.key === "Tab") {
      if (places.length < SHORTEST) return forget();
      event.preventDefault(); // a scan's Enter presses no button
      event.stopImmediatePropagation();
      return finish();
    }
    const separator = event.ctrlKey && event.code === "BracketRight"; // Ctrl+] is how GS is typed
    if (event.ctrlKey && !separator) return;
    const place = separator ? GS : byPlace(event);
    if (!place) return;
    if (separator) event.preventDefault();
    if (!places) before = textOf(document.activeElement);
    keys += separator ? GS : event.key.length === 1 ? event.key : place;
    places += place;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (places.length >= KNOWN || (places.length >= SHORTEST && !own(document.activeElement))) finish();
      else forget();
    }, ENDED_MS);
  }, { capture: true });
}

/** A field and what stood in it before the first key arrived. @param {Element | null} field */
function textOf(field) {
  const writable = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  return writable && !field.readOnly ? { field, value: field.value } : null;
}
