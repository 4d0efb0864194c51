"""The verbs of this room, the only code that writes its tables. None commits; each names its actor."""

from prescriber.actions.dispensing import DrawDown, draw_down, put_back
from prescriber.actions.drafts import discard_draft, save_draft
from prescriber.actions.favourites import (
    keep_favourite,
    remove_favourite,
    rename_favourite,
    use_favourite,
)
from prescriber.actions.paper import store_image, transcribe
from prescriber.actions.patients import PatientIdentity, record_facts, register_patient
from prescriber.actions.prescriptions import cancel, settle_cancel, sign
from prescriber.actions.slips import SlipForm, SlipLanguage, give_slip
from prescriber.actions.status import lock
from prescriber.queries.redeeming import require_dispensable

__all__ = [
    "DrawDown",
    "PatientIdentity",
    "SlipForm",
    "SlipLanguage",
    "cancel",
    "discard_draft",
    "draw_down",
    "give_slip",
    "keep_favourite",
    "lock",
    "put_back",
    "record_facts",
    "register_patient",
    "remove_favourite",
    "rename_favourite",
    "require_dispensable",
    "save_draft",
    "settle_cancel",
    "sign",
    "store_image",
    "transcribe",
    "use_favourite",
]
