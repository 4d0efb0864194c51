// @ts-check
// What a scanned text is, as far as a counter must know before it sends it anywhere. Pure: text in, a word out.

/** @typedef {"prescription" | "half" | "pointer" | "pack" | "certificate" | "address" | "retail" | "unknown"} Kind */

const AIM = /^\][A-Za-z][0-9A-Za-z]/; // the symbology identifier that some scanners put first
const RETAIL = /^([0-9]{8}|[0-9]{12,14})$/;
const LONGEST_PREFIX = 8; // what a till's scanner was once told to put before every code
const PREFIXED_PACK = /^(?!\]d2)[^0-9(\x1d]{1,8}(?=01[0-9]{14})/;
const PACK = /^(\x1d|~|\()?01\)?[0-9]{14}/;

/**
 * The text as the service wants it: without what the scanner put round it.
 * @param {string} text
 */
export function plain(text) {
  const bare = text.replace(/[\r\n\t]+$/, "");
  const slip = bare.slice(0, LONGEST_PREFIX + 5).toUpperCase().indexOf("NSK1:");
  if (slip > 0) return bare.slice(slip);
  if (PREFIXED_PACK.test(bare)) return bare.replace(PREFIXED_PACK, "");
  return AIM.test(bare) && !bare.startsWith("]d2") ? bare.slice(3) : bare;
}

/**
 * @param {string} text
 * @param {string} origin of this service, to know its own small code
 * @returns {Kind}
 */
export function kindOf(text, origin) {
  const read = plain(text);
  const upper = read.toUpperCase();
  if (/^NSK1:[12]\/2:\//.test(upper)) return "half";
  if (upper.startsWith("NSK1:/")) return "prescription";
  if (upper.startsWith("SHC:/")) return "certificate";
  if (/^https?:\/\//i.test(read)) return read.startsWith(`${origin}/q/`) ? "pointer" : "address";
  if (read.startsWith("]d2") || PACK.test(read)) return "pack";
  if (RETAIL.test(read)) return "retail";
  return "unknown";
}

/** Which half of a long prescription this is: 1 or 2. @param {string} text */
export function halfOf(text) {
  return Number(plain(text).slice(5, 6));
}
