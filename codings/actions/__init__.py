"""The verbs of the ground floor: the registers of centres and people, and the releases of code systems."""

from codings.actions.publishing import publish_release, take_effect, withdraw_release
from codings.actions.registers import (
    add_centre,
    add_practitioner,
    affiliate,
    set_centre_licence,
    set_licence,
)
from codings.actions.releases import accept_rows, note_progress, receive_release, refuse_file

__all__ = [
    "accept_rows",
    "add_centre",
    "add_practitioner",
    "affiliate",
    "note_progress",
    "publish_release",
    "receive_release",
    "refuse_file",
    "set_centre_licence",
    "set_licence",
    "take_effect",
    "withdraw_release",
]
