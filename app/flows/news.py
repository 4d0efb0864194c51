"""News of a prescription for the physician who signed it: their open pages look again, and nobody else is told."""

from sqlmodel import Session

from app.bell import PRESCRIPTIONS
from codings import sql
from prescriber.states import Number

_RING = """
    SELECT pg_notify(%(channel)s, practitioner) FROM prescription WHERE shabad = %(shabad)s AND n = %(n)s
"""


def tell_prescriber(session: Session, number: Number) -> None:
    """The notice is delivered at the commit, never before and never without it."""
    sql.later(session, _RING, {"channel": PRESCRIPTIONS, **number._asdict()})
