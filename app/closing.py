"""Whether anything may be handed over: after a restore not until the receipts given since are replayed."""

from sqlalchemy import update
from sqlmodel import Session, col

from app.refusals import CounterClosed
from app.standing import DispensingClosed
from codings import sql
from codings.base import Actor

CLOSED = "SELECT EXISTS (SELECT FROM dispensing_closed WHERE opened_at IS NULL) AS closed"


def is_closed(session: Session) -> bool:
    """Whether dispensing is closed now."""
    return bool(sql.run(session, CLOSED)[0].closed)


def require_open(session: Session) -> None:
    """Raises CounterClosed while nothing may be handed over."""
    if is_closed(session):
        raise CounterClosed


def close(session: Session, *, by: Actor) -> None:
    """Nothing is accepted or handed over from now on; closed already stays closed."""
    if not is_closed(session):
        session.add(DispensingClosed(closed_at=by.at, closed_by=by.id))
        session.flush()


def open_again(session: Session, *, by: Actor) -> None:
    """Hand over again, if it was closed."""
    session.connection().execute(
        update(DispensingClosed)
        .where(col(DispensingClosed.opened_at).is_(None))
        .values(opened_at=by.at, opened_by=by.id)
    )
