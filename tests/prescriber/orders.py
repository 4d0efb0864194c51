"""Signed content made up for tests of the pure files: by hand, and by Hypothesis."""

import string
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from prescriber.signing import Content, Item

AMOXICILLIN: dict[str, Any] = {
    "generic": "90010",
    "name": "amoxicillin 500 mg cap",
    "dose": Decimal(1),
    "unit": "capsule",
    "frequency": "q8h",
    "route": "oral",
    "duration_days": 7,
    "quantity": Decimal(21),
}
IBUPROFEN: dict[str, Any] = {
    "generic": "90005",
    "name": "ibuprofen 400 mg tab",
    "dose": Decimal(1),
    "unit": "tablet",
    "frequency": "q8h",
    "timing": "after-meal",
    "route": "oral",
    "duration_days": 5,
    "quantity": Decimal(15),
}
OMEPRAZOLE: dict[str, Any] = {
    "generic": "90039",
    "name": "omeprazole 20 mg cap",
    "dose": Decimal(1),
    "unit": "capsule",
    "frequency": "1x1",
    "route": "oral",
    "duration_days": 14,
    "quantity": Decimal(14),
}
MORE: list[dict[str, Any]] = [
    AMOXICILLIN,
    IBUPROFEN,
    OMEPRAZOLE,
    AMOXICILLIN | {"generic": "90044", "name": "metformin 500 mg tab", "unit": "tablet", "frequency": "2x1"},
    AMOXICILLIN
    | {"generic": "90048", "name": "atorvastatin 20 mg tab", "unit": "tablet", "quantity": Decimal(30)},
    IBUPROFEN | {"generic": "90049", "name": "amlodipine 5 mg tab", "duration_days": 30, "timing": "morning"},
    IBUPROFEN
    | {"generic": "90050", "name": "losartan 50 mg tab", "frequency": "2x1", "quantity": Decimal(60)},
    IBUPROFEN
    | {"generic": "90034", "name": "montelukast 10 mg tab", "timing": "bedtime", "duration_days": 28},
]


def item(**changes: Any) -> Item:
    return Item(**(AMOXICILLIN | changes))


def content(*items: Item, **changes: Any) -> Content:
    """A prescription of amoxicillin, or of what is given; the mark is one that no key makes."""
    told: dict[str, Any] = {
        "shabad": "1057Y3KP0M4A",
        "n": 1,
        "practitioner": "900101",
        "centre": "9900000001",
        "patient": ("Kq3v9Zx0pT7mWc2yLh8sBf", "7891", 1980),
        "insurer": "1",
        "issued_at": 1_796_112_000,
        "redeemable_until": 1_801_427_400,
        "diagnoses": ("J02.9",),
        "release": "demo-1405-09",
        "items": items or (item(),),
    }
    return Content(**(told | changes))


# --- Anything that may be signed ------------------------------------------------------------------

amounts = st.integers(1, 999_999_999).map(lambda thousandths: Decimal(thousandths) / 1000)
codes = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}", fullmatch=True)
persian = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیئءأؤة۰۱۲۳۴۵۶۷۸۹ \u200c"
texts = st.text(alphabet=string.ascii_letters + string.digits + persian + ".,:;()+-", min_size=1, max_size=60)
lines = texts.map(lambda text: " ".join(text.split()).strip(" \u200c")).filter(bool)


def items() -> st.SearchStrategy[Item]:
    return st.fixed_dictionaries(
        {
            "generic": st.from_regex(r"[0-9A-Za-z]{1,10}", fullmatch=True),
            "name": st.text(alphabet=string.ascii_letters + string.digits + "+%/.", min_size=1, max_size=60),
            "dose": amounts,
            "unit": codes,
            "frequency": codes,
            "timing": st.none() | codes,
            "route": codes,
            "as_needed": st.none() | codes,
            "duration_days": st.integers(1, 366),
            "quantity": amounts,
            "repeats": st.integers(0, 12),
            "substitution": st.booleans(),
            "instruction": st.none() | lines,
        }
    ).map(lambda told: Item(**told))


diagnoses = st.from_regex(r"[A-Z][0-9]{2}(\.[0-9]{1,2})?", fullmatch=True) | st.from_regex(
    r"urn:[a-z]{1,9}\|[0-9]{1,9}", fullmatch=True
)
finding_ids = st.from_regex(r"RX-[A-Z]{1,9}(:[1-9](,[1-9]){0,3})?", fullmatch=True)
instants = st.integers(1_500_000_000, 9_999_999_999)


def contents() -> st.SearchStrategy[Content]:
    return st.fixed_dictionaries(
        {
            "n": st.integers(2, 9999),
            "replaces": st.none() | st.integers(1, 9999),
            "patient": st.tuples(
                st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True),
                st.sampled_from(["", "0000", "7891"]),
                st.integers(1850, 2200),
            ),
            "issued_at": instants,
            "redeemable_until": instants,
            "diagnoses": st.lists(diagnoses, max_size=3).map(tuple),
            "items": st.lists(items(), min_size=1, max_size=4).map(tuple),
            "overrides": st.lists(st.tuples(finding_ids, codes), max_size=3).map(tuple),
            "declaration": st.none() | st.from_regex(r"D[0-9]{4}-[0-9]{4}", fullmatch=True),
            "paper": st.none()
            | st.tuples(
                st.from_regex(r"[0-9a-f]{64}", fullmatch=True), st.dates(date(2020, 1, 1), date(2099, 12, 31))
            ),
        }
    ).map(lambda told: content(**told))
