"""The regulator's desk: emergencies declared by two officers, and what was written on paper because of them."""

from fastapi import APIRouter

from app.pages.regulator.declarations import router as declarations_routes
from app.pages.regulator.paper import router as paper_routes

router = APIRouter(include_in_schema=False)
for part in (declarations_routes, paper_routes):
    router.include_router(part)
