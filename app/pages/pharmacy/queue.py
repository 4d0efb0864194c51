"""The pharmacist's first page: one box for whatever is at the counter, what is waiting, what was handed over."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.responses import Response

import pharmacy.queries as pharmacy_queries
from app import audit, errors
from app.access import Person
from app.db import reading
from app.flows import counter as flow
from app.flows import possession
from app.forms import Form, Sent, read
from app.idempotency import Once, OneAction
from app.security import SCANNER_POLICY
from app.service import Service, TheService
from app.validation import malformed
from app.web import page
from codings.base import Actor, Problem, Role, Words
from pharmacy.inputs import BOTH_DETAILS, LONGEST_QR, AcceptInput

router = APIRouter(include_in_schema=False)
Pharmacist = Annotated[Actor, Person(Role.PHARMACIST)]
Scanned = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QR)]

RECENT = 20
OTHER_HALF = Words(
    "این برگه دو کد بزرگ دارد و یکی از آن‌ها خوانده شد. کد دیگر را در همین خانه اسکن کنید.",
    "This slip has two large codes and one of them was read. Scan the other one into this field.",
)


class Box(BaseModel):
    """What came into the box: a large code (two of a long prescription), the small one, or a number typed."""

    model_config = ConfigDict(extra="forbid")

    scan: Scanned
    second: Scanned | None = None
    national_id: Scanned | None = None


@router.get("/pharmacy")
def queue(request: Request, by: Pharmacist, service: TheService, shabad: str = "") -> Response:
    """`shabad` fills the box, for a prescription that was transcribed a moment ago."""
    return draw(request, service, by, Form({"scan": shabad[:24]}))


@router.post("/pharmacy")
def accept(request: Request, by: Pharmacist, service: TheService, once: Once, sent: Sent) -> Response:
    """Prove possession, take the prescription for thirty minutes, and go on to its packs."""
    return take_with(request, service, by, once, read(sent, Box))


def take_with(request: Request, service: Service, by: Actor, once: OneAction, form: Form[Box]) -> Response:
    """Go on with what was scanned, typed or read in a photo; a refusal comes back beside its field."""
    given = _proof(form)
    if given is None:
        return draw(request, service, by, form, status=422)

    def take(session: Any) -> str:
        acceptance, _ = flow.accept(session, service, number=number, by=by)
        return f"/pharmacy/acceptances/{acceptance.acceptance}"

    try:
        number = possession.prove(service, given=given, by=by)
        return once.page(take)
    except Problem as no:
        form.blame(no)
        _into_the_box(form)
        return draw(request, service, by, form, problem=no, status=errors.view(no, request).status)


def _proof(form: Form[Box]) -> AcceptInput | None:
    """Which of the three proofs this is, by how the text begins; None when something is missing, and said so."""
    box = form.value
    if box is None:
        return None
    texts = [text for text in (box.scan, box.second) if text]
    if box.scan.upper().startswith("NSK1:"):
        if "/2:" in box.scan[:12] and len(texts) == 1:
            form.errors["second"] = OTHER_HALF
            return None
        told: dict[str, object] = {"qr": texts}
    elif "#" in box.scan or "://" in box.scan:
        told = {"pointer": box.scan}
    elif box.national_id is None:
        form.errors["national_id"] = BOTH_DETAILS
        return None
    else:
        told = {"shabad": box.scan, "national_id": box.national_id}
    try:
        return AcceptInput.model_validate(told)
    except ValidationError as no:
        form.blame(malformed([{**error, "loc": ("body", *error["loc"])} for error in no.errors()]))
        _into_the_box(form)
        return None


def _into_the_box(form: Form[Box]) -> None:
    """The rooms speak of `qr`, `pointer` and `shabad`; on the page all three are one box."""
    for name in [name for name in form.errors if name.split(".")[0] in {"qr", "pointer", "shabad", ""}]:
        form.errors.setdefault("scan", form.errors.pop(name))


def draw(
    request: Request,
    service: Service,
    by: Actor,
    form: Form[Box],
    *,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        waiting = pharmacy_queries.queue(session, by=by)
        recent = pharmacy_queries.recent(session, by=by, limit=RECENT)
        cases = pharmacy_queries.open_cases(session, by=by)
    audit.saw(service, by=by, verb="pharmacy.queue", subject=by.centre or "")
    answer = page(
        request,
        "pharmacy/queue.html",
        status=status,
        by=by,
        form=form,
        problem=problem,
        waiting=waiting,
        recent=recent,
        cases=cases,
    )
    answer.headers.update(SCANNER_POLICY)
    return answer
