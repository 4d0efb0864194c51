"""The states of an acceptance, a dispense and a pack use, every step between them, and what a pack may turn out to be.

Each table is the whole truth: the verbs guard with it, the pages show a button with `can`, the docs print it.
`None` stands for "not there yet", so its row says in which states something may be born. Expiry is no state:
an acceptance and a reservation end by the clock, and every guard reads the clock.
"""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeVar

from codings.base import Words
from prescriber.states import Number

State = TypeVar("State", bound=StrEnum)
_DISPENSE_NUMBER = re.compile(r"([0-9A-Z]{8,20})-([1-9][0-9]{0,3})\.([1-9][0-9]{0,3})", re.ASCII)


class DispenseNumber(NamedTuple):
    """`SHABAD-1.2`: the second dispense of the first prescription on a SHABAD."""

    shabad: str
    n: int
    d: int

    def __str__(self) -> str:
        return f"{self.shabad}-{self.n}.{self.d}"

    @property
    def prescription(self) -> Number:
        return Number(self.shabad, self.n)

    @classmethod
    def parse(cls, text: str) -> "DispenseNumber":
        """Read a dispense number exactly as it is written; ValueError for anything else."""
        found = _DISPENSE_NUMBER.fullmatch(text)
        if found is None:
            raise ValueError("a dispense number reads SHABAD-1.2")
        shabad, n, d = found.groups()
        return cls(shabad, int(n), int(d))


class AcceptanceState(StrEnum):
    HELD = "held"  # until it expires, nobody else may dispense
    RELEASED = "released"  # given free, or nothing was left to dispense


class DispenseState(StrEnum):
    RECORDED = "recorded"
    RETURNED = "returned"  # the packs never left the counter; everything is unwound


class PackUseState(StrEnum):
    RESERVED = "reserved"  # on this counter for one acceptance, until it expires
    RELEASED = "released"  # was reserved, and not handed over
    CONSUMED = "consumed"  # handed over; to be registered as supplied at the authority
    PENDING_VERIFY = "pending_verify"  # handed over while the authority did not answer
    REFUSED = "refused"  # handed over so, and the authority then said no
    RETURNED = "returned"  # came back with its dispense


class Verdict(StrEnum):
    """What a pack is, in the words of the API."""

    GENUINE = "genuine"
    ALREADY_SUPPLIED = "already_supplied"
    UNKNOWN = "unknown"
    RECALLED = "recalled"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    STOLEN = "stolen"
    MISMATCH = "mismatch"
    UNVERIFIED = "unverified"  # nobody answered

    @property
    def refuses(self) -> bool:
        """Whether a pack with this verdict stays at the counter, whatever anybody says."""
        return self not in {Verdict.GENUINE, Verdict.UNVERIFIED}


_A = AcceptanceState
ACCEPTANCE_ALLOWED: dict[AcceptanceState | None, frozenset[AcceptanceState]] = {
    None: frozenset({_A.HELD}),
    _A.HELD: frozenset({_A.HELD, _A.RELEASED}),  # HELD again: the same pharmacy resumed it
    _A.RELEASED: frozenset(),  # accepting again is another acceptance
}

_D = DispenseState
DISPENSE_ALLOWED: dict[DispenseState | None, frozenset[DispenseState]] = {
    None: frozenset({_D.RECORDED}),
    _D.RECORDED: frozenset({_D.RETURNED}),
    _D.RETURNED: frozenset(),
}

_P = PackUseState
PACK_USE_ALLOWED: dict[PackUseState | None, frozenset[PackUseState]] = {
    None: frozenset({_P.RESERVED, _P.CONSUMED, _P.PENDING_VERIFY}),
    _P.RESERVED: frozenset({_P.CONSUMED, _P.RELEASED}),
    _P.PENDING_VERIFY: frozenset({_P.CONSUMED, _P.REFUSED, _P.RETURNED}),
    _P.CONSUMED: frozenset({_P.RETURNED}),
    _P.REFUSED: frozenset({_P.RETURNED, _P.PENDING_VERIFY}),  # asked again, once the case is cleared up
    _P.RELEASED: frozenset(),
    _P.RETURNED: frozenset(),
}

HANDED_OVER = frozenset({_P.CONSUMED, _P.PENDING_VERIFY, _P.REFUSED})  # the patient has it

DISPENSE_VERBS = {"return": _D.RETURNED}

# Three tables, since members of two enumerations with the same text are the same key.
DISPENSE_WORDS: dict[DispenseState, Words] = {
    _D.RECORDED: Words("تحویل‌شده", "dispensed"),
    _D.RETURNED: Words("برگشت‌خورده", "returned"),
}
PACK_USE_WORDS: dict[PackUseState, Words] = {
    _P.RESERVED: Words("کنار گذاشته برای همین نسخه", "set aside for this prescription"),
    _P.RELEASED: Words("آزادشده", "released"),
    _P.CONSUMED: Words("تحویل‌شده", "handed over"),
    _P.PENDING_VERIFY: Words("تحویل‌شده، در انتظار استعلام اصالت", "handed over, to be verified"),
    _P.REFUSED: Words("تحویل‌شده، اصالت تأیید نشد", "handed over, authenticity refused"),
    _P.RETURNED: Words("برگشت‌خورده به داروخانه", "returned to the pharmacy"),
}
VERDICT_WORDS: dict[Verdict, Words] = {
    Verdict.GENUINE: Words("اصیل", "genuine"),
    Verdict.ALREADY_SUPPLIED: Words("پیش‌تر عرضه‌شده", "already supplied"),
    Verdict.UNKNOWN: Words("ناشناخته", "unknown"),
    Verdict.RECALLED: Words("فراخوان‌شده", "recalled"),
    Verdict.EXPIRED: Words("تاریخ‌گذشته", "expired"),
    Verdict.WITHDRAWN: Words("خارج‌شده از بازار", "withdrawn"),
    Verdict.STOLEN: Words("سرقتی", "stolen"),
    Verdict.MISMATCH: Words("ناهمخوان", "does not match"),
    Verdict.UNVERIFIED: Words("استعلام‌نشده", "not verified"),
}


def before(allowed: Mapping[State | None, Collection[State]], state: State) -> frozenset[State]:
    """The states from which `state` may be reached: what a compare-and-set compares with."""
    return frozenset(one for one, following in allowed.items() if one is not None and state in following)


def can(state: DispenseState, verb: str) -> bool:
    """Whether `verb` is possible in `state`: for the guard and for the button alike; the clock is another question."""
    return DISPENSE_VERBS[verb] in DISPENSE_ALLOWED[state]
