"""What a pharmacy holds, what it handed over, and from which packs.

Two families: keyed by SHABAD (`dispenses`) and keyed by UID (`packs`). No foreign key crosses from one to the
other, so that the two can lie on different nodes. Nothing here is ever deleted; a state changes by
compare-and-set, and each change is a row of a `*_status` table.
"""

from pharmacy.tables.dispenses import (
    Acceptance,
    AcceptanceStatus,
    Dispense,
    DispenseLine,
    DispenseOverride,
    DispenseStatus,
    NotDispensed,
    WindowUse,
)
from pharmacy.tables.packs import AuthenticityCheck, Pack, PackCase, PackUse, PackUseStatus

__all__ = [
    "Acceptance",
    "AcceptanceStatus",
    "AuthenticityCheck",
    "Dispense",
    "DispenseLine",
    "DispenseOverride",
    "DispenseStatus",
    "NotDispensed",
    "Pack",
    "PackCase",
    "PackUse",
    "PackUseStatus",
    "WindowUse",
]
