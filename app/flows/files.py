"""Files of lines that an insurer sends: kept at once, read by a job, asked about afterwards."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app import audit
from codings.base import Actor, Event, emit
from insurer.actions import payments as payment_actions
from insurer.states import SubmissionKind
from insurer.tables.payments import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReceived(Event):
    """A file waits to be read."""

    insurer: str
    kind: str
    job: str


def receive(session: Session, *, kind: SubmissionKind, body: bytes, by: Actor) -> Submission:
    """Keep a file as it came, and have it read."""
    kept = payment_actions.receive_file(session, insurer=by.insurer or "", kind=kind, body=body, by=by)
    audit.did(session, by=by, verb=f"{kind.value}.receive", subject=str(kept.id))
    emit(session, FileReceived(insurer=kept.insurer, kind=kind.value, job=str(kept.id)))
    return kept


def read(session: Session, *, insurer: str, kind: SubmissionKind, job: UUID, by: Actor) -> Submission:
    """What the job does: a bad line is noted with its number, the others take effect."""
    verb = {
        SubmissionKind.RESULTS: payment_actions.record_results,
        SubmissionKind.COVERAGES: payment_actions.record_coverages,
    }[kind]
    return verb(session, insurer=insurer, job=job, by=by)
