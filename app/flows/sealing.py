"""Sealing: ready claims become the insurer's next batch, and whoever waits for it is woken by the same commit."""

from datetime import datetime

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from app.bell import CHANNEL
from app.db import reading, writing
from app.service import Service
from codings.base import Actor
from insurer.actions import batches as batch_actions
from insurer.tables.batches import Batch, ReadyClaim

_RING = text("SELECT pg_notify(:channel, :insurer)")


def ready(service: Service, *, insurer: str) -> tuple[int, datetime | None]:
    """How many claims of an insurer wait to be sealed, and since when the oldest of them."""
    with reading(service) as session:
        waiting = select(func.count(), func.min(ReadyClaim.ready_at)).where(
            col(ReadyClaim.insurer) == insurer
        )
        count, oldest = session.exec(waiting).one()
        return count, oldest


def seal(service: Service, *, insurer: str, by: Actor) -> Batch | None:
    """One batch of what is ready, none when nothing is; each batch is a transaction of its own."""
    with writing(service) as session:
        batch = batch_actions.seal_batch(
            session, insurer=insurer, limit=service.settings.batch_size, seal=service.seal, by=by
        )
        if batch is not None:
            _ring(session, insurer)
        return batch


def _ring(session: Session, insurer: str) -> None:
    """A notice is delivered at the commit, never before and never without it."""
    session.connection().execute(_RING, {"channel": CHANNEL, "insurer": insurer})
