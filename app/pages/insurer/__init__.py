"""The insurer's desk: how far the batches have come, what is in them, and every claim with what was said of it."""

from fastapi import APIRouter

from app.pages.insurer.batches import router as batches
from app.pages.insurer.claims import router as claims

router = APIRouter(include_in_schema=False)
for part in (batches, claims):
    router.include_router(part)
