"""Reading what became of a file an insurer sent, and its payments."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from codings.base import Actor, Role
from insurer.outcomes import RemittanceUnknown, SubmissionUnknown
from insurer.states import SubmissionKind, SubmissionState
from insurer.tables.payments import Remittance, RemittanceLine, Submission


@dataclass(frozen=True, slots=True)
class RemittanceView:
    """A payment with its lines."""

    remittance: Remittance
    lines: Sequence[RemittanceLine]


def submission(session: Session, *, job: uuid.UUID, by: Actor) -> Submission:
    """A file this insurer sent, and what became of its lines; SubmissionUnknown for another's."""
    query = select(Submission).where(Submission.id == job).execution_options(populate_existing=True)
    if by.role is not Role.SERVICE:
        query = query.where(Submission.insurer == by.insurer)
    found = session.exec(query).first()
    if found is None:
        raise SubmissionUnknown
    return found


def unread(session: Session, *, kind: SubmissionKind, limit: int) -> Sequence[tuple[str, uuid.UUID]]:
    """(insurer, job) of the files nobody has read yet, oldest first: for the job that reads them."""
    return session.exec(
        select(Submission.insurer, Submission.id)
        .where(Submission.kind == kind, Submission.state == SubmissionState.RECEIVED)
        .order_by(col(Submission.received_at), col(Submission.id))
        .limit(limit)
    ).all()


def remittance_alone(session: Session, *, insurer: str, payment_no: str) -> Remittance:
    """One payment of this insurer, without its lines; RemittanceUnknown for anything else."""
    found = session.get(Remittance, (insurer, payment_no))
    if found is None:
        raise RemittanceUnknown
    return found


def remittance(session: Session, *, insurer: str, payment_no: str) -> RemittanceView:
    """One payment of this insurer; RemittanceUnknown for anything else."""
    found = remittance_alone(session, insurer=insurer, payment_no=payment_no)
    lines = session.exec(
        select(RemittanceLine)
        .where(RemittanceLine.insurer == insurer, RemittanceLine.payment_no == payment_no)
        .order_by(col(RemittanceLine.position))
    ).all()
    return RemittanceView(found, lines)
