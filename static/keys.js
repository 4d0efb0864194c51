// @ts-check
// The physician's keys in this browser: made here, kept here, and never able to leave.
//
// A key is a P-256 pair whose private half WebCrypto refuses to export. It lies in IndexedDB under the council
// number of its holder, beside the SHA-256 of its public half, by which the service's certificates name it.
// Nothing about a patient is ever stored.

const DATABASE = "noskheh-keys";
const STORE = "keys";
const P256 = { name: "ECDSA", namedCurve: "P-256" };
const ES256 = { name: "ECDSA", hash: "SHA-256" };

/** @typedef {{id: string, holder: string, made: string, pair: CryptoKeyPair}} StoredKey */

/** Whether this browser can hold keys at all: a secure address, WebCrypto, and storage that is not switched off. */
export function able() {
  return Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle && globalThis.indexedDB);
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
async function stored(mode, work) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/**
 * The keys of one holder in this browser, the newest first.
 * @param {string} holder council number
 * @returns {Promise<StoredKey[]>}
 */
export async function keysOf(holder) {
  /** @type {StoredKey[]} */
  const all = await stored("readonly", (store) => store.getAll());
  return all.filter((key) => key.holder === holder).sort((a, b) => (a.made < b.made ? 1 : -1));
}

/**
 * Make a key for a holder, keep it, and give it back. The browser is asked not to evict it; its answer is only told.
 * @param {string} holder council number
 * @returns {Promise<{key: StoredKey, csr: string, persisted: boolean}>}
 */
export async function makeKey(holder) {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(P256, false, ["sign", "verify"]));
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const id = hex(await crypto.subtle.digest("SHA-256", spki));
  const key = { id, holder, made: new Date().toISOString(), pair };
  const persisted = (await navigator.storage?.persist?.()) ?? false;
  await stored("readwrite", (store) => store.put(key));
  return { key, csr: await request(holder, spki, pair.privateKey), persisted };
}

/** @param {string} id of a key that is believed no more */
export async function forgetKey(id) {
  await stored("readwrite", (store) => store.delete(id));
}

/**
 * The request for a certificate for a key that is here already, as when its first sending was lost.
 * @param {StoredKey} key
 */
export async function requestAgain(key) {
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", key.pair.publicKey));
  return request(key.holder, spki, key.pair.privateKey);
}

/**
 * Sign prepared bytes: the compact JWS (RFC 7515) with the only header a prescription may have.
 * @param {StoredKey} key
 * @param {string} kid of its certificate
 * @param {string} payload base64url, as the service prepared it
 */
export async function signed(key, kid, payload) {
  const header = base64url(utf8(`{"alg":"ES256","kid":${JSON.stringify(kid)},"typ":"rx+jws","zip":"DEF"}`));
  const signature = await crypto.subtle.sign(ES256, key.pair.privateKey, utf8(`${header}.${payload}`));
  return `${header}.${payload}.${base64url(new Uint8Array(signature))}`;
}

/**
 * What prepared bytes say, read on this device: base64url of raw-deflated JSON.
 * @param {string} payload
 * @returns {Promise<any>}
 */
export async function readPayload(payload) {
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(inflated).text());
}

// --- PKCS #10 (RFC 2986) in DER: the few shapes it needs ---------------------------------------------------------

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_ID = 0x06;
const PRINTABLE = 0x13;
const ATTRIBUTES = 0xa0;
const SERIAL_NUMBER = [0x55, 0x04, 0x05]; // 2.5.4.5
const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]; // 1.2.840.10045.4.3.2

/**
 * @param {string} holder
 * @param {Uint8Array} spki
 * @param {CryptoKey} privateKey
 * @returns {Promise<string>} PEM
 */
async function request(holder, spki, privateKey) {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OBJECT_ID, SERIAL_NUMBER), der(PRINTABLE, utf8(holder)))));
  const info = der(SEQUENCE, der(INTEGER, [0]), name, spki, der(ATTRIBUTES));
  const raw = new Uint8Array(await crypto.subtle.sign(ES256, privateKey, info));
  const signature = der(SEQUENCE, integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  const algorithm = der(SEQUENCE, der(OBJECT_ID, ECDSA_SHA256));
  const whole = der(SEQUENCE, info, algorithm, der(BIT_STRING, [0], signature));
  const lines = btoa(String.fromCharCode(...whole)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}

/**
 * @param {number} tag
 * @param {...(Uint8Array | number[])} parts
 */
function der(tag, ...parts) {
  const content = parts.flatMap((part) => [...part]);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return new Uint8Array([tag, ...length, ...content]);
}

/** An unsigned number as INTEGER: no leading zeros, but one where the sign bit would be set. @param {Uint8Array} raw */
function integer(raw) {
  let start = 0;
  while (start < raw.length - 1 && raw[start] === 0) start += 1;
  const digits = [...raw.subarray(start)];
  return der(INTEGER, digits[0] & 0x80 ? [0, ...digits] : digits);
}

/** @param {string} text */
function utf8(text) {
  return new TextEncoder().encode(text);
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {ArrayBuffer} buffer */
function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
