"""The words of a quick line: what each says, in Persian, English and the Latin abbreviations that physicians type.

Abbreviations are read and never shown. Each row of a table is a list of phrases apart by `;`; spaces, half-spaces,
hyphens and dots within a phrase do not matter.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from codings.quick_line.order import Order
from codings.text import ZWNJ

_BETWEEN_LETTERS: Final = re.compile(rf"[\s{ZWNJ}]|(?<![0-9])[.-]|[.-](?![0-9])")
_TABLETS: Final = frozenset(
    {
        "tablet",
        "chewable-tablet",
        "dispersible-tablet",
        "effervescent-tablet",
        "orodispersible-tablet",
        "sublingual-tablet",
        "gastro-resistant-tablet",
        "modified-release-tablet",
        "vaginal-tablet",
    }
)
_CAPSULES: Final = frozenset(
    {"capsule", "gastro-resistant-capsule", "modified-release-capsule", "inhalation-capsule"}
)
_DROPS: Final = frozenset({"oral-drops", "eye-drops", "ear-drops", "nasal-drops"})
_LIQUIDS: Final = frozenset({"syrup", "suspension", "oral-solution"})
_SPRAYS: Final = frozenset({"inhaler", "nasal-spray", "oromucosal-spray", "cutaneous-spray"})
_INJECTIONS: Final = frozenset({"injection", "powder-for-injection", "nebuliser-solution", "infusion"})

# Units: counted as a dose, and the form that the same word names.
UNITS: Final[Mapping[str, str]] = {
    "tablet": "tab; tabs; tablet; tablets; قرص; عدد قرص",
    "capsule": "cap; caps; capsule; capsules; کپسول; عدد کپسول",
    "ml": "ml; mls; cc; millilitre; millilitres; milliliter; milliliters; میلی لیتر; سی سی",
    "drop": "drop; drops; gtt; gtts; قطره",
    "puff": "puff; puffs; پاف",
    "unit": "unit; units; iu; واحد",
    "gram": "g; gr; gram; grams; گرم",
    "ampoule": "amp; amps; ampoule; ampoules; ampule; آمپول; امپول",
    "vial": "vial; vials; ویال",
    "suppository": "supp; supps; suppository; suppositories; شیاف",
    "sachet": "sachet; sachets; ساشه",
    "patch": "patch; patches; چسب; پچ",
    "syringe": "syringe; syringes; سرنگ",
    "lozenge": "lozenge; lozenges; قرص مکیدنی",
    "bottle": "bottle; bottles; بطری",
    "dose": "dose; doses; دوز; دُز",
}
MEASURED: Final = frozenset({"ml", "drop", "puff", "unit", "gram"})
# A small number before one of these words may be the strength of one: "diazepam 2 tab".
ALSO_FORMS: Final[Mapping[str, frozenset[str]]] = {
    "tablet": _TABLETS,
    "capsule": _CAPSULES,
    "ampoule": _INJECTIONS,
    "vial": _INJECTIONS,
    "suppository": frozenset({"suppository", "pessary"}),
    "patch": frozenset({"patch"}),
    "sachet": frozenset({"oral-powder", "granules"}),
}

_FORMS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("tab; tabs; tablet; tablets; قرص", _TABLETS),
    ("cap; caps; capsule; capsules; کپسول", _CAPSULES),
    ("chewable; chewable tab; chewable tablet; chew tab; قرص جویدنی; جویدنی", frozenset({"chewable-tablet"})),
    ("dispersible tab; dispersible tablet; dispersible", frozenset({"dispersible-tablet"})),
    ("eff; effervescent; eff tab; effervescent tablet; قرص جوشان; جوشان", frozenset({"effervescent-tablet"})),
    ("odt; orodispersible", frozenset({"orodispersible-tablet"})),
    ("ec; e/c; enteric coated; روکش دار", frozenset({"gastro-resistant-tablet", "gastro-resistant-capsule"})),
    (
        "sr; er; xr; xl; mr; cr; retard; sustained release; extended release; پیوسته رهش; آهسته رهش; اهسته رهش",
        frozenset({"modified-release-tablet", "modified-release-capsule"}),
    ),
    ("syr; syrup; شربت", _LIQUIDS),
    ("susp; suspension; سوسپانسیون", frozenset({"suspension"})),
    ("sol; oral solution; محلول خوراکی", frozenset({"oral-solution"})),
    ("drop; drops; قطره", _DROPS),
    ("oral drop; oral drops; قطره خوراکی", frozenset({"oral-drops"})),
    ("eye drop; eye drops; قطره چشمی; قطره چشم", frozenset({"eye-drops"})),
    ("ear drop; ear drops; قطره گوش; قطره گوشی", frozenset({"ear-drops"})),
    ("nasal drop; nasal drops; nose drops; قطره بینی", frozenset({"nasal-drops"})),
    ("supp; suppository; شیاف", frozenset({"suppository", "pessary"})),
    ("vaginal tab; vaginal tablet; قرص واژینال", frozenset({"vaginal-tablet"})),
    ("pessary; شیاف واژینال", frozenset({"pessary"})),
    ("cream; کرم", frozenset({"cream", "vaginal-cream", "rectal-cream"})),
    ("vaginal cream; vag cream; کرم واژینال", frozenset({"vaginal-cream"})),
    ("oint; ointment; پماد", frozenset({"ointment", "eye-ointment", "rectal-ointment"})),
    ("eye oint; eye ointment; پماد چشمی; پماد چشم", frozenset({"eye-ointment"})),
    (
        "gel; ژل",
        frozenset({"gel", "oral-gel", "vaginal-gel", "eye-gel", "nasal-gel"}),
    ),
    ("oral gel; ژل دهانی", frozenset({"oral-gel"})),
    ("vaginal gel; ژل واژینال", frozenset({"vaginal-gel"})),
    ("lotion; لوسیون", frozenset({"lotion", "cutaneous-solution"})),
    ("shampoo; شامپو", frozenset({"shampoo"})),
    ("mouthwash; دهان شویه; دهانشویه", frozenset({"mouthwash"})),
    ("spray; اسپری", _SPRAYS),
    ("nasal spray; اسپری بینی", frozenset({"nasal-spray"})),
    ("inh; inhaler; mdi; اسپری استنشاقی; افشانه", frozenset({"inhaler", "dry-powder-inhaler"})),
    ("dpi; turbuhaler; diskus", frozenset({"dry-powder-inhaler"})),
    ("neb; nebule; nebuliser; nebulizer; نبولایزر", frozenset({"nebuliser-solution"})),
    ("inj; injection; تزریقی", _INJECTIONS | {"pen", "cartridge"}),
    ("amp; ampoule; ampule; آمپول; امپول", _INJECTIONS),
    ("vial; ویال", _INJECTIONS),
    ("pen; قلم; flexpen; solostar", frozenset({"pen", "cartridge"})),
    ("patch; چسب پوستی; پچ", frozenset({"patch"})),
    ("sachet; ساشه; powder; پودر", frozenset({"oral-powder", "granules", "powder-for-injection"})),
    ("lozenge; قرص مکیدنی", frozenset({"lozenge"})),
    ("enema; تنقیه", frozenset({"enema"})),
)

_FREQUENCIES: Final[Mapping[str, str]] = {
    "1x1": "od; qd; daily; once daily; once a day; once per day; every day; each day; روزانه; هر روز; "
    "روزی یک بار; روزی یه بار",
    "2x1": "bd; bid; twice daily; twice a day; twice per day",
    "3x1": "tds; tid; thrice daily; thrice a day",
    "4x1": "qid; qds",
    "every-other-day": "qod; eod; every other day; alternate days; on alternate days; یک روز در میان; روز در میان",
    "weekly": "weekly; once weekly; once a week; once per week; every week; qw; هفتگی; هر هفته; هفته ای یک بار; "
    "هفته ای یه بار; هر هفته یک بار",
    "2-per-week": "twice weekly; twice a week; twice per week",
    "every-2-weeks": "fortnightly; every fortnight",
    "monthly": "monthly; once monthly; once a month; every month; ماهانه; ماهی یک بار; هر ماه; ماهی یه بار",
    "once": "stat; once; once only; only once; single dose; فقط یک بار; تنها یک بار; تک دوز; یک نوبت",
}
_TIMINGS: Final[Mapping[str, str]] = {
    "before-meal": "ac; before meals; before meal; before food; قبل غذا; قبل از غذا; پیش از غذا",
    "with-meal": "with meals; with meal; with food; با غذا; همراه غذا; همراه با غذا; وسط غذا; بین غذا",
    "after-meal": "pc; after meals; after meal; after food; بعد غذا; بعد از غذا; پس از غذا",
    "half-hour-before-meal": "half an hour before meals; half hour before meals; 30 min before meals; "
    "نیم ساعت قبل از غذا; نیم ساعت پیش از غذا; نیم ساعت قبل غذا",
    "hour-before-meal": "one hour before meals; 1 hour before meals; an hour before meals; یک ساعت قبل از غذا; "
    "یک ساعت پیش از غذا; یک ساعت قبل غذا",
    "two-hours-after-meal": "two hours after meals; 2 hours after meals; دو ساعت بعد از غذا; دو ساعت پس از غذا",
    "empty-stomach": "empty stomach; on an empty stomach; on empty stomach; fasting; ناشتا; با معده خالی",
    "before-breakfast": "before breakfast; قبل صبحانه; قبل از صبحانه; پیش از صبحانه",
    "after-breakfast": "after breakfast; بعد صبحانه; بعد از صبحانه; پس از صبحانه",
    "before-lunch": "before lunch; قبل ناهار; قبل از ناهار; پیش از ناهار; قبل از نهار",
    "after-lunch": "after lunch; بعد ناهار; بعد از ناهار; پس از ناهار; بعد از نهار",
    "after-dinner": "after dinner; بعد شام; بعد از شام; پس از شام",
    "before-dinner": "before dinner; قبل شام; قبل از شام; پیش از شام",
    "morning": "mane; in the morning; morning; am; صبح; صبح ها",
    "noon": "noon; at noon; midday; ظهر; ظهر ها",
    "evening": "evening; in the evening; عصر; عصر ها",
    "bedtime": "hs; nocte; bedtime; at bedtime; before sleep; هنگام خواب; موقع خواب; وقت خواب; قبل از خواب; "
    "پیش از خواب; قبل خواب",
    "morning-and-night": "morning and night; in the morning and at night; صبح و شب",
    "saturday": "sat; saturday; saturdays; on saturday; on saturdays; شنبه; شنبه ها",
    "sunday": "sun; sunday; sundays; on sunday; on sundays; یک شنبه; یک شنبه ها",
    "monday": "mon; monday; mondays; on monday; on mondays; دو شنبه; دو شنبه ها",
    "tuesday": "tue; tues; tuesday; tuesdays; on tuesday; on tuesdays; سه شنبه; سه شنبه ها",
    "wednesday": "wed; wednesday; wednesdays; on wednesday; on wednesdays; چهار شنبه; چهار شنبه ها",
    "thursday": "thu; thur; thurs; thursday; thursdays; on thursday; on thursdays; پنج شنبه; پنج شنبه ها",
    "friday": "fri; friday; fridays; on friday; on fridays; جمعه; جمعه ها",
}
_DAILY_AT: Final[Mapping[str, str]] = {
    "morning": "every morning; each morning; هر روز صبح; هر صبح; صبحی یک بار",
    "noon": "هر روز ظهر; هر ظهر",
    "evening": "every evening; هر روز عصر; هر عصر",
    "bedtime": "every bedtime; nightly at bedtime; هر شب هنگام خواب; هر شب موقع خواب; هر شب قبل از خواب; "
    "شبی یک بار هنگام خواب",
}
_ROUTES: Final[Mapping[str, str]] = {
    "oral": "po; oral; orally; by mouth; خوراکی",
    "sublingual": "sl; sublingual; under the tongue; زیر زبانی; زیر زبان",
    "intramuscular": "im; intramuscular; عضلانی; تزریق عضلانی",
    "intravenous": "iv; intravenous; وریدی; تزریق وریدی",
    "subcutaneous": "sc; sq; subcut; subcutaneous; under the skin; زیر جلدی; زیر پوستی; تزریق زیر جلدی",
    "rectal": "pr; rectal; rectally; مقعدی; رکتال",
    "vaginal": "pv; vaginal; vaginally; واژینال",
    "inhalation": "inhaled; by inhalation; استنشاقی",
    "nasal": "nasal; in the nose; intranasal; داخل بینی; در بینی",
    "ophthalmic": "in the eye; in eye; داخل چشم; در چشم; ophthalmic",
    "otic": "in the ear; in ear; داخل گوش; در گوش; otic",
    "topical": "topical; topically; on the skin; موضعی; روی پوست",
    "transdermal": "transdermal",
}
_REASONS: Final[Mapping[str, str]] = {
    "pain": "pain; درد",
    "fever": "fever; تب",
    "headache": "headache; سردرد; سر درد",
    "cough": "cough; سرفه",
    "breathlessness": "breathlessness; shortness of breath; dyspnea; dyspnoea; sob; تنگی نفس; تنگ نفس",
    "chest-pain": "chest pain; درد قفسه سینه; درد سینه; درد قفسهٔ سینه",
    "nausea": "nausea; vomiting; nausea or vomiting; تهوع; استفراغ; تهوع یا استفراغ; تهوع و استفراغ",
    "allergy": "allergy; allergy symptoms; حساسیت; آلرژی; علائم حساسیت",
    "itching": "itching; itch; خارش",
    "insomnia": "insomnia; sleeplessness; بی خوابی",
    "anxiety": "anxiety; اضطراب",
    "constipation": "constipation; یبوست",
    "diarrhoea": "diarrhoea; diarrhea; اسهال",
    "dyspepsia": "dyspepsia; indigestion; سوء هاضمه; سوءهاضمه",
    "heartburn": "heartburn; reflux; سوزش سر دل; سوزش معده; رفلاکس",
    "bloating": "bloating; نفخ",
    "agitation": "agitation; بی قراری",
    "spasm": "spasm; cramps; اسپاسم",
    "period-pain": "period pain; dysmenorrhoea; dysmenorrhea; درد قاعدگی; درد پریود",
    "wheeze": "wheeze; wheezing; خس خس سینه; خس خس",
    "nasal-congestion": "blocked nose; nasal congestion; گرفتگی بینی",
    "runny-nose": "runny nose; آبریزش بینی",
    "sore-throat": "sore throat; گلودرد; گلو درد",
    "dizziness": "dizziness; vertigo; سرگیجه",
    "migraine": "migraine; میگرن; حمله میگرن",
}
_NEEDED: Final = (
    "prn; sos; as needed; when needed; only when needed; if needed; as required; if required; در صورت نیاز; "
    "فقط در صورت نیاز; هنگام نیاز; فقط هنگام نیاز; در صورت لزوم; هر وقت نیاز بود"
)
_IN_CASE_OF: Final = "if; in case of; when; در صورت; هنگام; موقع; وقت; در صورت بروز"
FILLERS: Final = (
    "take; use; give; inject; put; each time; at a time; every time; and; of; the; then; بخورید; بخورد; مصرف شود; "
    "مصرف کنید; استفاده شود; میل شود; تزریق شود; هر بار; هربار; هر دفعه; و; از"
)


def key_of(phrase: str) -> str:
    """A phrase as it is looked up. A hyphen or a dot between digits stays: "1-2" is not 12."""
    return _BETWEEN_LETTERS.sub("", phrase)


def phrases(row: str) -> list[str]:
    return [phrase.strip() for phrase in row.split(";")]


def alternatives(row: str) -> str:
    """A pattern for any phrase of a row, the longest first."""
    return "|".join(sorted({re.escape(key_of(phrase)) for phrase in phrases(row)}, key=len, reverse=True))


def dictionary() -> dict[str, tuple[Order, bool]]:
    """What each phrase says, and whether it has to be typed as one word."""
    known: dict[str, tuple[Order, bool]] = {}
    for row, order in _entries():
        for phrase in phrases(row):
            alone = phrase.isascii() and " " not in phrase
            known.setdefault(key_of(phrase), (order, alone))
    return known


def _entries() -> Iterator[tuple[str, Order]]:
    for code, row in _FREQUENCIES.items():
        yield row, Order(frequency=code)
    for code, row in _DAILY_AT.items():
        yield row, Order(frequency="1x1", timing=code)
    for code, row in _TIMINGS.items():
        yield row, Order(timing=code)
    for code, row in _ROUTES.items():
        yield row, Order(route=code)
    for row, forms in _FORMS:
        yield row, Order(forms=forms)
    yield _NEEDED, Order(when_needed=True)
    yield FILLERS, Order()
    for code, row in _REASONS.items():
        yield row, Order(as_needed=code)
        yield (
            "; ".join(f"{before} {one}" for one in phrases(row) for before in ("for", "برای")),
            Order(as_needed=code),
        )
        needed = (f"{start} {one}" for one in phrases(row) for start in phrases(_IN_CASE_OF))
        yield "; ".join(needed), Order(when_needed=True, as_needed=code)
