"""QR codes drawn as SVG: for the slip, sized in millimetres so that a printed module is never too small to scan."""

from functools import lru_cache
from typing import Final

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

MODULE_MM: Final = 0.5  # what a scanner reads from plain paper
QUIET: Final = 4  # modules of white around the code (ISO/IEC 18004)
# A run of at least so many digits becomes a numeric segment; the digits of a signed prescription are one run.
NUMERIC_RUN: Final = 20


@lru_cache(maxsize=128)
def svg(text: str, module_mm: float = MODULE_MM) -> Markup:
    """The code of `text` at error correction level M, each module `module_mm` wide; black on white in every theme.

    Its size stands in attributes, since the pages' policy allows no inline style.
    """
    modules, version = _drawn(text)
    side = len(modules) + 2 * QUIET
    size = f"{side * module_mm:g}mm"
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" aria-hidden="true" width="{}" height="{}"'
        ' viewBox="0 0 {} {}" shape-rendering="crispEdges" data-version="{}">'
        '<path fill="#fff" d="M0 0h{}v{}H0z"/><path fill="#000" d="{}"/></svg>'
    ).format(size, size, side, side, version, side, side, _path(modules))


def side_mm(text: str, module_mm: float = MODULE_MM) -> float:
    """How wide the code of `text` is, with the white around it."""
    return (len(_drawn(text)[0]) + 2 * QUIET) * module_mm


@lru_cache(maxsize=128)
def _drawn(text: str) -> tuple[list[list[bool]], int]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text, optimize=NUMERIC_RUN)
    code.make(fit=True)
    return code.get_matrix(), code.version


def _path(modules: list[list[bool]]) -> str:
    """One rectangle for each run of dark modules in a row."""
    steps: list[str] = []
    for y, row in enumerate(modules, start=QUIET):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                steps.append(f"M{x + QUIET} {y}h{run - x}v1H{x + QUIET}z")
            x = max(run, x + 1)
    return "".join(steps)
