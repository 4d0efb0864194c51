"""The physician's pages, from the patient at the desk to the slip; one file for each thing they are about."""

from fastapi import APIRouter

from app.pages.prescriber import drafts, facts, key, medicines, prescriptions, review, slips, start, visits

router = APIRouter(include_in_schema=False)
for part in (start, visits, medicines, facts, drafts, review, prescriptions, slips, key):
    router.include_router(part.router, prefix="/prescriber")
