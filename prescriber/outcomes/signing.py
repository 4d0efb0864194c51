"""Why a signature, or what was signed, is not accepted. Each reason says what to do next."""

from codings.base import Kind, Problem, Words

PREPARE_AGAIN = Words(
    fa="صفحهٔ بازبینی را دوباره باز کنید و همان متن تازه را امضا کنید.",
    en="Prepare it again and sign the new text.",
)


class SignatureRefused(Problem):
    """No signed prescription of ours, or a signature that does not verify."""

    code = "signature.refused"
    words = Words(
        fa="این متن، نسخه‌ای با امضای درست نیست و ثبت نشد (علت فنی: {why}).",
        en="This is not a correctly signed prescription, and it was not registered ({why}).",
    )
    fix = PREPARE_AGAIN


class SignerUnknown(Problem):
    code = "signature.unknown_key"
    words = Words(
        fa="گواهی امضای {kid} در این سامانه ثبت نشده است.",
        en="The signing certificate {kid} is not registered here.",
    )
    fix = Words(
        fa="روی همین دستگاه گواهی تازه درخواست کنید و پس از تأیید آن دوباره امضا کنید.",
        en="Ask for a certificate on this device and sign again once it is approved.",
    )


class CertificateNotInForce(Problem):
    code = "signature.certificate_not_in_force"
    words = Words(
        fa="گواهی امضای {kid} در زمان امضا معتبر نبود (باطل شده یا بیرون از مدت اعتبار است).",
        en="The signing certificate {kid} was not in force when this was signed: revoked, or outside its dates.",
    )
    fix = Words(
        fa="گواهی تازه درخواست کنید و پس از تأیید آن دوباره امضا کنید.",
        en="Ask for a new certificate and sign again once it is approved.",
    )


class NotThePrescribersKey(Problem):
    code = "signature.not_the_prescriber"
    words = Words(
        fa="گواهی امضا از آنِ پزشکی نیست که نسخه به نام اوست ({practitioner}).",
        en="The signing certificate does not belong to the prescriber named in it ({practitioner}).",
    )
    fix = Words(
        fa="هر پزشک نسخهٔ خود را با کلید خودش امضا می‌کند؛ با حساب همان پزشک وارد شوید.",
        en="Every prescriber signs with their own key; sign in as the one named.",
    )


class NoCertificate(Problem):
    code = "certificate.none"
    words = Words(
        fa="پزشک {practitioner} گواهی امضای معتبری ندارد.",
        en="The prescriber {practitioner} has no signing certificate in force.",
    )
    fix = Words(
        fa="از صفحهٔ «کلید امضا» گواهی درخواست کنید؛ پس از تأیید دو کارشناس می‌توانید امضا کنید.",
        en="Ask for one on the page of your signing key; two officers approve it.",
    )


class SignedAtWrongTime(Problem):
    code = "signature.time"
    words = Words(
        fa="زمان درون نسخه با زمان دریافت آن بیش از {minutes} دقیقه فاصله دارد.",
        en="The time within the prescription is more than {minutes} minutes from its receipt.",
    )
    fix = Words(
        fa="ساعت دستگاه را درست کنید، صفحهٔ بازبینی را دوباره باز کنید و امضا کنید.",
        en="Set the clock of this device right, prepare the prescription again and sign it.",
    )


class ShabadNotUsable(Problem):
    code = "shabad.not_usable"
    kind = Kind.CONFLICT
    words = Words(
        fa="روی شباد {shabad} نمی‌توان نسخه نوشت؛ باطل شده، رد شده یا به کار رفته است.",
        en="Nothing can be written on the SHABAD {shabad}: it was given up, rejected or used.",
    )
    fix = Words(fa="برای همین ویزیت شباد تازه بگیرید.", en="Get a new SHABAD for this encounter.")


class ShabadExpired(Problem):
    code = "shabad.expired"
    words = Words(
        fa="مهلت شباد {shabad} پیش از زمان این نسخه به پایان رسیده است.",
        en="The SHABAD {shabad} ended before the time of this prescription.",
    )
    fix = Words(fa="برای همین ویزیت شباد تازه بگیرید.", en="Get a new SHABAD for this encounter.")


class OtherShabad(Problem):
    code = "prescription.other_shabad"
    words = Words(
        fa="شباد درون متن امضاشده با شباد این ویزیت یکی نیست.",
        en="The SHABAD within the signed text is not that of this encounter.",
    )
    fix = PREPARE_AGAIN


class OtherPractitioner(Problem):
    code = "prescription.other_practitioner"
    words = Words(
        fa="شباد این ویزیت به نام پزشک دیگری است.",
        en="The SHABAD of this encounter is for another prescriber.",
    )
    fix = Words(
        fa="همان پزشکی که شباد به نام اوست نسخه را بنویسد، یا شباد تازه‌ای به نام خود بگیرید.",
        en="Let the prescriber it was issued for write it, or get a SHABAD of your own.",
    )


class OtherCentre(Problem):
    code = "prescription.other_centre"
    words = Words(
        fa="مرکز نسخه با مرکز شما یا مرکز این شباد یکی نیست.",
        en="The centre of the prescription is not yours, or not that of the SHABAD.",
    )
    fix = PREPARE_AGAIN


class OtherPatient(Problem):
    code = "prescription.other_patient"
    words = Words(
        fa="بیمار درون متن امضاشده، بیمار این شباد نیست.",
        en="The patient within the signed text is not the patient of this SHABAD.",
    )
    fix = Words(
        fa="به صفحهٔ بیمار برگردید، هویت او را دوباره بررسی کنید و نسخه را از همان‌جا آماده کنید.",
        en="Go back to the patient, check who it is, and prepare the prescription from there.",
    )


class OtherInsurer(Problem):
    code = "prescription.other_insurer"
    words = Words(
        fa="بیمه‌گر درون متن امضاشده، بیمه‌گر این شباد نیست.",
        en="The insurer within the signed text is not that of the SHABAD.",
    )
    fix = PREPARE_AGAIN


class OtherPeriod(Problem):
    code = "prescription.other_period"
    words = Words(
        fa="مهلت تحویل در متن امضاشده با قاعدهٔ این سامانه ({days} روز پس از آغاز آخرین نوبت) یکی نیست.",
        en="The period within the signed text is not the rule's: {days} days after the last fill opens.",
    )
    fix = PREPARE_AGAIN


class OldCodings(Problem):
    code = "prescription.old_codings"
    words = Words(
        fa="کدگذاری دارویی از زمان آماده‌سازی این نسخه تازه شده است (ویرایش جاری: {release}).",
        en="The medicine codings have changed since this was prepared (current release: {release}).",
    )
    fix = PREPARE_AGAIN


class OtherDeclaration(Problem):
    code = "prescription.other_declaration"
    words = Words(
        fa="شمارهٔ اعلامیهٔ اضطراری درون متن با اعلامیهٔ این شباد یکی نیست.",
        en="The emergency declaration within the text is not that of the SHABAD.",
    )
    fix = PREPARE_AGAIN


class PaperInElectronic(Problem):
    code = "prescription.paper_in_electronic"
    words = Words(
        fa="نسخه‌ای که با کلید پزشک امضا می‌شود نمی‌تواند رونوشت کاغذ باشد.",
        en="What a prescriber signs with their own key cannot be the transcription of a paper.",
    )
    fix = Words(
        fa="نسخهٔ کاغذی را از صفحهٔ «ثبت نسخهٔ کاغذی» وارد کنید.",
        en="Enter a paper prescription through the page for paper.",
    )


class MedicineUnknown(Problem):
    code = "item.medicine_unknown"
    words = Words(
        fa="دارویی با کد ژنریک {generic} در ویرایش جاری نیست.",
        en="The current release has no medicine with the generic code {generic}.",
    )
    fix = Words(
        fa="دارو را از فهرست جست‌وجو انتخاب کنید.",
        en="Choose the medicine from the search list.",
    )


class OtherMedicineName(Problem):
    code = "item.other_name"
    words = Words(
        fa="نام دارو در متن امضاشده با نام کد {generic} ({name}) یکی نیست.",
        en="The name in the signed text is not that of the code {generic} ({name}).",
    )
    fix = PREPARE_AGAIN


class OverrideNotAsked(Problem):
    code = "override.not_asked"
    words = Words(
        fa="برای هشدار «{finding}» دلیل آورده شده، ولی این هشدار برای این نسخه وجود ندارد.",
        en="A reason is given for the finding “{finding}”, which this prescription does not have.",
    )
    fix = Words(
        fa="دلیل اضافه را بردارید و دوباره آماده کنید.",
        en="Take the reason out and prepare it again.",
    )


class OverrideTwice(Problem):
    code = "override.twice"
    words = Words(
        fa="برای هشدار «{finding}» بیش از یک دلیل آورده شده است.",
        en="More than one reason is given for the finding “{finding}”.",
    )
    fix = Words(fa="تنها یک دلیل نگه دارید.", en="Keep one of them.")


class Unsafe(Problem):
    """Findings that stop; they come along."""

    code = "prescription.unsafe"
    words = Words(
        fa="این نسخه با هشدارهای بازدارنده امضاشدنی نیست.",
        en="This prescription has findings that stop it from being signed.",
    )
    fix = Words(
        fa="هر مورد را همان‌گونه که در هشدار آمده اصلاح کنید و دوباره آماده کنید.",
        en="Mend each as its finding says, and prepare it again.",
    )


class ReasonMissing(Problem):
    """Findings that ask, without an answer; they come along."""

    code = "prescription.reason_missing"
    words = Words(
        fa="برای هر هشدار پرسشی، دلیل لازم است.",
        en="Each finding that asks needs a reason.",
    )
    fix = Words(
        fa="نسخه را اصلاح کنید یا برای هر هشدار دلیلی از فهرست انتخاب کنید، سپس دوباره امضا کنید.",
        en="Change the order, or choose a reason for each, and sign again.",
    )


class TooLongForSlip(Problem):
    code = "prescription.too_long_for_slip"
    words = Words(
        fa="این نسخه آن‌قدر بلند است که در دو کد QR برگه جا نمی‌شود.",
        en="This prescription does not fit into the two QR codes of a slip.",
    )
    fix = Words(
        fa="آن را به دو نسخه تقسیم کنید یا توضیح‌ها را کوتاه‌تر بنویسید.",
        en="Split the prescription in two, or shorten the instructions.",
    )
