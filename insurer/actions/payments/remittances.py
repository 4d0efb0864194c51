"""Remittances: one payment, what it is for, and not a Rial unexplained.

The lines add up to the amount; none is above what is payable for its claim. All of it is recorded or nothing is.
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from codings import jws
from codings.base import Actor, Words
from insurer.actions.coverage import require_insurer_of
from insurer.actions.payments.settling import settle
from insurer.inputs import Failure, RemittanceInput, RemittanceLineInput
from insurer.outcomes import RemittanceLinesRefused, RemittanceNumberTaken, RemittanceSumWrong
from insurer.queries.claims import locked_by_number
from insurer.queries.coverage import known_insurers
from insurer.sealing import sha256
from insurer.states import ClaimState, LineKind
from insurer.tables.claims import Claim
from insurer.tables.payments import Remittance, RemittanceLine

_ADVANCEABLE = frozenset({ClaimState.RECEIVED, ClaimState.IN_REVIEW})
_TAKES_ALL_BACK = _ADVANCEABLE | {ClaimState.REVERSED}
_UNKNOWN = Words(
    "صورت‌حسابی با این شماره و ویرایش وجود ندارد.", "There is no such claim, or not of that version."
)
_ABOVE = Words(
    "برای این صورت‌حساب اکنون حداکثر {limit} ریال از این نوع ثبت‌شدنی است، ولی {told} ریال نوشته شده است.",
    "At most {limit} Rial of this kind can be recorded for this claim now, but the line says {told}.",
)
_SIGN = Words(
    "مبلغ استرداد منفی و مبلغ پرداخت و علی‌الحساب مثبت نوشته می‌شود.",
    "A recovery is negative; a payment or an advance is positive.",
)


def record_remittance(
    session: Session, *, insurer: str, remittance: RemittanceInput, by: Actor
) -> tuple[Remittance, bool]:
    """Record a payment; the second value is False when the very same one was recorded before.

    Raises RemittanceNumberTaken, RemittanceSumWrong, and RemittanceLinesRefused with a `Failure` for each bad line.
    """
    require_insurer_of(by, insurer)
    known_insurers(session, codes={insurer})
    told = sha256(jws.canonical(remittance.model_dump(mode="json")))
    total = sum(line.amount for line in remittance.lines)
    if total != remittance.amount:
        raise RemittanceSumWrong(pointer="/amount", total=total, amount=remittance.amount)
    made = session.scalars(
        insert(Remittance)
        .values(
            insurer=insurer,
            payment_no=remittance.payment_no,
            paid_on=remittance.paid_on,
            amount=remittance.amount,
            sha256=told,
            at=by.at,
            by=by.id,
        )
        .on_conflict_do_nothing()
        .returning(Remittance)
    ).first()
    if made is None:
        before = session.get_one(Remittance, (insurer, remittance.payment_no))
        if before.sha256 != told:
            raise RemittanceNumberTaken(pointer="/payment_no", payment_no=remittance.payment_no)
        return before, False
    _post(session, made, remittance.lines, by)
    return made, True


def _post(session: Session, made: Remittance, lines: Sequence[RemittanceLineInput], by: Actor) -> None:
    claims = locked_by_number(session, insurer=made.insurer, numbers={line.claim for line in lines})
    failures = []
    for position, line in enumerate(lines, start=1):
        claim = claims.get(line.claim)
        failure = _refusal(position, line, claim)
        if claim is None or failure is not None:
            failures.append(failure)
        else:
            claims[line.claim] = _pay(session, claim, line.amount, f"payment {made.payment_no}", by)
    if failures:
        places = ", ".join(str(failure.line) for failure in failures if failure)
        raise RemittanceLinesRefused(findings=failures, pointer="/lines", count=len(failures), places=places)
    session.add_all(
        RemittanceLine(
            insurer=made.insurer, payment_no=made.payment_no, position=position, **line.model_dump()
        )
        for position, line in enumerate(lines, start=1)
    )
    session.flush()


def _refusal(position: int, line: RemittanceLineInput, claim: Claim | None) -> Failure | None:
    """Why a line cannot be recorded, or None. Earlier lines of the same payment count already."""
    pointer = f"/lines/{position - 1}"
    newest_only = line.kind is not LineKind.RECOVERY
    if claim is None or line.version > claim.version or (newest_only and line.version != claim.version):
        return Failure(position, "claim.unknown", _UNKNOWN, f"{pointer}/claim")
    if line.amount == 0 or (line.amount < 0) != (line.kind is LineKind.RECOVERY):
        return Failure(position, "remittance.sign", _SIGN, f"{pointer}/amount")
    limit = most(claim, line.kind)
    if abs(line.amount) > limit:
        words = _ABOVE.format(limit=limit, told=abs(line.amount))
        return Failure(position, "remittance.above_payable", words, f"{pointer}/amount")
    return None


def most(claim: Claim, kind: LineKind) -> int:
    """The most Rials of this kind that may be recorded for a claim as it stands."""
    approved = claim.approved or 0
    if kind is LineKind.PAYMENT:
        return max(approved - claim.paid, 0) if claim.state is ClaimState.PAYABLE else 0
    if kind is LineKind.ADVANCE:
        return claim.amount - claim.paid if claim.state in _ADVANCEABLE else 0
    return claim.paid if claim.state in _TAKES_ALL_BACK else max(claim.paid - approved, 0)


def _pay(session: Session, claim: Claim, amount: int, why: str, by: Actor) -> Claim:
    paid = session.scalars(
        update(Claim)
        .where(
            col(Claim.shabad) == claim.shabad,
            col(Claim.n) == claim.n,
            col(Claim.d) == claim.d,
            col(Claim.insurer) == claim.insurer,
        )
        .values(paid=col(Claim.paid) + amount)
        .returning(Claim)
        .execution_options(populate_existing=True)
    ).one()
    return settle(session, claim=paid, by=by, why=why)
