"""The counter: scan a slip, scan the packs, see the price, hand over; and the receipt with its return."""

from fastapi import APIRouter

from app.pages.pharmacy.acceptances import router as acceptances
from app.pages.pharmacy.dispenses import router as dispenses
from app.pages.pharmacy.orders import router as orders
from app.pages.pharmacy.queue import router as queue

router = APIRouter(include_in_schema=False)
for part in (queue, acceptances, orders, dispenses):
    router.include_router(part)
