"""What the pharmacy's room answers besides values: its problems (no) and its events (yes, and more follows)."""

from dataclasses import dataclass

from codings.base import Event, Kind, Problem, Words
from codings.gs1 import UnreadablePack

# --- Events ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseRecorded(Event):
    """Medicine was handed over: its packs are to be registered as supplied, and the health record told."""

    shabad: str
    n: int
    d: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseReturned(Event):
    """A dispense came back whole: what the authority knows of its packs is to be taken back too."""

    shabad: str
    n: int
    d: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRefused(Event):
    """The authority refused a pack that a patient already has: the claim waits, and somebody must look into it."""

    uid: str
    case: str
    shabad: str
    n: int
    d: int
    reason: str


# --- Holding a prescription -----------------------------------------------------------------------


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


# --- Packs ----------------------------------------------------------------------------------------


class BarcodeUnreadable(Problem):
    """A scan that names no single pack; the words are those of what exactly went wrong."""

    code = "pack.unreadable"
    words = Words(
        fa="رمزینهٔ جعبه خوانده نشد؛ دوباره اسکن کنید.", en="The pack's code could not be read; scan it again."
    )

    def __init__(self, *, reason: UnreadablePack, pointer: str | None = None) -> None:
        super().__init__(pointer=pointer, reason=reason.code)
        self._said = reason.words

    @property
    def detail(self) -> Words:
        return self._said


class PackTaken(Problem):
    code = "pack.taken"
    kind = Kind.CONFLICT
    words = Words(
        fa="جعبهٔ {uid} پیش‌تر به‌طور کامل تحویل داده شده است.",
        en="Pack {uid} has already been handed over whole.",
    )
    fix = Words(
        fa="این جعبه را تحویل ندهید و جدا بگذارید؛ جعبهٔ دیگری بردارید.",
        en="Do not supply this pack and set it apart; take another.",
    )


class PackNotEnough(Problem):
    code = "pack.not_enough_left"
    kind = Kind.CONFLICT
    words = Words(
        fa="در جعبهٔ {uid} تنها {left_fa} واحد مانده است و {count_fa} واحد خواسته‌اید.",
        en="Only {left_en} units are left in pack {uid}, and {count_en} were asked for.",
    )
    fix = Words(
        fa="شمار واحدها را به اندازهٔ باقی‌مانده بنویسید و برای بقیه جعبهٔ دیگری بردارید.",
        en="Write a count that is still there, and take another pack for the rest.",
    )


class PackOpenedElsewhere(Problem):
    code = "pack.opened_elsewhere"
    kind = Kind.CONFLICT
    words = Words(
        fa="بخشی از جعبهٔ {uid} در داروخانهٔ دیگری تحویل شده است و باقی آن باید همان‌جا باشد.",
        en="A part of pack {uid} was handed over at another pharmacy, where the rest of it must be.",
    )
    fix = Words(
        fa="این جعبه را تحویل ندهید و قرنطینه کنید؛ جعبهٔ دیگری بردارید.",
        en="Do not supply this pack; put it in quarantine and take another.",
    )


class PackReserved(Problem):
    code = "pack.reserved"
    kind = Kind.CONFLICT
    words = Words(
        fa="جعبهٔ {uid} تا ساعت {until_fa} برای نسخهٔ دیگری کنار گذاشته شده است.",
        en="Pack {uid} is set aside for another prescription until {until_en}.",
    )
    fix = Words(
        fa="جعبهٔ دیگری بردارید، یا آن نسخه را تمام یا آزاد کنید.",
        en="Take another pack, or finish or release that prescription.",
    )


class PackDiffers(Problem):
    code = "pack.differs"
    kind = Kind.CONFLICT
    words = Words(
        fa="شناسهٔ اصالت {uid} پیش‌تر با فرآورده، سری ساخت یا تاریخ دیگری دیده شده است؛ برچسب یکی از این دو ساختگی است.",
        en="UID {uid} was seen before with another product, lot or date: one of the two labels is a copy.",
    )
    fix = Words(
        fa="یک بار دیگر اسکن کنید؛ اگر تکرار شد، جعبه را تحویل ندهید، قرنطینه کنید و به سازمان غذا و دارو گزارش دهید.",
        en="Scan once more; if it stays so, do not supply the pack, put it in quarantine and report it.",
    )


class PackNotSetAside(Problem):
    code = "pack.not_set_aside"
    kind = Kind.MISSING
    words = Words(
        fa="جعبهٔ {uid} برای این نسخه کنار گذاشته نشده است.",
        en="Pack {uid} is not set aside for this prescription.",
    )
    fix = Words(
        fa="صفحهٔ نسخه را دوباره باز کنید و ببینید کدام جعبه‌ها روی پیشخان است.",
        en="Open the prescription again and see which packs are on the counter.",
    )


class PackHandedOver(Problem):
    code = "pack.handed_over"
    kind = Kind.CONFLICT
    words = Words(
        fa="جعبهٔ {uid} برای همین نسخه تحویل داده شده است و دیگر نمی‌توان آن را از پیشخان برداشت.",
        en="Pack {uid} was handed over for this prescription and can no longer be taken off the counter.",
    )
    fix = Words(
        fa="اگر بسته هنوز به دست بیمار نرسیده است، تحویل را از صفحهٔ رسید برگردانید.",
        en="If it has not reached the patient yet, take the dispense back on its receipt.",
    )


class PackRepeated(Problem):
    code = "pack.repeated"
    words = Words(
        fa="جعبهٔ {uid} در این تحویل دو بار آمده است.",
        en="Pack {uid} is named twice in this dispense.",
    )
    fix = Words(
        fa="هر جعبه را یک بار اسکن کنید؛ اگر جعبهٔ دیگری هم هست، رمزینهٔ خودش را اسکن کنید.",
        en="Scan every pack once; if there is another one, scan its own code.",
    )


class CaseUnknown(Problem):
    """Also the answer for another pharmacy's case, and for one that is closed."""

    code = "pack_case.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="پروندهٔ بازی برای این جعبه پیدا نشد.",
        en="There is no open case for this pack.",
    )


# --- Handing over and taking back -----------------------------------------------------------------


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
