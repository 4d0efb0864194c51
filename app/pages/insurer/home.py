"""The first page of an insurer's desk: how far the batches have come, what waits, and two plots of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

import insurer.queries.batches as batch_queries
import insurer.queries.claims as claim_queries
from app import plots
from app.access import Person
from app.db import Reading
from app.language import Language
from app.pages import labels, plotted
from app.web import language_of_page, page
from codings.base import Actor, Role
from codings.text import tehran_day
from insurer.queries import figures
from insurer.states import BATCH_WORDS, CLAIM_WORDS, ClaimState

router = APIRouter(include_in_schema=False)
Officer = Annotated[Actor, Person(Role.INSURER_OFFICER)]

NEWEST = 10  # claims on the page
BATCHES = 5  # and batches
DAYS = 14  # of what was sealed, in the plot


@router.get("/insurer")
def home(request: Request, by: Officer, session: Reading) -> Response:
    """Where everything stands: batches by number, open claims by age, what was sealed, and the newest claims."""
    insurer = by.insurer or ""
    language = language_of_page(request)
    claims = claim_queries.claims(session, by=by, limit=NEWEST).items
    cursor = batch_queries.cursor(session, insurer=insurer, at=by.at)
    return page(
        request,
        "insurer/home.html",
        by=by,
        cursor=cursor,
        batches=batch_queries.newest(session, insurer=insurer, limit=BATCHES),
        claims=claims,
        ages=_ages(session, by, language),
        sealed=_sealed(session, by, language),
        name=labels.insurer_names(session).get(insurer),
        centres=labels.centre_names(session, {claim.pharmacy for claim in claims}),
        batch_words=BATCH_WORDS,
        claim_words=CLAIM_WORDS,
    )


def _ages(session: Session, by: Actor, language: Language) -> Mapping[str, Any]:
    """Open claims by state and age, as a plot and as a table."""
    today = tehran_day(by.at)
    found = figures.open_by_state_and_age(session, by=by, today=today)
    say = plotted.digits(language)
    names = [plotted.say(CLAIM_WORDS[state], language) for state in found]
    classes = plotted.age_classes(figures.AGES, language)
    counts: Sequence[Sequence[int]] = list(found.values())
    return {
        "drawn": plots.rows(counts, names=names, parts=classes, say=say, rtl=language == "fa"),
        "classes": classes,
        "rows": [
            [name, *(say(count) for count in stack), say(sum(stack))]
            for name, stack in zip(names, counts, strict=True)
        ],
        "waiting": sum(found.get(ClaimState.APPEALED, ())),
    }


def _sealed(session: Session, by: Actor, language: Language) -> Mapping[str, Any]:
    """What was sealed on each of the last days."""
    today = tehran_day(by.at)
    found = figures.sealed_by_day(
        session, insurer=by.insurer or "", first=today - timedelta(days=DAYS - 1), last=today
    )
    amounts = [one.amount for one in found]
    unit = plots.unit_of(amounts)
    say = plotted.digits(language)
    return {
        "drawn": plots.columns(
            [[amount] for amount in amounts],
            names=[plotted.short_day(one.day, language) for one in found],
            parts=[plotted.rial_in(1, language)],
            first_mark=3,
            say=lambda amount: say(amount) if amount % unit else say(amount // unit),
            rtl=language == "fa",
        ),
        "unit": plotted.rial_in(unit, language),
        "rows": [
            [plotted.day(one.day, language), say(one.batches), say(one.claims), say(one.amount)]
            for one in found
        ],
    }
