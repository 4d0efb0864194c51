"""The insurer's room says no: files of results, and remittances."""

from codings.base import Kind, Problem, Words


class SubmissionUnknown(Problem):
    """Also the answer for a file another insurer sent."""

    code = "submission.unknown"
    kind = Kind.MISSING
    words = Words(fa="پرونده‌ای با این شناسه دریافت نشده است.", en="No file with this id was received.")


class SubmissionTooLarge(Problem):
    code = "submission.too_large"
    kind = Kind.TOO_LARGE
    words = Words(
        fa="این پرونده بیش از {limit} سطر دارد.",
        en="This file has more than {limit} lines.",
    )
    fix = Words(fa="آن را در چند پروندهٔ کوچک‌تر بفرستید.", en="Send it as several smaller files.")


class RemittanceUnknown(Problem):
    """Also the answer for a payment of another insurer."""

    code = "remittance.unknown"
    kind = Kind.MISSING
    words = Words(fa="پرداختی با این شماره پیدا نشد.", en="There is no payment with this number.")


class RemittanceNumberTaken(Problem):
    code = "remittance.number_taken"
    kind = Kind.CONFLICT
    words = Words(
        fa="پرداخت شمارهٔ {payment_no} پیش‌تر با محتوای دیگری ثبت شده است و چیزی تغییر نکرد.",
        en="Payment {payment_no} was recorded with other content; nothing was changed.",
    )
    fix = Words(
        fa="اگر این پرداخت دیگری است، شمارهٔ تازه‌ای به آن بدهید.",
        en="If this is another payment, give it a number of its own.",
    )


class RemittanceSumWrong(Problem):
    code = "remittance.sum"
    words = Words(
        fa="جمع سطرها {total} ریال است ولی مبلغ پرداخت {amount} ریال نوشته شده است.",
        en="The lines add up to {total} Rial but the payment says {amount} Rial.",
    )
    fix = Words(
        fa="مبلغ پرداخت باید درست برابر جمع سطرها باشد؛ مبلغ استرداد را منفی بنویسید.",
        en="The amount is exactly the sum of the lines; a recovery is written as a negative amount.",
    )


class RemittanceLinesRefused(Problem):
    code = "remittance.lines"
    words = Words(
        fa="{count} سطر از این پرداخت پذیرفتنی نیست و هیچ سطری ثبت نشد. سطرها: {places}.",
        en="{count} lines of this payment cannot be accepted and none was recorded. Lines: {places}.",
    )
    fix = Words(
        fa="سطرهای نام‌برده را اصلاح کنید: هیچ سطری از مبلغ قابل پرداخت صورت‌حساب خود بیشتر نمی‌شود.",
        en="Mend those lines: none may be above what is payable for its claim.",
    )
