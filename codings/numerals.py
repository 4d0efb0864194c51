"""Amounts in words, so that a slipped decimal point is read as what it became: "half", «نیم», "five hundred".

    in_words(Decimal("0.5"))   Words("نیم", "half")
    in_words(Decimal("2.25"))  Words("دو و یک‌چهارم", "two and a quarter")
    in_words(Decimal("0.3"))   Words("سه‌دهم", "three tenths")

Each amount of the grammar has words of its own: no two amounts are ever read alike.
"""

from decimal import Decimal
from typing import Final

from codings.base import Words

_EN_SMALL: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *(
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ),
)
_EN_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_FA_SMALL: Final = (
    *("صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه"),
    *("ده", "یازده", "دوازده", "سیزده", "چهارده", "پانزده", "شانزده", "هفده", "هجده", "نوزده"),
)
_FA_TENS: Final = ("", "", "بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود")
_FA_HUNDREDS: Final = ("", "صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد")
_COMMON: Final = {
    500: Words("نیم", "half"),
    250: Words("یک‌چهارم", "a quarter"),
    750: Words("سه‌چهارم", "three quarters"),
}
_PLACES: Final = (
    (100, Words("دهم", "tenth")),
    (10, Words("صدم", "hundredth")),
    (1, Words("هزارم", "thousandth")),
)
_THOUSAND: Final = 1000
_HUNDRED: Final = 100
_TWENTY: Final = 20
_TEN: Final = 10
_LIMIT: Final = 1_000_000


def in_words(amount: Decimal) -> Words:
    """The words of an amount in both languages. ValueError for what is no amount: negative, finer, too large."""
    if not amount.is_finite() or not 0 <= amount < _LIMIT:
        raise ValueError(f"{amount} is not an amount")
    thousandths = amount * _THOUSAND
    if thousandths != int(thousandths):
        raise ValueError(f"{amount} is finer than a thousandth")
    whole, part = divmod(int(thousandths), _THOUSAND)
    if not part:
        return Words(persian(whole), english(whole))
    fraction = _fraction(part)
    if not whole:
        return fraction
    english_part = "a half" if part == _THOUSAND // 2 else fraction.en
    # «و» would make «پانصد و بیست و پنج هزارم» both 500.025 and 0.525; «ممیز» is said aloud for the rest.
    joined = "و" if part in _COMMON else "ممیز"
    return Words(f"{persian(whole)} {joined} {fraction.fa}", f"{english(whole)} and {english_part}")


def _fraction(part: int) -> Words:
    """Thousandths below one, in the largest unit that counts them whole."""
    if part in _COMMON:
        return _COMMON[part]
    size, name = next((size, name) for size, name in _PLACES if part % size == 0)
    count = part // size
    plural = "" if count == 1 else "s"
    joined = "‌" if count < _TEN else " "  # «سه‌دهم», but «بیست و پنج هزارم»
    return Words(f"{persian(count)}{joined}{name.fa}", f"{english(count)} {name.en}{plural}")


def english(number: int) -> str:
    """A whole number below a million."""
    if number >= _THOUSAND:
        rest = number % _THOUSAND
        return f"{english(number // _THOUSAND)} thousand" + (f" {english(rest)}" if rest else "")
    if number >= _HUNDRED:
        rest = number % _HUNDRED
        return f"{_EN_SMALL[number // _HUNDRED]} hundred" + (f" {english(rest)}" if rest else "")
    if number >= _TWENTY:
        rest = number % _TEN
        return _EN_TENS[number // _TEN] + (f"-{_EN_SMALL[rest]}" if rest else "")
    return _EN_SMALL[number]


def persian(number: int) -> str:
    """A whole number below a million."""
    if number >= _THOUSAND:
        thousands, rest = divmod(number, _THOUSAND)
        head = "هزار" if thousands == 1 else f"{persian(thousands)} هزار"
        return f"{head} و {persian(rest)}" if rest else head
    if number >= _HUNDRED:
        rest = number % _HUNDRED
        return _FA_HUNDREDS[number // _HUNDRED] + (f" و {persian(rest)}" if rest else "")
    if number >= _TWENTY:
        rest = number % _TEN
        return _FA_TENS[number // _TEN] + (f" و {_FA_SMALL[rest]}" if rest else "")
    return _FA_SMALL[number]
