"""The lists of an insurer's desk and of a pharmacy's: what they hold, for whom, and by what they may be sorted.

Each function answers a statement and not rows: whoever shows the list adds an order out of `..._BY`, the place where
a page begins, or a cursor for a whole file. Every column of `..._BY` is never null.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, select
from sqlalchemy.orm import defer
from sqlmodel import col

from codings.base import Actor
from codings.text import tehran_midnight
from insurer.queries.claims import visible
from insurer.states import (
    BatchState,
    ClaimKind,
    ClaimState,
    SubmissionKind,
    SubmissionState,
)
from insurer.tables.batches import Batch, BatchDownload, BatchItem
from insurer.tables.claims import Claim
from insurer.tables.payments import Appeal, Remittance, RemittanceLine, Submission

Listed: TypeAlias = Select[*tuple[Any, ...]]  # rows of whatever kind

CLAIMS_BY: Final[Mapping[str, Any]] = {
    "made": col(Claim.created_at),
    "day": col(Claim.service_day),
    "amount": col(Claim.amount),
}
CLAIMS_KEY: Final = (col(Claim.number),)
BATCHES_BY: Final[Mapping[str, Any]] = {"number": col(Batch.seq)}
BATCHES_KEY: Final = (col(Batch.seq),)
LINES_BY: Final[Mapping[str, Any]] = {"line": col(BatchItem.position)}
LINES_KEY: Final = (col(BatchItem.position),)
FILES_BY: Final[Mapping[str, Any]] = {"received": col(Submission.received_at)}
FILES_KEY: Final = (col(Submission.id),)
APPEALS_BY: Final[Mapping[str, Any]] = {"made": col(Appeal.at), "amount": col(Claim.amount)}
APPEALS_KEY: Final = (col(Appeal.claim), col(Appeal.version), col(Appeal.result_no))
PAYMENTS_BY: Final[Mapping[str, Any]] = {"day": col(Remittance.paid_on), "amount": col(Remittance.amount)}
PAYMENTS_KEY: Final = (col(Remittance.payment_no),)


def claims_listed(
    *,
    by: Actor,
    state: ClaimState | None = None,
    kind: ClaimKind | None = None,
    insurer: str | None = None,
    pharmacy: str | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
    least: int | None = None,
    most: int | None = None,
) -> Listed:
    """The claims an actor may see: of service days from and to, and of amounts least and most, all included."""
    query = select(Claim).where(visible(by))
    if state is not None:
        query = query.where(col(Claim.state) == state)
    if kind is not None:
        query = query.where(col(Claim.kind) == kind)
    if insurer is not None:
        query = query.where(col(Claim.insurer) == insurer)
    if pharmacy is not None:
        query = query.where(col(Claim.pharmacy) == pharmacy)
    if day_from is not None:
        query = query.where(col(Claim.service_day) >= day_from)
    if day_to is not None:
        query = query.where(col(Claim.service_day) <= day_to)
    if least is not None:
        query = query.where(col(Claim.amount) >= least)
    if most is not None:
        query = query.where(col(Claim.amount) <= most)
    return query


def batches_listed(
    *,
    insurer: str,
    state: BatchState | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
) -> Listed:
    """An insurer's batches, by the Tehran day they were sealed on; without the texts of manifest and signature."""
    heavy = (_without(Batch.manifest), _without(Batch.signature))
    query = select(Batch).where(col(Batch.insurer) == insurer).options(*heavy)
    if state is not None:
        query = query.where(col(Batch.state) == state)
    return _within(query, Batch.sealed_at, day_from, day_to)


def lines_listed(*, insurer: str, seq: int) -> Listed:
    """(line, claim) of a batch's file, without the bytes of the line."""
    its_claim = (
        (col(Claim.shabad) == col(BatchItem.shabad))
        & (col(Claim.n) == col(BatchItem.n))
        & (col(Claim.d) == col(BatchItem.d))
        & (col(Claim.insurer) == col(BatchItem.insurer))
    )
    return (
        select(BatchItem, Claim)
        .join(Claim, its_claim)
        .where(col(BatchItem.insurer) == insurer, col(BatchItem.seq) == seq)
        .options(_without(BatchItem.line))
    )


def downloads_listed(*, insurer: str, seq: int) -> Listed:
    """Who fetched which bytes of a batch's file, the newest first."""
    mine = (col(BatchDownload.insurer) == insurer, col(BatchDownload.seq) == seq)
    return select(BatchDownload).where(*mine).order_by(col(BatchDownload.at).desc(), col(BatchDownload.id))


def files_listed(
    *,
    insurer: str,
    kind: SubmissionKind | None = None,
    state: SubmissionState | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
) -> Listed:
    """The files an insurer sent, without their bytes."""
    heavy = (_without(Submission.body), _without(Submission.failures))
    query = select(Submission).where(col(Submission.insurer) == insurer).options(*heavy)
    if kind is not None:
        query = query.where(col(Submission.kind) == kind)
    if state is not None:
        query = query.where(col(Submission.state) == state)
    return _within(query, Submission.received_at, day_from, day_to)


def appeals_listed(
    *,
    insurer: str,
    waiting: bool | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
) -> Listed:
    """(appeal, claim) of an insurer; those that still wait for its answer, or those that do not."""
    query = (
        select(Appeal, Claim)
        .join(Claim, (col(Claim.insurer) == col(Appeal.insurer)) & (col(Claim.number) == col(Appeal.claim)))
        .where(col(Appeal.insurer) == insurer)
    )
    if waiting is not None:
        appealed = col(Claim.state) == ClaimState.APPEALED
        query = query.where(appealed if waiting else ~appealed)
    return _within(query, Appeal.at, day_from, day_to)


def payments_listed(*, insurer: str, day_from: date | None = None, day_to: date | None = None) -> Listed:
    """An insurer's remittances, by the day they were paid on."""
    query = select(Remittance).where(col(Remittance.insurer) == insurer)
    if day_from is not None:
        query = query.where(col(Remittance.paid_on) >= day_from)
    if day_to is not None:
        query = query.where(col(Remittance.paid_on) <= day_to)
    return query


PAID_LINES_BY: Final[Mapping[str, Any]] = {"line": col(RemittanceLine.position)}
PAID_LINES_KEY: Final = (col(RemittanceLine.position),)


def paid_lines_listed(*, insurer: str, payment_no: str) -> Listed:
    """The lines of one remittance."""
    return select(RemittanceLine).where(
        col(RemittanceLine.insurer) == insurer, col(RemittanceLine.payment_no) == payment_no
    )


def _within(query: Listed, instant: Any, day_from: date | None, day_to: date | None) -> Listed:
    """Instants between the first of one Tehran day and the last of another."""
    if day_from is not None:
        query = query.where(col(instant) >= tehran_midnight(day_from))
    if day_to is not None:
        query = query.where(col(instant) < tehran_midnight(day_to + timedelta(days=1)))
    return query


def _without(column: Any) -> Any:
    """A list leaves the long columns where they are."""
    return defer(column)
