"""The review before signing: read-only, and drawn from the very bytes that would be signed.

Other open drafts of the same patient can be put beside it (`also`) and are signed in the same go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

import codings.queries as codings
import prescriber.queries as prescriber_queries
from app import audit, signing_sessions
from app.access import Person
from app.db import ReadSession, reading
from app.pages.moments import last_day
from app.pages.prescriber.key import keys_of
from app.pages.prescriber.look import Look, look
from app.service import Service, TheService
from app.web import page, see_other
from codings import jws
from codings.base import Actor, Problem, Role
from codings.systems import ICD10
from prescriber import signing
from prescriber.states import DraftState
from prescriber.tables import Draft

router = APIRouter()

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
MOST_AT_ONCE: Final = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """One prescription as it would be signed."""

    draft: Draft
    seen: Look
    payload: str  # base64url of the bytes
    fingerprint: str  # their SHA-256, hex
    content: signing.Content

    def signed_item(self, place: int) -> dict[str, Any]:
        """One item exactly as the bytes have it, for the browser to compare with what it shows."""
        return self.content.items[place].model_dump(mode="json", by_alias=True, exclude_defaults=True)


@router.get("/drafts/{draft}/review")
def review(
    request: Request,
    draft: UUID,
    by: Physician,
    service: TheService,
    also: Annotated[list[UUID] | None, Query(max_length=MOST_AT_ONCE - 1)] = None,
) -> Response:
    """Everything that would be signed, in full words; what is still missing sends back to the form."""
    return review_page(request, service, [draft, *(also or [])], by=by)


def review_page(
    request: Request,
    service: Service,
    drafts: Sequence[UUID],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    """The review of these drafts of one patient, with why signing them was refused, if it was."""
    with reading(service) as session:
        sheets = _sheets(request, session, service, list(dict.fromkeys(drafts)), by=by)
        if isinstance(sheets, UUID):
            if problem is not None:
                raise problem
            unsigned = prescriber_queries.draft(session, draft=sheets, by=by).state is DraftState.OPEN
            return see_other(f"/prescriber/drafts/{sheets}" + ("?check=true" if unsigned else ""))
        patient = sheets[0].draft.patient
        names = _names(session, sheets)
        chosen = {sheet.draft.id for sheet in sheets}
        others = [
            other
            for other in prescriber_queries.drafts(session, by=by)
            if other.patient == patient and other.id not in chosen
        ]
        keys = keys_of(session, by=by)
        methods = signing_sessions.methods(session, service=service, by=by)
    for sheet in sheets:
        audit.saw(
            service, by=by, verb="draft.review", subject=str(sheet.draft.id), patient=str(sheet.draft.patient)
        )
    return page(
        request,
        "prescriber/review.html",
        sheets=sheets,
        others=others,
        again=lambda ids: (
            f"/prescriber/drafts/{ids[0]}/review?" + urlencode([("also", str(one)) for one in ids[1:]])
        ),
        banner=sheets[0].seen.banner,
        keys=keys,
        holder=by.practitioner,
        proven=signing_sessions.current(service, session_sha256=request.state.session_sha256, by=by),
        methods=methods,
        now=by.at,
        last_day=last_day,
        problem=problem,
        status=status,
        **names,
    )


def _sheets(
    request: Request, session: ReadSession, service: Service, drafts: Sequence[UUID], *, by: Actor
) -> list[Sheet] | UUID:
    """What would be signed, in order; or the draft that is not that far, or is another patient's."""
    sheets: list[Sheet] = []
    ahead: dict[str, int] = {}
    for one in drafts:
        found = prescriber_queries.draft(session, draft=one, by=by)
        shabad = found.shabad or ""
        if found.state is not DraftState.OPEN or (sheets and found.patient != sheets[0].draft.patient):
            return one
        seen = look(
            request,
            session,
            service,
            draft=found,
            typed=found.typed,
            ahead=ahead.setdefault(shabad, 0),
            by=by,
        )
        if seen.prepared is None:
            return one
        ahead[shabad] += 1
        payload = seen.prepared.payload
        sheets.append(
            Sheet(found, seen, jws.b64(payload), jws.payload_sha256(payload), signing.read(payload))
        )
    return sheets


def _names(session: Session, sheets: Sequence[Sheet]) -> dict[str, Any]:
    contents = [sheet.content for sheet in sheets]
    generics = {item.generic for content in contents for item in content.items}
    codes = {coding.code for content in contents for coding in content.codings}
    return {
        "medicines": codings.medicines(session, generics),
        "diagnosis_names": codings.concepts(session, ICD10, codes),
    }
