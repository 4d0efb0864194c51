"""Every code system with the release in force, and what waits for somebody."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

import codings.queries as codings
from app.db import Reading
from app.pages.codings.words import IN_FORCE, LOOKS, STATES, Editor, address, place, system_words
from app.web import page
from codings.sheets import SHEETS
from codings.states import ReleaseState
from codings.systems import INGREDIENT
from codings.tables import Release

router = APIRouter(prefix="/codings")
_LARGE = frozenset({*SHEETS, INGREDIENT})
_OPEN = frozenset({ReleaseState.IMPORTING, ReleaseState.READY, ReleaseState.PUBLISHED})


@router.get("")
def home(request: Request, by: Editor, session: Reading) -> Response:
    """What is in force, and what waits."""
    everything = codings.releases(session)
    now = codings.releases_in_force(session)
    shown = sorted(now.values(), key=lambda release: (place(release.system), release.system))
    return page(
        request,
        "codings/home.html",
        by=by,
        large=[release for release in shown if release.system in _LARGE],
        small=[release for release in shown if release.system not in _LARGE],
        waiting=_waiting(everything, now),
        address=address,
        system_words=system_words,
        short_name=codings.short_name,
        state_words=STATES,
        in_force_words=IN_FORCE,
        looks=LOOKS,
    )


def _waiting(everything: Sequence[Release], now: Mapping[str, Release]) -> list[Release]:
    """What is not decided or not yet in force, and a refused file until another of its system has come."""
    newest: dict[str, Release] = {}
    for release in sorted(everything, key=lambda release: release.loaded_at):
        newest[release.system] = release
    held = {(release.system, release.release) for release in now.values()}
    found = [
        release
        for release in everything
        if (release.system, release.release) not in held
        and (
            release.state in _OPEN
            or (release.state is ReleaseState.REFUSED and newest[release.system] is release)
        )
    ]
    return sorted(found, key=lambda release: release.loaded_at, reverse=True)
