"""Rows of SHABADs, for the verbs beside this file: make, lock, change by compare-and-set, remember."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from codings.base import Actor
from codings.identifiers import make_shabad
from codings.text import jalali
from insurer.outcomes import ShabadStateRefused, ShabadUnknown
from insurer.queries.coverage import CoverageFact, known_insurers
from insurer.states import SHABAD_ALLOWED, SHABAD_WORDS, ClaimKind, ShabadState, can
from insurer.tables.coverage import Shabad, ShabadStatus

SELF_PAY = "37"
_TRIES = 20

Random = Callable[[int], bytes]


def make(
    session: Session,
    *,
    insurer: str,
    state: ShabadState,
    count: int,
    random: Random,
    by: Actor,
    **values: Any,
) -> list[Shabad]:
    """Insert `count` new SHABADs; one that exists already is drawn again, so the primary key is the uniqueness."""
    year = int(jalali(by.at).split("/")[0])
    reserved = state is ShabadState.RESERVED
    known_insurers(session, codes={insurer})
    made: list[Shabad] = []
    for _ in range(_TRIES):
        drawn = [make_shabad(insurer, year, random, reserved=reserved) for _ in range(count - len(made))]
        rows = [
            {"shabad": one, "insurer": insurer, "state": state, "issued_at": by.at} | values for one in drawn
        ]
        made += session.scalars(
            insert(Shabad).values(rows).on_conflict_do_nothing(index_elements=["shabad"]).returning(Shabad)
        )
        if len(made) == count:
            _remember(session, [(row.shabad, None) for row in made], state, by)
            return made
    raise RuntimeError("the random source repeats itself")


def in_force(facts: Sequence[CoverageFact], kind: ClaimKind) -> list[CoverageFact]:
    """The covers of one kind that count on the service day."""
    return [fact for fact in facts if fact.kind is kind and fact.in_force]


def covers(basic: CoverageFact | None, facts: Sequence[CoverageFact]) -> dict[str, Any]:
    """The covers a SHABAD carries: a supplementary one only beside a basic one, since it cites it."""
    seconds = in_force(facts, ClaimKind.SUPPLEMENTARY) if basic else []
    return {
        "basic": basic.as_json() if basic else None,
        "supplementary": seconds[0].as_json() if seconds else None,
    }


def lock(session: Session, *, shabad: str) -> Shabad:
    """The row as it is now, locked until the transaction ends; ShabadUnknown when there is none."""
    # The weaker lock: what refers to a SHABAD can still be written, its state cannot.
    row = session.get(Shabad, shabad, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        raise ShabadUnknown(pointer="/shabad")
    return row


def require(row: Shabad, verb: str) -> None:
    """ShabadStateRefused unless the verb is allowed in the row's state."""
    if not can(row.state, verb):
        raise state_refused(row)


def state_refused(row: Shabad) -> ShabadStateRefused:
    """The no that tells in which state the SHABAD is."""
    words = SHABAD_WORDS[row.state]
    return ShabadStateRefused(shabad=row.shabad, state_fa=words.fa, state_en=words.en)


def change(
    session: Session, *, row: Shabad, to: ShabadState, by: Actor, why: str | None = None, **values: Any
) -> Shabad:
    """Compare-and-set the state of a locked row, with its history row."""
    before = row.state
    changed = session.scalars(
        update(Shabad)
        .where(col(Shabad.shabad) == row.shabad, col(Shabad.state) == before)
        .values(state=to, **values)
        .returning(Shabad)
        .execution_options(populate_existing=True)
    ).one()
    _remember(session, [(row.shabad, before)], to, by, why)
    return changed


def sweep(
    session: Session, *, which: ColumnElement[bool], to: ShabadState, by: Actor, why: str | None = None
) -> int:
    """Compare-and-set many at once, from the one state that leads to `to`; how many changed."""
    [before] = [state for state, after in SHABAD_ALLOWED.items() if state is not None and to in after]
    changed = session.scalars(
        update(Shabad)
        .where(which, col(Shabad.state) == before)
        .values(state=to)
        .returning(col(Shabad.shabad))
    ).all()
    _remember(session, [(shabad, before) for shabad in changed], to, by, why)
    return len(changed)


def _remember(
    session: Session,
    changes: Sequence[tuple[str, ShabadState | None]],
    to: ShabadState,
    by: Actor,
    why: str | None = None,
) -> None:
    session.add_all(
        ShabadStatus(shabad=shabad, from_state=before, to_state=to, at=by.at, by=by.id, why=why)
        for shabad, before in changes
    )
    session.flush()
