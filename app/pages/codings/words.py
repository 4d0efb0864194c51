"""Who enters the editors' desk, and what systems, columns and states are called there."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Path

import codings.queries as codings
from app.access import Person
from codings.base import Actor, Role, Words
from codings.states import ReleaseState
from codings.tables import Release

Editor = Annotated[Actor, Person(Role.CODINGS_EDITOR)]
# What is published all prescriptions and prices rest on: decided by who proved just then who they are.
Deciding = Annotated[Actor, Person(Role.CODINGS_EDITOR, fresh=True)]
System = Annotated[str, Path(max_length=120)]  # its short name
Name = Annotated[str, Path(max_length=60)]  # of a release

SYSTEMS: Final[Mapping[str, Words]] = {  # in the order in which they are shown
    "medicine": Words("داروهای ژنریک", "Generic medicines"),
    "product": Words("فرآورده‌ها و قیمت‌ها", "Products and prices"),
    "ingredient": Words("مواد مؤثره", "Active ingredients"),
    "dosing": Words("مقدار و حد مصرف", "Doses and limits"),
    "interaction": Words("تداخل‌ها", "Interactions"),
    "icd-10": Words("تشخیص‌ها (ICD-10)", "Diagnoses (ICD-10)"),
    "centre": Words("مراکز (سیام)", "Centres (SIAM)"),
    "practitioner": Words("صاحبان حرفه", "Practitioners"),
    "form": Words("شکل‌های دارویی", "Dose forms"),
    "unit": Words("واحدهای تجویز", "Prescribing units"),
    "route": Words("راه‌های مصرف", "Routes"),
    "frequency": Words("دفعات مصرف", "Frequencies"),
    "timing": Words("زمان‌های مصرف", "Timings"),
    "duration": Words("مدت‌های مصرف", "Durations"),
    "as-needed": Words("موارد مصرف در صورت نیاز", "As-needed reasons"),
    "site": Words("محل‌های مصرف", "Sites of use"),
    "specialty": Words("تخصص‌ها", "Specialties"),
    "centre-kind": Words("انواع مرکز", "Kinds of centre"),
    "province": Words("استان‌ها", "Provinces"),
    "fund": Words("بیمه‌گرها و صندوق‌ها", "Insurers and funds"),
    "claim-reason": Words("دلایل رسیدگی به ادعا", "Claim reasons"),
    "adjustment-group": Words("گروه‌های تعدیل", "Adjustment groups"),
    "cancel-reason": Words("دلایل ابطال نسخه", "Cancellation reasons"),
    "override-reason": Words("دلایل عبور از هشدار", "Override reasons"),
    "substitution-reason": Words("دلایل جایگزینی", "Substitution reasons"),
    "not-dispensed-reason": Words("دلایل تحویل ندادن", "Reasons not to dispense"),
    "return-reason": Words("دلایل بازگرداندن", "Return reasons"),
    "elimination-reason": Words("دلایل ابطال شباد", "SHABAD elimination reasons"),
    "revocation-reason": Words("دلایل ابطال گواهی", "Revocation reasons"),
    "emergency-condition": Words("وضعیت‌های اورژانسی", "Emergency conditions"),
    "declaration-cause": Words("علت‌های اعلام اضطرار", "Causes of a declaration"),
    "authenticity-status": Words("وضعیت‌های اصالت", "Authenticity states"),
    "diagnosis-status": Words("وضعیت‌های تشخیص", "Diagnosis states"),
    "prescription-type": Words("انواع نسخه", "Kinds of prescription"),
    "admission-type": Words("انواع پذیرش", "Kinds of admission"),
    "service-type": Words("انواع خدمت", "Kinds of service"),
    "message-type": Words("انواع پیام", "Kinds of message"),
    "relation": Words("نسبت‌ها", "Relations"),
    "sex": Words("جنسیت", "Sex"),
    "role": Words("نقش‌ها", "Roles"),
    "system": Words("سامانه‌ها", "Systems"),
    "source": Words("منابع", "Sources"),
}

STATES: Final[Mapping[ReleaseState, Words]] = {
    ReleaseState.IMPORTING: Words("در حال بررسی پرونده", "file being checked"),
    ReleaseState.REFUSED: Words("پرونده پذیرفته نشد", "file refused"),
    ReleaseState.READY: Words("آماده، در انتظار نفر دوم", "ready, waits for a second person"),
    ReleaseState.PUBLISHED: Words("منتشرشده، در انتظار روز اجرا", "published, waits for its day"),
    ReleaseState.RETIRED: Words("کنار رفته", "retired"),
    ReleaseState.WITHDRAWN: Words("پس گرفته‌شده", "withdrawn"),
}
IN_FORCE: Final = Words("در حال اجرا", "in force")
LOOKS: Final[Mapping[ReleaseState, str]] = {  # the colour beside the word
    ReleaseState.IMPORTING: "drafted",
    ReleaseState.REFUSED: "refused",
    ReleaseState.READY: "held",
    ReleaseState.PUBLISHED: "approved",
    ReleaseState.RETIRED: "ended",
    ReleaseState.WITHDRAWN: "withdrawn",
}

COLUMNS: Final[Mapping[str, Words]] = {
    "a": Words("گروه یکم (آغاز کد ATC)", "First group (ATC beginnings)"),
    "action_en": Words("چه باید کرد (انگلیسی)", "What to do (English)"),
    "action_fa": Words("چه باید کرد (فارسی)", "What to do (Persian)"),
    "address_fa": Words("نشانی", "Address"),
    "age_en": Words("حد سنی (انگلیسی)", "Age limit (English)"),
    "age_fa": Words("حد سنی (فارسی)", "Age limit (Persian)"),
    "atc": Words("کد ATC", "ATC code"),
    "b": Words("گروه دوم (آغاز کد ATC)", "Second group (ATC beginnings)"),
    "centres": Words("مراکز کار", "Centres of work"),
    "code": Words("کد", "Code"),
    "controlled": Words("تحت کنترل", "Controlled"),
    "council": Words("شمارهٔ نظام پزشکی", "Council number"),
    "en": Words("نام انگلیسی", "English name"),
    "fa": Words("نام فارسی", "Persian name"),
    "fida": Words("کد فیدا", "FIDA code"),
    "form": Words("شکل دارویی", "Dose form"),
    "formulary": Words("در فهرست رسمی", "On the formulary"),
    "generic": Words("کد ژنریک", "Generic code"),
    "gtin": Words("شمارهٔ GTIN", "GTIN"),
    "high_risk": Words("پرخطر", "High-risk"),
    "hospital_only": Words("ویژهٔ بیمارستان", "Hospital only"),
    "ingredients": Words("مواد مؤثره", "Active ingredients"),
    "inn": Words("نام بین‌المللی", "International name"),
    "irc": Words("کد IRC", "IRC"),
    "kg_high": Words("بیشینهٔ معمول کودک (mg/kg/روز)", "Usual upper dose of a child (mg/kg/day)"),
    "kg_low": Words("کمینهٔ معمول کودک (mg/kg/روز)", "Usual lower dose of a child (mg/kg/day)"),
    "kg_max_daily": Words("حد روزانهٔ کودک (mg/kg)", "Daily limit of a child (mg/kg)"),
    "kg_max_single": Words("حد هر نوبت کودک (mg/kg)", "Single limit of a child (mg/kg)"),
    "kind": Words("نوع", "Kind"),
    "licence_from": Words("آغاز پروانه", "Licence from"),
    "licence_state": Words("وضعیت پروانه", "Licence"),
    "licence_to": Words("پایان پروانه", "Licence to"),
    "maker": Words("سازنده", "Maker"),
    "max_daily_mg": Words("حد روزانه (mg)", "Daily limit (mg)"),
    "max_daily_source": Words("منبع حد روزانه", "Source of the daily limit"),
    "max_single_mg": Words("حد هر نوبت (mg)", "Single limit (mg)"),
    "mechanism_en": Words("سازوکار (انگلیسی)", "Mechanism (English)"),
    "mechanism_fa": Words("سازوکار (فارسی)", "Mechanism (Persian)"),
    "min_age_months": Words("کمترین سن (ماه)", "Least age (months)"),
    "name_en": Words("نام انگلیسی", "English name"),
    "name_fa": Words("نام فارسی", "Persian name"),
    "pack_size": Words("تعداد در بسته", "Pack size"),
    "parent": Words("مرکز بالادست", "Parent"),
    "phone": Words("تلفن", "Telephone"),
    "pregnancy": Words("بارداری", "Pregnancy"),
    "pregnancy_en": Words("توضیح بارداری (انگلیسی)", "On pregnancy (English)"),
    "pregnancy_fa": Words("توضیح بارداری (فارسی)", "On pregnancy (Persian)"),
    "price": Words("قیمت (ریال)", "Price (Rial)"),
    "properties": Words("ویژگی‌ها", "Properties"),
    "province": Words("استان", "Province"),
    "route": Words("راه مصرف", "Route"),
    "severity": Words("شدت", "Severity"),
    "short": Words("نام کوتاه لاتین", "Short Latin name"),
    "siam": Words("شناسهٔ سیام", "SIAM id"),
    "source": Words("منبع", "Source"),
    "specialist_only": Words("ویژهٔ متخصص", "Specialist only"),
    "specialty": Words("تخصص", "Specialty"),
    "state": Words("وضعیت پروانه", "Licence"),
    "strength": Words("قدرت", "Strength"),
    "strength_per_unit_mg": Words("قدرت هر واحد (mg)", "Strength of one unit (mg)"),
    "suggestions": Words("دستورهای پیشنهادی", "Suggested directions"),
    "unit": Words("واحد تجویز", "Prescribing unit"),
}


def system_words(system: str) -> Words:
    """What a system is called, by its URI; one nobody named yet goes by its short name."""
    name = codings.short_name(system)
    return SYSTEMS.get(name, Words(name, name))


def column_words(column: str) -> Words:
    """What a column is called."""
    return COLUMNS.get(column, Words(column, column))


def place(system: str) -> int:
    """Where a system stands among the others."""
    order = list(SYSTEMS)
    name = codings.short_name(system)
    return order.index(name) if name in order else len(order)


def address(release: Release) -> str:
    """The page of a release."""
    return f"/codings/releases/{codings.short_name(release.system)}/{release.release}"


def subject(release: Release) -> str:
    """How the audit names a release."""
    return f"{codings.short_name(release.system)}:{release.release}"
