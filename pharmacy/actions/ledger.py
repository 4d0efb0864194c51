"""Our own ledger of packs: how much of each is left, what is set aside, what is handed over.

Whoever changes anything about a pack locks its row first, several packs in the order of their UIDs, and what a
dispense or an acceptance holds before that. Under the lock the reasons are read and told; the counter and every
state are guarded once more by a compare-and-set of their own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Numeric, String, Uuid, Values, case, column, null, tuple_, update, values
from sqlmodel import Session, col, select

from codings import sql
from codings.base import Actor, new_id
from codings.gs1 import PackCode
from codings.tables import Product
from pharmacy.actions.holding import pharmacy_of
from pharmacy.outcomes import PackDiffers, PackNotEnough, PackOpenedElsewhere, PackReserved, PackTaken
from pharmacy.spoken import amount, clock
from pharmacy.states import PACK_USE_ALLOWED, DispenseNumber, PackUseState, before
from pharmacy.tables import Pack, PackUse, PackUseStatus

_P = PackUseState
_COUNT = """
    UPDATE pack SET taken = taken + given.count, pharmacy = %(pharmacy)s::varchar
    FROM unnest(%(uids)s::varchar[], %(counts)s::numeric[]) AS given(uid, count)
    WHERE pack.uid = given.uid AND taken + given.count <= size
      AND (pharmacy IS NULL OR pharmacy = %(pharmacy)s::varchar)
    RETURNING pack.uid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Units of a pack that go into a line of a dispense, and the check on which they do."""

    code: PackCode
    product: Product
    line: int
    count: Decimal
    check_id: UUID
    verified: bool  # False: handed over while the authority did not answer


def enter(session: Session, packs: Mapping[PackCode, Product]) -> dict[str, Pack]:
    """The packs' rows by UID, locked, and made where this is the first we see of a pack.

    Raises PackDiffers when a UID was seen before with something else printed beside it.
    """
    codes = sorted(packs, key=lambda code: code.uid)
    rows = [
        {
            "uid": code.uid,
            "gtin": code.gtin,
            "irc": packs[code].irc,
            "lot": code.lot,
            "expiry": code.expiry,
            "size": packs[code].pack_size,
            "taken": Decimal(0),
        }
        for code in codes
    ]
    sql.put(session, Pack, rows, rest="ON CONFLICT DO NOTHING")
    locked = lock(session, [code.uid for code in codes])
    for code in codes:
        pack = locked[code.uid]
        if (pack.gtin, pack.lot, pack.expiry) != (code.gtin, code.lot, code.expiry):
            raise PackDiffers(uid=code.uid)
    return locked


def lock(session: Session, uids: Collection[str]) -> dict[str, Pack]:
    """The packs' rows by UID, locked in that order, so that two who want the same packs wait in line."""
    in_order = "WHERE uid = ANY(%(uids)s) ORDER BY uid FOR UPDATE"
    return {pack.uid: pack for pack in sql.rows(session, Pack, in_order, {"uids": list(set(uids))})}


def set_aside(session: Session, uids: Collection[str]) -> dict[str, PackUse]:
    """What is reserved of these locked packs, by UID: live, or past its time and nobody has cleared it away."""
    reserved = "WHERE uid = ANY(%(uids)s) AND state = 'reserved'"
    return {use.uid: use for use in sql.rows(session, PackUse, reserved, {"uids": list(set(uids))})}


def require_free(
    pack: Pack, reserved: PackUse | None, *, acceptance: UUID, count: Decimal | None, by: Actor
) -> None:
    """Refuse, with the reason, what this pharmacy cannot take of a locked pack; a count of None is any of it.

    Raises PackTaken, PackOpenedElsewhere, PackReserved, PackNotEnough.
    """
    left = pack.size - pack.taken
    if left <= 0:
        raise PackTaken(uid=pack.uid)
    if pack.pharmacy not in {None, by.centre}:
        raise PackOpenedElsewhere(uid=pack.uid)
    if reserved is not None and reserved.acceptance != acceptance:
        until = reserved.reserved_until
        if until is not None and until > by.at:
            raise PackReserved(uid=pack.uid, **clock("until", until))
    if count is not None and count > left:
        raise PackNotEnough(uid=pack.uid, **amount("left", left), **amount("count", count))


def take(
    session: Session, takes: Sequence[Take], *, number: DispenseNumber, acceptance: UUID, by: Actor
) -> dict[str, tuple[UUID, PackUseState]]:
    """Take units of packs for a dispense; by UID, the use and its state. Raises what `require_free` raises.

    What was set aside for this acceptance is consumed; anybody else's that is past its time is cleared away.
    """
    packs = enter(session, {one.code: one.product for one in takes})
    reserved = set_aside(session, packs)
    for one in sorted(takes, key=lambda one: one.code.uid):
        uid = one.code.uid
        require_free(packs[uid], reserved.get(uid), acceptance=acceptance, count=one.count, by=by)
    _count(session, takes, by=by)
    consumed = [
        one
        for one in takes
        if one.verified and one.code.uid in reserved and reserved[one.code.uid].acceptance == acceptance
    ]
    used = {one.code.uid: (reserved[one.code.uid].id, _P.CONSUMED) for one in consumed}
    cleared = [use for uid, use in reserved.items() if uid not in used]
    step(session, cleared, _P.RELEASED, why="cleared", by=by)
    _consume(session, consumed, [reserved[one.code.uid] for one in consumed], number=number, by=by)
    born = [
        PackUse(
            uid=one.code.uid,
            id=new_id(),
            state=_P.CONSUMED if one.verified else _P.PENDING_VERIFY,
            count=one.count,
            pharmacy=pharmacy_of(by),
            at=by.at,
            acceptance=acceptance,
            shabad=number.shabad,
            n=number.n,
            d=number.d,
            line=one.line,
            check_id=one.check_id,
        )
        for one in takes
        if one.code.uid not in used
    ]
    bear(session, born, by=by)
    return used | {use.uid: (use.id, use.state) for use in born}


def give_back(session: Session, *, number: DispenseNumber, by: Actor) -> None:
    """The packs of a dispense are back on the counter: counters and uses as if it had not been."""
    of_dispense = (PackUse.shabad == number.shabad, PackUse.n == number.n, PackUse.d == number.d)
    uids = session.exec(select(PackUse.uid).where(*of_dispense)).all()
    lock(session, uids)
    uses = session.exec(select(PackUse).where(*of_dispense).execution_options(populate_existing=True)).all()
    back = _table([(use.uid, use.count) for use in uses], uid=String, count=Numeric)
    left = col(Pack.taken) - back.c.count
    session.execute(
        update(Pack)
        .where(col(Pack.uid) == back.c.uid)
        .values(taken=left, pharmacy=case((left == 0, null()), else_=col(Pack.pharmacy))),
        execution_options={"synchronize_session": False},
    )
    step(session, uses, _P.RETURNED, why=None, by=by)


def step(
    session: Session, uses: Collection[PackUse], to: PackUseState, *, why: str | None, by: Actor
) -> None:
    """Move uses, read under the lock of their packs, to a state; each change is a row of its own."""
    if not uses:
        return
    froms = {(use.uid, use.id): use.state for use in uses}
    moved = session.execute(
        update(PackUse)
        .where(
            tuple_(col(PackUse.uid), col(PackUse.id)).in_(list(froms)),
            col(PackUse.state).in_(sorted(before(PACK_USE_ALLOWED, to))),
        )
        .values(state=to)
        .returning(col(PackUse.uid), col(PackUse.id)),
        execution_options={"synchronize_session": False},
    ).all()
    _record(session, [(uid, use, froms[uid, use], to) for uid, use in moved], why=why, by=by)


def bear(session: Session, uses: Collection[PackUse], *, by: Actor) -> None:
    """Store new uses in the state in which they are born."""
    if uses:
        sql.add(session, uses)
        _record(session, [(use.uid, use.id, None, use.state) for use in uses], why=None, by=by)


def _count(session: Session, takes: Sequence[Take], *, by: Actor) -> None:
    """The guarded counter: no pack gives more than it holds, and the rest of an opened one only where it lies."""
    wanted = {"uids": [one.code.uid for one in takes], "counts": [one.count for one in takes]}
    counted = {row.uid for row in sql.run(session, _COUNT, {**wanted, "pharmacy": by.centre})}
    for one in takes:
        if one.code.uid not in counted:
            raise PackTaken(uid=one.code.uid)


def _consume(
    session: Session,
    takes: Sequence[Take],
    reserved: Sequence[PackUse],
    *,
    number: DispenseNumber,
    by: Actor,
) -> None:
    """RESERVED -> CONSUMED, each with its own count, line and check."""
    if not takes:
        return
    rows = [
        (use.uid, use.id, one.count, one.line, one.check_id) for one, use in zip(takes, reserved, strict=True)
    ]
    now = _table(rows, uid=String, id=Uuid, count=Numeric, line=Integer, check_id=Uuid)
    moved = session.execute(
        update(PackUse)
        .where(col(PackUse.uid) == now.c.uid, col(PackUse.id) == now.c.id, col(PackUse.state) == _P.RESERVED)
        .values(
            state=_P.CONSUMED,
            count=now.c.count,
            line=now.c.line,
            check_id=now.c.check_id,
            shabad=number.shabad,
            n=number.n,
            d=number.d,
            at=by.at,
        )
        .returning(col(PackUse.uid), col(PackUse.id)),
        execution_options={"synchronize_session": False},
    ).all()
    _record(session, [(uid, use, _P.RESERVED, _P.CONSUMED) for uid, use in moved], why=None, by=by)


def _table(rows: Sequence[tuple[Any, ...]], **types: Any) -> Values:
    """Rows of values as something a statement can join: one round trip for all of them."""
    columns = [column(name, kind) for name, kind in types.items()]
    return values(*columns, name="given").data(list(rows))


def _record(
    session: Session,
    steps: Sequence[tuple[str, UUID, PackUseState | None, PackUseState]],
    *,
    why: str | None,
    by: Actor,
) -> None:
    changes = [
        PackUseStatus(uid=uid, use=use, from_state=was, to_state=now, at=by.at, by=by.id, why=why)
        for uid, use, was, now in steps
    ]
    sql.add(session, changes)
