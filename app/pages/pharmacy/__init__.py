"""The counter: scan a slip, scan the packs, see the price, hand over; and the receipt with its return."""

from fastapi import APIRouter

from app.pages.pharmacy import acceptances, dispenses, orders, queue

router = APIRouter(include_in_schema=False)
for part in (queue, acceptances, orders, dispenses):
    router.include_router(part.router)
