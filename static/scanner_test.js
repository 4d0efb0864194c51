// @ts-check
// The scanner's test field shows the one key that a text field swallows: the separator GS, typed as Ctrl+].

const field = /** @type {HTMLInputElement} */ (document.getElementById("typed"));
const SHOWN = "\u241d";

field.addEventListener("keydown", (event) => {
  if (!event.ctrlKey || event.code !== "BracketRight") return;
  event.preventDefault();
  field.setRangeText(SHOWN, field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
});
