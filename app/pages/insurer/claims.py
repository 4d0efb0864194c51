"""Claims on the insurer's page: the list with its sums, as a file too, and one claim with all that was said of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

import codings.queries as codings
import insurer.queries.claims as claim_queries
from app import audit
from app.access import Person
from app.csv_export import csv_of
from app.db import Reading
from app.listing import NOTHING, Asked, Listed, ask, page_of
from app.pages import claim_words, labels
from app.pages.filters import DayFilter, Rial
from app.service import TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Role
from codings.identifiers import Siam
from codings.states import CentreKind
from insurer.queries import figures, lists
from insurer.states import CLAIM_WORDS, ClaimKind, ClaimState

router = APIRouter(prefix="/insurer/claims", include_in_schema=False)
Officer = Annotated[Actor, Person(Role.INSURER_OFFICER)]


class ClaimFilter(DayFilter):
    """What an officer looks for."""

    state: ClaimState | None = None
    kind: ClaimKind | None = None
    pharmacy: Siam | None = None
    least: Rial | None = None
    most: Rial | None = None


@router.get("")
def claims(request: Request, by: Officer, service: TheService, session: Reading) -> Response:
    """This insurer's claims, with the sums of what the filter finds."""
    asked = ask(request, claim_words.SORTING, ClaimFilter)
    listed = _listed(by, asked)
    shown = NOTHING if listed is None else page_of(session, listed, asked)
    audit.saw(service, by=by, verb="claim.list", subject=by.insurer or "")
    language = language_of_page(request)
    return page(
        request,
        "insurer/claims.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=shown,
        totals=None if listed is None else figures.totals(session, listed),
        states=[(s.value, words.en if language == "en" else words.fa) for s, words in CLAIM_WORDS.items()],
        kinds=[(k.value, w.en if language == "en" else w.fa) for k, w in claim_words.KINDS.items()],
        pharmacies=_pharmacies(session, language),
        centres=labels.centre_names(session, {claim.pharmacy for claim in shown.rows}),
        claim_words=CLAIM_WORDS,
    )


@router.get(".csv")
def export(request: Request, by: Officer, service: TheService, session: Reading) -> Response:
    """The same claims, in the same order, as a file."""
    asked = ask(request, claim_words.SORTING, ClaimFilter)
    listed = _listed(by, asked)
    if listed is None:
        return see_other(asked.beginning)
    language = language_of_page(request)
    columns = claim_words.columns(labels.centre_names(session))
    return csv_of(service, listed, asked, columns, name="claims", language=language, by=by)


@router.get("/{number}")
def claim(number: str, request: Request, by: Officer, service: TheService, session: Reading) -> Response:
    """Everything that was ever said about one claim. Another insurer's looks like one that does not exist."""
    view = claim_queries.claim(session, number=number, by=by)
    whose = audit.whose(session, shabad=view.claim.shabad)
    audit.saw(service, by=by, verb="claim.read", subject=number, patient=whose)
    return page(request, "insurer/claim.html", by=by, **claim_words.context(session, view))


def _listed(by: Actor, asked: Asked[ClaimFilter]) -> Listed | None:
    wanted = asked.value
    return None if wanted is None else lists.claims_listed(by=by, **wanted.model_dump())


def _pharmacies(session: Session, language: Any) -> labels.Choices:
    """Pharmacies by name, as the filter's field suggests them."""
    found = codings.centres(session, kind=CentreKind.PHARMACY)
    return [(row.siam, row.name_en if language == "en" else row.name_fa) for row in found]
