"""Batches on the page: the cursor, the list, and one manifest with the claims in its file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from starlette.responses import Response

import insurer.queries.batches as batch_queries
import insurer.queries.claims as claim_queries
from app import audit
from app.access import Person
from app.db import Reading
from app.pages import labels
from app.service import TheService
from app.web import page
from codings.base import Actor, Role
from insurer.states import BATCH_WORDS, CLAIM_WORDS, BatchState, ClaimState, VersionKind
from insurer.tables.batches import BatchItem
from insurer.tables.claims import Claim

router = APIRouter(include_in_schema=False)
Officer = Annotated[Actor, Person(Role.INSURER_OFFICER)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]

AT_ONCE = 25  # batches on a page
LINES = 100  # claims of a batch on a page
NEWEST = 10  # claims on the first page


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One batch of the list."""

    seq: int
    sealed_at: datetime
    count: int
    reversals: int
    amount: int
    state: BatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a batch's file."""

    position: int
    claim: str
    version: int
    kind: VersionKind
    amount: int
    state: ClaimState


@router.get("/insurer")
def home(request: Request, by: Officer, session: Reading) -> Response:
    """Where everything stands: batches by number, and the newest claims."""
    insurer = by.insurer or ""
    cursor = batch_queries.cursor(session, insurer=insurer, at=by.at)
    return page(
        request,
        "insurer/home.html",
        by=by,
        cursor=cursor,
        batches=_rows(session, insurer, cursor, before=None, limit=5),
        claims=claim_queries.claims(session, by=by, limit=NEWEST).items,
        name=labels.insurer_names(session).get(insurer),
        centres=labels.centre_names(session),
        batch_words=BATCH_WORDS,
        claim_words=CLAIM_WORDS,
    )


@router.get("/insurer/batches")
def batches(request: Request, by: Officer, session: Reading, before: Before = None) -> Response:
    """The batches, the newest first; `before` goes on with the older ones."""
    insurer = by.insurer or ""
    cursor = batch_queries.cursor(session, insurer=insurer, at=by.at)
    rows = _rows(session, insurer, cursor, before=before, limit=AT_ONCE)
    older = rows[-1].seq if rows and rows[-1].seq > 1 else None
    return page(
        request,
        "insurer/batches.html",
        by=by,
        cursor=cursor,
        batches=rows,
        older=older,
        newest=before is None,
        batch_words=BATCH_WORDS,
    )


@router.get("/insurer/batches/{seq}")
def batch(
    seq: Number, request: Request, by: Officer, service: TheService, session: Reading, after: After = 0
) -> Response:
    """One manifest as it was signed, and the lines of its file; `after` goes on behind a position."""
    insurer = by.insurer or ""
    found = batch_queries.find(session, insurer=insurer, seq=seq)
    lines = _lines(session, insurer, seq, after=after)
    audit.saw(service, by=by, verb="batch.read", subject=f"{insurer}:{seq}")
    return page(
        request,
        "insurer/batch.html",
        by=by,
        batch=found,
        manifest=batch_queries.shown(found),
        lines=lines[:LINES],
        further=lines[LINES - 1].position if len(lines) > LINES else None,
        begins=after == 0,
        batch_words=BATCH_WORDS,
        claim_words=CLAIM_WORDS,
    )


def _rows(
    session: Session, insurer: str, cursor: Mapping[str, Any], *, before: int | None, limit: int
) -> list[Row]:
    """Newest first. Numbers have no gaps, so where a page begins is a subtraction."""
    newest = min(cursor["sealed"], (before or cursor["sealed"] + 1) - 1)
    first = max(0, newest - limit)
    told = batch_queries.manifests_after(session, insurer=insurer, after=first, limit=newest - first)
    return [
        Row(
            seq=manifest["seq"],
            sealed_at=datetime.fromisoformat(manifest["sealed_at"]),
            count=manifest["claim_count"],
            reversals=manifest["reversal_count"],
            amount=manifest["amount_total"],
            state=_state(manifest["seq"], cursor),
        )
        for manifest in reversed(told)
    ]


def _state(seq: int, cursor: Mapping[str, Any]) -> BatchState:
    acknowledged = seq <= cursor["acked_contiguous"] or seq in cursor["acked_out_of_order"]
    return BatchState.ACKNOWLEDGED if acknowledged else BatchState.SEALED


def _lines(session: Session, insurer: str, seq: int, *, after: int) -> Sequence[Line]:
    """The lines behind a position, one more than a page shows."""
    query = (
        select(BatchItem, Claim)
        .join(
            Claim,
            (col(Claim.shabad) == col(BatchItem.shabad))
            & (col(Claim.n) == col(BatchItem.n))
            & (col(Claim.d) == col(BatchItem.d))
            & (col(Claim.insurer) == col(BatchItem.insurer)),
        )
        .where(BatchItem.insurer == insurer, BatchItem.seq == seq, col(BatchItem.position) > after)
        .order_by(col(BatchItem.position))
        .limit(LINES + 1)
    )
    return [
        Line(
            position=item.position,
            claim=item.claim,
            version=item.version,
            kind=item.kind,
            amount=-claim.amount if item.kind is VersionKind.REVERSAL else claim.amount,
            state=claim.state,
        )
        for item, claim in session.exec(query.options(defer(col(BatchItem.line))))  # type: ignore[arg-type]
    ]
