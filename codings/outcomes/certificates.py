"""What happens to certificates, and what is refused about them."""

from dataclasses import dataclass

from codings.base import Event, Kind, Problem, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRevoked(Event):
    """A key is not believed any more: it signs nothing from now on."""

    kid: str
    holder: str


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
