"""What can go wrong between the rooms: the shell's own refusals, each with a code and words."""

from codings.base import Kind, Problem, Words


class NotYourCentre(Problem):
    code = "centre.not_yours"
    kind = Kind.MISSING
    words = Words(
        fa="این مرکز یا این پزشک در دسترس شما نیست. شناسهٔ سیام و شمارهٔ نظام پزشکی را بررسی کنید.",
        en="This centre or practitioner is not yours to act for. Check the SIAM id and the council number.",
    )


class PatientUnknown(Problem):
    code = "patient.unknown"
    words = Words(
        fa="این شخص در هیچ‌یک از پایگاه‌های بیمه و در این سامانه پیدا نشد.",
        en="This person is in none of the insurers' registers, nor here.",
    )
    fix = Words(
        fa="شماره را دوباره بررسی کنید، یا نام، تاریخ تولد و جنس بیمار را وارد کنید تا با نشان «تأییدنشده» ثبت شود.",
        en="Check the number, or declare name, birth date and sex; the patient is then marked unverified.",
    )


class NoPossession(Problem):
    """One answer for wrong secret, unknown number and someone else's: nothing can be learnt from it."""

    code = "prescription.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="نسخه‌ای با این مشخصات پیدا نشد.",
        en="No prescription was found for what was given.",
    )
    fix = Words(
        fa="کد روی برگهٔ نسخه را دوباره اسکن کنید، یا شناسهٔ شباد و کد ملی بیمار را با دقت وارد کنید.",
        en="Scan the code on the slip again, or type the SHABAD and the patient's national ID with care.",
    )


class TooManyTries(Problem):
    code = "prescription.too_many_tries"
    kind = Kind.THROTTLED
    words = Words(
        fa="برای این نسخه چند بار مشخصات نادرست وارد شد و ورود دستی تا {minutes} دقیقه بسته است.",
        en="Wrong details were typed too often for this prescription; typing is closed for {minutes} minutes.",
    )
    fix = Words(
        fa="کد QR روی برگهٔ نسخه را اسکن کنید.",
        en="Scan the QR code on the slip instead.",
    )


class CodeUnreadable(Problem):
    code = "qr.unreadable"
    words = Words(
        fa="این کد، کد هیچ نسخه‌ای از این سامانه نیست یا کامل خوانده نشده است.",
        en="This is not the code of one of our prescriptions, or it was not read in full.",
    )
    fix = Words(
        fa="کد بزرگ روی برگه را دوباره اسکن کنید؛ اگر برگه دو کد دارد، هر دو را اسکن کنید.",
        en="Scan the large code on the slip again; if the slip has two, scan both.",
    )


class NoEmergency(Problem):
    code = "paper.no_emergency"
    words = Words(
        fa="نسخهٔ کاغذی فقط در شرایط اضطراریِ اعلام‌شده پذیرفته می‌شود و اکنون در استان این مرکز"
        " اعلامیه‌ای با این شماره در جریان نیست.",
        en="A paper prescription is accepted only within a declared emergency, and none with this number"
        " is in force in this centre's province.",
    )
    fix = Words(
        fa="نسخه را الکترونیکی ثبت کنید، یا اعلامیه‌های جاری را در صفحهٔ وضعیت ببینید.",
        en="Write the prescription electronically, or see the declarations in force on the status page.",
    )


class WrittenOutsideEmergency(Problem):
    code = "paper.written_outside"
    words = Words(
        fa="تاریخ نوشتن نسخه بیرون از بازهٔ اعلامیه است ({from_day} تا {to_day}).",
        en="The date written lies outside the declaration ({from_day} to {to_day}).",
    )
    fix = Words(
        fa="تاریخ روی کاغذ را دوباره بخوانید؛ نسخهٔ بیرون از این بازه پذیرفته نمی‌شود.",
        en="Read the date on the paper again; a prescription from outside it cannot be accepted.",
    )


class DeclarationUnsigned(Problem):
    code = "declaration.signature"
    words = Words(
        fa="این امضا، امضای معتبر یکی از کارشناسان نهاد تنظیم‌گر بر همین متن نیست.",
        en="This is not a valid signature of one of the regulator's officers over these very words.",
    )
    fix = Words(
        fa="دو کارشناس متفاوت باید متن را به همان صورتی که فرستاده می‌شود با کلید معتبر خود امضا کنند.",
        en="Two different officers must sign the words exactly as sent, with keys that are in force.",
    )


class NotAnInstant(Problem):
    code = "time.malformed"
    kind = Kind.MALFORMED
    words = Words(
        fa="زمان باید به شکل RFC 3339 و با منطقهٔ زمانی باشد، مانند 2026-11-22T06:00:00Z.",
        en="The time must be RFC 3339 with its zone, such as 2026-11-22T06:00:00Z.",
    )


class CodeMissing(Problem):
    code = "code.missing"
    kind = Kind.MISSING
    words = Words(
        fa="کد {value} در فهرست {system} نیست.",
        en="There is no code {value} in {system}.",
    )
    fix = Words(
        fa="با واژه‌ای از نام آن جست‌وجو کنید: /codings/{system}/search?q=",
        en="Search by a word of its name: /codings/{system}/search?q=",
    )
