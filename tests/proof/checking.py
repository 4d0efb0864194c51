"""What is true afterwards: the acknowledged answers are laid beside the database, and whatever differs is said.

Promises of safety.md: 1, 2 and 4 (nothing acknowledged is missing, signed bytes are the bytes), 5 (one claim for each
insurer, one message, every event answered), 11 to 13 (nothing handed over twice), 15 (who was told is who did).
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Engine, text

from tests.proof.hands import Dispensed, Hands, Written

SETTLE_S: Final = 120.0

# What is still on its way; each must come to nothing by itself.
UNSETTLED: Final = {
    "claims that are not in a batch": "SELECT count(*) FROM claim WHERE state <> 'sealed'",
    "packs that the authority was not told of": """
        SELECT count(*) FROM pack_use WHERE shabad IS NOT NULL AND supplied_at IS NULL""",
    "dispenses that are not in the health record": """
        SELECT count(*) FROM dispense WHERE NOT EXISTS (
            SELECT FROM ehr_registration r WHERE r.number = dispense.shabad || '-' || n || '.' || d)""",
    "patients who were not told of their prescription": """
        SELECT count(*) FROM prescription p WHERE NOT EXISTS (
            SELECT FROM message m WHERE m.key = 'signed:' || p.shabad || '-' || p.n)""",
    "jobs that were not done": """
        SELECT count(*) FROM procrastinate_jobs
        WHERE queueing_lock IS NULL AND status NOT IN ('succeeded', 'cancelled')""",
}

# What must never be, whenever one looks.
NEVER: Final = {
    "items handed over beyond their quantity": """
        SELECT i.shabad, i.n, i.item, i.quantity, sum(l.quantity) FROM prescription_item i
        JOIN dispense_line l USING (shabad, n, item) GROUP BY 1, 2, 3, 4 HAVING sum(l.quantity) > i.quantity""",
    "counters that disagree with what was handed over": """
        SELECT i.shabad, i.n, i.item FROM prescription_item i
        WHERE (SELECT sum(quantity - remaining) FROM item_window w
               WHERE (w.shabad, w.n, w.item) = (i.shabad, i.n, i.item))
           <> (SELECT coalesce(sum(quantity), 0) FROM dispense_line l
               WHERE (l.shabad, l.n, l.item) = (i.shabad, i.n, i.item))""",
    "packs in two dispenses": """
        SELECT uid, count(*) FROM pack_use WHERE shabad IS NOT NULL GROUP BY uid HAVING count(*) > 1""",
    "packs handed over beyond their size": """
        SELECT uid, sum(u.count), p.size FROM pack_use u JOIN pack p USING (uid)
        WHERE u.shabad IS NOT NULL GROUP BY uid, p.size HAVING sum(u.count) <> max(p.taken) OR sum(u.count) > p.size""",
    "dispenses without receipt, statement or one line in the audit": """
        SELECT shabad, n, d FROM dispense p WHERE receipt IS NULL OR statement IS NULL OR 1 <> (
            SELECT count(*) FROM audit_entry a WHERE a.verb = 'dispense.record'
            AND a.subject = p.shabad || '-' || p.n || '.' || p.d)""",
    "claims without a dispense": """
        SELECT number FROM claim c WHERE NOT EXISTS (
            SELECT FROM dispense p WHERE (p.shabad, p.n, p.d) = (c.shabad, c.n, c.d))""",
    "claims in two batches": """
        SELECT insurer, claim FROM batch_item GROUP BY 1, 2 HAVING count(*) > 1""",
    "batches out of order": """
        SELECT insurer FROM batch GROUP BY 1 HAVING count(*) <> max(seq) OR min(seq) <> 1""",
    "batches that do not hold what they say": """
        SELECT insurer, seq FROM batch b WHERE claim_count + reversal_count
            <> (SELECT count(*) FROM batch_item i WHERE (i.insurer, i.seq) = (b.insurer, b.seq))""",
}


def settled(engine: Engine, *, within: float = SETTLE_S) -> dict[str, int]:
    """Wait until nothing is on its way any more; what is left after all this time, by what it is."""
    end = time.monotonic() + within
    left = unsettled(engine)
    while left and time.monotonic() < end:
        time.sleep(0.5)
        left = unsettled(engine)
    return left


def unsettled(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        counts = {what: connection.execute(text(query)).scalar_one() for what, query in UNSETTLED.items()}
    return {what: count for what, count in counts.items() if count}


def lost(engine: Engine, on: Hands) -> list[str]:
    """What was acknowledged and is not there, or is there otherwise than it was told."""
    with engine.connect() as connection:
        return [
            *_lost_signatures(connection, on.written),
            *_lost_dispenses(connection, on.dispensed),
        ]


def doubled(engine: Engine, on: Hands) -> list[str]:
    """What is there twice, too much, or without anybody having been told; and what two were told of."""
    with engine.connect() as connection:
        found = [
            f"{what}: {', '.join(' '.join(map(str, row)) for row in rows[:5])}"
            for what, query in NEVER.items()
            if (rows := connection.execute(text(query)).all())
        ]
        return [*found, *_untold(connection, on), *_told_twice(on.dispensed)]


def _lost_signatures(connection: Any, written: Iterable[Written]) -> Iterator[str]:
    kept = dict(connection.execute(text("SELECT shabad || '-' || n, jws FROM prescription")).all())
    for one in written:
        if kept.get(one.number) != one.jws:
            yield f"{one.number} was signed and is {'other bytes' if one.number in kept else 'missing'}"


def _lost_dispenses(connection: Any, dispensed: Iterable[Dispensed]) -> Iterator[str]:
    rows = connection.execute(
        text("""
        SELECT p.shabad || '-' || p.n || '.' || p.d, p.receipt, p.pharmacy, p.state,
            (SELECT array_agg(uid) FROM pack_use u WHERE (u.shabad, u.n, u.d) = (p.shabad, p.n, p.d)),
            (SELECT array_agg(insurer || ' ' || kind || ' ' || amount) FROM claim c
             WHERE (c.shabad, c.n, c.d) = (p.shabad, p.n, p.d))
        FROM dispense p""")
    )
    kept = {row[0]: row for row in rows}
    for one in dispensed:
        if one.dispense not in kept:
            yield f"{one.dispense} was dispensed by {one.pharmacy} and is missing"
            continue
        _, receipt, pharmacy, state, packs, claims = kept[one.dispense]
        if (receipt, pharmacy, state) != (one.receipt, one.pharmacy, "recorded"):
            yield f"{one.dispense} has another receipt than {one.pharmacy} holds"
        if sorted(packs or ()) != sorted(one.packs):
            yield f"{one.dispense} has other packs than {one.pharmacy} handed over"
        if sorted(claims or ()) != sorted(one.claims):
            yield f"{one.dispense} has the claims {claims}, and {one.claims} were told"


def _untold(connection: Any, on: Hands) -> Iterator[str]:
    """Every deed has one answer that somebody holds: they all asked until they had it."""
    for table, number, told in (
        ("prescription", "shabad || '-' || n", {one.number for one in on.written}),
        ("dispense", "shabad || '-' || n || '.' || d", {one.dispense for one in on.dispensed}),
    ):
        kept = set(connection.execute(text(f"SELECT {number} FROM {table}")).scalars())  # noqa: S608  both are above
        yield from (f"{one} is there and nobody was told" for one in sorted(kept - told))


def _told_twice(dispensed: Iterable[Dispensed]) -> Iterator[str]:
    numbers: set[str] = set()
    uids: set[str] = set()
    for one in dispensed:
        if one.dispense in numbers:
            yield f"{one.dispense} was told twice"
        if uids & one.packs:
            yield f"{one.dispense} was told with packs of another"
        numbers.add(one.dispense)
        uids |= one.packs
