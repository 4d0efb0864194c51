"""Where everything comes from: each release in force with source and licence, and the works it was checked against."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

import codings.queries as codings
from app.access import Anyone
from app.db import Reading
from app.pages.codings.words import place, system_words
from app.web import page
from codings.base import Actor
from codings.systems import SOURCE
from codings.tables import Release

router = APIRouter()


@router.get("/sources")
def sources(request: Request, _by: Annotated[Actor, Anyone()], session: Reading) -> Response:
    """Everybody may know it."""
    now = codings.releases_in_force(session).values()
    return page(
        request,
        "codings/sources.html",
        origins=_origins(sorted(now, key=lambda release: (place(release.system), release.system))),
        works=codings.concept_list(session, SOURCE),
        system_words=system_words,
    )


def _origins(releases: Iterable[Release]) -> dict[tuple[str, str], list[Release]]:
    """Releases by where they come from: source and licence, told once for all that share them."""
    told: dict[tuple[str, str], list[Release]] = {}
    for release in releases:
        told.setdefault((release.source, release.licence), []).append(release)
    return told
