"""The administrator's pages: who may sign in, which machines may ask for tokens, and the audit."""

from fastapi import APIRouter

from app.pages.admin import accounts, audit, clients, roles

router = APIRouter(include_in_schema=False)
for part in (accounts, roles, clients, audit):
    router.include_router(part.router)
