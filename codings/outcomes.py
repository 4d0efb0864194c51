"""What the ground floor answers besides values: its problems (no) and its events (yes, and more follows)."""

from dataclasses import dataclass

from codings.base import Event, Kind, Problem, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRevoked(Event):
    """A key is not believed any more: it signs nothing from now on."""

    kid: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationApproved(Event):
    """An emergency was declared with two signatures; sites are to be told."""

    number: str


class CodeUnknown(Problem):
    code = "code.unknown"
    words = Words(
        fa="کد «{value}» در فهرست «{system}» وجود ندارد.",
        en="The code “{value}” is not in the list “{system}”.",
    )
    fix = Words(
        fa="یکی از کدهای ویرایش جاری این فهرست را انتخاب کنید.",
        en="Choose a code from the current release of this list.",
    )


class SystemUnknown(Problem):
    code = "code.system_unknown"
    kind = Kind.MISSING
    words = Words(
        fa="نظام کدگذاری «{system}» در این سامانه بارگذاری نشده است.",
        en="The code system “{system}” is not loaded here.",
    )


class IdentifierRefused(Problem):
    """Says what the identifier's own definition says."""

    code = "identifier.invalid"
    words = Words(fa="{fa}", en="{en}")


class ReleaseUnreadable(Problem):
    code = "release.unreadable"
    words = Words(
        fa="پروندهٔ {file} در سطر {line} خوانده نشد: {why}. هیچ‌چیز بارگذاری نشد.",
        en="The file {file} cannot be read at line {line}: {why}. Nothing was loaded.",
    )
    fix = Words(
        fa="همان سطر را اصلاح و دوباره بارگذاری کنید.",
        en="Mend that line and load the folder again.",
    )


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


class CsrRefused(Problem):
    code = "certificate.csr"
    words = Words(
        fa="این درخواست گواهی (CSR) پذیرفته نشد: {why_fa}.",
        en="This certificate request (CSR) cannot be accepted: {why_en}.",
    )
    fix = Words(
        fa="روی همین دستگاه یک کلید تازهٔ P-256 بسازید و درخواست را دوباره بفرستید.",
        en="Make a new P-256 key on this device and send the request again.",
    )


class CertificateUnknown(Problem):
    """Also the answer for a certificate or request that is not yours."""

    code = "certificate.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="گواهی یا درخواست گواهی با این نشانی پیدا نشد.",
        en="There is no such certificate or certificate request.",
    )


class CertificateStateRefused(Problem):
    code = "certificate.state"
    kind = Kind.CONFLICT
    words = Words(
        fa="این کار در وضعیت کنونی ممکن نیست؛ شاید همکار دیگری زودتر اقدام کرده باشد (وضعیت: {state}).",
        en="This cannot be done in the present state ({state}); someone else may have acted first.",
    )
    fix = Words(fa="صفحه را تازه کنید و وضعیت را ببینید.", en="Reload the page and see where it stands.")


class SameOfficer(Problem):
    code = "certificate.same_officer"
    words = Words(
        fa="صدور گواهی به دو کارشناس نیاز دارد؛ کسی که آن را درخواست یا ثبت کرده یا دارندهٔ آن است نمی‌تواند تأییدش کند.",
        en="A certificate needs two officers: whoever asked for it, entered it or will hold it cannot approve it.",
    )
    fix = Words(fa="از همکار دیگری بخواهید آن را تأیید کند.", en="Ask another officer to approve it.")


class CertificateMismatch(Problem):
    code = "certificate.mismatch"
    words = Words(
        fa="گواهی صادرشده با درخواست آن نمی‌خواند: {why}.",
        en="The issued certificate does not belong to this request: {why}.",
    )


class InvalidFromRefused(Problem):
    code = "certificate.invalid_from"
    words = Words(
        fa="زمان بی‌اعتباری باید پیش از اکنون و پس از آغاز اعتبار گواهی باشد.",
        en="The time from which the key is not believed must lie after the certificate began and not in the future.",
    )
    fix = Words(
        fa="زمان گم‌شدن یا لو رفتن کلید را وارد کنید، یا آن را خالی بگذارید تا از همین اکنون بی‌اعتبار شود.",
        en="Give the time the key was lost, or leave it empty to mean now.",
    )


class DeclarationUnknown(Problem):
    code = "declaration.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="اعلامیه‌ای با شمارهٔ {number} وجود ندارد.",
        en="There is no declaration with the number {number}.",
    )


class DeclarationSameOfficer(Problem):
    code = "declaration.same_officer"
    words = Words(
        fa="اعلام شرایط اضطراری به امضای دو نفر نیاز دارد؛ تنظیم‌کننده نمی‌تواند آن را تأیید کند.",
        en="A declaration needs two officers: whoever drafted it cannot approve it.",
    )
    fix = Words(fa="از همکار دیگری بخواهید آن را تأیید کند.", en="Ask another officer to approve it.")


class DeclarationTooLong(Problem):
    code = "declaration.too_long"
    words = Words(
        fa="شرایط اضطراری حداکثر برای {hours} ساعت اعلام می‌شود.",
        en="An emergency is declared for at most {hours} hours.",
    )
    fix = Words(
        fa="زمان پایان را نزدیک‌تر بگذارید؛ برای ادامه، اعلامیهٔ تازه‌ای تنظیم کنید.",
        en="Choose an earlier end; to go on after it, draft a new declaration.",
    )


class DeclarationEndsBeforeStart(Problem):
    code = "declaration.ends_before_start"
    words = Words(
        fa="زمان پایان باید پس از زمان آغاز باشد.",
        en="The end must come after the start.",
    )
    fix = Words(fa="زمان آغاز و پایان را بررسی کنید.", en="Check the start and the end.")


class DeclarationBackdated(Problem):
    code = "declaration.backdated"
    words = Words(
        fa="آغاز اعلامیه حداکثر {hours} ساعت پیش از تنظیم آن می‌تواند باشد.",
        en="A declaration may start at most {hours} hours before it is drafted.",
    )
    fix = Words(fa="زمان آغاز را دیرتر بگذارید.", en="Choose a later start.")


class DeclarationOver(Problem):
    code = "declaration.over"
    words = Words(
        fa="زمان پایان این اعلامیه گذشته است و دیگر نمی‌تواند جاری شود.",
        en="The end of this declaration has passed; it cannot come into force any more.",
    )
    fix = Words(fa="اعلامیهٔ تازه‌ای با زمان پایان دیرتر تنظیم کنید.", en="Draft a new one with a later end.")


class DeclarationIncomplete(Problem):
    code = "declaration.incomplete"
    words = Words(
        fa="اعلامیه باید دست‌کم یک استان و شرحی کوتاه (حداکثر {limit} نویسه) داشته باشد.",
        en="A declaration needs at least one province and a few words (at most {limit} characters).",
    )
    fix = Words(fa="استان و شرح را کامل کنید.", en="Complete the provinces and the words.")


class DeclarationStateRefused(Problem):
    code = "declaration.state"
    kind = Kind.CONFLICT
    words = Words(
        fa="این کار در وضعیت کنونی اعلامیه ممکن نیست؛ شاید همکار دیگری زودتر اقدام کرده باشد (وضعیت: {state}).",
        en="This cannot be done in the declaration's present state ({state}); someone else may have acted first.",
    )
    fix = Words(fa="صفحه را تازه کنید و وضعیت را ببینید.", en="Reload the page and see where it stands.")
