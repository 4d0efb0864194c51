"""Remittances: each payment of the insurer, and the claims its lines paid or recovered from, to the Rial."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from app import audit
from app.access import Person
from app.csv_export import Column, csv_of
from app.db import Reading
from app.listing import NOTHING, Asked, Listed, NoFilter, Sorting, ask, page_of
from app.pages.filters import DayFilter
from app.service import TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Role, Words
from insurer.queries import lists, payments
from insurer.states import LineKind

router = APIRouter(prefix="/insurer/payments", include_in_schema=False)
Officer = Annotated[Actor, Person(Role.INSURER_OFFICER)]
PaymentNumber = Annotated[str, Path(max_length=60)]

SORTING = Sorting(columns=lists.PAYMENTS_BY, key=lists.PAYMENTS_KEY, first="-day")
LINES = Sorting(columns=lists.PAID_LINES_BY, key=lists.PAID_LINES_KEY, first="line")
COLUMNS = [
    Column(Words("پرداخت", "Payment"), lambda payment: payment.payment_no),
    Column(Words("روز پرداخت", "Paid on"), lambda payment: payment.paid_on, day=True),
    Column(Words("مبلغ (ریال)", "Amount (Rial)"), lambda payment: payment.amount),
    Column(Words("ثبت در", "Recorded at"), lambda payment: payment.at, day=True),
]
LINE_WORDS = {
    LineKind.PAYMENT: Words("پرداخت", "payment"),
    LineKind.ADVANCE: Words("علی‌الحساب", "advance"),
    LineKind.RECOVERY: Words("استرداد", "recovery"),
}
LINE_COLUMNS = [
    Column(Words("سطر", "Line"), lambda line: line.position),
    Column(Words("صورت‌حساب", "Claim"), lambda line: line.claim),
    Column(Words("نسخهٔ سند", "Version"), lambda line: line.version),
    Column(Words("بابت", "For"), lambda line: LINE_WORDS[line.kind]),
    Column(Words("مبلغ (ریال)", "Amount (Rial)"), lambda line: line.amount),
]


@router.get("")
def remittances(request: Request, by: Officer, session: Reading) -> Response:
    """The payments, the newest first."""
    asked = ask(request, SORTING, DayFilter)
    listed = _listed(by, asked)
    return page(
        request,
        "insurer/payments.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=NOTHING if listed is None else page_of(session, listed, asked),
    )


@router.get(".csv")
def export(request: Request, by: Officer, service: TheService) -> Response:
    """The same payments as a file."""
    asked = ask(request, SORTING, DayFilter)
    listed = _listed(by, asked)
    if listed is None:
        return see_other(asked.beginning)
    return csv_of(service, listed, asked, COLUMNS, name="payments", language=language_of_page(request), by=by)


@router.get("/{number:path}.csv")
def export_lines(
    number: PaymentNumber, request: Request, by: Officer, service: TheService, session: Reading
) -> Response:
    """The lines of one payment as a file."""
    insurer = by.insurer or ""
    payments.remittance_alone(session, insurer=insurer, payment_no=number)
    asked = ask(request, LINES, NoFilter)
    listed = lists.paid_lines_listed(insurer=insurer, payment_no=number)
    return csv_of(
        service, listed, asked, LINE_COLUMNS, name="payment", language=language_of_page(request), by=by
    )


@router.get("/{number:path}")
def remittance(
    number: PaymentNumber, request: Request, by: Officer, service: TheService, session: Reading
) -> Response:
    """One payment with its lines."""
    insurer = by.insurer or ""
    found = payments.remittance_alone(session, insurer=insurer, payment_no=number)
    asked = ask(request, LINES, NoFilter)
    audit.saw(service, by=by, verb="remittance.read", subject=f"{insurer}:{number}")
    return page(
        request,
        "insurer/payment.html",
        block="list",
        by=by,
        payment=found,
        line_words=LINE_WORDS,
        asked=asked,
        shown=page_of(session, lists.paid_lines_listed(insurer=insurer, payment_no=number), asked, limit=100),
    )


def _listed(by: Actor, asked: Asked[DayFilter]) -> Listed | None:
    wanted = asked.value
    return None if wanted is None else lists.payments_listed(insurer=by.insurer or "", **wanted.model_dump())
