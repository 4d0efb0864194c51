// @ts-check
// Opens the printer's window for a slip: at once when the Print button led here, and again at a press.

const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-print]"));

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  if (button.hasAttribute("data-ask")) {
    // The address forgets that it was asked for: a reload shows the sheet and does not print it once more.
    history.replaceState(null, "", location.pathname);
    document.fonts.ready.then(() => window.print());
  }
}
