"""Whether anything may be handed over: after a restore not until the receipts given since are replayed."""

from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

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


def closed_now(session: Session) -> DispensingClosed | None:
    """Since when it is closed, by whom and why; None while it is open."""
    return session.exec(select(DispensingClosed).where(col(DispensingClosed.opened_at).is_(None))).first()


def last_opened(session: Session) -> datetime | None:
    """When an administrator last opened it again."""
    return session.exec(select(func.max(DispensingClosed.opened_at))).one()


def close(session: Session, *, by: Actor, kind: str = "restore") -> None:
    """Nothing is accepted or handed over from now on; closed already stays closed. `kind` is the reason in a word."""
    if not is_closed(session):
        session.add(DispensingClosed(kind=kind, closed_at=by.at, closed_by=by.id))
        session.flush()


def open_again(session: Session, *, by: Actor) -> None:
    """Hand over again, if it was closed."""
    session.connection().execute(
        update(DispensingClosed)
        .where(col(DispensingClosed.opened_at).is_(None))
        .values(opened_at=by.at, opened_by=by.id)
    )
