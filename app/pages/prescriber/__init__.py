"""The physician's pages, from the patient at the desk to the slip; one file for each thing they are about."""

from fastapi import APIRouter

from app.pages.prescriber import (
    drafts,
    facts,
    favourites,
    key,
    live,
    medicines,
    prescriptions,
    review,
    several,
    sign,
    slips,
    start,
    visits,
)

router = APIRouter(include_in_schema=False)
PARTS = (
    *(start, live, visits, medicines, favourites, facts, drafts, several, review, sign),
    *(prescriptions, slips, key),
)
for part in PARTS:
    router.include_router(part.router, prefix="/prescriber")
