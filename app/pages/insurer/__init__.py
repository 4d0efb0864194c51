"""The insurer's desk: where everything stands, claims, batches, files sent, appeals and payments, each as a list."""

from fastapi import APIRouter

from app.pages.insurer.appeals import router as appeals_routes
from app.pages.insurer.batches import router as batches_routes
from app.pages.insurer.claims import router as claims_routes
from app.pages.insurer.files import router as files_routes
from app.pages.insurer.home import router as home_routes
from app.pages.insurer.payments import router as payments_routes

router = APIRouter(include_in_schema=False)
for part in (home_routes, batches_routes, claims_routes, files_routes, appeals_routes, payments_routes):
    router.include_router(part)
