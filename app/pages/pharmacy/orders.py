"""From the packs on the counter to the hand-over: see the price and everything the rules say, then confirm."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app import errors
from app.access import Person
from app.db import reading, writing
from app.flows import counter as flow
from app.forms import Form, Sent
from app.idempotency import Once
from app.pages import labels
from app.pages.pharmacy.desk import Desk, desk_of, draw
from app.pages.pharmacy.plans import Asked, order_of
from app.service import Service, TheService
from app.web import language_of_page, page
from codings.base import Actor, Problem, Role
from codings.systems import NOT_DISPENSED_REASON, OVERRIDE_REASON, SUBSTITUTION_REASON
from insurer.tables.claims import CostStatement
from pharmacy import actions as pharmacy_actions
from pharmacy.actions.holding import hold
from pharmacy.inputs import DispenseInput
from pharmacy.outcomes import AcceptanceUnknown, DispenseRefused, OverrideNeeded
from prescriber.rules import Finding, Severity

router = APIRouter(prefix="/pharmacy/acceptances/{acceptance}", include_in_schema=False)
Pharmacist = Annotated[Actor, Person(Role.PHARMACIST)]


@router.post("/order")
def change(acceptance: UUID, request: Request, by: Pharmacist, service: TheService, sent: Sent) -> Response:
    """Back from the price to the counts, as they were typed; nothing is written."""
    typed = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    return draw(request, service, by, acceptance, order=Form(typed))


@router.post("/price")
def price(acceptance: UUID, request: Request, by: Pharmacist, service: TheService, sent: Sent) -> Response:
    """What everybody pays, and all that would be refused, before anything is handed over.

    Without a key: asked twice it is worked out twice, and neither binds anybody.
    """
    asked: Asked | None = None
    try:
        desk, asked = _asked(service, acceptance, sent, by)
        if asked.form.value is None:
            return draw(request, service, by, acceptance, order=asked.form, status=422)
        return _review(request, service, by, desk, asked, asked.form.value)
    except Problem as no:
        return _refused(request, service, by, acceptance, asked, no)


@router.post("/dispense")
def dispense(
    acceptance: UUID, request: Request, by: Pharmacist, service: TheService, once: Once, sent: Sent
) -> Response:
    """Hand over: all of it or nothing, and the receipt."""
    asked: Asked | None = None
    try:
        desk, asked = _asked(service, acceptance, sent, by)
        order = asked.form.value
        if order is None:
            return draw(request, service, by, acceptance, order=asked.form, status=422)
        packs = flow.look_at_order(service, order=order, by=by)

        def hand_over(session: Any) -> str:
            done = flow.dispense(session, service, order=order, packs=packs, by=by)
            return f"/pharmacy/dispenses/{done.dispense.number}"

        try:
            return once.page(hand_over)
        except OverrideNeeded as no:
            asked.blame(no)
            return _review(request, service, by, desk, asked, order, problem=no)
    except Problem as no:
        return _refused(request, service, by, acceptance, asked, no)


def _asked(service: Service, acceptance: UUID, sent: FormData, by: Actor) -> tuple[Desk, Asked]:
    """The desk and the order typed at it. When its time is up its packs are free, so that is asked first."""
    with writing(service) as session:
        held = hold(session, acceptance=acceptance, by=by)
        desk = desk_of(session, held=held, by=by)
    return desk, order_of(sent, acceptance=acceptance, items=desk.view.items, packs=desk.packs)


def _review(
    request: Request,
    service: Service,
    by: Actor,
    desk: Desk,
    asked: Asked,
    order: DispenseInput,
    *,
    problem: Problem | None = None,
) -> Response:
    """The last look: lines, packs, shares, and the findings that need a reason. A "stop" leads back to the counts."""
    looked = {pack.barcode: pack.checked for pack in desk.packs}
    with writing(service) as session:
        statement, _ = flow.price(session, order=order, by=by)
        found: Sequence[Finding] = pharmacy_actions.check_order(
            session, number=desk.view.number, order=order, packs=looked, by=by
        )
    if problem is not None:
        found = problem.findings
    if any(finding.severity == Severity.STOP for finding in found):
        raise DispenseRefused(findings=found)
    return _draw(request, service, by, desk, asked, statement, found, problem)


def _draw(
    request: Request,
    service: Service,
    by: Actor,
    desk: Desk,
    asked: Asked,
    statement: CostStatement,
    found: Sequence[Finding],
    problem: Problem | None,
) -> Response:
    order = asked.form.value
    assert order is not None  # noqa: S101  whoever calls has read it
    language = language_of_page(request)
    with reading(service) as session:
        reasons = labels.choices(session, OVERRIDE_REASON, language)
        said = labels.labels(session, NOT_DISPENSED_REASON, (n.reason for n in order.not_dispensed))
        said |= labels.labels(session, SUBSTITUTION_REASON, (n.substitution_reason for n in order.lines))
    return page(
        request,
        "pharmacy/review.html",
        status=200 if problem is None else errors.view(problem, request).status,
        by=by,
        desk=desk,
        form=asked.form,
        order=order,
        items={item.item: item for item in desk.view.items},
        packs={pack.barcode: pack for pack in desk.packs},
        products={pack.product.irc: pack.product for pack in desk.packs},
        statement=statement,
        findings=found,
        reasons=reasons,
        said=said,
        problem=problem,
    )


def _refused(
    request: Request, service: Service, by: Actor, acceptance: UUID, asked: Asked | None, no: Problem
) -> Response:
    """Back to the counts with the refusal in words and everything as it was typed."""
    if isinstance(no, AcceptanceUnknown):
        raise no
    if asked is not None:
        asked.blame(no)
    order = asked.form if asked is not None else None
    status = errors.view(no, request).status
    return draw(request, service, by, acceptance, order=order, problem=no, status=status)
