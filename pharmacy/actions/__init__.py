"""The verbs of the pharmacy's room; nothing else writes its tables.

Lock order in every one of them: prescription, acceptance or dispense, item, pack.
"""

from pharmacy.actions.acceptances import accept, release
from pharmacy.actions.checks import record_check
from pharmacy.actions.dispenses import dispense, file_statement_and_receipt
from pharmacy.actions.orders import check_order
from pharmacy.actions.reservations import release_pack, reserve_pack
from pharmacy.actions.returns import take_back
from pharmacy.actions.supplies import close_case, record_reactivation, record_supply, settle_unverified
from pharmacy.receipt import receipt_content

__all__ = [
    "accept",
    "check_order",
    "close_case",
    "dispense",
    "file_statement_and_receipt",
    "receipt_content",
    "record_check",
    "record_reactivation",
    "record_supply",
    "release",
    "release_pack",
    "reserve_pack",
    "settle_unverified",
    "take_back",
]
