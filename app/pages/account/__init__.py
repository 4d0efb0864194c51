"""One's own account: signing in, proving who one is, locking and unlocking, and the ways to do so."""

from fastapi import APIRouter

from app.pages.account import codes, entering, own, resetting, signing, unlocking

router = APIRouter(include_in_schema=False)
for part in (entering, unlocking, own, codes, signing, resetting):
    router.include_router(part.router)
