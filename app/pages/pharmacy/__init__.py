"""The counter: scan a slip, scan the packs, see the price, hand over; and the receipt with its return."""

from fastapi import APIRouter

from app.pages.pharmacy.acceptances import router as acceptances_routes
from app.pages.pharmacy.dispenses import router as dispenses_routes
from app.pages.pharmacy.labels import router as labels_routes
from app.pages.pharmacy.orders import router as orders_routes
from app.pages.pharmacy.pictures import router as pictures_routes
from app.pages.pharmacy.queue import router as queue_routes
from app.pages.pharmacy.scanner_test import router as scanner_test_routes

router = APIRouter(include_in_schema=False)
for part in (
    queue_routes,
    pictures_routes,
    acceptances_routes,
    orders_routes,
    dispenses_routes,
    labels_routes,
    scanner_test_routes,
):
    router.include_router(part)
