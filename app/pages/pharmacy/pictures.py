"""Photos of codes, sent in where neither scanner nor live camera is at hand; each goes the way of a scan.

A photo of a slip opens the prescription, a photo of packs looks at every one of them. Works with scripts off.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import errors
from app.access import Person
from app.db import reading
from app.flows import counter as flow
from app.forms import Form, file_of
from app.idempotency import Once
from app.pages.pharmacy.desk import draw
from app.pages.pharmacy.packs import item_for_scan
from app.pages.pharmacy.queue import Box, take_with
from app.pages.pharmacy.queue import draw as draw_queue
from app.pictures import Codes, Scanned, read_codes
from app.refusals import NoPicture, TooManyCodes
from app.service import Service, TheService
from app.web import page
from codings.base import Actor, Problem, Role, Words
from pharmacy.inputs import PackCheckInput
from pharmacy.packs import CheckedPack
from pharmacy.states import VERDICT_WORDS
from prescriber.states import Number

router = APIRouter(prefix="/pharmacy", include_in_schema=False)
Pharmacist = Annotated[Actor, Person(Role.PHARMACIST)]

MOST_PACKS: Final = 10  # on one photo; the authority is asked about each of them
_SIGNED: Final = "NSK1:"
_HALVES: Final = ("NSK1:1/2:", "NSK1:2/2:")
NO_SLIP = Words(
    "در این عکس کد برگهٔ نسخه نیست. از کد بزرگ یا کوچک برگه عکس بگیرید.",
    "There is no code of a slip in this photo. Take a photo of the large or the small code of the slip.",
)
SEVERAL_SLIPS = Words(
    "در این عکس کد چند برگه هست. از هر برگه جداگانه عکس بگیرید.",
    "There are codes of several slips in this photo. Take a photo of one slip alone.",
)


async def _form(request: Request) -> AsyncIterator[FormData]:
    """The form with its photo, whose temporary file is gone when the answer is."""
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()


Photographed = Annotated[FormData, Depends(_form)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One code of a photo and what came of it: a pack that was looked at, or why not; a pack may have both."""

    text: str
    pack: CheckedPack | None = None
    problem: Problem | None = None


@router.post("/picture")
def slip(request: Request, by: Pharmacist, service: TheService, sent: Photographed, once: Once) -> Response:
    """Open the prescription whose slip is on the photo. `half` is a large code that an earlier photo showed."""
    try:
        codes = _codes(sent, Codes.SLIP)
    except Problem as no:
        form: Form[Box] = Form({})
        form.blame(no)
        return draw_queue(request, service, by, form, status=errors.view(no, request).status)
    before = sent.get("half")
    texts = {code.text for code in codes} | ({before[:4000]} if isinstance(before, str) and before else set())
    return take_with(request, service, by, once, box_of(texts))


def box_of(texts: set[str]) -> Form[Box]:
    """What was read on a slip as if it had been scanned into the box: the large code, both halves, or the small one."""
    halves = sorted(text for text in texts if text.startswith(_HALVES))
    whole = [text for text in texts if text.startswith(_SIGNED) and text not in halves]
    pointers = [text for text in texts if "://" in text and "#" in text]
    form: Form[Box] = Form({})
    if len(whole) > 1 or len(halves) > len(_HALVES) or (whole and halves):
        form.errors["picture"] = SEVERAL_SLIPS
    elif whole:
        form = Form({"scan": whole[0]})
    elif len(halves) == len(_HALVES):
        form = Form({"scan": halves[0], "second": halves[1]})
    elif len(pointers) == 1:
        form = Form({"scan": pointers[0]})
    elif halves:
        form = Form({"scan": halves[0]})
    else:
        form.errors["picture"] = SEVERAL_SLIPS if pointers else NO_SLIP
    if not form.errors:
        form.value = Box.model_validate(dict(form.typed))
    return form


@router.post("/acceptances/{acceptance}/picture")
def packs(
    acceptance: UUID, request: Request, by: Pharmacist, service: TheService, sent: Photographed, once: Once
) -> Response:
    """Look at every pack on the photo, as if each had been scanned; a list says what became of them."""
    with reading(service) as session:  # somebody else's acceptance is none, whatever the photo shows
        held = pharmacy_queries.acceptance(session, acceptance=acceptance, by=by)
    here = f"/pharmacy/acceptances/{acceptance}"
    try:
        codes = _codes(sent, Codes.PACK)
        if len(codes) > MOST_PACKS:
            raise TooManyCodes(pointer="/picture", most=MOST_PACKS)
    except Problem as no:
        form: Form[Any] = Form({})
        form.blame(no)
        return draw(request, service, by, acceptance, scan=form, status=errors.view(no, request).status)
    looked = [_look(service, code, Number(held.shabad, held.n), by) for code in codes]
    came: list[Read] = []

    def keep(session: Any) -> str:
        came.extend(_set_aside(session, read, acceptance, by) for read in looked)
        seen = [read.pack.code.uid for read in came if read.pack is not None]
        return f"{here}?looked={seen[-1]}#packs" if seen else f"{here}#packs"

    answer = once.page(keep)
    refused = [read.problem for read in came if read.problem is not None]
    if len(came) == 1 and refused:
        alone: Form[Any] = Form({})
        status = errors.view(refused[0], request).status
        return draw(
            request, service, by, acceptance, scan=alone, problem=refused[0], at_scan=True, status=status
        )
    if len(came) <= 1 or request.headers.get("HX-Request") == "true":
        return answer  # one pack is shown where a scanned one is; sent twice, it was kept once
    return page(
        request, "pharmacy/photographed.html", by=by, here=here, came=came, verdict_words=VERDICT_WORDS
    )


def _codes(sent: FormData, formats: Codes) -> Sequence[Scanned]:
    picture = file_of(sent, "picture")
    if picture is None:
        raise NoPicture(pointer="/picture")
    return read_codes(picture.file.read(), formats=formats)


def _look(service: Service, code: Scanned, number: Number, by: Actor) -> Read:
    """Ask about one pack. No session is held while asking, and what is no pack is told."""
    try:
        with reading(service) as session:
            view = prescriber_queries.prescription_unscoped(session, number=number, at=by.at)
            item = item_for_scan(session, barcode=code.text, items=view.items)
        generic = item.medicine if item else None
        pack, _ = flow.look_at_pack(service, barcode=code.text, generic=generic, pointer="/picture", by=by)
    except Problem as no:
        return Read(text=code.text, problem=no)
    return Read(text=code.text, pack=pack)


def _set_aside(session: Any, read: Read, acceptance: UUID, by: Actor) -> Read:
    """Set a pack aside; a refusal undoes this pack alone."""
    if read.pack is None:
        return read
    asked = PackCheckInput(barcode=read.text, item=None, acceptance=acceptance)
    try:
        with session.begin_nested():
            flow.check_pack(session, asked=asked, pack=read.pack, by=by)
    except Problem as no:
        return Read(text=read.text, pack=read.pack, problem=no)
    return read
