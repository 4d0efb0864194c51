"""The review before signing: read-only, and drawn from the very bytes that would be signed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

import codings.queries as codings
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import reading
from app.pages.moments import last_day
from app.pages.prescriber.look import look
from app.service import TheService
from app.web import page, see_other
from codings import jws
from codings.base import Actor, Role
from codings.systems import ICD10
from prescriber import signing
from prescriber.states import DraftState

router = APIRouter()


@router.get("/drafts/{draft}/review")
def review(
    request: Request, draft: UUID, by: Annotated[Actor, Person(Role.PHYSICIAN)], service: TheService
) -> Response:
    """Everything that would be signed, in full words; what is still missing sends back to the form."""
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        if found.state is not DraftState.OPEN:
            return see_other(f"/prescriber/drafts/{draft}")
        seen = look(request, session, service, draft=found, typed=found.typed, by=by)
        if seen.prepared is None:
            return see_other(f"/prescriber/drafts/{draft}?check=true")
        content = signing.read(seen.prepared.payload)
        medicines = codings.medicines(session, {item.generic for item in content.items})
        names = codings.concepts(session, ICD10, {coding.code for coding in content.codings})
    audit.saw(service, by=by, verb="draft.review", subject=str(draft), patient=str(found.patient))
    return page(
        request,
        "prescriber/review.html",
        draft=found,
        seen=seen,
        content=content,
        last_day=last_day,
        medicines=medicines,
        diagnosis_names=names,
        fingerprint=jws.payload_sha256(seen.prepared.payload),
    )
