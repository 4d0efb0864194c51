"""News of a prescription for the physician who signed it: their open pages look again, and nobody else is told."""

from sqlalchemy import text
from sqlmodel import Session

from app.bell import PRESCRIPTIONS
from prescriber.states import Number

_RING = text("SELECT pg_notify(:channel, practitioner) FROM prescription WHERE shabad = :shabad AND n = :n")


def tell_prescriber(session: Session, number: Number) -> None:
    """The notice is delivered at the commit, never before and never without it."""
    session.connection().execute(_RING, {"channel": PRESCRIPTIONS, "shabad": number.shabad, "n": number.n})
