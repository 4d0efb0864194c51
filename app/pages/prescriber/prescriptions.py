"""A signed prescription of this clinic: how it stands, what became of it, cancelling and correcting it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.flows import prescribing as flow
from app.flows.prescribing import number_of
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.labels import centre_names
from app.pages.moments import last_day
from app.pages.prescriber import identity, pressed
from app.pages.prescriber.banner import banner
from app.pages.prescriber.lists import ORDER, lists
from app.pages.prescriber.order import typed_from
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Kind, Problem, Role, Words
from codings.systems import ICD10
from prescriber import actions as prescriber_actions
from prescriber.outcomes import CannotReplace, OtherPractitioner, PrescriptionExpired
from prescriber.outcomes.moments import moment
from prescriber.states import Number, Verb, can

router = APIRouter(prefix="/prescriptions")

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
PathNumber = Annotated[str, Path(max_length=24)]


class NoOpenVisit(Problem):
    """A prescription is repeated within a visit, since it needs a SHABAD and a look at the patient."""

    code = "repeat.no_visit"
    kind = Kind.CONFLICT
    words = Words(
        fa="برای این بیمار پیش‌نویس بازی ندارید؛ نسخه تنها در یک ویزیت تکرار می‌شود.",
        en="You have no open draft for this patient; a prescription is repeated within a visit.",
    )
    fix = Words(
        fa="نخست ویزیت بیمار را باز کنید؛ نسخه‌های پیشین در پیش‌نویس پیش روی شماست.",
        en="Open a visit for the patient first; earlier prescriptions are at hand in the draft.",
    )


class CancelInput(BaseModel):
    reason: str = Field(min_length=1, max_length=60)


@router.get("/{number}")
def prescription(request: Request, number: PathNumber, by: Physician, service: TheService) -> Response:
    """Status and history, what remains of each item, and who handed over what."""
    return _page(request, service, number_of(number), Form({}), by=by)


@router.get("/{number}/cancel")
@router.get("/{number}/correct")
@router.get("/{number}/repeat")
def back(number: PathNumber, _by: Physician) -> Response:
    return see_other(f"/prescriber/prescriptions/{number_of(number)}")


@router.post("/{number}/cancel")
def cancel(
    request: Request, number: PathNumber, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    """Cancel what was not handed over. While a pharmacy holds it, it is asked for and not yet done."""
    named = number_of(number)
    form = read(sent, CancelInput)
    if form.value is None:
        return _page(request, service, named, form, by=by, status=422)
    reason = form.value.reason

    def write(session: WriteSession) -> str:
        flow.cancel(session, number=named, reason=reason, by=by)
        return f"/prescriber/prescriptions/{named}"

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, named, form, by=by, problem=no, status=STATUS[no.kind])


@router.post("/{number}/correct")
def correct(request: Request, number: PathNumber, by: Physician, once: Once, service: TheService) -> Response:
    """A new draft on the same SHABAD that says what was signed; when signed, it replaces this one."""
    named = number_of(number)

    def write(session: WriteSession) -> str:
        view = prescriber_queries.prescription(session, number=named, by=by)
        if not can(view.status, Verb.REPLACE):
            raise CannotReplace(number=named)
        if view.practitioner != by.practitioner:  # the SHABAD is the author's, so is the correction
            raise OtherPractitioner
        if view.expired(by.at):
            raise PrescriptionExpired(**moment("until", view.redeemable_until))
        draft = prescriber_actions.save_draft(
            session, patient=view.patient, shabad=named.shabad, typed=typed_from(view), by=by
        )
        identity.open_here(session, request.state.session_sha256, patient=view.patient, by=by)
        audit.did(session, by=by, verb="draft.correct", subject=str(named), patient=str(view.patient))
        return f"/prescriber/drafts/{draft.id}"

    try:
        return once.page(write)
    except Problem as no:
        return _page(request, service, named, Form({}), by=by, problem=no, status=STATUS[no.kind])


@router.post("/{number}/repeat")
def repeat(request: Request, number: PathNumber, by: Physician, once: Once, service: TheService) -> Response:
    """Its medicines once more, in the newest open draft of the same patient; every number is to be confirmed."""
    named = number_of(number)

    def write(session: WriteSession) -> str:
        view = prescriber_queries.prescription(session, number=named, by=by)
        mine = [one for one in prescriber_queries.drafts(session, by=by) if one.patient == view.patient]
        if not mine:
            raise NoOpenVisit
        draft = mine[0]
        identity.open_here(session, request.state.session_sha256, patient=view.patient, by=by)
        typed = pressed.done(session, draft.typed, f"repeat:{named}", before=draft.typed, draft=draft, by=by)
        prescriber_actions.save_draft(
            session, draft=draft.id, patient=draft.patient, shabad=draft.shabad, typed=typed, by=by
        )
        return f"/prescriber/drafts/{draft.id}#order"

    try:
        return once.page(write)
    except Problem as no:
        return _page(request, service, named, Form({}), by=by, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    number: Number,
    form: Form[CancelInput],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        view = prescriber_queries.prescription(session, number=number, by=by)
        dispenses = pharmacy_queries.dispenses_of(session, number=number)
        payer = coverage_queries.known_insurers(session, codes={view.insurer})[view.insurer]
        language = language_of_page(request)
        context: dict[str, Any] = {
            "view": view,
            "banner": banner(session, patient=view.patient, insurer=payer.code, by=by),
            "held": (held := pharmacy_queries.held(session, number=number, at=by.at)),
            "dispenses": dispenses,
            "centres": centre_names(session) if dispenses or held else {},
            "medicines": codings.medicines_as_signed(
                session, {item.medicine for item in view.items}, release=view.coding_release
            ),
            "diagnosis_names": codings.concepts(session, ICD10, {d.code for d in view.diagnoses}),
            "lists": lists(session, ORDER, language=language, at=view.issued_at)
            | lists(session, ["cancel_reason", "override_reason"], language=language),
        }
        request.state.unsigned = len(prescriber_queries.drafts(session, by=by))
    audit.saw(service, by=by, verb="prescription.read", subject=str(number), patient=str(view.patient))
    live = not view.expired(by.at)
    return page(
        request,
        "prescriber/prescription.html",
        form=form,
        expired=not live,
        last_day=last_day,
        can_cancel=live and can(view.status, Verb.CANCEL),
        can_correct=live and can(view.status, Verb.REPLACE) and view.practitioner == by.practitioner,
        problem=problem,
        status=status,
        **context,
    )
