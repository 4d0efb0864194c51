"""The embedded adapters: this deployment's own registers stand for the national services.

Eligibility answers from the insured whom the insurers uploaded, SHABADs are confirmed by the issuer's own rows,
a dispense is registered in the health record kept here, and messages are kept until an operator sends them.
Each opens a short session of its own, so that a local answer costs the caller no more than a remote one would.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select

from app.db import reading, side_session
from app.gateways import PartnerState, ShabadAnswer
from app.tables import EhrRegistration, Message
from codings import jws
from insurer.queries import coverage as coverage_queries
from insurer.queries.coverage import CoverageFact
from insurer.states import ShabadState
from insurer.tables.coverage import Shabad


class _Local:
    """A partner inside this deployment: up whenever the database is."""

    partner: str

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def state(self, now: datetime) -> PartnerState:
        return PartnerState(self.partner, "local", "up", None, now)

    def close(self) -> None:
        """Nothing is kept open."""


class LocalEligibility(_Local):
    partner = "eligibility"

    def inquire(
        self,
        *,
        national_id: str | None,
        fida: str | None,
        on: date,
        now: datetime,  # noqa: ARG002
    ) -> Sequence[CoverageFact]:
        with reading(self) as session:
            return coverage_queries.coverages_of(session, national_id=national_id, fida=fida, on=on)


class LocalShabads(_Local):
    partner = "shabad"

    def confirm(self, *, shabad: str, now: datetime) -> ShabadAnswer:
        """Ours to confirm when it was issued here, is bound to a prescription and was not given up."""
        with reading(self) as session:
            row = session.get(Shabad, shabad)
        refused = {ShabadState.ELIMINATED, ShabadState.EXPIRED, ShabadState.STOLEN, ShabadState.REJECTED}
        if row is None or row.state in refused:
            return ShabadAnswer(accepted=False, reason="not in force", proof={})
        return ShabadAnswer(
            accepted=True,
            reason=None,
            proof={
                "shabad": shabad,
                "confirmed_at": now.isoformat(),
                "register": "local",
                "insurer": row.insurer,
            },
        )


class LocalEhr(_Local):
    partner = "ehr"

    def register(self, *, number: str, content: dict[str, Any], now: datetime) -> dict[str, Any]:
        sha = jws.payload_sha256(jws.canonical(content))
        with side_session(self) as session:
            row = {"number": number, "receipt": sha, "content": content, "at": now}
            session.execute(insert(EhrRegistration).values(**row).on_conflict_do_nothing())
            kept = session.exec(select(EhrRegistration).where(EhrRegistration.number == number)).one()
            return {
                "number": number,
                "receipt": kept.receipt,
                "registered_at": kept.at.isoformat(),
                "register": "local",
            }


class LocalMessages(_Local):
    partner = "messages"

    def send(self, *, key: str, mobile: str, text: str, now: datetime) -> None:
        row = {"key": key, "mobile": mobile, "text": text, "at": now}
        with side_session(self) as session:
            session.execute(insert(Message).values(**row).on_conflict_do_nothing())
