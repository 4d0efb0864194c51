"""What can be refused about patients and drafts."""

from codings.base import Kind, Problem, Words


class PatientNotFound(Problem):
    """One answer for an unknown patient and for one who was never seen at this centre."""

    code = "patient.not_found"
    kind = Kind.MISSING
    words = Words(
        fa="این بیمار در پرونده‌های مرکز شما نیست.",
        en="This patient is not among those seen at your centre.",
    )
    fix = Words(
        fa="استعلام بیمه را با کد ملی یا کد فیدای بیمار انجام دهید تا پرونده‌اش در این مرکز باز شود.",
        en="Ask for eligibility with the patient's national ID or FIDA first; that opens the record here.",
    )


class FactsFromFuture(Problem):
    code = "facts.future"
    words = Words(
        fa="تاریخ این پاسخ در آینده است.",
        en="The day of this answer lies in the future.",
    )
    fix = Words(
        fa="روزی را وارد کنید که از بیمار پرسیده شد.",
        en="Give the day on which the patient was asked.",
    )


class NotAPrescriber(Problem):
    code = "draft.no_prescriber"
    kind = Kind.FORBIDDEN
    words = Words(
        fa="پیش‌نویس نسخه را تنها پزشک و به نام خودش می‌نویسد.",
        en="A draft is written by a prescriber, under their own name.",
    )


class DraftNotFound(Problem):
    code = "draft.not_found"
    kind = Kind.MISSING
    words = Words(
        fa="این پیش‌نویس در پیش‌نویس‌های شما نیست.",
        en="This draft is not among yours.",
    )


class DraftOfAnother(Problem):
    """The form was opened for one patient and sent for another."""

    code = "draft.other_patient"
    kind = Kind.CONFLICT
    words = Words(
        fa="این پیش‌نویس برای بیمار یا شباد دیگری باز شده است و چیزی ذخیره نشد.",
        en="This draft was opened for another patient or SHABAD; nothing was saved.",
    )
    fix = Words(
        fa="به صفحهٔ همین بیمار برگردید و پیش‌نویس را از آنجا باز کنید.",
        en="Go back to this patient and open the draft from there.",
    )


class DraftStale(Problem):
    code = "draft.stale"
    kind = Kind.STALE
    words = Words(
        fa="این پیش‌نویس در پنجرهٔ دیگری تغییر کرده است (نسخهٔ {version}) و چیزی روی آن نوشته نشد.",
        en="This draft was changed in another window (it is at version {version}); nothing was overwritten.",
    )
    fix = Words(
        fa="صفحه را تازه کنید و تغییر خود را دوباره وارد کنید.",
        en="Reload it and make your change again.",
    )


class DraftClosed(Problem):
    code = "draft.closed"
    kind = Kind.CONFLICT
    words = Words(
        fa="این پیش‌نویس پیش‌تر امضا یا کنار گذاشته شده است.",
        en="This draft was signed or discarded already.",
    )
    fix = Words(
        fa="برای اصلاح نسخهٔ امضاشده، از صفحهٔ همان نسخه نسخهٔ جایگزین بنویسید.",
        en="To correct a signed prescription, write its replacement from its own page.",
    )


class DraftTooLarge(Problem):
    code = "draft.too_large"
    kind = Kind.TOO_LARGE
    words = Words(
        fa="پیش‌نویس از {limit} بایت بزرگ‌تر است و ذخیره نشد.",
        en="The draft is larger than {limit} bytes and was not saved.",
    )
    fix = Words(
        fa="نسخه را به چند نسخه تقسیم کنید.",
        en="Split it into several prescriptions.",
    )
