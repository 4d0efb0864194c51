"""Who acts, and whether they hold what they act on."""

from uuid import UUID

from sqlmodel import Session

from codings import sql
from codings.base import Actor
from pharmacy.outcomes import AcceptanceExpired, AcceptanceReleased, AcceptanceUnknown, NoPharmacy
from pharmacy.spoken import clock
from pharmacy.tables import Acceptance
from prescriber.states import Number


def hold(session: Session, *, acceptance: UUID, number: Number | None = None, by: Actor) -> Acceptance:
    """This pharmacy's live acceptance (of `number`), locked; who writes to the prescription has locked that before.

    Raises AcceptanceUnknown, AcceptanceReleased, AcceptanceExpired.
    """
    ours = "WHERE acceptance = %(acceptance)s AND pharmacy = %(pharmacy)s FOR UPDATE"
    found = sql.rows(session, Acceptance, ours, {"acceptance": acceptance, "pharmacy": by.centre})
    if not found or number not in {None, Number(found[0].shabad, found[0].n)}:
        raise AcceptanceUnknown
    [held] = found
    if held.released_at is not None:
        raise AcceptanceReleased
    if not held.live(by.at):
        raise AcceptanceExpired(**clock("expired", held.expires_at))
    return held


def pharmacy_of(by: Actor) -> str:
    """The SIAM id of the pharmacy for which someone acts. Raises NoPharmacy."""
    if by.centre is None:
        raise NoPharmacy
    return by.centre
