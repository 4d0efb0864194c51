"""The medicines found while a physician is still typing: one part of the draft's page."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.access import Person
from app.db import Reading
from app.pages.prescriber import finding
from app.web import page
from codings.base import Actor, Role

router = APIRouter()


@router.get("/medicines")
def medicines(
    request: Request,
    _by: Annotated[Actor, Person(Role.PHYSICIAN)],
    session: Reading,
    q: str = "",
    listbox: bool = False,
) -> Response:
    """Rows with a button each; as a list box for the script that moves through it with the arrow keys."""
    return page(request, "prescriber/found.html", q=q, offer=finding.offer(session, q), listbox=listbox)
