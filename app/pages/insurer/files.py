"""Files the insurer's system sent: results and lists of the insured, what became of their lines, and which failed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import audit
from app.access import Person
from app.csv_export import Column, csv_of
from app.db import Reading
from app.listing import NOTHING, Asked, Listed, Sorting, ask, page_of
from app.pages.filters import DayFilter
from app.service import TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Role, Words
from insurer.queries import lists, payments
from insurer.states import SubmissionKind, SubmissionState

router = APIRouter(prefix="/insurer/files", include_in_schema=False)
Officer = Annotated[Actor, Person(Role.INSURER_OFFICER)]

SORTING = Sorting(columns=lists.FILES_BY, key=lists.FILES_KEY, first="-received")
KINDS = {
    SubmissionKind.RESULTS: Words("نتیجهٔ رسیدگی", "results"),
    SubmissionKind.COVERAGES: Words("فهرست بیمه‌شدگان", "insured people"),
}
STATES = {
    SubmissionState.RECEIVED: Words("در صف خواندن", "waits to be read"),
    SubmissionState.DONE: Words("خوانده‌شده", "read"),
}
FAILURES = 200  # on the page; the system that sent the file gets them all

COLUMNS = [
    Column(Words("شناسه", "Id"), lambda file: str(file.id)),
    Column(Words("نوع", "Kind"), lambda file: KINDS[file.kind]),
    Column(Words("وضعیت", "State"), lambda file: STATES[file.state]),
    Column(Words("دریافت", "Received"), lambda file: file.received_at, day=True),
    Column(Words("خواندن", "Read"), lambda file: file.done_at, day=True),
    Column(Words("سطرها", "Lines"), lambda file: (file.counts or {}).get("lines")),
    Column(Words("سطرهای ناموفق", "Failed lines"), lambda file: (file.counts or {}).get("failed")),
    Column(Words("SHA-256", "SHA-256"), lambda file: file.sha256),
]


class FileFilter(DayFilter):
    """What an officer looks for; days are those of receipt."""

    kind: SubmissionKind | None = None
    state: SubmissionState | None = None


@router.get("")
def files(request: Request, by: Officer, session: Reading) -> Response:
    """The files, the newest first."""
    asked = ask(request, SORTING, FileFilter)
    listed = _listed(by, asked)
    english = language_of_page(request) == "en"
    return page(
        request,
        "insurer/files.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=NOTHING if listed is None else page_of(session, listed, asked),
        kinds=[(kind.value, words.en if english else words.fa) for kind, words in KINDS.items()],
        states=[(state.value, words.en if english else words.fa) for state, words in STATES.items()],
        kind_words=KINDS,
        state_words=STATES,
    )


@router.get(".csv")
def export(request: Request, by: Officer, service: TheService) -> Response:
    """The same files, as a file."""
    asked = ask(request, SORTING, FileFilter)
    listed = _listed(by, asked)
    if listed is None:
        return see_other(asked.beginning)
    return csv_of(service, listed, asked, COLUMNS, name="files", language=language_of_page(request), by=by)


@router.get("/{file}")
def file(file: UUID, request: Request, by: Officer, service: TheService, session: Reading) -> Response:
    """One file: how many lines were taken, and what was wrong with the others."""
    found = payments.submission(session, job=file, by=by)
    audit.saw(service, by=by, verb="file.read", subject=str(file))
    return page(
        request,
        "insurer/file.html",
        by=by,
        file=found,
        failures=(found.failures or [])[:FAILURES],
        kind_words=KINDS,
        state_words=STATES,
    )


def _listed(by: Actor, asked: Asked[FileFilter]) -> Listed | None:
    wanted = asked.value
    return None if wanted is None else lists.files_listed(insurer=by.insurer or "", **wanted.model_dump())
