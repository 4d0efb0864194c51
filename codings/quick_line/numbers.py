"""Numbers as they are typed in a quick line: digits of all kinds, fractions, and words of both languages."""

import re
from decimal import Decimal
from typing import Final

from codings.numerals import english, persian
from codings.systems import parse_amount
from codings.text import ZWNJ

MOST_IN_WORDS: Final = 31
DIGITS: Final = r"(?:[0-9]{1,3}(?:[,٬][0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"

_GLYPHS: Final = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_SLASHED: Final = {"1/2": Decimal("0.5"), "1/4": Decimal("0.25"), "3/4": Decimal("0.75")}
_HALVES: Final = {
    **dict.fromkeys(("نصف", "نیم", "half", "ahalf", "halfa", "halfof", "onehalf"), Decimal("0.5")),
    **dict.fromkeys(("یکچهارم", "ربع", "quarter", "aquarter", "quarterof", "onequarter"), Decimal("0.25")),
    **dict.fromkeys(("سهچهارم", "threequarters", "threequartersof"), Decimal("0.75")),
}
_ALSO: Final = {"یکی": Decimal(1), "یه": Decimal(1), "شیش": Decimal(6)}


def _written() -> dict[str, Decimal]:
    """Every number in words, without its spaces, hyphens and half-spaces."""
    words: dict[str, Decimal] = {}
    for number in range(1, MOST_IN_WORDS):
        for name in (persian(number), english(number)):
            plain = re.sub(rf"[\s{ZWNJ}-]", "", name)
            words[plain] = Decimal(number)
            if number <= 10:
                words |= {
                    f"{plain}ونیم": number + Decimal("0.5"),
                    f"{plain}andahalf": number + Decimal("0.5"),
                }
    return words | _HALVES | _ALSO


_WORDS: Final = _written()
_ALTERNATIVES: Final = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
FRACTION: Final = r"[0-9]*[½¼¾]|1/2|1/4|3/4"
NUMBER: Final = rf"(?:{FRACTION}|{DIGITS}|{_ALTERNATIVES})"


def amount_of(text: str) -> Decimal | None:
    """The amount that a number of the line means; none for one that the grammar of amounts does not have."""
    if text in _WORDS:
        return _WORDS[text]
    if text in _SLASHED:
        return _SLASHED[text]
    if text and text[-1] in _GLYPHS:
        whole = amount_of(text[:-1]) if text[:-1] else Decimal(0)
        return whole + _GLYPHS[text[-1]] if whole is not None else None
    try:
        return parse_amount(re.sub(r"[,٬]", "", text))
    except ValueError:
        return None


def whole_of(text: str) -> int | None:
    """A whole number of at least one."""
    amount = amount_of(text)
    return (
        int(amount) if amount is not None and amount == amount.to_integral_value() and amount >= 1 else None
    )


def in_digits(text: str) -> bool:
    """Whether it was typed with digits alone, as a strength is; a dose may be a word or a fraction."""
    return re.fullmatch(DIGITS, text) is not None
