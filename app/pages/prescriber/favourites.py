"""The physician's own list of what they write often: looked at, renamed, and shortened here; used in a draft."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

import codings.queries as codings
import prescriber.queries as prescriber_queries
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Sent, read
from app.idempotency import Once
from app.pages.prescriber.lists import ORDER, lists
from app.pages.prescriber.order import read_items
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Role
from codings.tables import Medicine
from prescriber import actions as prescriber_actions
from prescriber.signing import Item
from prescriber.tables import Favourite

router = APIRouter(prefix="/favourites")

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
PAGE = "/prescriber/favourites"


class NameInput(BaseModel):
    name: str = Field(default="", max_length=200)


@router.get("")
def listed(request: Request, by: Physician, service: TheService) -> Response:
    """Each with its directions in words."""
    return _page(request, service, by=by)


@router.get("/{favourite}/{verb}")
def back(favourite: UUID, verb: str, _by: Physician) -> Response:  # noqa: ARG001  a reload of the page
    return see_other(PAGE)


@router.post("/{favourite}/rename")
def rename(
    request: Request, favourite: UUID, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    """Another name for one of them."""
    form = read(sent, NameInput)
    name = form.value.name if form.value else ""

    def write(session: WriteSession) -> str:
        prescriber_actions.rename_favourite(session, favourite=favourite, name=name, by=by)
        return PAGE

    try:
        return once.page(write)
    except Problem as no:
        return _page(request, service, by=by, problem=no, status=STATUS[no.kind])


@router.post("/{favourite}/remove")
def remove(favourite: UUID, by: Physician, once: Once) -> Response:
    """Take one off the list."""

    def write(session: WriteSession) -> str:
        prescriber_actions.remove_favourite(session, favourite=favourite, by=by)
        return PAGE

    return once.page(write)


def _page(
    request: Request, service: Service, *, by: Actor, problem: Problem | None = None, status: int = 200
) -> Response:
    with reading(service) as session:
        rows = prescriber_queries.favourites(session, by=by)
        medicines = codings.medicines(session, {str(row.typed.get("medicine", "")) for row in rows})
        context: dict[str, Any] = {
            "rows": [(row, _item(row, medicines)) for row in rows],
            "medicines": medicines,
            "lists": lists(session, ORDER, language=language_of_page(request)),
        }
        request.state.unsigned = len(prescriber_queries.drafts(session, by=by))
    return page(request, "prescriber/favourites.html", problem=problem, status=status, **context)


def _item(row: Favourite, medicines: dict[str, Medicine]) -> Item | None:
    """The favourite as an item, as far as the codings still know it."""
    medicine = medicines.get(str(row.typed.get("medicine", "")))
    if medicine is None:
        return None
    typed = {f"items.0.{name}": value for name, value in row.typed.items()}
    [item] = read_items({"items.0.route": medicine.route, **typed})
    return item.signed(medicine.short) if item is not None else None
