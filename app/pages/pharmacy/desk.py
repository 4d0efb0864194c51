"""One accepted prescription on the page: who it is for, what is prescribed, and the packs that lie beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.db import reading
from app.forms import Form
from app.pages import labels
from app.pages.moments import last_day
from app.pages.pharmacy import packs, plans
from app.pages.pharmacy.packs import Looked, OnCounter
from app.pages.pharmacy.plans import PlannedLine
from app.security import SCANNER_POLICY
from app.service import Service
from app.web import language_of_page, page
from codings.base import Actor, Problem, Words
from codings.systems import NOT_DISPENSED_REASON, OVERRIDE_REASON, SUBSTITUTION_REASON
from codings.text import tehran_day
from pharmacy.states import VERDICT_WORDS
from pharmacy.tables import Acceptance
from prescriber.queries import PrescriptionView
from prescriber.states import Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the pharmacist may see of an accepted prescription, and the packs set aside for it."""

    held: Acceptance
    view: PrescriptionView
    insurer: Words | None
    directions: labels.Directions
    overridden: Mapping[str, Words]  # reasons of the prescriber, by code
    packs: Sequence[OnCounter]
    looked: Looked | None
    age: int

    def lines(self, typed: Mapping[str, str]) -> dict[int, list[PlannedLine]]:
        return plans.plan(self.view.items, self.packs, typed)


def desk_of(session: Session, *, held: Acceptance, by: Actor, looked: str = "") -> Desk:
    """Everything the page of a live acceptance shows; `looked` is the UID of the pack scanned last."""
    view = prescriber_queries.prescription_unscoped(session, number=Number(held.shabad, held.n), at=by.at)
    return Desk(
        held=held,
        view=view,
        insurer=labels.insurer_names(session).get(view.insurer),
        directions=labels.directions(session, view),
        overridden=labels.labels(session, OVERRIDE_REASON, (reason for _, reason in view.overrides)),
        packs=packs.on_counter(session, held=held, by=by),
        looked=packs.looked_at(session, uid=looked, held=held, items=view.items, by=by) if looked else None,
        age=labels.age(view.birth_date, tehran_day(by.at)),
    )


def draw(
    request: Request,
    service: Service,
    by: Actor,
    acceptance: UUID,
    *,
    order: Form[Any] | None = None,
    scan: Form[Any] | None = None,
    looked: str = "",
    problem: Problem | None = None,
    at_scan: bool = False,
    status: int = 200,
) -> Response:
    """The page of an acceptance; of one that is over, what became of it. `at_scan`: the refusal is of a scan.

    A scan that htmx sent is answered by the part of the page that it changed.
    """
    in_place = request.headers.get("HX-Request") == "true"
    language = language_of_page(request)
    with reading(service) as session:
        held = pharmacy_queries.acceptance(session, acceptance=acceptance, by=by)
        if not held.live(by.at):
            if in_place:
                return Response(headers={"HX-Redirect": f"/pharmacy/acceptances/{acceptance}"})
            dispenses = pharmacy_queries.dispenses_of(session, number=Number(held.shabad, held.n))
            mine = [done for done in dispenses if done.pharmacy == held.pharmacy]
            return page(
                request,
                "pharmacy/closed.html",
                status=status,
                by=by,
                held=held,
                dispenses=mine,
                problem=problem,
            )
        desk = desk_of(session, held=held, by=by, looked=looked)
        reasons = {
            "substitution": labels.choices(session, SUBSTITUTION_REASON, language),
            "not_dispensed": labels.choices(session, NOT_DISPENSED_REASON, language),
        }
    view = desk.view
    audit.saw(service, by=by, verb="prescription.read", subject=str(view.number), patient=str(view.patient))
    lines = desk.lines(order.typed if order else {})
    form = order or Form(plans.proposed(lines))
    if order is not None:  # what was scanned since, beside what was typed
        form = Form({**plans.proposed(lines), **order.typed}, errors=order.errors)
    answer = page(
        request,
        "pharmacy/counter.html" if in_place else "pharmacy/acceptance.html",
        status=status,
        by=by,
        desk=desk,
        last_day=last_day,
        today=tehran_day(by.at),
        lines=lines,
        form=form,
        scan=scan,
        reasons=reasons,
        verdict_words=VERDICT_WORDS,
        problem=None if at_scan else problem,
        scan_problem=problem if at_scan else None,
    )
    answer.headers.update(SCANNER_POLICY)
    return answer
