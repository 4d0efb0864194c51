"""What can be refused about a paper prescription and its picture."""

from codings.base import Kind, Problem, Words


class ImageKind(Problem):
    code = "image.kind"
    words = Words(
        fa="تصویر باید JPEG یا PNG باشد.",
        en="The picture has to be a JPEG or a PNG.",
    )
    fix = Words(
        fa="از برگه دوباره عکس بگیرید و همان پرونده را بفرستید.",
        en="Take the photo again and send that file.",
    )


class ImageTooLarge(Problem):
    code = "image.too_large"
    kind = Kind.TOO_LARGE
    words = Words(
        fa="حجم تصویر از {megabytes} مگابایت بیشتر است.",
        en="The picture is larger than {megabytes} MB.",
    )
    fix = Words(fa="با کیفیت کمتری عکس بگیرید.", en="Take it at a lower quality.")


class ImageNotFound(Problem):
    code = "image.not_found"
    kind = Kind.MISSING
    words = Words(
        fa="این تصویر در تصویرهای مرکز شما نیست.",
        en="This picture is not among those of your centre.",
    )
    fix = Words(fa="تصویر برگه را دوباره بارگذاری کنید.", en="Upload the picture of the paper again.")


class ImageUsed(Problem):
    code = "image.used"
    kind = Kind.CONFLICT
    words = Words(
        fa="این تصویر پیش‌تر برای نسخهٔ {number} به کار رفته است.",
        en="This picture was used for the prescription {number} already.",
    )
    fix = Words(
        fa="هر برگه یک بار ثبت می‌شود؛ اگر برگهٔ دیگری است، تصویر همان را بارگذاری کنید.",
        en="A paper is entered once; if this is another one, upload its own picture.",
    )


class PaperPrescriberUnknown(Problem):
    code = "paper.prescriber_unknown"
    words = Words(
        fa="پزشکی با شمارهٔ نظام پزشکی {practitioner} و پروانهٔ معتبر ثبت نشده است.",
        en="No physician with the council number {practitioner} and a licence in force is registered.",
    )
    fix = Words(
        fa="شماره را از روی مُهر پزشک دوباره بخوانید.",
        en="Read the number from the physician's stamp again.",
    )


class AlreadyElectronic(Problem):
    """A paper written on a day on which the same prescriber also signed electronically for this patient."""

    code = "paper.already_electronic"
    kind = Kind.CONFLICT
    words = Words(
        fa="همین پزشک در همان روز برای این بیمار نسخهٔ الکترونیکی {number} را ثبت کرده است.",
        en="On that day the same prescriber registered the electronic prescription {number} for this patient.",
    )
    fix = Words(
        fa="نسخهٔ الکترونیکی را تحویل دهید؛ اگر کاغذ نسخهٔ دیگری است، با پزشک تماس بگیرید.",
        en="Dispense the electronic one; if the paper is a different prescription, call the prescriber.",
    )


class PaperOrderRefused(Problem):
    """Findings about the form of the order, which are wrong on paper too; they come along."""

    code = "paper.order_refused"
    words = Words(
        fa="دستور یک یا چند قلم آن‌گونه که وارد شده ثبت‌شدنی نیست.",
        en="One or more items cannot be entered as they were typed.",
    )
    fix = Words(
        fa="برگه را دوباره بخوانید و واحد و تعداد را همان‌گونه که در هشدار آمده وارد کنید.",
        en="Read the paper again, and enter unit and repeats as the findings say.",
    )


class DeclarationNotFor(Problem):
    code = "paper.other_declaration"
    words = Words(
        fa="این شباد زیر اعلامیهٔ اضطراری {declaration} نیست.",
        en="This SHABAD does not stand under the declaration {declaration}.",
    )
    fix = Words(
        fa="شباد دیگری از ذخیرهٔ مرکز بردارید.",
        en="Take another SHABAD from the centre's reserve.",
    )
