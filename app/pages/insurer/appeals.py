"""What pharmacies objected to: every appeal with its reason, those first that still wait for an answer."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import audit
from app.access import Person
from app.csv_export import Column, csv_of
from app.db import Reading
from app.listing import NOTHING, Asked, Listed, Sorting, ask, page_of
from app.pages import labels
from app.pages.filters import DayFilter
from app.service import TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Role, Words
from insurer.queries import lists
from insurer.states import CLAIM_WORDS

router = APIRouter(prefix="/insurer/appeals", include_in_schema=False)
Officer = Annotated[Actor, Person(Role.INSURER_OFFICER)]

SORTING = Sorting(columns=lists.APPEALS_BY, key=lists.APPEALS_KEY, first="-made")
COLUMNS = [
    Column(Words("صورت‌حساب", "Claim"), lambda row: row[0].claim),
    Column(Words("رأی شمارهٔ", "Decision"), lambda row: row[0].result_no),
    Column(Words("اعتراض در", "Appealed at"), lambda row: row[0].at, day=True),
    Column(Words("دلیل داروخانه", "The pharmacy's reason"), lambda row: row[0].reason),
    Column(Words("شناسهٔ داروخانه", "Pharmacy id"), lambda row: row[1].pharmacy),
    Column(Words("درخواستی (ریال)", "Requested (Rial)"), lambda row: row[1].amount),
    Column(Words("تأییدشده (ریال)", "Approved (Rial)"), lambda row: row[1].approved),
    Column(Words("وضعیت", "State"), lambda row: CLAIM_WORDS[row[1].state]),
]


class AppealFilter(DayFilter):
    """What an officer looks for; days are those of the appeal."""

    answer: Literal["waits", "given"] | None = None


@router.get("")
def appeals(request: Request, by: Officer, service: TheService, session: Reading) -> Response:
    """The appeals, with the pharmacies' words: these may speak of a patient, so reading them is written down."""
    asked = ask(request, SORTING, AppealFilter)
    listed = _listed(by, asked)
    shown = NOTHING if listed is None else page_of(session, listed, asked)
    audit.saw(service, by=by, verb="appeals.read", subject=by.insurer or "")
    return page(
        request,
        "insurer/appeals.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=shown,
        centres=labels.centre_names(session, {claim.pharmacy for _, claim in shown.rows}),
        claim_words=CLAIM_WORDS,
    )


@router.get(".csv")
def export(request: Request, by: Officer, service: TheService) -> Response:
    """The same appeals as a file."""
    asked = ask(request, SORTING, AppealFilter)
    listed = _listed(by, asked)
    if listed is None:
        return see_other(asked.beginning)
    return csv_of(service, listed, asked, COLUMNS, name="appeals", language=language_of_page(request), by=by)


def _listed(by: Actor, asked: Asked[AppealFilter]) -> Listed | None:
    wanted = asked.value
    if wanted is None:
        return None
    return lists.appeals_listed(
        insurer=by.insurer or "",
        waiting=None if wanted.answer is None else wanted.answer == "waits",
        day_from=wanted.day_from,
        day_to=wanted.day_to,
    )
