"""The words of the rules that stand on what the codings know of the use of medicines, in both languages.

Each says the patient's fact, the risk, and what to do about it. Words of a row of the codings come in as they are.
"""

from datetime import date

from codings.base import Words
from codings.text import jalali
from prescriber.rules.wording import Fix

MONTHS_OF_INFANCY = 24  # below that, an age is said in months

# --- What can be done -----------------------------------------------------------------------------

RECORD_WEIGHT: Fix = (
    "record_weight",
    Words("بیمار را وزن کنید و وزن را ثبت کنید", "Weigh the patient and record it"),
)
RECORD_PREGNANCY: Fix = (
    "record_pregnancy",
    Words("از بیمار دربارهٔ بارداری بپرسید و پاسخ را ثبت کنید", "Ask about pregnancy and record the answer"),
)
CHOOSE_WEEKLY: Fix = ("change_frequency", Words("«هفته‌ای یک بار» را انتخاب کنید", "Choose “once a week”"))
REFER: Fix = ("refer", Words("بیمار را به متخصص ارجاع دهید", "Refer the patient to a specialist"))
REVIEW_TAKEN: Fix = (
    "review_taken",
    Words("داروهای فعلی را با بیمار مرور کنید", "Go over the patient's present medicines"),
)

# --- What is said ---------------------------------------------------------------------------------

TOGETHER = Words(
    "قلم {items}، {names}: این داروها با هم در یک نسخه‌اند. {risk} {action}",
    "Items {items}, {names}: ordered together. {risk} {action}",
)
WITH_TAKEN = Words(
    "قلم {items}، {names}: بیمار {earlier} هم مصرف می‌کند. {risk} {action}",
    "Item {items}, {names}: the patient already takes {earlier}. {risk} {action}",
)
SINCE = Words(
    "{name} (نسخهٔ {day}، هنوز برای {days} روز)", "{name} (prescribed on {day}, for {days} more days)"
)
AND = Words(" و ", " and ")
SAME_CLASS = Words(
    "قلم {items}، {names}: این داروها از یک گروه‌اند ({group}) و اثر و عارضهٔ آن‌ها روی هم می‌افتد. "
    "یکی را حذف کنید یا دلیل را ثبت کنید.",
    "Items {items}, {names}: medicines of one class ({group}), whose effects and harms add up. "
    "Remove one of them, or give a reason.",
)
STILL_HAS = Words(
    "قلم {items}، {names}: بیمار هنوز {earlier} دارد و ممکن است همان ماده را دو بار مصرف کند. "
    "بپرسید چه مقدار مانده است و به بیمار بگویید کدام را مصرف کند.",
    "Item {items}, {names}: the patient still has {earlier} and may take the same substance twice. "
    "Ask how much is left, and tell the patient which one to take.",
)
STILL_HAS_CLASS = Words(
    "قلم {items}، {names}: بیمار هنوز {earlier} دارد که از همین گروه است ({group}). "
    "روشن کنید که یکی جای دیگری را می‌گیرد یا هر دو با هم مصرف می‌شوند.",
    "Item {items}, {names}: the patient still has {earlier}, which is of the same class ({group}). "
    "Settle whether one replaces the other or both are taken.",
)
MAX_SINGLE = Words(
    "قلم {items}، {names}: هر نوبت {dose} میلی‌گرم است و از بیشینهٔ {limit} میلی‌گرم در هر نوبت می‌گذرد. "
    "مقدار هر نوبت را بررسی کنید.",
    "Item {items}, {names}: {dose} mg each time is more than the maximum of {limit} mg. Check the dose.",
)
MAX_KG = Words(
    "{names} در قلم {items}: {dose} میلی‌گرم در روز ÷ {weight} کیلوگرم (وزن‌شده در {day}) = "
    "{result} میلی‌گرم برای هر کیلوگرم؛ بیشینهٔ کودکان {limit} میلی‌گرم برای هر کیلوگرم در روز است. "
    "مقدار هر نوبت و دفعات مصرف را بررسی کنید.",
    "{names} in item {items}: {dose} mg a day ÷ {weight} kg (weighed on {day}) = {result} mg/kg a day, "
    "more than the maximum of {limit} mg/kg for children. Check the dose and the frequency.",
)
MAX_KG_SINGLE = Words(
    "{names} در قلم {items}: هر نوبت {dose} میلی‌گرم ÷ {weight} کیلوگرم (وزن‌شده در {day}) = "
    "{result} میلی‌گرم برای هر کیلوگرم؛ بیشینهٔ کودکان {limit} میلی‌گرم برای هر کیلوگرم در هر نوبت است. "
    "مقدار هر نوبت را بررسی کنید.",
    "{names} in item {items}: {dose} mg each time ÷ {weight} kg (weighed on {day}) = {result} mg/kg, "
    "more than the maximum of {limit} mg/kg in one dose for children. Check the dose.",
)
NO_WEIGHT = Words(
    "{names} در قلم {items}: بیمار {age} دارد و مقدار این دارو به وزن بسته است، ولی وزن ثبت نشده است. "
    "بیمار را وزن کنید و وزن را ثبت کنید، یا دلیل را بنویسید.",
    "{names} in item {items}: the patient is {age} old and this dose depends on the weight, which is not recorded. "
    "Weigh the patient and record it, or give a reason.",
)
AGE = Words(
    "قلم {items}، {names}: بیمار {age} دارد و این دارو برای کمتر از {limit} توصیه نمی‌شود. {risk} "
    "داروی دیگری انتخاب کنید یا دلیل را ثبت کنید.",
    "Item {items}, {names}: the patient is {age} old; this is not for those below {limit}. {risk} "
    "Choose another medicine, or give a reason.",
)
PREGNANT = Words(
    "قلم {items}، {names}: بیمار باردار است (پاسخ {day}). {risk}",
    "Item {items}, {names}: the patient is pregnant (answer of {day}). {risk}",
)
ASK_PREGNANCY = Words(
    "قلم {items}، {names}: از بیمار دربارهٔ بارداری پرسیده نشده است. {risk} پیش از تجویز بپرسید.",
    "Item {items}, {names}: the patient has not been asked about pregnancy. {risk} Ask before prescribing.",
)
SPECIALIST = Words(
    "قلم {items}، {names}: این دارو را متخصص آغاز می‌کند و پایش ویژه لازم دارد؛ تخصصی برای شما ثبت نشده است. "
    "بیمار را ارجاع دهید، یا اگر ادامهٔ تجویز متخصص است دلیل را ثبت کنید.",
    "Item {items}, {names}: started by specialists and needing special monitoring; no specialty is recorded for you. "
    "Refer the patient, or give the reason, such as a specialist's treatment that goes on.",
)
HOSPITAL = Words(
    "قلم {items}، {names}: این دارو برای مصرف در بیمارستان است و در خانه پایش نمی‌شود. "
    "داروی دیگری انتخاب کنید یا دلیل را ثبت کنید.",
    "Item {items}, {names}: this is for use in hospital, and at home nobody monitors it. "
    "Choose another medicine, or give a reason.",
)
WEEKLY_STRENGTH = Words(
    "قلم {items}، {names}: این قوت برای مصرف هفته‌ای یک بار است و دستور چیز دیگری می‌گوید. دفعات مصرف را بررسی کنید.",
    "Item {items}, {names}: this strength is meant for once a week, and the order says otherwise. Check the frequency.",
)
NOT_CHECKED_INTERACTIONS = Words(
    "دادهٔ تداخل‌های دارویی در دسترس نیست؛ تداخل داروها بررسی نشد. خودتان بررسی کنید.",
    "No data on interactions is in force, so they were not checked. Check them yourself.",
)
NOT_CHECKED_DOSES = Words(
    "دادهٔ مقدار مصرف در دسترس نیست؛ بیشینهٔ هر نوبت، مقدار به وزن، سن و بارداری بررسی نشد. خودتان بررسی کنید.",
    "No data on doses is in force, so single doses, doses by weight, age and pregnancy were not checked. "
    "Check them yourself.",
)
NOT_CHECKED_BOTH = Words(
    "دادهٔ تداخل‌ها و مقدار مصرف در دسترس نیست؛ تداخل داروها، بیشینهٔ هر نوبت، مقدار به وزن، سن و بارداری بررسی نشد. "
    "خودتان بررسی کنید.",
    "No data on interactions and doses is in force, so interactions, single doses, doses by weight, age and pregnancy "
    "were not checked. Check them yourself.",
)


def day_words(day: date) -> Words:
    """A day, each in its own calendar."""
    return Words(jalali(day), day.isoformat())


def age_words(months: int) -> Words:
    """An age: in months for an infant, else in whole years."""
    if months < MONTHS_OF_INFANCY:
        return Words(f"{months} ماه", f"{months} month{'' if months == 1 else 's'}")
    years = months // 12
    return Words(f"{years} سال", f"{years} years")


def filled(words: Words, **facts: object) -> Words:
    """The sentence with its facts; those that are words themselves come in each language."""
    return Words(
        words.fa.format(**{name: getattr(fact, "fa", fact) for name, fact in facts.items()}),
        words.en.format(**{name: getattr(fact, "en", fact) for name, fact in facts.items()}),
    )


def joined(parts: list[Words]) -> Words:
    """Some words in a row: «a و b», "a and b"."""
    return Words(AND.fa.join(part.fa for part in parts), AND.en.join(part.en for part in parts))
