"""What may be read of patients, drafts and prescriptions, always through who asks.

Functions named `..._unscoped`, `find_patient`, `facts`, `any_live`, `contact` and those that verify ask nobody:
flows of the shell call them, once the right to know is established in another way.
"""

from prescriber.queries.drafts import draft, drafts
from prescriber.queries.favourites import favourite, favourites
from prescriber.queries.paper import PaperCount, image, paper_counts
from prescriber.queries.patients import facts, find_patient, patient
from prescriber.queries.preparing import Prepared, prepare
from prescriber.queries.prescriptions import (
    any_live,
    by_practitioner,
    cancellations_waiting,
    contact,
    generic_of,
    generics_of,
    history,
    identity_unscoped,
    next_n,
    prescription,
    prescription_unscoped,
    status_unscoped,
)
from prescriber.queries.slips import slip, slips
from prescriber.queries.verifying import verify_scanned, verify_stored
from prescriber.queries.views import (
    Contact,
    Identity,
    ItemView,
    PrescriptionBrief,
    PrescriptionView,
    StatusChange,
    WindowView,
)

__all__ = [
    "Contact",
    "Identity",
    "ItemView",
    "PaperCount",
    "Prepared",
    "PrescriptionBrief",
    "PrescriptionView",
    "StatusChange",
    "WindowView",
    "any_live",
    "by_practitioner",
    "cancellations_waiting",
    "contact",
    "draft",
    "drafts",
    "facts",
    "favourite",
    "favourites",
    "find_patient",
    "generic_of",
    "generics_of",
    "history",
    "identity_unscoped",
    "image",
    "next_n",
    "paper_counts",
    "patient",
    "prepare",
    "prescription",
    "prescription_unscoped",
    "slip",
    "slips",
    "status_unscoped",
    "verify_scanned",
    "verify_stored",
]
