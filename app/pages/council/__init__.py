"""The Medical Council's desk: requests for certificates, decided by two officers, and every key it ever vouched for."""

from fastapi import APIRouter

from app.pages.council.certificates import router as certificates_routes
from app.pages.council.requests import router as requests_routes

router = APIRouter(include_in_schema=False)
for part in (certificates_routes, requests_routes):
    router.include_router(part, prefix="/council")
