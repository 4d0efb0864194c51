"""What may be read of this room, always through who asks; what is named `_unscoped` is for flows that have
already shown that the asker may.
"""

from pharmacy.queries.acceptances import Held, acceptance, held, held_among, queue
from pharmacy.queries.dispenses import (
    DispenseView,
    LineView,
    PackView,
    Recent,
    any_standing,
    dispense,
    dispense_unscoped,
    dispenses_of,
    recent,
)
from pharmacy.queries.packs import (
    PackToTell,
    checks_for,
    handed_over_here,
    open_cases,
    pack_uses,
    packs_to_reactivate,
    packs_to_register,
    packs_to_verify,
)

__all__ = [
    "DispenseView",
    "Held",
    "LineView",
    "PackToTell",
    "PackView",
    "Recent",
    "acceptance",
    "any_standing",
    "checks_for",
    "dispense",
    "dispense_unscoped",
    "dispenses_of",
    "handed_over_here",
    "held",
    "held_among",
    "open_cases",
    "pack_uses",
    "packs_to_reactivate",
    "packs_to_register",
    "packs_to_verify",
    "queue",
    "recent",
]
