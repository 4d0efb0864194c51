"""Is a decision sound? Pure: what was asked for, line by line, against what an insurer answers.

Every Rial of a line is either approved or deducted with a reason; the outcome is the one the sums say.
"""

from collections.abc import Mapping

from codings.base import Words
from insurer.inputs import Failure, ResultLine
from insurer.states import Outcome

_LINES = Words(
    "باید برای هر یک از ردیف‌های {expected} درست یک تصمیم نوشته شود؛ نوشته‌شده: {received}.",
    "Each of the lines {expected} needs exactly one decision; there are decisions for {received}.",
)
_SUM = Words(
    "ردیف {line}: مبلغ تأییدشده و کسورات روی هم {told} ریال است، ولی مبلغ درخواستی {requested} ریال بود.",
    "Line {line}: approved and deducted add up to {told} Rial, but {requested} Rial were requested.",
)
_OUTCOME = Words(
    "نتیجهٔ «{told}» با مبلغ‌ها نمی‌خواند؛ از {requested} ریال، {approved} ریال تأیید شده است.",
    "The outcome “{told}” does not fit the amounts: {approved} of {requested} Rial are approved.",
)


def approved_total(result: ResultLine) -> int:
    """What a decision approves, all lines together."""
    return sum(line.approved for line in result.lines)


def unsound(number: int, result: ResultLine, requested: Mapping[int, int]) -> Failure | None:
    """Why a decision cannot stand, or None. `requested` is what the claim asks for, by line number."""
    told = [line.line for line in result.lines]
    if sorted(told) != sorted(requested):
        words = _LINES.format(expected=_list(requested), received=_list(told))
        return Failure(number, "result.lines", words, "/lines")
    for place, line in enumerate(result.lines):
        total = line.approved + sum(deduction.amount for deduction in line.deductions)
        if total != requested[line.line]:
            words = _SUM.format(line=line.line, told=total, requested=requested[line.line])
            return Failure(number, "result.sum", words, f"/lines/{place}")
    approved, asked = approved_total(result), sum(requested.values())
    if result.outcome is not outcome_of(approved, asked):
        words = _OUTCOME.format(told=result.outcome.value, requested=asked, approved=approved)
        return Failure(number, "result.outcome", words, "/outcome")
    return None


def outcome_of(approved: int, requested: int) -> Outcome:
    """What the sums say: all of it, nothing of it, or a part."""
    if approved == requested:
        return Outcome.APPROVED
    return Outcome.PARTLY if approved else Outcome.REJECTED


def _list(numbers: Mapping[int, int] | list[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers)) or "-"
