"""The codings editors' desk: releases received, compared, published by a second person, and every code looked up."""

from fastapi import APIRouter

from app.pages.codings.browsing import router as browsing_routes
from app.pages.codings.deciding import router as deciding_routes
from app.pages.codings.home import router as home_routes
from app.pages.codings.release import router as release_routes
from app.pages.codings.sources import router as sources_routes
from app.pages.codings.upload import router as upload_routes

router = APIRouter(include_in_schema=False)
for part in (home_routes, upload_routes, deciding_routes, release_routes, browsing_routes, sources_routes):
    router.include_router(part)
