"""Why a prescription is not held here, or no longer."""

from codings.base import Kind, Problem, Words


class NoPharmacy(Problem):
    code = "actor.no_pharmacy"
    kind = Kind.FORBIDDEN
    words = Words(
        fa="حساب شما به هیچ داروخانه‌ای وصل نیست. از مدیر سامانه بخواهید داروخانه‌تان را برای آن ثبت کند.",
        en="Your account belongs to no pharmacy. Ask the administrator to assign it to yours.",
    )


class HeldElsewhere(Problem):
    """Says until when, and never by whom: where a patient goes is nobody else's business."""

    code = "prescription.held_elsewhere"
    kind = Kind.CONFLICT
    words = Words(
        fa="این نسخه تا ساعت {until_fa} در دست داروخانهٔ دیگری است.",
        en="Another pharmacy holds this prescription until {until_en}.",
    )
    fix = Words(
        fa="پس از این ساعت دوباره اسکن کنید، یا بیمار از همان داروخانه بخواهد نسخه را آزاد کند.",
        en="Scan again after that, or have the patient ask that pharmacy to release it.",
    )


class AcceptanceUnknown(Problem):
    """Also the answer for another pharmacy's acceptance."""

    code = "acceptance.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="چنین پذیرشی در این داروخانه وجود ندارد.",
        en="This pharmacy has no such acceptance.",
    )
    fix = Words(
        fa="کد روی برگهٔ نسخه را اسکن کنید تا نسخه پذیرفته شود.",
        en="Scan the code on the slip to accept the prescription.",
    )


class AcceptanceExpired(Problem):
    code = "acceptance.expired"
    kind = Kind.CONFLICT
    words = Words(
        fa="مهلت ۳۰ دقیقه‌ای پذیرش این نسخه در ساعت {expired_fa} تمام شده است و چیزی ثبت نشد.",
        en="The 30 minutes for which you held this prescription ended at {expired_en}; nothing was recorded.",
    )
    fix = Words(
        fa="برگهٔ نسخه را دوباره اسکن کنید و پس از پذیرش، تحویل را از نو ثبت کنید.",
        en="Scan the slip again, and record the dispense once it is accepted.",
    )


class AcceptanceReleased(Problem):
    code = "acceptance.released"
    kind = Kind.CONFLICT
    words = Words(
        fa="این پذیرش بسته شده است: نسخه آزاد شده یا همهٔ آن تحویل داده شده است.",
        en="This acceptance is closed: the prescription was released, or all of it was handed over.",
    )
    fix = Words(
        fa="وضعیت نسخه را ببینید و اگر چیزی از آن مانده است، برگه را دوباره اسکن کنید.",
        en="Look at the prescription, and if something of it remains, scan the slip again.",
    )
