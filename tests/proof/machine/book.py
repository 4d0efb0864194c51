"""The small book kept beside the tables: what was prescribed, handed over, sealed and paid, by the answers alone."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from pharmacy.states import DispenseNumber
from prescriber.states import Number
from tests.proof.machine.ground import Pen, Till


@dataclass
class Encounter:
    """A SHABAD of a visit: whose, and who writes on it."""

    shabad: str
    pen: Pen
    person: str


@dataclass
class Token:
    """What a physician's device signed, sent or not."""

    text: str
    number: Number
    encounter: Encounter
    items: list[dict[str, Any]]
    replaces: int | None


@dataclass
class Written:
    """A prescription that the service took."""

    number: Number
    encounter: Encounter
    items: list[dict[str, Any]]
    end: str | None = None  # cancel_requested, cancelled or replaced


@dataclass
class Held:
    """An acceptance, and at which counter."""

    acceptance: UUID
    written: Written
    till: Till
    until: datetime


@dataclass
class Handed:
    """A dispense: how much of each item, from which packs."""

    number: DispenseNumber
    written: Written
    till: Till
    at: datetime
    items: Counter[int]
    packs: Counter[str]
    claims: list["Asked"] = field(default_factory=list)
    returned: bool = False


@dataclass
class Asked:
    """A claim on one insurer."""

    number: str
    insurer: str
    amount: int
    handed: Handed
    paid: int = 0


@dataclass
class Book:
    """Lists in the order of their making, so that the same choices choose the same things."""

    encounters: list[Encounter] = field(default_factory=list)
    pools: list[UUID] = field(default_factory=list)
    drafts: list[tuple[UUID, Encounter]] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    packs: list[dict[str, Any]] = field(default_factory=list)  # every pack that was ever in somebody's hand
    set_aside: list[tuple[Held, dict[str, Any]]] = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    batches: dict[tuple[str, int], str] = field(default_factory=dict)  # (insurer, seq) -> hash when sealed
    declarations: list[str] = field(default_factory=list)
    payments: list[Any] = field(default_factory=list)

    def written_as(self, number: Number) -> Written | None:
        return next((one for one in self.written if one.number == number), None)

    def let_go(self, acceptance: UUID, at: datetime) -> None:
        for one in self.held:
            if one.acceptance == acceptance:
                one.until = min(one.until, at)

    def is_held(self, written: Written, at: datetime) -> bool:
        return any(one.written is written and one.until > at for one in self.held)

    def differs(self, connection: Connection) -> list[str]:
        """Where the tables say something else than the answers did."""
        return [
            *_differing("handed over of an item", self._out(), _items(connection)),
            *_differing("taken of a pack", self._taken(), _packs(connection)),
            *_differing("paid of a claim", {one.number: one.paid for one in self.asked}, _paid(connection)),
            *self._changed_batches(connection),
        ]

    def _out(self) -> dict[Any, Decimal]:
        out: Counter[Any] = Counter()
        for one in self.handed:
            for item, quantity in one.items.items():
                out[*one.written.number, item] += 0 if one.returned else quantity
        return {key: Decimal(quantity) for key, quantity in out.items() if quantity}

    def _taken(self) -> dict[Any, Decimal]:
        out: Counter[str] = Counter()
        for one in self.handed:
            if not one.returned:
                out.update(one.packs)
        return {uid: Decimal(count) for uid, count in out.items() if count}

    def _changed_batches(self, connection: Connection) -> list[str]:
        """A batch is never changed, but for its acknowledgement; and its bytes can be fetched again at any time."""
        now = _batches(connection)
        gone = [f"batch {key} changed" for key, told in self.batches.items() if now.get(key) != told]
        self.batches |= now
        return gone


def _differing(what: str, told: dict[Any, Any], found: dict[Any, Any]) -> list[str]:
    return [
        f"{what} {key}: told {told.get(key)}, found {found.get(key)}"
        for key in {**told, **found}
        if (told.get(key) or 0) != (found.get(key) or 0)
    ]


def _items(connection: Connection) -> dict[Any, Decimal]:
    rows = connection.exec_driver_sql(
        "SELECT shabad, n, item, sum(quantity - remaining) FROM item_window GROUP BY 1, 2, 3"
    )
    return {(shabad, n, item): out for shabad, n, item, out in rows}


def _packs(connection: Connection) -> dict[Any, Decimal]:
    return {pack.uid: pack.taken for pack in connection.exec_driver_sql("SELECT uid, taken FROM pack")}


def _paid(connection: Connection) -> dict[Any, int]:
    return {
        claim.number: claim.paid for claim in connection.exec_driver_sql("SELECT number, paid FROM claim")
    }


def _batches(connection: Connection) -> dict[tuple[str, int], str]:
    rows = connection.exec_driver_sql("""
        SELECT b.insurer, b.seq, to_jsonb(b) - 'state' - 'ack' - 'acked_at',
               (SELECT string_agg(i.line, ''::bytea ORDER BY i.position) FROM batch_item i
                 WHERE (i.insurer, i.seq) = (b.insurer, b.seq)) FROM batch b""")
    return {
        (insurer, seq): hashlib.sha256(str(row).encode() + bytes(file)).hexdigest()
        for insurer, seq, row, file in rows
    }
