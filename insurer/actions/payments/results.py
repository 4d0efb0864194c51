"""An insurer's decisions: one line of a file, one decision on one version of one claim.

A line that cannot stand is told with its number and touches nothing; all others are recorded. A decision that is
there already, the same, changes nothing; so a file can be sent again at any time.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from codings import jws
from codings.base import Actor, Words
from insurer.actions.claims import release_after_basic
from insurer.actions.claims.rows import change
from insurer.actions.payments.settling import accept
from insurer.actions.payments.submissions import finish, take_up
from insurer.decisions import approved_total, unsound
from insurer.inputs import Failure, ResultLine, read_lines
from insurer.queries.claims import among, locked_by_number
from insurer.queries.evidence import requested_lines
from insurer.sealing import sha256
from insurer.states import (
    CLAIM_WORDS,
    DECISIONS,
    ClaimKind,
    ClaimState,
    Outcome,
    SubmissionKind,
    SubmissionState,
)
from insurer.tables.claims import Claim, CostStatement
from insurer.tables.payments import ClaimResult, Deduction, Submission

OPEN_TO_DECISION = frozenset({ClaimState.RECEIVED, ClaimState.IN_REVIEW, ClaimState.APPEALED})
_UNKNOWN = Words("صورت‌حسابی با این شماره برای این بیمه‌گر وجود ندارد.", "This insurer has no such claim.")
_VERSION = Words(
    "ویرایش {told} این صورت‌حساب در رسیدگی نیست؛ تازه‌ترین ویرایش آن {newest} است.",
    "Version {told} of this claim is not under review; the newest is {newest}.",
)
_STATE = Words(
    "این صورت‌حساب «{fa}» است و اکنون نتیجه‌ای نمی‌پذیرد؛ اگر رسید دستهٔ آن را هنوز نداده‌اید، نخست رسید بدهید.",
    "This claim is {en} and takes no decision now; if its batch is not acknowledged yet, acknowledge it first.",
)
_TAKEN = Words(
    "نتیجهٔ شمارهٔ {no} برای این صورت‌حساب پیش‌تر با محتوای دیگری ثبت شده است؛ شمارهٔ بعدی را به کار ببرید.",
    "Result {no} of this claim was recorded with other content; use the next number.",
)
_ORDER = Words(
    "شمارهٔ نتیجه باید از {last} بزرگ‌تر باشد.", "The number of this result must be higher than {last}."
)


@dataclass(slots=True)
class _Known:
    """What the lines of a file are about, as it stands now; kept up to date while they are recorded."""

    claims: dict[str, Claim]
    statements: dict[uuid.UUID, CostStatement]
    results: dict[tuple[str, int], dict[int, str]]  # (claim, version) -> number -> sha256

    def of(self, line: ResultLine) -> dict[int, str]:
        return self.results.setdefault((line.claim, line.version), {})


def record_results(session: Session, *, insurer: str, job: uuid.UUID, by: Actor) -> Submission:
    """Read a received file of decisions. One that was read already is left as it is."""
    submission = take_up(session, insurer=insurer, job=job, kind=SubmissionKind.RESULTS, by=by)
    if submission.state is SubmissionState.DONE:
        return submission
    read = list(read_lines(submission.body, ResultLine))
    known = _look_up(session, insurer, (line.claim for _, line in read if isinstance(line, ResultLine)))
    counts = {"lines": len(read), "recorded": 0, "unchanged": 0, "failed": 0}
    failures: list[Failure] = []
    for number, line in read:
        if isinstance(line, Failure):
            failures.append(line)
            continue
        told = sha256(jws.canonical(line.model_dump(mode="json")))
        if known.of(line).get(line.result_no) == told:
            counts["unchanged"] += 1
            continue
        failure = _refusal(number, line, known)
        if failure is not None:
            failures.append(failure)
            continue
        _record(session, line, known, submission, by)
        known.of(line)[line.result_no] = told
        counts["recorded"] += 1
    counts["failed"] = len(failures)
    return finish(session, submission=submission, counts=counts, failures=failures, by=by)


def _look_up(session: Session, insurer: str, numbers: Iterable[str]) -> _Known:
    """All claims the file names, locked in one order, with their statements and earlier decisions."""
    claims = locked_by_number(session, insurer=insurer, numbers=set(numbers))
    statements = session.exec(
        select(CostStatement).where(
            among(CostStatement.shabad, [claim.shabad for claim in claims.values()]),
            among(CostStatement.id, [claim.statement for claim in claims.values()]),
        )
    )
    results: dict[tuple[str, int], dict[int, str]] = {}
    for one in session.exec(
        select(ClaimResult).where(ClaimResult.insurer == insurer, among(ClaimResult.claim, list(claims)))
    ):
        results.setdefault((one.claim, one.version), {})[one.result_no] = one.sha256
    return _Known(claims, {statement.id: statement for statement in statements}, results)


def _refusal(number: int, line: ResultLine, known: _Known) -> Failure | None:
    """Why this decision is not recorded, or None."""
    claim = known.claims.get(line.claim)
    if claim is None:
        return Failure(number, "claim.unknown", _UNKNOWN, "/claim")
    if line.result_no in known.of(line):
        return Failure(number, "result.number_taken", _TAKEN.format(no=line.result_no), "/result_no")
    if claim.state not in OPEN_TO_DECISION:
        words = _STATE.format(**CLAIM_WORDS[claim.state]._asdict())
        return Failure(number, "claim.state", words, "/claim")
    if line.version != claim.version:
        words = _VERSION.format(told=line.version, newest=claim.version)
        return Failure(number, "result.version", words, "/version")
    last = max(known.of(line), default=0)
    if line.result_no <= last:
        return Failure(number, "result.order", _ORDER.format(last=last), "/result_no")
    return unsound(number, line, requested_lines(claim, known.statements[claim.statement]))


def _record(session: Session, line: ResultLine, known: _Known, submission: Submission, by: Actor) -> None:
    """Record one decision, and take its claim as far as it goes by itself."""
    claim = known.claims[line.claim]
    approved = approved_total(line)
    key: dict[str, Any] = {
        "insurer": claim.insurer,
        "claim": line.claim,
        "version": line.version,
        "result_no": line.result_no,
    }
    told = line.model_dump(mode="json")
    session.add(
        ClaimResult(
            **key,
            outcome=line.outcome,
            requested=claim.amount,
            approved=approved,
            lines=told["lines"],
            sha256=sha256(jws.canonical(told)),
            submission=submission.id,
            at=by.at,
            by=by.id,
        )
    )
    session.flush()
    session.add_all(
        Deduction(**key, line=decided.line, position=position, **deduction.model_dump())
        for decided in line.lines
        for position, deduction in enumerate(decided.deductions, start=1)
    )
    why = f"result {line.result_no}"
    if claim.state is not ClaimState.IN_REVIEW:
        claim = change(session, claim=claim, to=ClaimState.IN_REVIEW, by=by, why=why)
    claim = change(session, claim=claim, to=DECISIONS[line.outcome], by=by, why=why, approved=approved)
    if claim.kind is ClaimKind.BASIC:
        release_after_basic(session, basic=claim, by=by)
    if line.outcome is Outcome.APPROVED:  # nobody can object to everything
        claim = accept(session, claim=claim, by=by, why=why)
    known.claims[line.claim] = claim
