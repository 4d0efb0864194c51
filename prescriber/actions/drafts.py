"""Drafts: saved as typed, whatever they hold, so that nothing typed is ever lost."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session, col

from codings import sql
from codings.base import Actor
from prescriber.outcomes import DraftClosed, DraftOfAnother, DraftStale, DraftTooLarge, NotAPrescriber
from prescriber.queries.drafts import draft as own_draft
from prescriber.states import DraftState
from prescriber.tables import Draft, DraftStatus

MOST_TYPED_BYTES: Final = 65_536
_CLOSE: Final = """
    UPDATE draft SET state = 'signed', signed_n = %(n)s, updated_at = %(at)s
    WHERE shabad = %(shabad)s AND practitioner = %(practitioner)s AND centre = %(centre)s AND state = 'open'
      AND (%(draft)s::uuid IS NULL OR id = %(draft)s)
    RETURNING id
"""


def save_draft(
    session: Session,
    *,
    draft: uuid.UUID | None = None,
    patient: uuid.UUID,
    shabad: str | None,
    typed: Mapping[str, Any],
    version: int | None = None,
    by: Actor,
) -> Draft:
    """A new draft, or the next version of one. Nothing in `typed` is validated or changed.

    `version` is the one the form was opened with; without it the last writer wins. Raises NotAPrescriber,
    DraftTooLarge, DraftNotFound, DraftOfAnother, DraftClosed, DraftStale.
    """
    if by.practitioner is None or by.centre is None:
        raise NotAPrescriber
    if len(json.dumps(typed).encode()) > MOST_TYPED_BYTES:
        raise DraftTooLarge(limit=MOST_TYPED_BYTES)
    if draft is None:
        return _begun(session, patient=patient, shabad=shabad, typed=typed, by=by)
    known = own_draft(session, draft=draft, by=by)
    if known.patient != patient or (known.shabad is not None and known.shabad != shabad):
        raise DraftOfAnother
    saved = session.scalars(
        update(Draft)
        .where(
            col(Draft.id) == draft,
            col(Draft.state) == DraftState.OPEN,
            col(Draft.version) == (known.version if version is None else version),
        )
        .values(typed=dict(typed), shabad=shabad, version=Draft.version + 1, updated_at=by.at)
        .returning(Draft)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if saved is None:
        now = own_draft(session, draft=draft, by=by)
        raise DraftClosed if now.state is not DraftState.OPEN else DraftStale(version=now.version)
    return saved


def _begun(
    session: Session, *, patient: uuid.UUID, shabad: str | None, typed: Mapping[str, Any], by: Actor
) -> Draft:
    draft = Draft(
        patient=patient,
        practitioner=by.practitioner or "",
        centre=by.centre or "",
        shabad=shabad,
        typed=dict(typed),
        version=1,
        state=DraftState.OPEN,
        created_at=by.at,
        updated_at=by.at,
    )
    session.add(draft)
    session.flush()
    _note(session, draft.id, None, DraftState.OPEN, by=by)
    return draft


def discard_draft(session: Session, *, draft: uuid.UUID, by: Actor) -> Draft:
    """Put a draft aside for good. Discarding it again changes nothing. Raises DraftNotFound, DraftClosed."""
    known = own_draft(session, draft=draft, by=by)
    if known.state is DraftState.DISCARDED:
        return known
    discarded = session.scalars(
        update(Draft)
        .where(col(Draft.id) == draft, col(Draft.state) == DraftState.OPEN)
        .values(state=DraftState.DISCARDED, updated_at=by.at)
        .returning(Draft)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if discarded is None:
        raise DraftClosed
    _note(session, draft, DraftState.OPEN, DraftState.DISCARDED, by=by)
    return discarded


def close_signed_drafts(
    session: Session,
    *,
    shabad: str,
    practitioner: str,
    centre: str,
    n: int,
    draft: uuid.UUID | None = None,
    by: Actor,
) -> None:
    """A draft became prescription number `n` of its encounter; where none is named, every open one did.

    Raises DraftOfAnother when the one named is not an open draft of this encounter.
    """
    encounter = {"shabad": shabad, "practitioner": practitioner, "centre": centre, "draft": draft}
    closed = sql.run(session, _CLOSE, {**encounter, "n": n, "at": by.at})
    if draft is not None and not closed:
        raise DraftOfAnother
    for (one,) in closed:
        _note(session, one, DraftState.OPEN, DraftState.SIGNED, by=by)


def _note(
    session: Session, draft: uuid.UUID, from_state: DraftState | None, to_state: DraftState, *, by: Actor
) -> None:
    session.add(DraftStatus(draft=draft, from_state=from_state, to_state=to_state, at=by.at, by=by.id))
