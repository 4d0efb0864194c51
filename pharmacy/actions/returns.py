"""Taking a dispense back, as if it had not been; what it was stays on record."""

from datetime import timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

import codings.queries as codings
from codings.base import Actor, emit
from codings.systems import RETURN_REASON
from pharmacy import queries
from pharmacy.actions import ledger
from pharmacy.actions.holding import pharmacy_of
from pharmacy.outcomes import AlreadyReturned, DispenseReturned, DispenseUnknown, ReturnTooLate
from pharmacy.queries import DispenseView
from pharmacy.states import DISPENSE_ALLOWED, DispenseNumber, DispenseState, before
from pharmacy.tables import Dispense, DispenseStatus, WindowUse
from prescriber import actions as prescriber_actions

RETURNABLE_FOR: Final = timedelta(days=10)  # Delegated Regulation (EU) 2016/161, article 13


def take_back(session: Session, *, number: DispenseNumber, reason: str, by: Actor) -> DispenseView:
    """RECORDED -> RETURNED: quantities back to their windows, packs back on the counter of this pharmacy.

    The pharmacist states by asking that the packs never left the counter. Raises DispenseUnknown, also for
    another pharmacy's; AlreadyReturned; ReturnTooLate after ten days; "code.unknown" for the reason.
    """
    codings.require_code(session, RETURN_REASON, reason, pointer="/reason")
    pharmacy = pharmacy_of(by)
    key = (
        col(Dispense.shabad) == number.shabad,
        col(Dispense.n) == number.n,
        col(Dispense.d) == number.d,
        col(Dispense.pharmacy) == pharmacy,
    )
    if session.exec(select(Dispense.d).where(*key)).one_or_none() is None:
        raise DispenseUnknown
    prescriber_actions.lock(session, number=number.prescription)
    query = select(Dispense).where(*key).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).one()
    if found.state is DispenseState.RETURNED:
        raise AlreadyReturned(dispense=number)
    if by.at - found.dispensed_at > RETURNABLE_FOR:
        raise ReturnTooLate(dispense=number)
    session.execute(
        update(Dispense)
        .where(*key, col(Dispense.state).in_(sorted(before(DISPENSE_ALLOWED, DispenseState.RETURNED))))
        .values(state=DispenseState.RETURNED)
        .returning(col(Dispense.d))
    ).one()
    session.add(
        DispenseStatus(
            **number._asdict(),
            from_state=DispenseState.RECORDED,
            to_state=DispenseState.RETURNED,
            at=by.at,
            by=by.id,
            why=reason,
        )
    )
    drawn = session.exec(
        select(WindowUse)
        .where(WindowUse.shabad == number.shabad, WindowUse.n == number.n, WindowUse.d == number.d)
        .order_by(col(WindowUse.item), col(WindowUse.window))
    ).all()
    prescriber_actions.put_back(
        session,
        number=number.prescription,
        used=[(row.item, row.window, row.quantity) for row in drawn],
        by=by,
    )
    ledger.give_back(session, number=number, by=by)
    emit(session, DispenseReturned(**number._asdict()))
    return queries.dispense_unscoped(session, number=number)
