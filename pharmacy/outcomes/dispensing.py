"""Why nothing is handed over, or taken back."""

from codings.base import Kind, Problem, Words


class DispenseRefused(Problem):
    code = "dispense.refused"
    words = Words(
        fa="این تحویل ممکن نیست و چیزی ثبت نشد؛ دلیل هر مورد در یافته‌ها آمده است.",
        en="This cannot be dispensed and nothing was recorded; the findings say why, each for itself.",
    )
    fix = Words(
        fa="موارد «توقف» را برطرف کنید و دوباره ثبت کنید.",
        en="Mend what says “stop”, then record the dispense again.",
    )


class OverrideNeeded(Problem):
    code = "dispense.override_needed"
    words = Words(
        fa="پیش از تحویل، به یافته‌های زیر پاسخ دهید؛ هنوز چیزی ثبت نشده است.",
        en="Answer the findings below before handing over; nothing is recorded yet.",
    )
    fix = Words(
        fa="مورد را اصلاح کنید، یا دلیل عبور از آن را بنویسید و دوباره ثبت کنید.",
        en="Mend them, or give a reason for going past each, then record the dispense again.",
    )


class NoPharmacist(Problem):
    code = "dispense.no_pharmacist"
    words = Words(
        fa="برای این داروخانه داروساز شاغل و دارای پروانهٔ معتبر پیدا نشد.",
        en="No licensed pharmacist is registered as working at this pharmacy.",
    )
    fix = Words(
        fa="شمارهٔ نظام پزشکی داروساز حاضر را بنویسید، یا همکاری او را با این داروخانه ثبت کنید.",
        en="Give the council number of the pharmacist on duty, or have the affiliation registered.",
    )


class DispenseUnknown(Problem):
    """Also the answer for another pharmacy's dispense."""

    code = "dispense.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="تحویلی با این شماره در این داروخانه پیدا نشد.",
        en="This pharmacy has no dispense with this number.",
    )
    fix = Words(
        fa="شمارهٔ تحویل را از روی رسید آن دوباره وارد کنید.",
        en="Type the number again from its receipt.",
    )


class AlreadyReturned(Problem):
    code = "dispense.already_returned"
    kind = Kind.CONFLICT
    words = Words(
        fa="تحویل {dispense} پیش‌تر برگشت خورده است و کار دیگری لازم نیست.",
        en="Dispense {dispense} was already returned; there is nothing more to do.",
    )


class ReturnTooLate(Problem):
    code = "dispense.return_too_late"
    words = Words(
        fa="مهلت برگشت تحویل {dispense} (۱۰ روز) گذشته است.",
        en="The ten days in which dispense {dispense} could be returned are over.",
    )
    fix = Words(
        fa="جعبه‌ها را به قفسه برنگردانید و آن‌ها را برای امحا جدا کنید.",
        en="Do not put the packs back on the shelf; set them apart to be destroyed.",
    )
