"""A pharmacy's claims on insurers: the list, one with its decision, and the pharmacy's answer to it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

import insurer.queries.claims as claim_queries
from app import audit
from app.access import Person
from app.csv_export import csv_of
from app.db import Reading, WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once, OneAction
from app.listing import NOTHING, Asked, Listed, ask, page_of
from app.pages import claim_words, labels
from app.pages.filters import DayFilter
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Role
from codings.identifiers import InsurerCode
from insurer.actions import payments as payment_actions
from insurer.inputs import AppealInput
from insurer.outcomes import ClaimUnknown
from insurer.queries import figures, lists
from insurer.states import CLAIM_WORDS, ClaimState, can

router = APIRouter(prefix="/pharmacy/claims", include_in_schema=False)
Pharmacist = Annotated[Actor, Person(Role.PHARMACIST)]

ANSWERS = ("accept", "appeal")


class ClaimFilter(DayFilter):
    """What a pharmacist looks for."""

    state: ClaimState | None = None
    insurer: InsurerCode | None = None


@router.get("")
def claims(request: Request, by: Pharmacist, service: TheService, session: Reading) -> Response:
    """This pharmacy's claims, with the sums of what the filter finds."""
    asked = ask(request, claim_words.SORTING, ClaimFilter)
    listed = _listed(by, asked)
    shown = NOTHING if listed is None else page_of(session, listed, asked)
    audit.saw(service, by=by, verb="claim.list", subject=by.centre or "")
    english = language_of_page(request) == "en"
    insurers = labels.insurer_names(session)
    return page(
        request,
        "claims/list.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=shown,
        totals=None if listed is None else figures.totals(session, listed),
        states=[(s.value, words.en if english else words.fa) for s, words in CLAIM_WORDS.items()],
        insurers=insurers,
        insurer_choices=[(code, words.en if english else words.fa) for code, words in insurers.items()],
        claim_words=CLAIM_WORDS,
    )


@router.get(".csv")
def export(request: Request, by: Pharmacist, service: TheService, session: Reading) -> Response:
    """The same claims as a file."""
    asked = ask(request, claim_words.SORTING, ClaimFilter)
    listed = _listed(by, asked)
    if listed is None:
        return see_other(asked.beginning)
    columns = claim_words.columns(labels.centre_names(session, {by.centre or ""}))
    return csv_of(service, listed, asked, columns, name="claims", language=language_of_page(request), by=by)


@router.get("/{number}")
def claim(number: str, request: Request, by: Pharmacist, service: TheService) -> Response:
    """One claim of this pharmacy: why its share is what it is, what was decided, and what can be answered."""
    return _page(request, service, number, Form({}), by=by)


@router.get("/{number}/{answer}")
def back(number: str, answer: str, _by: Pharmacist) -> Response:  # noqa: ARG001
    return see_other(f"/pharmacy/claims/{number}")


@router.post("/{number}/accept")
def accept(number: str, request: Request, by: Pharmacist, service: TheService, once: Once) -> Response:
    """The decision is accepted: what was approved becomes payable."""

    def write(session: WriteSession) -> str:
        payment_actions.accept_result(session, number=number, by=by)
        audit.did(session, by=by, verb="claim.accept", subject=number)
        return f"/pharmacy/claims/{number}"

    return _answered(request, service, once, write, number, Form({}), by=by)


@router.post("/{number}/appeal")
def appeal(
    number: str, request: Request, by: Pharmacist, service: TheService, once: Once, sent: Sent
) -> Response:
    """The pharmacy objects, in its own words; the insurer answers with its next decision."""
    form = read(sent, AppealInput)
    if form.value is None:
        return _page(request, service, number, form, by=by, status=422)
    reason = form.value.reason

    def write(session: WriteSession) -> str:
        payment_actions.appeal_result(session, number=number, reason=reason, by=by)
        audit.did(session, by=by, verb="claim.appeal", subject=number)
        return f"/pharmacy/claims/{number}"

    return _answered(request, service, once, write, number, form, by=by)


def _listed(by: Actor, asked: Asked[ClaimFilter]) -> Listed | None:
    wanted = asked.value
    return None if wanted is None else lists.claims_listed(by=by, **wanted.model_dump())


def _answered(
    request: Request,
    service: Service,
    once: OneAction,
    write: Callable[[WriteSession], str],
    number: str,
    form: Form[Any],
    *,
    by: Actor,
) -> Response:
    try:
        return once.page(write)
    except ClaimUnknown:
        raise
    except Problem as no:
        form.blame(no)
        return _page(request, service, number, form, by=by, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    number: str,
    form: Form[Any],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        view = claim_queries.claim(session, number=number, by=by)
        context = claim_words.context(session, view)
        whose = audit.whose(session, shabad=view.claim.shabad)
    audit.saw(service, by=by, verb="claim.read", subject=number, patient=whose)
    return page(
        request,
        "claims/claim.html",
        status=status,
        by=by,
        may={answer: can(view.claim.state, answer) for answer in ANSWERS},
        form=form,
        problem=problem,
        **context,
    )
