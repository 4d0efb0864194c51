"""What the pages of a claim share, whoever reads it: the names behind its codes, and its list as a file."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

import codings.queries as codings
from app.csv_export import Column
from app.listing import Sorting
from app.pages import labels
from codings.base import Words
from insurer.queries import lists
from insurer.queries.claims import ClaimView
from insurer.states import CLAIM_WORDS, ClaimKind
from pharmacy.states import VERDICT_WORDS

SORTING = Sorting(columns=lists.CLAIMS_BY, key=lists.CLAIMS_KEY, first="-made")
KINDS = {
    ClaimKind.BASIC: Words("پایه", "basic"),
    ClaimKind.SUPPLEMENTARY: Words("تکمیلی", "supplementary"),
}


def context(session: Session, view: ClaimView) -> Mapping[str, Any]:
    """All that the page of one claim needs besides the claim."""
    evidence = view.evidence or {}
    dispensed = evidence.get("dispense", {}).get("lines", ())
    generics = {line["generic"] for line in dispensed}
    return {
        "view": view,
        "claim": view.claim,
        "evidence": view.evidence,
        "dispensed": {line["line"]: line for line in dispensed},
        "medicines": {
            code: Words(m.name_fa, m.short) for code, m in codings.medicines(session, generics).items()
        },
        "insurers": labels.insurer_names(session),
        "centre": labels.centre_names(session, {view.claim.pharmacy}).get(view.claim.pharmacy),
        "states": {state.value: words for state, words in CLAIM_WORDS.items()},
        "verdicts": {verdict.value: words for verdict, words in VERDICT_WORDS.items()},
    }


def columns(names: Mapping[str, Words]) -> list[Column]:
    """A list of claims as a file; `names` are the pharmacies'."""
    return [
        Column(Words("صورت‌حساب", "Claim"), lambda claim: claim.number),
        Column(Words("بیمه‌گر", "Insurer"), lambda claim: claim.insurer),
        Column(Words("وضعیت", "State"), lambda claim: CLAIM_WORDS[claim.state]),
        Column(Words("سهم", "Share"), lambda claim: KINDS[claim.kind]),
        Column(Words("شناسهٔ داروخانه", "Pharmacy id"), lambda claim: claim.pharmacy),
        Column(Words("داروخانه", "Pharmacy"), lambda claim: names.get(claim.pharmacy)),
        Column(Words("روز خدمت", "Service day"), lambda claim: claim.service_day, day=True),
        Column(Words("نسخهٔ سند", "Version"), lambda claim: claim.version),
        Column(Words("قیمت (ریال)", "Price (Rial)"), lambda claim: claim.gross),
        Column(Words("درخواستی (ریال)", "Requested (Rial)"), lambda claim: claim.amount),
        Column(Words("تأییدشده (ریال)", "Approved (Rial)"), lambda claim: claim.approved),
        Column(Words("پرداخت‌شده (ریال)", "Paid (Rial)"), lambda claim: claim.paid),
        Column(Words("اعلامیهٔ اضطرار", "Emergency declaration"), lambda claim: claim.declaration),
        Column(Words("ساخته‌شده در", "Made"), lambda claim: claim.created_at, day=True),
    ]
