"""The insurer's room says no: cover, plans and SHABADs."""

from codings.base import Kind, Problem, Words


class InsurerUnknown(Problem):
    code = "insurer.unknown"
    words = Words(
        fa="بیمه‌گری با کد «{insurer}» ثبت نشده است.",
        en="No insurer with the code “{insurer}” is registered.",
    )
    fix = Words(fa="کد بیمه‌گر را از فهرست بیمه‌گران بردارید.", en="Take the code from the list of insurers.")


class PlanMissing(Problem):
    code = "plan.missing"
    words = Words(
        fa="برای صندوق «{fund}» بیمه‌گر {insurer} در تاریخ {on} طرحی ثبت نشده است و سهم‌ها حساب‌شدنی نیست.",
        en="No plan of fund “{fund}” of insurer {insurer} is in force on {on}, so the shares cannot be worked out.",
    )
    fix = Words(
        fa="از بیمه‌گر بخواهید طرح این صندوق را ثبت کند، یا بیمار را به‌صورت آزاد بپذیرید.",
        en="Ask the insurer to register the fund's plan, or see the patient as self-pay.",
    )


class PlanEditionTaken(Problem):
    code = "plan.taken"
    kind = Kind.CONFLICT
    words = Words(
        fa="ویرایش «{edition}» صندوق «{fund}» با محتوای دیگری ثبت شده است و چیزی تغییر نکرد.",
        en="Edition “{edition}” of fund “{fund}” is registered with other content; nothing was changed.",
    )
    fix = Words(
        fa="تغییر طرح را با ویرایشی تازه و تاریخ اجرای تازه ثبت کنید تا محاسبه‌های گذشته دست نخورد.",
        en="Register a change as a new edition with its own first day, so that the past stays as it was.",
    )


class InquiryUnknown(Problem):
    code = "inquiry.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="استحقاق‌سنجی‌ای با این شناسه پیدا نشد.",
        en="There is no eligibility inquiry with this id.",
    )
    fix = Words(fa="استحقاق بیمار را دوباره استعلام کنید.", en="Ask for the patient's eligibility again.")


class InquiryExpired(Problem):
    code = "inquiry.expired"
    words = Words(
        fa="بیش از یک ساعت از این استحقاق‌سنجی گذشته است و دیگر نمی‌توان با آن شباد گرفت.",
        en="This eligibility inquiry is more than an hour old; no SHABAD can be issued on it any more.",
    )
    fix = Words(fa="استحقاق بیمار را دوباره استعلام کنید.", en="Ask for the patient's eligibility again.")


class CoverageNotChosen(Problem):
    """One answer for a cover that was not in the inquiry, is not basic, or is not in force."""

    code = "coverage.not_usable"
    words = Words(
        fa="این پوشش در پاسخ استحقاق‌سنجی نیست، یا بیمهٔ پایهٔ معتبر در این تاریخ نیست.",
        en="This cover is not in the inquiry's answer, or is not a basic cover in force on this day.",
    )
    fix = Words(
        fa="یکی از بیمه‌های پایهٔ معتبر بیمار را انتخاب کنید، یا بدون انتخاب پوشش، شباد آزاد بگیرید.",
        en="Choose one of the basic covers in force, or none for a self-pay SHABAD.",
    )


class ShabadUnknown(Problem):
    """Also the answer for a SHABAD of another centre."""

    code = "shabad.unknown"
    kind = Kind.MISSING
    words = Words(fa="شبادی با این شناسه پیدا نشد.", en="There is no such SHABAD.")
    fix = Words(
        fa="شناسهٔ شباد را از روی پذیرش همین مرکز دوباره وارد کنید.",
        en="Type the SHABAD again, as it was issued to this centre.",
    )


class ShabadStateRefused(Problem):
    code = "shabad.state"
    kind = Kind.CONFLICT
    words = Words(
        fa="شباد {shabad} در وضعیت «{state_fa}» است و این کار برای آن ممکن نیست.",
        en="SHABAD {shabad} is {state_en}; this cannot be done with it.",
    )
    fix = Words(fa="برای این مراجعه شباد تازه‌ای بگیرید.", en="Take a new SHABAD for this visit.")


class ShabadExpired(Problem):
    code = "shabad.expired"
    words = Words(
        fa="مهلت استفاده از شباد {shabad} گذشته است.",
        en="The time in which SHABAD {shabad} could be used is over.",
    )
    fix = Words(
        fa="استحقاق بیمار را دوباره استعلام کنید و شباد تازه‌ای بگیرید.",
        en="Ask for the patient's eligibility again and take a new SHABAD.",
    )


class ShabadNotBound(Problem):
    code = "shabad.not_bound"
    kind = Kind.CONFLICT
    words = Words(
        fa="هنوز نسخهٔ امضاشده‌ای روی شباد {shabad} ثبت نشده است تا بتوان آن را تأیید کرد.",
        en="No signed prescription stands on SHABAD {shabad} yet, so there is nothing to verify.",
    )


class ShabadBoundLater(Problem):
    code = "shabad.bound"
    kind = Kind.CONFLICT
    words = Words(
        fa="نسخهٔ تازه‌تری (شمارهٔ {n}) روی شباد {shabad} ثبت شده است.",
        en="A newer prescription (number {n}) stands on SHABAD {shabad} already.",
    )
    fix = Words(fa="نسخه را با شمارهٔ بعدی آماده کنید.", en="Prepare the prescription with the next number.")


class ShabadInUse(Problem):
    code = "shabad.in_use"
    kind = Kind.CONFLICT
    words = Words(
        fa="شباد {shabad} را نمی‌توان ابطال کرد: نسخهٔ آن هنوز قابل تحویل است، یا تحویل شده، یا صورت‌حساب دارد.",
        en="SHABAD {shabad} cannot be eliminated: it can still be dispensed, was dispensed, or is claimed.",
    )
    fix = Words(
        fa="نخست نسخه را لغو کنید یا از داروخانه بخواهید داروی تحویل‌شده را برگرداند.",
        en="Cancel the prescription first, or have the pharmacy take the dispense back.",
    )


class ShabadOfAnotherInsurer(Problem):
    code = "shabad.insurer"
    words = Words(
        fa="شباد {shabad} از سهمیهٔ بیمه‌گر {insurer} است، ولی بیمار پوشش معتبری نزد این بیمه‌گر ندارد.",
        en="SHABAD {shabad} is a reserve of insurer {insurer}, with which the patient has no cover in force.",
    )
    fix = Words(
        fa="شبادی از سهمیهٔ بیمه‌گر خود بیمار، یا شباد آزاد، به کار ببرید.",
        en="Use a reserve of the patient's own insurer, or a self-pay one.",
    )


class ShabadQuota(Problem):
    code = "shabad.quota"
    words = Words(
        fa="هر مرکز حداکثر {quota} شباد رزرو زنده دارد؛ این مرکز {live} شباد دارد و {count} شباد دیگر خواسته است.",
        en="A centre holds at most {quota} live reserved SHABADs; this one has {live} and asked for {count} more.",
    )
    fix = Words(
        fa="تعداد کمتری بخواهید، یا شبادهایی را که لازم ندارید بازگردانید.",
        en="Ask for fewer, or return those you do not need.",
    )


class PoolUnknown(Problem):
    """Also the answer for a pool of another centre."""

    code = "shabad.pool_unknown"
    kind = Kind.MISSING
    words = Words(
        fa="دستهٔ شباد رزروی با این شناسه پیدا نشد.", en="There is no such pool of reserved SHABADs."
    )
