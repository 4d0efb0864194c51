"""How often, when, what for and where, as they stand within a sentence.

Known codes have their words here, so that what was signed reads the same whatever a later list calls them; any other
code is said as its list says it, and in the last resort by itself.
"""

from collections.abc import Mapping
from typing import Final

from codings.base import Words

Labels = Mapping[str, Mapping[str, Words]]  # "frequency", "timing", ...: words by code

_FREQUENCIES: Final[Mapping[str, Words]] = {
    "1x1": Words("روزی یک بار", "once a day"),
    "2x1": Words("روزی دو بار", "twice a day"),
    "3x1": Words("روزی سه بار", "three times a day"),
    "4x1": Words("روزی چهار بار", "four times a day"),
    "5x1": Words("روزی پنج بار", "five times a day"),
    "q2h": Words("هر ۲ ساعت", "every 2 hours"),
    "q3h": Words("هر ۳ ساعت", "every 3 hours"),
    "q4h": Words("هر ۴ ساعت", "every 4 hours"),
    "q6h": Words("هر ۶ ساعت", "every 6 hours"),
    "q8h": Words("هر ۸ ساعت", "every 8 hours"),
    "q12h": Words("هر ۱۲ ساعت", "every 12 hours"),
    "q72h": Words("هر ۷۲ ساعت (۳ روز)", "every 72 hours (3 days)"),
    "every-other-day": Words("یک روز در میان", "every other day"),
    "weekly": Words("هفته‌ای یک بار", "once a week"),
    "2-per-week": Words("هفته‌ای دو بار", "twice a week"),
    "3-per-week": Words("هفته‌ای سه بار", "three times a week"),
    "5-per-week": Words("هفته‌ای پنج بار", "five times a week"),
    "every-2-weeks": Words("هر دو هفته یک بار", "once every two weeks"),
    "every-4-weeks": Words("هر چهار هفته یک بار", "once every four weeks"),
    "monthly": Words("ماهی یک بار", "once a month"),
    "every-3-months": Words("هر سه ماه یک بار", "once every three months"),
    "once": Words("فقط یک بار", "once only"),
    "prn": Words("فقط در صورت نیاز", "only when needed"),
}
_SEVERAL: Final = frozenset({"2x1", "3x1", "4x1", "5x1", "2-per-week", "3-per-week", "5-per-week", "prn"})
AT_A_TIME: Final = frozenset(_FREQUENCIES) - _SEVERAL  # one dose each: Persian needs no «هر بار»
INTERVALS: Final = frozenset(
    {"q2h", "q3h", "q4h", "q6h", "q8h", "q12h", "q72h", "every-other-day"}
)  # say no "once"

_TIMINGS: Final[Mapping[str, Words]] = {
    "before-meal": Words("پیش از غذا", "before meals"),
    "with-meal": Words("همراه غذا", "with meals"),
    "after-meal": Words("پس از غذا", "after meals"),
    "half-hour-before-meal": Words("نیم ساعت پیش از غذا", "half an hour before meals"),
    "hour-before-meal": Words("یک ساعت پیش از غذا", "one hour before meals"),
    "two-hours-after-meal": Words("دو ساعت پس از غذا", "two hours after meals"),
    "empty-stomach": Words("ناشتا", "on an empty stomach"),
    "before-breakfast": Words("پیش از صبحانه", "before breakfast"),
    "after-breakfast": Words("پس از صبحانه", "after breakfast"),
    "before-lunch": Words("پیش از ناهار", "before lunch"),
    "after-lunch": Words("پس از ناهار", "after lunch"),
    "after-dinner": Words("پس از شام", "after dinner"),
    "before-dinner": Words("پیش از شام", "before dinner"),
    "morning": Words("صبح", "in the morning"),
    "noon": Words("ظهر", "at noon"),
    "evening": Words("عصر", "in the evening"),
    "bedtime": Words("هنگام خواب", "at bedtime"),
    "morning-and-night": Words("صبح و شب", "in the morning and at night"),
    "saturday": Words("شنبه‌ها", "on Saturdays"),
    "sunday": Words("یک‌شنبه‌ها", "on Sundays"),
    "monday": Words("دوشنبه‌ها", "on Mondays"),
    "tuesday": Words("سه‌شنبه‌ها", "on Tuesdays"),
    "wednesday": Words("چهارشنبه‌ها", "on Wednesdays"),
    "thursday": Words("پنج‌شنبه‌ها", "on Thursdays"),
    "friday": Words("جمعه‌ها", "on Fridays"),
}

_REASONS: Final[Mapping[str, Words]] = {
    "pain": Words("برای درد", "for pain"),
    "fever": Words("برای تب", "for fever"),
    "headache": Words("برای سردرد", "for headache"),
    "cough": Words("برای سرفه", "for cough"),
    "breathlessness": Words("برای تنگی نفس", "for shortness of breath"),
    "chest-pain": Words("برای درد قفسهٔ سینه", "for chest pain"),
    "nausea": Words("برای تهوع یا استفراغ", "for nausea or vomiting"),
    "allergy": Words("برای علائم حساسیت", "for allergy symptoms"),
    "itching": Words("برای خارش", "for itching"),
    "insomnia": Words("برای بی‌خوابی", "for sleeplessness"),
    "anxiety": Words("برای اضطراب", "for anxiety"),
    "constipation": Words("برای یبوست", "for constipation"),
}

# A dose into two eyes is the dose of each one.
_SITES: Final[Mapping[str, Words]] = {
    "right-eye": Words("چشم راست", "the right eye"),
    "left-eye": Words("چشم چپ", "the left eye"),
    "both-eyes": Words("هر یک از دو چشم", "each eye"),
    "right-ear": Words("گوش راست", "the right ear"),
    "left-ear": Words("گوش چپ", "the left ear"),
    "both-ears": Words("هر یک از دو گوش", "each ear"),
    "right-nostril": Words("سوراخ راست بینی", "the right nostril"),
    "left-nostril": Words("سوراخ چپ بینی", "the left nostril"),
    "each-nostril": Words("هر سوراخ بینی", "each nostril"),
    "both-nostrils": Words("هر سوراخ بینی", "each nostril"),
    "affected-skin": Words("پوست ناحیهٔ درگیر", "the affected skin"),
    "face": Words("پوست صورت", "the face"),
    "around-anus": Words("پوست اطراف مقعد", "the skin around the anus"),
    "between-toes": Words("پوست لای انگشتان پا", "the skin between the toes"),
    "tooth-area": Words("لثهٔ اطراف دندان درگیر", "the gum around the affected tooth"),
    "scalp": Words("پوست سر", "the scalp"),
    "abdomen": Words("شکم", "the abdomen"),
    "thigh": Words("ران", "the thigh"),
    "upper-arm": Words("بازو", "the upper arm"),
}

_KNOWN: Final[Mapping[str, Mapping[str, Words]]] = {
    "frequency": _FREQUENCIES,
    "timing": _TIMINGS,
    "as-needed": _REASONS,
    "site": _SITES,
}


def label(labels: Labels, list_name: str, code: str) -> Words:
    """The words of a code: ours, or those of its list, or the code."""
    ours = _KNOWN.get(list_name, {}).get(code)
    return ours or labels.get(list_name, {}).get(code) or Words(code, code)


def frequency_words(code: str, labels: Labels) -> Words:
    return label(labels, "frequency", code)


def timing_words(code: str | None, labels: Labels) -> Words:
    return label(labels, "timing", code) if code else Words("", "")


def site_words(code: str, labels: Labels) -> Words:
    """A place of the body; a list calls it "left knee", a sentence "the left knee"."""
    if code in _SITES:
        return _SITES[code]
    told = label(labels, "site", code)
    return Words(told.fa, told.en if told.en.startswith(("the ", "each ")) else f"the {told.en}")
