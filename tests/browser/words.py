"""Words of the other language that stand in a page without saying so: untranslated, or not in their own direction."""

from playwright.sync_api import Page

# Two Latin words in a row are a sentence somebody forgot; one may be a name. A Persian letter in an English page is
# always somebody's, and says so by <bdi> or lang.
_FOREIGN = """([pattern, marked, letters]) => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const looks = new RegExp(pattern, "u"), own = new RegExp(letters, "u");
  while (walker.nextNode()) {
    const it = walker.currentNode, up = it.parentElement;
    if (!up || up.closest("script,style,noscript,template,svg,textarea," + marked)) continue;
    const hit = looks.exec(it.data);
    if (hit) found.push(`<${up.tagName.toLowerCase()} class="${up.className}"> ${it.data.trim().slice(0, 70)}`);
  }
  for (const it of document.querySelectorAll("[aria-label],[placeholder],[alt]")) {
    for (const name of ["aria-label", "placeholder", "alt"]) {
      const words = it.getAttribute(name) ?? "";
      if (looks.test(words) && !own.test(words)) found.push(`${name}: ${words.slice(0, 70)}`);
    }
  }
  return [...new Set(found)];
}"""
_MARKED = {
    "fa": "bdi,code,kbd,time,option[lang],[lang=en],[dir=ltr]",
    "en": "bdi,time,[lang=fa],[dir=rtl]",
}
_PATTERN = {"fa": r"[A-Za-z]{2,}[\s,;]+[A-Za-z]{2,}", "en": r"[؀-ۿ]"}

_LETTERS = {
    "fa": r"[؀-ۿ]",
    "en": r"[A-Za-z]",
}  # an attribute cannot mark a name in it: it must have words of ours


def foreign_words(page: Page, language: str) -> list[str]:
    """Where they stand, and how they begin."""
    found: list[str] = page.evaluate(_FOREIGN, [_PATTERN[language], _MARKED[language], _LETTERS[language]])
    return found
