"""The medicines found while a physician is still typing: one part of the draft's page, for htmx."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.access import Person
from app.db import Reading
from app.pages.prescriber.drafts import found_medicines
from app.web import page
from codings.base import Actor, Role

router = APIRouter()


@router.get("/medicines")
def medicines(
    request: Request, _by: Annotated[Actor, Person(Role.PHYSICIAN)], session: Reading, q: str = ""
) -> Response:
    found, described = found_medicines(session, q)
    return page(request, "prescriber/found.html", q=q, medicines=found, described=described)
