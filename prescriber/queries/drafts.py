"""A prescriber's own drafts."""

import uuid
from collections.abc import Sequence

from sqlmodel import Session, col, select

from codings.base import Actor
from prescriber.outcomes import DraftNotFound
from prescriber.states import DraftState
from prescriber.tables import Draft


def drafts(session: Session, *, by: Actor) -> Sequence[Draft]:
    """The open drafts of the actor at this centre, the last touched first."""
    query = select(Draft).where(
        Draft.practitioner == (by.practitioner or ""),
        Draft.centre == (by.centre or ""),
        Draft.state == DraftState.OPEN,
    )
    return session.exec(query.order_by(col(Draft.updated_at).desc(), col(Draft.id).desc())).all()


def draft(session: Session, *, draft: uuid.UUID, lock: bool = False, by: Actor) -> Draft:
    """One of the actor's drafts, whatever its state; `lock` keeps others from changing it. Raises DraftNotFound."""
    query = select(Draft).where(
        Draft.id == draft,
        Draft.practitioner == (by.practitioner or ""),
        Draft.centre == (by.centre or ""),
    )
    if lock:
        query = query.with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise DraftNotFound
    return found
