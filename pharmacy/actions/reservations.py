"""Setting packs aside for an accepted prescription, as long as that is held."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from codings import sql
from codings.base import Actor, new_id
from codings.gs1 import PackCode
from codings.tables import Product
from pharmacy.actions import ledger
from pharmacy.actions.holding import hold
from pharmacy.outcomes import PackHandedOver, PackNotSetAside
from pharmacy.states import HANDED_OVER, PackUseState
from pharmacy.tables import PackUse


def reserve_pack(
    session: Session, *, code: PackCode, product: Product, acceptance: UUID, by: Actor
) -> PackUse:
    """Set a pack aside for an acceptance until that expires; the same pack again for the same one: once.

    Raises what `hold` raises of the acceptance, and PackTaken, PackOpenedElsewhere, PackReserved or
    PackDiffers of the pack.
    """
    held = hold(session, acceptance=acceptance, by=by)
    pack = ledger.enter(session, {code: product})[code.uid]
    reserved = ledger.set_aside(session, [code.uid]).get(code.uid)
    ledger.require_free(pack, reserved, acceptance=acceptance, count=None, by=by)
    if reserved is not None and reserved.acceptance == acceptance:
        return reserved
    if reserved is not None:
        ledger.step(session, [reserved], PackUseState.RELEASED, why="cleared", by=by)
    use = PackUse(
        uid=code.uid,
        id=new_id(),
        state=PackUseState.RESERVED,
        count=pack.size - pack.taken,
        pharmacy=held.pharmacy,
        at=by.at,
        acceptance=acceptance,
        reserved_until=held.expires_at,
    )
    ledger.bear(session, [use], by=by)
    return use


def release_pack(session: Session, *, uid: str, acceptance: UUID, by: Actor) -> None:
    """Put one pack back that was scanned by mistake: RESERVED -> RELEASED. Again: nothing more happens.

    Raises what `hold` raises of the acceptance, PackHandedOver once it is with the patient, and PackNotSetAside
    for a pack that never was on this counter for it.
    """
    hold(session, acceptance=acceptance, by=by)
    ledger.lock(session, [uid])
    query = select(PackUse).where(
        PackUse.uid == uid, PackUse.acceptance == acceptance, PackUse.pharmacy == by.centre
    )
    uses = session.exec(query.execution_options(populate_existing=True)).all()
    reserved = [use for use in uses if use.state == PackUseState.RESERVED]
    if not reserved and any(use.state in HANDED_OVER for use in uses):
        raise PackHandedOver(uid=uid)
    if not uses:
        raise PackNotSetAside(uid=uid)
    ledger.step(session, reserved, PackUseState.RELEASED, why="put_back", by=by)


def extend(session: Session, *, acceptance: UUID, until: datetime) -> None:
    """Keep what is set aside for an acceptance as long as the acceptance itself, which was renewed."""
    uids = _set_aside(session, acceptance)
    if uids:
        ledger.lock(session, uids)
        session.execute(
            update(PackUse)
            .where(
                col(PackUse.uid).in_(uids),
                col(PackUse.acceptance) == acceptance,
                col(PackUse.state) == PackUseState.RESERVED,
            )
            .values(reserved_until=until),
            execution_options={"synchronize_session": False},
        )


def let_go(session: Session, *, acceptance: UUID, why: str, by: Actor) -> None:
    """RESERVED -> RELEASED for all that is set aside for an acceptance."""
    uids = _set_aside(session, acceptance)
    if uids:
        ledger.lock(session, uids)
        ours = [use for use in ledger.set_aside(session, uids).values() if use.acceptance == acceptance]
        ledger.step(session, ours, PackUseState.RELEASED, why=why, by=by)


def _set_aside(session: Session, acceptance: UUID) -> list[str]:
    there = "SELECT uid FROM pack_use WHERE acceptance = %(acceptance)s AND state = %(state)s"
    words = {"acceptance": acceptance, "state": PackUseState.RESERVED}
    return [row.uid for row in sql.run(session, there, words)]
