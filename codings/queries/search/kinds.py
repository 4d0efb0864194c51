"""What people type for a form or a unit: "tab", "amp", «شربت»; and which words of a name are of that kind.

A row is found by these words, but they name no substance: "cap" offers captopril before every capsule.
"""

from collections.abc import Mapping
from typing import Final

# Part of a form's code -> what is typed for it. A suspension is «شربت» to most people, so it is found by that.
_TYPED: Final[Mapping[str, str]] = {
    "tablet": "tab tabs قرص",
    "capsule": "cap caps کپسول",
    "syrup": "syr شربت",
    "suspension": "susp syr سوسپانسیون شربت",
    "oral-solution": "soln sol syr محلول شربت",
    "solution": "soln sol محلول",
    "mouthwash": "دهانشویه",
    "drops": "drop gtt قطره",
    "suppository": "supp شیاف",
    "pessary": "شیاف",
    "cream": "crm کرم",
    "ointment": "oint ung پماد",
    "gel": "ژل",
    "spray": "اسپری",
    "inhaler": "inh mdi puff اسپری استنشاقی پاف",
    "dry-powder-inhaler": "dpi",
    "injection": "inj amp vial آمپول ویال تزریقی",
    "infusion": "inf سرم انفوزیون",
    "pen": "قلم",
    "patch": "برچسب پچ",
    "lozenge": "قرص مکیدنی",
    "effervescent": "eff جوشان",
    "modified-release": "mr sr xr er cr retard آهسته‌رهش",
    "gastro-resistant": "ec dr روده‌ای",
    "sublingual": "sl زیرزبانی",
    "chewable": "جویدنی",
    "orodispersible": "odt",
    "nebuliser": "neb نبولایزر",
    "enema": "تنقیه انما",
    "granules": "گرانول",
    "powder": "pwd پودر ساشه sachet",
    "vaccine": "vac واکسن",
}
_STRENGTHS: Final[Mapping[str, str]] = {
    "microgram": "mcg ug μg میکروگرم",
    "unit": "iu واحد",
    "%": "percent درصد",
    "mg": "میلی‌گرم",
}
_STRENGTH_WORDS: Final = (
    "mg g ml l microgram nanogram unit units million mmol puff dose در هر و گرم میلی‌لیتر میلیون"
)


def typed_for(form: str, strength: str) -> str:
    """The words by which a medicine is asked for because of its form and strength."""
    by_form = (words for part, words in _TYPED.items() if part in form)
    by_strength = (words for part, words in _STRENGTHS.items() if part in strength)
    return " ".join((*by_form, *by_strength))


def every_kind() -> tuple[str, ...]:
    """All words of this kind that are known here; labels of forms, units and routes come beside them."""
    return (*_TYPED.values(), *_STRENGTHS.values(), _STRENGTH_WORDS)
