"""Batches on the page: the cursor, the list, and one manifest with its downloads and the claims in its file."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

import insurer.queries.batches as batch_queries
from app import audit
from app.access import Person
from app.csv_export import Column, csv_of
from app.db import Reading
from app.listing import NOTHING, Asked, Listed, NoFilter, Sorting, ask, page_of
from app.pages.filters import DayFilter
from app.service import TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Role, Words
from insurer.queries import lists
from insurer.states import BATCH_WORDS, CLAIM_WORDS, BatchState, VersionKind
from insurer.tables.batches import BatchItem
from insurer.tables.claims import Claim

router = APIRouter(prefix="/insurer/batches", include_in_schema=False)
Officer = Annotated[Actor, Person(Role.INSURER_OFFICER)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]

SORTING = Sorting(columns=lists.BATCHES_BY, key=lists.BATCHES_KEY, first="-number")
LINES = Sorting(columns=lists.LINES_BY, key=lists.LINES_KEY, first="line")
LINES_AT_ONCE = 100
DOWNLOADS = 50  # on the page of a batch, the newest
VERSION_WORDS = {
    VersionKind.ORIGINAL: Words("اصلی", "original"),
    VersionKind.REVERSAL: Words("برگشتی", "reversal"),
}

COLUMNS = [
    Column(Words("دسته", "Batch"), lambda batch: batch.seq),
    Column(Words("مهرشده در", "Sealed at"), lambda batch: batch.sealed_at, day=True),
    Column(Words("تعداد صورت‌حساب", "Claims"), lambda batch: batch.claim_count),
    Column(Words("برگشتی‌ها", "Reversals"), lambda batch: batch.reversal_count),
    Column(Words("مبلغ (ریال)", "Amount (Rial)"), lambda batch: batch.amount_total),
    Column(Words("وضعیت", "State"), lambda batch: BATCH_WORDS[batch.state]),
    Column(Words("رسید در", "Acknowledged at"), lambda batch: batch.acked_at, day=True),
    Column(Words("اندازهٔ پرونده (بایت)", "Bytes of the file"), lambda batch: batch.file_bytes),
    Column(Words("SHA-256 پرونده", "SHA-256 of the file"), lambda batch: batch.file_sha256),
    Column(Words("SHA-256 صورت", "SHA-256 of the manifest"), lambda batch: batch.manifest_sha256),
]


class BatchFilter(DayFilter):
    """What an officer looks for; days are those of sealing."""

    state: BatchState | None = None


@router.get("")
def batches(request: Request, by: Officer, session: Reading) -> Response:
    """The batches, the newest first, and how far they have come."""
    asked = ask(request, SORTING, BatchFilter)
    listed = _listed(by, asked)
    language = language_of_page(request)
    return page(
        request,
        "insurer/batches.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=NOTHING if listed is None else page_of(session, listed, asked),
        cursor=batch_queries.cursor(session, insurer=by.insurer or "", at=by.at),
        states=[(s.value, words.en if language == "en" else words.fa) for s, words in BATCH_WORDS.items()],
        batch_words=BATCH_WORDS,
    )


@router.get(".csv")
def export(request: Request, by: Officer, service: TheService) -> Response:
    """The same batches as a file."""
    asked = ask(request, SORTING, BatchFilter)
    listed = _listed(by, asked)
    if listed is None:
        return see_other(asked.beginning)
    return csv_of(service, listed, asked, COLUMNS, name="batches", language=language_of_page(request), by=by)


@router.get("/{seq}.csv")
def export_lines(
    seq: Number, request: Request, by: Officer, service: TheService, session: Reading
) -> Response:
    """The lines of one batch's file, with where each claim stands now."""
    insurer, language = by.insurer or "", language_of_page(request)
    batch_queries.find(session, insurer=insurer, seq=seq)
    columns = [
        Column(Words("سطر", "Line"), lambda row: row[0].position),
        Column(Words("صورت‌حساب", "Claim"), lambda row: row[0].claim),
        Column(Words("نسخهٔ سند", "Version"), lambda row: row[0].version),
        Column(Words("نوع", "Kind"), lambda row: VERSION_WORDS[row[0].kind]),
        Column(Words("مبلغ (ریال)", "Amount (Rial)"), signed),
        Column(Words("وضعیت کنونی", "Claim now"), lambda row: CLAIM_WORDS[row[1].state]),
    ]
    listed, asked = lists.lines_listed(insurer=insurer, seq=seq), ask(request, LINES, NoFilter)
    return csv_of(service, listed, asked, columns, name=f"batch-{seq}", language=language, by=by)


@router.get("/{seq}")
def batch(seq: Number, request: Request, by: Officer, service: TheService, session: Reading) -> Response:
    """One manifest as it was signed, who fetched its file, and the lines of it."""
    insurer = by.insurer or ""
    found = batch_queries.find(session, insurer=insurer, seq=seq)
    asked = ask(request, LINES, NoFilter)
    audit.saw(service, by=by, verb="batch.read", subject=f"{insurer}:{seq}")
    downloads = lists.downloads_listed(insurer=insurer, seq=seq).limit(DOWNLOADS)
    return page(
        request,
        "insurer/batch.html",
        block="list",
        by=by,
        asked=asked,
        shown=page_of(session, lists.lines_listed(insurer=insurer, seq=seq), asked, limit=LINES_AT_ONCE),
        batch=found,
        downloads=session.scalars(downloads).all(),
        manifest=batch_queries.shown(found),
        batch_words=BATCH_WORDS,
        claim_words=CLAIM_WORDS,
    )


def signed(row: tuple[BatchItem, Claim]) -> int:
    """What a line asks for; a reversal asks for it back."""
    item, claim = row
    return -claim.amount if item.kind is VersionKind.REVERSAL else claim.amount


def _listed(by: Actor, asked: Asked[BatchFilter]) -> Listed | None:
    wanted = asked.value
    return None if wanted is None else lists.batches_listed(insurer=by.insurer or "", **wanted.model_dump())
