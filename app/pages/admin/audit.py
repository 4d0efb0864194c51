"""The audit, read by people only: who did or saw what, whose data, why. Reading it is written down as well."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import col, select
from starlette.responses import Response

from app import audit
from app.access import Person
from app.db import reading
from app.service import TheService
from app.tables import AuditEntry
from app.web import page
from codings.base import Actor, Role

router = APIRouter(prefix="/audit")

SHOWN = 50
Word = Annotated[str, Query(max_length=120)]


@router.get("")
def entries(
    request: Request,
    by: Annotated[Actor, Person(Role.ADMINISTRATOR)],
    service: TheService,
    actor: Word = "",
    subject: Word = "",
    before: UUID | None = None,
) -> Response:
    """The newest entries, of one actor or about one subject if told; `before` is the last one seen."""
    who, what = actor.strip(), subject.strip()
    query = select(AuditEntry)
    if who:
        query = query.where(AuditEntry.actor == who)
    if what:
        query = query.where(AuditEntry.subject == what)
    if before is not None:
        query = query.where(col(AuditEntry.id) < before)
    with reading(service) as session:
        rows = session.exec(query.order_by(col(AuditEntry.id).desc()).limit(SHOWN + 1)).all()
    audit.saw(service, by=by, verb="audit.read", subject=(what or who or "all")[:120])
    return page(
        request,
        "admin/audit.html",
        rows=rows[:SHOWN],
        older=rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        filters={"actor": who, "subject": what},
        later=before is not None,
    )
