"""The insurer's room says no: claims and the batches they travel in."""

from dataclasses import dataclass
from typing import Any

from codings.base import Kind, Problem, Words


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in what an insurer sent that is not as it should be; a Problem carries these as findings."""

    pointer: str  # where, as a JSON pointer into what was sent
    expected: Any
    received: Any

    def as_json(self) -> dict[str, Any]:
        return {"pointer": self.pointer, "expected": self.expected, "received": self.received}


class StatementMismatch(Problem):
    code = "statement.mismatch"
    kind = Kind.CONFLICT
    words = Words(
        fa="محاسبهٔ سهم‌ها با اقلام تحویل‌شده نمی‌خواند: جمع محاسبه {statement} ریال و جمع تحویل {dispensed} ریال است.",
        en="The statement does not belong to what was dispensed: {statement} Rial against {dispensed} Rial.",
    )
    fix = Words(fa="سهم‌ها را دوباره محاسبه کنید.", en="Work the price out again.")


class ClaimUnknown(Problem):
    """Also the answer for a claim of another insurer or another pharmacy."""

    code = "claim.unknown"
    kind = Kind.MISSING
    words = Words(fa="صورت‌حسابی با این شماره پیدا نشد.", en="There is no such claim.")
    fix = Words(
        fa="شماره را به شکل «شباد-۱.۱-TAM» و درست مانند آنچه در دسته آمده است وارد کنید.",
        en="Give the number as the batch has it, like SHABAD-1.1-TAM.",
    )


class ClaimStateRefused(Problem):
    code = "claim.state"
    kind = Kind.CONFLICT
    words = Words(
        fa="صورت‌حساب {claim} در وضعیت «{state_fa}» است و این کار در این وضعیت ممکن نیست.",
        en="Claim {claim} is {state_en}; this cannot be done in that state.",
    )
    fix = Words(
        fa="صفحه را تازه کنید و وضعیت کنونی صورت‌حساب را ببینید.",
        en="Reload the claim and see where it stands.",
    )


class BatchUnknown(Problem):
    """Also the answer for a batch of another insurer."""

    code = "batch.unknown"
    kind = Kind.MISSING
    words = Words(fa="دسته‌ای با شمارهٔ {seq} پیدا نشد.", en="There is no batch with the number {seq}.")
    fix = Words(
        fa="شمارهٔ آخرین دسته را از نشانی cursor بخوانید.",
        en="Read the number of the last batch from the cursor.",
    )


class BatchMismatch(Problem):
    code = "batch.mismatch"
    kind = Kind.CONFLICT
    words = Words(
        fa="رسید با دستهٔ {seq} نمی‌خواند و چیزی ثبت نشد. موارد ناهمخوان: {places}.",
        en="The acknowledgement does not fit batch {seq} and nothing was recorded. What differs: {places}.",
    )
    fix = Words(
        fa="پروندهٔ دسته را دوباره دریافت کنید، هش و تعداد سطرها را از نو حساب کنید و رسید را بفرستید.",
        en="Fetch the batch's file again, recompute hash and count, and send the acknowledgement anew.",
    )


class BatchAcknowledgedOtherwise(Problem):
    code = "batch.acknowledged"
    kind = Kind.CONFLICT
    words = Words(
        fa="دستهٔ {seq} پیش‌تر با رسید دیگری تأیید شده است و چیزی تغییر نکرد. موارد ناهمخوان: {places}.",
        en="Batch {seq} was acknowledged with another receipt; nothing was changed. What differs: {places}.",
    )
    fix = Words(
        fa="رسید ثبت‌شده را بررسی کنید؛ ایرادهای فنی تازه را در نتیجهٔ رسیدگی بنویسید.",
        en="Check the receipt on record; report new faults with the results.",
    )


class RangeUnsatisfiable(Problem):
    code = "batch.range"
    words = Words(
        fa="بازهٔ خواسته‌شده بیرون از این پرونده است؛ پرونده {size} بایت دارد.",
        en="The range asked for lies outside this file, which has {size} bytes.",
    )
