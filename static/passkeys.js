// @ts-check
// Passkeys in the browser: making one, signing in with one, proving anew who one is before signing.
// The words for what can go wrong are the page's own (#passkey-words); nothing is said here in a language.

/** A failure in the page's language; `code` is stable. */
export class Refused extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** @param {string} code */
function refused(code) {
  return new Refused(code, document.getElementById("passkey-words")?.dataset[code] ?? code);
}

/**
 * Ask the service something; its refusal is thrown in its own words.
 * @param {string} url @param {Record<string, string>} [fields] @returns {Promise<any>}
 */
export async function ask(url, fields = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
      credentials: "same-origin",
    });
  } catch {
    throw refused("offline");
  }
  const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Refused(told.code ?? String(answer.status), [told.detail, told.fix].filter(Boolean).join(" "));
  }
  return told;
}

/** @returns {boolean} */
export function supported() {
  return "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/**
 * Why the device said no.
 * @param {unknown} error @param {number} began @param {number} [timeout]
 */
function reason(error, began, timeout) {
  if (error instanceof Refused) return error;
  const name = error instanceof DOMException ? error.name : "";
  if (name === "SecurityError") return refused("origin");
  if (name === "InvalidStateError") return refused("known");
  if (name === "ConstraintError") return refused("unverified");
  if (name === "NotSupportedError" || error instanceof TypeError) return refused("unsupported");
  return refused(timeout && performance.now() - began >= timeout ? "timeout" : "cancelled");
}

/**
 * One ceremony with the device; gives what the service is sent.
 * @param {"create" | "get"} kind @param {{ceremony: string, publicKey: any}} asked
 * @returns {Promise<{ceremony: string, credential: string}>}
 */
async function perform(kind, asked) {
  if (!supported()) throw refused("unsupported");
  const began = performance.now();
  try {
    const made =
      kind === "create"
        ? await navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked.publicKey),
          })
        : await navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.publicKey),
          });
    const credential = /** @type {PublicKeyCredential} */ (made);
    return { ceremony: asked.ceremony, credential: JSON.stringify(credential.toJSON()) };
  } catch (error) {
    throw reason(error, began, asked.publicKey?.timeout);
  }
}

/**
 * Run the ceremony of a form, put its answer into it, and send it.
 * @param {HTMLFormElement} form @param {"create" | "get"} kind
 */
async function sendWithPasskey(form, kind) {
  const pending = field(form, "pending")?.value;
  const asked = await ask(form.dataset.options ?? "", pending ? { pending } : {});
  const { ceremony, credential } = await perform(kind, asked);
  /** @type {HTMLInputElement} */ (field(form, "ceremony")).value = ceremony;
  /** @type {HTMLInputElement} */ (field(form, "credential")).value = credential;
  form.submit();
}

/** Make a passkey for the account that is signed in. @param {HTMLFormElement} form */
export const register = (form) => sendWithPasskey(form, "create");

/** Sign in, take the second step, or unlock, with a passkey. @param {HTMLFormElement} form */
export const signIn = (form) => sendWithPasskey(form, "get");

/**
 * Open the locked session of this page again.
 * @param {{method: string, code?: string, password?: string}} proof @returns {Promise<{idle: number}>}
 */
export const unlock = (proof) => prove("/account/unlock", proof);

/**
 * Prove anew who one is; for five minutes one may then sign.
 * @param {{method: string, code?: string, password?: string}} proof
 * @returns {Promise<{ends_at: string, method: string}>}
 */
export const stepUp = (proof) => prove("/account/signing-session", proof);

/** @param {string} url @param {{method: string, code?: string, password?: string}} proof */
async function prove(url, proof) {
  if (proof.method !== "passkey") {
    return ask(url, /** @type {Record<string, string>} */ ({ ...proof }));
  }
  const answer = await perform("get", await ask(`${url}/options`));
  return ask(url, /** @type {Record<string, string>} */ ({ ...proof, ...answer }));
}

/** @param {HTMLFormElement} form @param {string} name */
function field(form, name) {
  return /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
}

/** Forms that a passkey answers: shown where passkeys work, with what went wrong said beside their button. */
function serve() {
  if (!supported()) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
      const failure = /** @type {HTMLElement} */ (form.querySelector("[data-failure]"));
      failure.hidden = true;
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
      try {
        await (form.dataset.passkey === "create" ? register(form) : signIn(form));
      } catch (error) {
        failure.textContent = /** @type {Error} */ (error).message;
        failure.hidden = false;
        button.disabled = false;
      } finally {
        button.removeAttribute("aria-busy");
      }
    });
  }
}

serve();
