"""How much each time: "half a tablet", «یک و نیم قرص», "two 5 ml spoons", «به اندازهٔ یک بند انگشت (۰٫۵ گرم)».

What is counted is said in words where Persian says it so; what is measured keeps its digits. Liquids taken by mouth are
said in spoons of 5 ml where they come out in halves of one; what is rubbed in, in fingertips of half a gram.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from codings.base import Words
from codings.directions.phrases import Labels, label
from codings.numerals import english, persian
from codings.systems import amount_text

SPOON: Final = Decimal(5)
MOST_SPOONS: Final = Decimal(6)
SPOONED: Final = frozenset({"syrup", "suspension", "oral-solution", ""})
FINGERTIP: Final = Decimal("0.5")
MOST_FINGERTIPS: Final = Decimal(10)
RUBBED_IN: Final = frozenset({"cream", "ointment", "gel", "paste"})
_VOWELS: Final = frozenset("aeio")  # a unit is said with a "y"
IN_WORDS: Final = 10  # Persian says the counts up to here in words

_HALF: Final = Decimal("0.5")
_QUARTER: Final = Decimal("0.25")
_PARTS: Final = {
    _QUARTER: Words("یک‌چهارم", "a quarter"),
    _HALF: Words("نیم", "a half"),
    Decimal("0.75"): Words("سه‌چهارم", "three quarters"),
}
_ALONE: Final = {
    _QUARTER: Words("یک‌چهارم", "a quarter of"),
    _HALF: Words("نصف", "half"),
    Decimal("0.75"): Words("سه‌چهارم", "three quarters of"),
}


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted or measured. `measured` keeps digits and decimals: 2.5 millilitres."""

    fa: str
    en: str
    plural: str
    measured: bool = False


_UNITS: Final[Mapping[str, Noun]] = {
    "tablet": Noun("قرص", "tablet", "tablets"),
    "capsule": Noun("کپسول", "capsule", "capsules"),
    "ml": Noun("میلی‌لیتر", "millilitre", "millilitres", measured=True),
    "drop": Noun("قطره", "drop", "drops"),
    "puff": Noun("پاف", "puff", "puffs"),
    "unit": Noun("واحد", "unit", "units", measured=True),
    "gram": Noun("گرم", "gram", "grams", measured=True),
    "ampoule": Noun("آمپول", "ampoule", "ampoules"),
    "vial": Noun("ویال", "vial", "vials"),
    "suppository": Noun("شیاف", "suppository", "suppositories"),
    "sachet": Noun("ساشه", "sachet", "sachets"),
    "patch": Noun("برچسب پوستی", "patch", "patches"),
    "syringe": Noun("سرنگ آماده", "syringe", "syringes"),
    "pen": Noun("قلم", "pen", "pens"),
    "piece": Noun("عدد", "piece", "pieces"),
    "lozenge": Noun("قرص مکیدنی", "lozenge", "lozenges"),
    "bottle": Noun("بطری", "bottle", "bottles"),
    "dose": Noun("دوز", "dose", "doses"),
}
# The same unit is another thing in another form.
_OF_FORM: Final[Mapping[tuple[str, str], Noun]] = {
    ("pessary", "suppository"): Noun("شیاف", "pessary", "pessaries"),
    ("medicated-gum", "piece"): Noun("آدامس", "piece of gum", "pieces of gum"),
    ("implant", "piece"): Noun("ایمپلنت", "implant", "implants"),
    ("intrauterine-system", "piece"): Noun("دستگاه درون‌رحمی", "intrauterine system", "intrauterine systems"),
    ("vaginal-ring", "piece"): Noun("حلقه", "ring", "rings"),
    ("enema", "piece"): Noun("تنقیه", "enema", "enemas"),
    ("kit", "piece"): Noun("بسته", "kit", "kits"),
}
_SPOON: Final = Noun("قاشق ۵ میلی‌لیتری", "5 ml spoon", "5 ml spoons")
_FINGERTIP: Final = Noun("بند انگشت", "fingertip length", "fingertip lengths")


@dataclass(frozen=True, slots=True)
class Measured:
    """An amount in words. `many` asks for "them", `broken` is a part of a whole one."""

    words: Words
    many: bool
    broken: bool


def measured(dose: Decimal, unit: str, *, form: str, route: str, labels: Labels) -> Measured:
    """The amount of one time."""
    many, broken = dose > 1, dose != dose.to_integral_value()
    if unit == "ml" and _in_spoons(dose, form, route):
        return Measured(_in_halves(dose / SPOON, _SPOON), many, broken)
    if unit == "gram" and _in_fingertips(dose, form, route):
        length = _in_halves(dose / FINGERTIP, _FINGERTIP)
        grams = _amount(dose, _UNITS["gram"])
        return Measured(
            Words(f"به اندازهٔ {length.fa} ({grams.fa})", f"{length.en} ({grams.en})"), many, broken
        )
    noun = _OF_FORM.get((form, unit)) or _UNITS.get(unit)
    if noun is None:
        told = label(labels, "unit", unit)
        noun = Noun(told.fa, told.en, told.en, measured=True)
    return Measured(_amount(dose, noun), many, broken)


def _in_spoons(dose: Decimal, form: str, route: str) -> bool:
    spoons = dose / SPOON
    return route == "oral" and form in SPOONED and spoons <= MOST_SPOONS and _whole(spoons * 2)


def _in_fingertips(dose: Decimal, form: str, route: str) -> bool:
    lengths = dose / FINGERTIP
    return route == "topical" and form in RUBBED_IN and lengths <= MOST_FINGERTIPS and _whole(lengths * 2)


def _whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _amount(dose: Decimal, noun: Noun) -> Words:
    """A counted or a measured amount with its noun."""
    whole, part = divmod(dose, 1)
    if noun.measured or (part and part not in _PARTS) or whole > IN_WORDS * 10:
        return _in_digits(dose, noun)
    fa = f"{_count_fa(int(whole), part)} {noun.fa}"
    if not part:
        return Words(fa, f"{amount_text(dose)} {noun.en if dose == 1 else noun.plural}")
    if not whole:
        return Words(fa, f"{_ALONE[part].en} {'an' if noun.en[0] in _VOWELS else 'a'} {noun.en}")
    return Words(fa, f"{int(whole)} and {_PARTS[part].en} {noun.plural}")


def _in_digits(dose: Decimal, noun: Noun) -> Words:
    number = amount_text(dose)
    return Words(f"{number.replace('.', '٫')} {noun.fa}", f"{number} {noun.en if dose <= 1 else noun.plural}")


def _in_halves(count: Decimal, noun: Noun) -> Words:
    """All in words, as the noun has a number of its own: "one and a half 5 ml spoons"."""
    whole, part = divmod(count, 1)
    fa = f"{_count_fa(int(whole), part)} {noun.fa}"
    if not whole:
        return Words(fa, f"half a {noun.en}")
    if part:
        return Words(fa, f"{english(int(whole))} and a half {noun.plural}")
    return Words(fa, f"{english(int(whole))} {noun.en if whole == 1 else noun.plural}")


def _count_fa(whole: int, part: Decimal) -> str:
    if not whole:
        return _ALONE[part].fa
    counted = persian(whole) if whole <= IN_WORDS else str(whole)
    return f"{counted} و {_PARTS[part].fa}" if part else counted
