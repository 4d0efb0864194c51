"""What the pharmacy's room answers besides values: its problems (no) and its events (yes, and more follows)."""

from pharmacy.outcomes.dispensing import (
    AlreadyReturned,
    DispenseRefused,
    DispenseUnknown,
    NoPharmacist,
    OverrideNeeded,
    ReturnTooLate,
)
from pharmacy.outcomes.events import DispenseRecorded, DispenseReturned, PackRefused
from pharmacy.outcomes.holding import (
    AcceptanceExpired,
    AcceptanceReleased,
    AcceptanceUnknown,
    HeldElsewhere,
    NoPharmacy,
)
from pharmacy.outcomes.packs import (
    BarcodeUnreadable,
    CaseUnknown,
    PackDiffers,
    PackHandedOver,
    PackNotEnough,
    PackNotSetAside,
    PackOpenedElsewhere,
    PackRepeated,
    PackReserved,
    PackTaken,
)

__all__ = [
    "AcceptanceExpired",
    "AcceptanceReleased",
    "AcceptanceUnknown",
    "AlreadyReturned",
    "BarcodeUnreadable",
    "CaseUnknown",
    "DispenseRecorded",
    "DispenseRefused",
    "DispenseReturned",
    "DispenseUnknown",
    "HeldElsewhere",
    "NoPharmacist",
    "NoPharmacy",
    "OverrideNeeded",
    "PackDiffers",
    "PackHandedOver",
    "PackNotEnough",
    "PackNotSetAside",
    "PackOpenedElsewhere",
    "PackRefused",
    "PackRepeated",
    "PackReserved",
    "PackTaken",
    "ReturnTooLate",
]
