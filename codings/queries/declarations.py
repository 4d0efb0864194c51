"""Declared emergencies: which stand in the book, and which are in force at an instant."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from codings.states import DeclarationState
from codings.tables import Declaration


def declaration(session: Session, number: str) -> Declaration | None:
    """One declaration by its number, whatever its state."""
    return session.get(Declaration, number)


def declarations(session: Session) -> Sequence[Declaration]:
    """Every declaration, the newest first."""
    return session.exec(select(Declaration).order_by(col(Declaration.number).desc())).all()


def in_force(session: Session, at: datetime, province: str | None = None) -> list[Declaration]:
    """What is in force at an instant, everywhere or in one province.

    By the clock alone: from the first instant on, up to but without the last.
    """
    query = select(Declaration).where(
        Declaration.state == DeclarationState.IN_FORCE, Declaration.starts_at <= at, Declaration.ends_at > at
    )
    if province is not None:
        query = query.where(col(Declaration.provinces).contains([province]))
    return list(session.exec(query.order_by(col(Declaration.starts_at), Declaration.number)))
