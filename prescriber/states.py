"""The states of a draft and of a prescription, and every step that is allowed between them.

Each table is the whole truth: the verbs guard with it, the pages show a button with `can`, the docs print it.
`None` stands for "not there yet", so its row says in which state something is born. Expiry is no state: every
guard reads it from the clock.
"""

from enum import StrEnum
from typing import NamedTuple


class Number(NamedTuple):
    """The natural key of a prescription: its place within a SHABAD, shown as "SHABAD-1"."""

    shabad: str
    n: int

    def __str__(self) -> str:
        return f"{self.shabad}-{self.n}"


class DraftState(StrEnum):
    OPEN = "open"
    SIGNED = "signed"  # became a prescription
    DISCARDED = "discarded"


class PrescriptionState(StrEnum):
    ACTIVE = "active"  # nothing of it is dispensed
    PARTLY_DISPENSED = "partly_dispensed"
    DISPENSED = "dispensed"  # nothing remains
    CANCEL_REQUESTED = "cancel_requested"  # a pharmacy holds it; cancelled when it lets go
    CANCELLED = "cancelled"  # what remained is cancelled; what was dispensed stays dispensed
    REPLACED = "replaced"  # corrected by a later number of the same SHABAD


class Source(StrEnum):
    ELECTRONIC = "electronic"  # signed by the physician's own key
    PAPER = "paper"  # transcribed within a declared emergency, sealed by the service


class AllergyState(StrEnum):
    """Three answers that are never mixed up; "not asked" stops signing."""

    NOT_ASKED = "not_asked"
    NONE_KNOWN = "none_known"
    LIST = "list"


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Verb(StrEnum):
    """What can be asked of a prescription."""

    DISPENSE = "dispense"
    TAKE_BACK = "take_back"
    CANCEL = "cancel"
    SETTLE_CANCEL = "settle_cancel"
    REPLACE = "replace"


_D = DraftState
DRAFT_ALLOWED: dict[DraftState | None, frozenset[DraftState]] = {
    None: frozenset({_D.OPEN}),
    _D.OPEN: frozenset({_D.SIGNED, _D.DISCARDED}),
    _D.SIGNED: frozenset(),
    _D.DISCARDED: frozenset(),
}

_S = PrescriptionState
ALLOWED: dict[PrescriptionState | None, frozenset[PrescriptionState]] = {
    None: frozenset({_S.ACTIVE}),
    _S.ACTIVE: frozenset({_S.PARTLY_DISPENSED, _S.DISPENSED, _S.CANCEL_REQUESTED, _S.CANCELLED, _S.REPLACED}),
    _S.PARTLY_DISPENSED: frozenset({_S.DISPENSED, _S.ACTIVE, _S.CANCEL_REQUESTED, _S.CANCELLED}),
    _S.DISPENSED: frozenset({_S.PARTLY_DISPENSED, _S.ACTIVE}),
    _S.CANCEL_REQUESTED: frozenset({_S.CANCELLED}),
    _S.CANCELLED: frozenset(),
    _S.REPLACED: frozenset(),
}

LIVE = frozenset({_S.ACTIVE, _S.PARTLY_DISPENSED, _S.CANCEL_REQUESTED})  # something of it may yet be used

# A pack may come back to the counter whatever became of the prescription since: the state then stays.
VERBS: dict[Verb, frozenset[PrescriptionState]] = {
    Verb.DISPENSE: frozenset({_S.ACTIVE, _S.PARTLY_DISPENSED}),
    Verb.TAKE_BACK: frozenset({_S.PARTLY_DISPENSED, _S.DISPENSED, _S.CANCEL_REQUESTED, _S.CANCELLED}),
    Verb.CANCEL: frozenset({_S.ACTIVE, _S.PARTLY_DISPENSED}),
    Verb.SETTLE_CANCEL: frozenset({_S.CANCEL_REQUESTED}),
    Verb.REPLACE: frozenset({_S.ACTIVE}),
}


def can(state: PrescriptionState, verb: Verb) -> bool:
    """Whether `verb` may be asked of a prescription in this state; the clock is another question."""
    return state in VERBS[verb]
