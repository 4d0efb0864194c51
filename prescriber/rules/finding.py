"""A finding: one thing a rule says of an order, in the one shape that every room and the API use."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from codings.base import Words
from codings.systems import amount_text

VERSION = "1"
SOURCE = "noskheh:prescriber-rules"


class Severity(StrEnum):
    STOP = "stop"  # cannot be signed
    ASK = "ask"  # needs a reason
    TELL = "tell"  # is said


class Verdict(StrEnum):
    TRUE = "true"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    SAFETY = "safety"  # about the patient
    FORM = "form"  # about the order itself; wrong on paper too


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing said of an order, in the one shape that is used at every point of the road.

    `id` is the rule with the items it speaks of, so it is the same in every call. `facts` are what the rule
    read: dicts of name, value and source. `fix` names what can be done: (action, label). `version` is the
    rule's own, or the release of the data that the finding stands on.
    """

    rule: str
    severity: str  # of Severity
    message: Words
    id: str = ""
    items: tuple[int, ...] = ()
    verdict: str = Verdict.TRUE
    kind: str = Kind.SAFETY
    facts: tuple[Mapping[str, Any], ...] = ()
    fix: tuple[tuple[str, Words], ...] = ()
    version: str = VERSION
    source: str = SOURCE

    def __post_init__(self) -> None:
        if not self.id:
            where = ",".join(str(item) for item in self.items)
            object.__setattr__(self, "id", f"{self.rule}:{where}" if where else self.rule)

    def as_json(self) -> dict[str, Any]:
        """The finding as the API shows it."""
        return {
            "id": self.id,
            "rule": self.rule,
            "version": self.version,
            "kind": str(self.kind),
            "severity": str(self.severity),
            "verdict": str(self.verdict),
            "items": list(self.items),
            "facts": [dict(fact) for fact in self.facts],
            "message": self.message._asdict(),
            "fix": [{"action": action, "label": label._asdict()} for action, label in self.fix],
            "source": self.source,
        }


def fact(name: str, value: Any, source: str) -> dict[str, str]:
    """One fact that a rule read: amounts as text, never a float."""
    return {
        "name": name,
        "value": shown(value) if isinstance(value, (Decimal, Fraction)) else str(value),
        "source": source,
    }


def shown(amount: Decimal | Fraction) -> str:
    """An amount as people read it: at most three places, no needless zero."""
    exact = Fraction(amount)
    return amount_text((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.001")))


def listed(numbers: tuple[int, ...]) -> str:
    """Item numbers as they stand in a sentence."""
    return ", ".join(str(number) for number in numbers)
