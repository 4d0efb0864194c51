// @ts-check
// Sends the secret behind the # of a slip's small code once, in the form, and takes it out of the address.

const secret = location.hash.slice(1);
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-pointer]"));

if (form && secret) {
  history.replaceState(null, "", location.pathname);
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("code"));
  field.value = secret;
  form.requestSubmit();
}
