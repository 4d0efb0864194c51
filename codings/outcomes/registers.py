"""What the registers of centres and people refuse."""

from codings.base import Kind, Problem, Words


class CentreUnknown(Problem):
    code = "centre.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="مرکزی با شناسهٔ سیام {siam} ثبت نشده است.",
        en="No centre with the SIAM id {siam} is registered.",
    )
    fix = Words(fa="شناسهٔ سیام را بررسی کنید.", en="Check the SIAM id.")


class CentreExists(Problem):
    code = "centre.exists"
    kind = Kind.CONFLICT
    words = Words(
        fa="مرکزی با شناسهٔ سیام {siam} با مشخصات دیگری ثبت شده است.",
        en="A centre with the SIAM id {siam} is registered with other details.",
    )
    fix = Words(
        fa="شناسهٔ سیام را با پروانهٔ مرکز مقایسه کنید.",
        en="Compare the SIAM id with the centre's licence.",
    )


class CentreSuspended(Problem):
    code = "centre.suspended"
    words = Words(
        fa="پروانهٔ مرکز {siam} اکنون معتبر نیست (تعلیق شده یا بیرون از مدت اعتبار است).",
        en="The licence of centre {siam} is not valid now: suspended, or outside its dates.",
    )
    fix = Words(
        fa="برای تمدید یا رفع تعلیق پروانه با دانشگاه علوم پزشکی تماس بگیرید.",
        en="Ask the licensing authority to renew the licence or to lift the suspension.",
    )


class PractitionerUnknown(Problem):
    code = "practitioner.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="کسی با شمارهٔ نظام پزشکی {council} ثبت نشده است.",
        en="Nobody with the council number {council} is registered.",
    )
    fix = Words(fa="شمارهٔ نظام پزشکی را بررسی کنید.", en="Check the council number.")


class PractitionerExists(Problem):
    code = "practitioner.exists"
    kind = Kind.CONFLICT
    words = Words(
        fa="شمارهٔ نظام پزشکی {council} با مشخصات دیگری ثبت شده است.",
        en="The council number {council} is registered with other details.",
    )
    fix = Words(
        fa="شمارهٔ نظام پزشکی را با کارت نظام پزشکی مقایسه کنید.",
        en="Compare the number with the council card.",
    )


class NotHere(Problem):
    """One answer for an unknown person, an unknown centre and a person who works elsewhere."""

    code = "practitioner.not_here"
    words = Words(
        fa="شمارهٔ نظام پزشکی {council} در مرکز {siam} ثبت نشده است.",
        en="The council number {council} is not registered at centre {siam}.",
    )
    fix = Words(
        fa="شمارهٔ نظام پزشکی و شناسهٔ سیام را بررسی کنید، یا از مدیر مرکز بخواهید همکاری را ثبت کند.",
        en="Check both numbers, or ask the centre's administrator to register the affiliation.",
    )


class PractitionerSuspended(Problem):
    code = "practitioner.suspended"
    words = Words(
        fa="پروانهٔ شمارهٔ نظام پزشکی {council} اکنون معتبر نیست (تعلیق شده یا به پایان رسیده است).",
        en="The licence of council number {council} is not valid now: suspended, or expired.",
    )
    fix = Words(
        fa="برای تمدید یا رفع تعلیق پروانه با سازمان نظام پزشکی تماس بگیرید.",
        en="Ask the Medical Council to renew the licence or to lift the suspension.",
    )


class LicenceStateUnchanged(Problem):
    code = "licence.state"
    kind = Kind.CONFLICT
    words = Words(
        fa="پروانهٔ {subject} همین اکنون در این وضعیت است؛ چیزی تغییر نکرد.",
        en="The licence of {subject} is in this state already; nothing was changed.",
    )
