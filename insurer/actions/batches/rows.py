"""Many claims of one insurer changed at once, each by compare-and-set and with its history row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, TextClause, text
from sqlmodel import Session

from codings.base import Actor, new_id
from insurer.states import BatchState
from insurer.tables.batches import Batch, BatchStatus
from insurer.tables.claims import Claim

KEYS = "unnest(CAST(:shabads AS text[]), CAST(:ns AS int[]), CAST(:ds AS int[])) AS k (shabad, n, d)"


def _change(before: str, after: str, also: str = "") -> TextClause:
    return text(
        f"""
        WITH k AS (
            SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:whys AS text[]), CAST(:shabads AS text[]),
                                 CAST(:ns AS int[]), CAST(:ds AS int[])) AS k (id, why, shabad, n, d)
        ), changed AS (
            UPDATE claim c SET state = '{after}' FROM k
             WHERE c.insurer = :insurer AND (c.shabad, c.n, c.d) = (k.shabad, k.n, k.d)
               AND c.state = '{before}'{also}
            RETURNING k.id, k.why, c.shabad, c.n, c.d, c.insurer
        )
        INSERT INTO claim_status (shabad, id, n, d, insurer, from_state, to_state, at, by, why)
        SELECT shabad, id, n, d, insurer, '{before}', '{after}', :at, :by, why FROM changed
        """  # noqa: S608  three fixed words of ours
    )


SEAL = _change("ready", "sealed")
RECEIVE = _change("sealed", "received")
RETURN = _change("sealed", "returned")
CLOSE_REVERSED = _change("reversed", "closed", " AND c.paid = 0")


def change_claims(
    session: Session,
    *,
    change: TextClause,
    insurer: str,
    rows: Sequence[RowMapping],
    whys: Sequence[str],
    by: Actor,
) -> None:
    """Apply one of the changes above to the claims of `rows`; one in another state is left as it is."""
    if not rows:
        return
    words = {"insurer": insurer, "whys": list(whys), "at": by.at, "by": by.id}
    session.flush()
    session.execute(change, words | {"ids": [new_id() for _ in rows]} | claim_keys(rows))
    for known in session.identity_map.values():
        if isinstance(known, Claim):  # what this session has loaded of claims is from before
            session.expire(known)


def claim_keys(rows: Sequence[RowMapping]) -> dict[str, Any]:
    """The keys of rows as three lists, for `unnest`."""
    return {
        "shabads": [row["shabad"] for row in rows],
        "ns": [row["n"] for row in rows],
        "ds": [row["d"] for row in rows],
    }


def record(
    session: Session,
    *,
    batch: Batch,
    before: BatchState | None,
    to: BatchState,
    by: Actor,
    why: str | None = None,
) -> None:
    """The history row of a batch's change."""
    row = BatchStatus(
        insurer=batch.insurer, seq=batch.seq, from_state=before, to_state=to, at=by.at, by=by.id, why=why
    )
    session.add(row)
    session.flush()
