"""The insurer's desk: how far the batches have come, what is in them, and every claim with what was said of it."""

from fastapi import APIRouter

from app.pages.insurer.batches import router as batches_routes
from app.pages.insurer.claims import router as claims_routes

router = APIRouter(include_in_schema=False)
for part in (batches_routes, claims_routes):
    router.include_router(part)
