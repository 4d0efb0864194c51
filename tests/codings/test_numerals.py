"""Amounts in words: no two are read alike, and a slipped point is heard."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.numerals import in_words

AMOUNTS = st.integers(min_value=0, max_value=999_999_999).map(lambda n: Decimal(n) / 1000)
EN_SMALL = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
FA_SMALL = (
    *("صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده"),
    *("سیزده", "چهارده", "پانزده", "شانزده", "هفده", "هجده", "نوزده"),
)
FA_TENS = ("بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود")
FA_HUNDREDS = ("صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد")
EN = {word: number for number, word in enumerate(EN_SMALL)} | {w: 10 * n for n, w in enumerate(EN_TENS, 2)}
FA = {word: number for number, word in enumerate(FA_SMALL)} | {w: 10 * n for n, w in enumerate(FA_TENS, 2)}
FA |= {w: 100 * n for n, w in enumerate(FA_HUNDREDS, 1)}
ZWNJ = "\u200c"


def read_english(words: str) -> Decimal:
    """What a listener makes of it; written apart from the code that speaks."""
    whole, _, part = words.rpartition(" and ")
    common = {"half": "0.5", "a half": "0.5", "a quarter": "0.25", "three quarters": "0.75"}
    if words in common or part in common:
        return (_count(whole, EN) if whole else 0) + Decimal(common[part or words])
    for name, size in (("tenth", 10), ("hundredth", 100), ("thousandth", 1000)):
        if part.rstrip("s").endswith(f" {name}"):
            return (_count(whole, EN) if whole else 0) + _count(
                part.rstrip("s").removesuffix(name), EN
            ) / Decimal(size)
    return Decimal(_count(words, EN))


def read_persian(words: str) -> Decimal:
    common = {"نیم": "0.5", f"یک{ZWNJ}چهارم": "0.25", f"سه{ZWNJ}چهارم": "0.75"}
    if words in common:
        return Decimal(common[words])
    head, _, tail = words.rpartition(" و ")
    if tail in common:
        return _count(head, FA) + Decimal(common[tail])
    whole, _, part = words.rpartition(" ممیز ")
    for name, size in (("هزارم", 1000), ("صدم", 100), ("دهم", 10)):
        if part.endswith(name):
            count = _count(part.removesuffix(name).replace(ZWNJ, " "), FA)
            return (_count(whole, FA) if whole else 0) + count / Decimal(size)
    return Decimal(_count(words, FA))


def _count(words: str, known: dict[str, int]) -> Decimal:
    total = part = 0
    for word in words.replace("-", " ").split():
        if word in {"thousand", "هزار"}:
            total, part = total + max(part, 1) * 1000, 0
        elif word == "hundred":
            part *= 100
        elif word != "و":
            part += known[word]
    return Decimal(total + part)


@given(AMOUNTS)
def test_what_is_said_in_english_is_understood_as_the_same_amount(amount):
    assert read_english(in_words(amount).en) == amount


@given(AMOUNTS)
def test_what_is_said_in_persian_is_understood_as_the_same_amount(amount):
    assert read_persian(in_words(amount).fa) == amount


@pytest.mark.parametrize(
    ("amount", "fa", "en"),
    [
        ("0.5", "نیم", "half"),
        ("5", "پنج", "five"),
        ("2.5", "دو و نیم", "two and a half"),
        ("0.25", "یک‌چهارم", "a quarter"),
        ("500.025", "پانصد ممیز بیست و پنج هزارم", "five hundred and twenty-five thousandths"),
        ("0.525", "پانصد و بیست و پنج هزارم", "five hundred twenty-five thousandths"),
        ("1000", "هزار", "one thousand"),
    ],
)
def test_common_amounts_are_said_as_people_say_them(amount, fa, en):
    assert in_words(Decimal(amount)) == (fa, en)


@pytest.mark.parametrize("wrong", ["-1", "1000000", "0.0001", "NaN", "Infinity"])
def test_what_is_no_amount_has_no_words(wrong):
    with pytest.raises(ValueError, match=r"amount|thousandth"):
        in_words(Decimal(wrong))
