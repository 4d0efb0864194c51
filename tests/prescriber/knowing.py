"""What the codings know of the use of medicines, put into force by a test in the place of what is shipped."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import func, text, update
from sqlmodel import Session, col

from codings.base import new_id
from codings.queries.kept import look_again
from codings.states import ReleaseState
from codings.systems import DOSING, INTERACTION
from codings.tables import Dosing, Interaction, Release, ReleaseInForce
from tests.factories import AT

_releases = count(1)


def in_force(
    session: Session,
    *,
    interactions: Sequence[dict[str, Any]] | None = (),
    dosings: Sequence[dict[str, Any]] | None = (),
) -> None:
    """These rows and no others; None: no release of that kind at all."""
    for system, table, rows in ((INTERACTION, Interaction, interactions), (DOSING, Dosing, dosings)):
        session.execute(
            update(ReleaseInForce)
            .where(col(ReleaseInForce.system) == system, col(ReleaseInForce.ended_at).is_(None))
            .values(ended_at=AT)
        )
        if rows is not None:
            name = _release(session, system)
            for row in rows:
                session.merge(table(release=name, **row))
    session.flush()
    look_again(session)


def changed(session: Session, statement: str, *systems: str) -> None:
    """Change codes as a release does that comes into force: by one statement, with another reign of each system."""
    session.execute(text(statement))
    session.execute(
        update(ReleaseInForce)
        .where(col(ReleaseInForce.system).in_(systems), col(ReleaseInForce.ended_at).is_(None))
        .values(id=func.gen_random_uuid())
    )
    session.expire_all()
    look_again(session)


def _release(session: Session, system: str) -> str:
    name = f"test-{next(_releases)}"
    session.add(
        Release(
            system=system,
            release=name,
            state=ReleaseState.PUBLISHED,
            effective_from=AT.date(),
            sha256=new_id().hex,
            source="tests",
            licence="",
            prepared_by="account:1",
            loaded_at=AT,
            published_by="account:2",
            published_at=AT,
        )
    )
    session.flush()
    session.add(ReleaseInForce(system=system, release=name, began_at=AT - timedelta(days=1)))
    session.flush()
    return name


def harm(code: str, a: list[str], b: list[str], severity: str = "major") -> dict[str, Any]:
    return {
        "code": code,
        "a": a,
        "b": b,
        "severity": severity,
        "mechanism_fa": "خطر بیشتر می‌شود.",
        "mechanism_en": "The risk rises.",
        "action_fa": "پایش کنید.",
        "action_en": "Monitor.",
        "source": "BNF",
    }


def dosing(code: str, **known: Any) -> dict[str, Any]:
    amounts = {
        name: Decimal(value) if isinstance(value, str) and "mg" in name else value
        for name, value in known.items()
    }
    return {"code": code, "suggestions": [], "source": "BNF"} | amounts
