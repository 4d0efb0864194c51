"""What can be refused about a prescription that exists, or that takes the place of one."""

from codings.base import Kind, Problem, Words


class PrescriptionNotFound(Problem):
    """One answer for a number that does not exist and for a prescription of another centre."""

    code = "prescription.not_found"
    kind = Kind.MISSING
    words = Words(
        fa="نسخه‌ای با این شماره در نسخه‌های شما پیدا نشد.",
        en="No prescription with this number was found among yours.",
    )
    fix = Words(
        fa="شمارهٔ نسخه را از روی برگه دوباره بخوانید.",
        en="Read the number from the slip again.",
    )


class NumberTaken(Problem):
    code = "prescription.number_taken"
    kind = Kind.CONFLICT
    words = Words(
        fa="شمارهٔ {number} پیش‌تر برای نسخهٔ دیگری به کار رفته است و چیزی ثبت نشد.",
        en="The number {number} was taken by another prescription; nothing was registered.",
    )
    fix = Words(
        fa="نسخهٔ ثبت‌شده را ببینید؛ اگر این نسخه هنوز لازم است، دوباره آماده کنید و امضا کنید.",
        en="Look at the one registered; if this one is still needed, prepare it again and sign it.",
    )


class NumberAhead(Problem):
    code = "prescription.number_ahead"
    words = Words(
        fa="شمارهٔ بعدی این شباد {expected} است، نه {n}.",
        en="The next number of this SHABAD is {expected}, not {n}.",
    )
    fix = Words(
        fa="صفحهٔ بازبینی را دوباره باز کنید و همان متن تازه را امضا کنید.",
        en="Prepare it again and sign the new text.",
    )


class CannotReplace(Problem):
    code = "prescription.cannot_replace"
    kind = Kind.CONFLICT
    words = Words(
        fa="نسخهٔ {number} را نمی‌توان جایگزین کرد؛ یا وجود ندارد، یا چیزی از آن تحویل شده، یا دیگر فعال نیست.",
        en="The prescription {number} cannot be replaced: there is none, some of it was dispensed, "
        "or it is not active any more.",
    )
    fix = Words(
        fa="وضعیت آن را ببینید؛ باقی‌مانده را لغو کنید و نسخهٔ تازه‌ای جدا بنویسید.",
        en="See how it stands; cancel what remains and write a new one beside it.",
    )


class PrescriptionExpired(Problem):
    code = "prescription.expired"
    words = Words(
        fa="مهلت این نسخه در {until_fa} به پایان رسیده است.",
        en="This prescription could be redeemed until {until_en}.",
    )
    fix = Words(
        fa="بیمار برای نسخهٔ تازه به پزشک مراجعه کند.",
        en="The patient needs a new prescription.",
    )


class AlreadyCancelled(Problem):
    code = "prescription.cancelled"
    kind = Kind.CONFLICT
    words = Words(
        fa="این نسخه را پزشک در {at_fa} لغو کرده است و تحویل آن ممکن نیست.",
        en="The prescriber cancelled this prescription at {at_en}; it cannot be dispensed.",
    )
    fix = Words(
        fa="از بیمار بخواهید با مطب تماس بگیرد.",
        en="Ask the patient to call the clinic.",
    )


class CancelRequested(Problem):
    code = "prescription.cancel_requested"
    kind = Kind.CONFLICT
    words = Words(
        fa="پزشک در {at_fa} لغو این نسخه را خواسته است؛ چیز دیگری از آن تحویل ندهید.",
        en="The prescriber asked at {at_en} to cancel this prescription; hand over nothing more of it.",
    )
    fix = Words(
        fa="نسخه را رها کنید و از بیمار بخواهید با مطب تماس بگیرد.",
        en="Release the prescription and ask the patient to call the clinic.",
    )


class Replaced(Problem):
    code = "prescription.replaced"
    kind = Kind.CONFLICT
    words = Words(
        fa="پزشک این نسخه را در {at_fa} با نسخهٔ دیگری از همین شباد جایگزین کرده است.",
        en="The prescriber replaced this prescription at {at_en} by a later one of the same SHABAD.",
    )
    fix = Words(
        fa="برگهٔ تازه را از بیمار بخواهید و همان را اسکن کنید.",
        en="Ask the patient for the new slip and scan that.",
    )


class AlreadyDispensed(Problem):
    code = "prescription.already_dispensed"
    kind = Kind.CONFLICT
    words = Words(
        fa="همهٔ اقلام این نسخه در {at_fa} تحویل شده است.",
        en="All of this prescription was dispensed by {at_en}.",
    )
    fix = Words(
        fa="تحویل‌های ثبت‌شده را در صفحهٔ نسخه ببینید و در صورت نیاز با داروخانه تماس بگیرید.",
        en="See the dispenses on its page, and call the pharmacy if something has to be stopped.",
    )


class ItemUnknown(Problem):
    code = "item.unknown"
    words = Words(
        fa="این نسخه قلم شمارهٔ {item} ندارد.",
        en="This prescription has no item {item}.",
    )
    fix = Words(fa="شمارهٔ قلم را از روی نسخه بردارید.", en="Take the number from the prescription.")


class NotEnoughLeft(Problem):
    code = "item.not_enough_left"
    kind = Kind.CONFLICT
    words = Words(
        fa="از قلم {item} تنها {left} باقی مانده است و {asked} خواسته شد.",
        en="Only {left} is left of item {item}, and {asked} was asked for.",
    )
    fix = Words(
        fa="مقدار را به باقی‌مانده کاهش دهید؛ برای بیش از آن نسخهٔ تازه لازم است.",
        en="Lower the quantity to what is left; more needs a new prescription.",
    )


class NotOpenYet(Problem):
    code = "item.not_open_yet"
    kind = Kind.CONFLICT
    words = Words(
        fa="نوبت بعدی قلم {item} از {opens_on_fa} باز می‌شود.",
        en="The next fill of item {item} opens on {opens_on_en}.",
    )
    fix = Words(
        fa="بیمار از آن روز می‌تواند نوبت بعدی را بگیرد.",
        en="The patient can have it from that day on.",
    )


class PutBackTooMuch(Problem):
    code = "item.put_back_too_much"
    kind = Kind.CONFLICT
    words = Words(
        fa="بیش از آنچه از قلم {item} تحویل شده است، برگشت داده شد.",
        en="More of item {item} was put back than had been handed over.",
    )
    fix = Words(fa="تحویل ثبت‌شده را دوباره بررسی کنید.", en="Check the recorded dispense again.")


class Tampered(Problem):
    """Rows that say something else than what was signed; `what` names the places for those who look into it."""

    code = "prescription.tampered"
    words = Words(
        fa="آنچه از این نسخه ذخیره شده با متن امضاشدهٔ آن یکی نیست؛ تحویل متوقف شد.",
        en="What is stored of this prescription differs from what was signed; it must not be dispensed.",
    )
    fix = Words(
        fa="چیزی تحویل ندهید و با پشتیبانی سامانه تماس بگیرید.",
        en="Hand over nothing and call the support of this service.",
    )
