"""Every component of the pages in every state, side by side: for those who build, so only in a demonstration."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.access import Anyone
from app.forms import Form
from app.refusals import Malformed
from app.web import page
from codings.base import Actor, Words
from prescriber.rules import Finding

router = APIRouter(include_in_schema=False)

STATES = {
    "good": ("active", "dispensed", "paid", "genuine", "in_force"),
    "stop": ("cancelled", "rejected", "expired", "stolen", "down"),
    "ask": ("partly_dispensed", "held", "unverified", "appealed"),
    "tell": ("signed", "sealed", "sent"),
}
FINDINGS = tuple(
    Finding(rule=rule, severity=severity, message=Words(fa=fa, en=en))
    for rule, severity, fa, en in (
        ("allergy", "stop", "بیمار به پنی‌سیلین حساسیت دارد.", "Allergic to penicillin."),
        ("duplicate", "ask", "همین دارو سه روز پیش نوشته شده است.", "Ordered three days ago."),
        ("renal", "tell", "کراتینین بیمار دانسته نیست.", "The creatinine is not known."),
    )
)


@router.get("/gallery")
def gallery(request: Request, by: Annotated[Actor, Anyone()]) -> HTMLResponse:
    """All of them on one page."""
    wrong: Form[Any] = Form(
        {"quantity": "2,5"},
        errors={"quantity": Words(fa="ممیز را نقطه بنویسید.", en="Write the point as a dot.")},
    )
    return page(
        request,
        "gallery/all.html",
        now=by.at,
        states=STATES,
        findings=FINDINGS,
        wrong=wrong,
        refused=Malformed(errors=[]),
        amount=Decimal("2.5"),
    )
