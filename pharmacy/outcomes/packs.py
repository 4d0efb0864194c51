"""Why a pack is not set aside, not taken, or not this one."""

from codings.base import Kind, Problem, Words
from codings.gs1 import UnreadablePack


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
