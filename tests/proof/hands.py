"""The people of the crash harness: a clinic that signs, and pharmacies that fight over what it signed.

What was acknowledged is written down here, outside the service, the moment it is told; `checking` asks for it later.
"""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from sqlmodel import Session, select

from app.demo import packs
from codings import jws
from codings.base import new_id
from codings.tables import Product
from codings.text import tehran_day
from tests.journeys.conftest import J02, raw_signature
from tests.proof.caller import Caller, Tally, caller, code_of, key_of
from tests.proof.ground import Ground

IRC: Final = "9999000090010001"  # amoxicillin 500 mg, ten capsules in a pack
GENERIC: Final = "90010"
EACH: Final = 10
PRESCRIBED: Final = 20
STOCK: Final = 100  # packs that are made at once
PHARMACIES: Final = ("pharmacy-noosh", "pharmacy-two")
HASTY: Final = 0.2  # this part of the deeds hangs up before the answer
TWICE: Final = 0.3  # and this part asks for the same once more
# What a pharmacy may be told in this fight; any other refusal is a fault.
LOST: Final = frozenset({"prescription.held_elsewhere", "acceptance.unknown", "acceptance.released"})
OVER: Final = frozenset({"prescription.already_dispensed"})
TOO_LATE: Final = frozenset({"item.not_enough_left", "dispense.refused"})
TAKEN: Final = frozenset({"pack.taken", "pack.not_enough_left", "pack.opened_elsewhere"})


@dataclass(frozen=True)
class Written:
    """A prescription as its clinic was told it: number, signed bytes and slip."""

    number: str
    jws: str
    qr: list[str]
    contested: str  # the barcode of a pack that the neighbour's prescription is offered too


@dataclass(frozen=True)
class Dispensed:
    """A dispense as a pharmacy was told it."""

    dispense: str
    receipt: str
    pharmacy: str
    packs: frozenset[str]
    claims: frozenset[str]  # "insurer kind amount" of each


@dataclass
class Hands:
    """Who acts, and what they were told."""

    found: Ground
    tally: Tally
    clinic: Caller
    pharmacies: Sequence[Caller]
    pen: jws.Key
    product: Product
    written: list[Written] = field(default_factory=list)
    dispensed: list[Dispensed] = field(default_factory=list)
    _stock: list[str] = field(default_factory=list)
    _contested: dict[int, str] = field(default_factory=dict)
    _turn: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def pack(self) -> str:
        """The barcode of a pack nobody has seen yet, known to the authority."""
        with self._turn:
            if not self._stock:
                today = tehran_day(self.found.service.clock())
                made = [packs.new_pack(self.product, today) for _ in range(STOCK)]
                packs.register(str(self.found.service.settings.authenticity_url), made)
                self._stock += [one["barcode"] for one in made]
            return self._stock.pop()

    def contested(self, number: int) -> str:
        """One pack for two prescriptions."""
        with self._turn:
            pair = number // 2
            if pair not in self._contested:
                self._contested[pair] = self.pack()
            return self._contested[pair]


def hands(found: Ground, http: httpx.Client, tally: Tally) -> Hands:
    """The demonstration's clinic and its two pharmacies, each with its own key."""
    entry = next(one for one in found.told["practitioners"] if one["council"] == "9990001")
    with Session(found.service.engine) as session:
        product = session.exec(select(Product).where(Product.irc == IRC)).one()
    return Hands(
        found,
        tally,
        caller(found, "clinic-sepid", http, tally),
        [caller(found, name, http, tally) for name in PHARMACIES],
        key_of(found.folder, entry),
        product,
    )


def write(on: Hands, number: int, national_id: str) -> Written:
    """A visit and its signed prescription. The clinic competes with nobody: a refusal is a fault, and raised."""
    clinic = on.clinic
    who = {
        "patient": {"national_id": national_id},
        "practitioner": "9990001",
        "centre": clinic.entry["centre"],
    }
    visit = _told(clinic.post("/eligibility", who))
    facts = {
        "allergies": {"state": "none_known", "items": []},
        "as_of": tehran_day(on.found.service.clock()).isoformat(),
    }
    _told(clinic.ask("PUT", f"/patients/{visit['patient']['id']}/facts", facts))
    basic = next(one["coverage"] for one in visit["coverages"] if one["kind"] == "basic")
    shabad = _told(clinic.post("/shabads", {"inquiry": visit["inquiry"], "coverage": basic}))["shabad"]
    prepared = _told(
        clinic.post("/prescriptions/prepare", {"shabad": shabad, "diagnoses": J02, "items": [_order()]})
    )
    signing = f"{prepared['header']}.{prepared['payload']}"
    token = f"{signing}.{raw_signature(on.pen, signing)}"
    once = str(new_id())
    answer = clinic.post("/prescriptions", {"jws": token}, once=once, hasty=random.random() < HASTY)
    told = _told(answer)
    if random.random() < TWICE:
        _same(on, answer, clinic.post("/prescriptions", {"jws": token}, once=once))
    done = Written(told["number"], token, told["qr"], on.contested(number))
    if told["jws"] != token:
        on.tally.fault(f"{done.number} was answered with other bytes than were signed")
    with on._turn:
        on.written.append(done)
    on.tally.count("signatures acknowledged")
    return done


def _order() -> dict[str, Any]:
    return {
        "medicine": GENERIC,
        "dose": {"amount": "1", "unit": "capsule"},
        "frequency": "q12h",
        "route": "oral",
        "duration_days": 10,
        "quantity": str(PRESCRIBED),
    }


def fight(on: Hands, pharmacy: Caller, rival: Caller, wanted: Written) -> None:
    """One counter of a pharmacy: accept, hand over a pack, let go, until nothing is left to hand over."""
    barcode: str | None = wanted.contested
    for _ in on.tally.tries():
        accepted = pharmacy.post("/prescriptions/accept", {"qr": wanted.qr}, hasty=random.random() < HASTY)
        if (code := code_of(accepted)) in LOST:
            time.sleep(random.uniform(0.02, 0.1))
            continue
        if code:
            if code not in OVER:
                on.tally.fault(f"accepting {wanted.number}: {code}")
            return
        held = accepted.json()["acceptance"]
        answer = _hand_over(on, pharmacy, rival, held, barcode or on.pack())
        code, barcode = code_of(answer), None
        if code and code not in LOST | OVER | TOO_LATE | TAKEN:
            on.tally.fault(f"dispensing {wanted.number}: {answer.text[:600]}")
            return
        if not code and answer.json()["prescription"]["status"] == "dispensed":
            return
        pharmacy.post(f"/acceptances/{held}/release", {})


def _hand_over(on: Hands, pharmacy: Caller, rival: Caller, held: str, barcode: str) -> httpx.Response:
    """One pack over the counter; noted the moment it is acknowledged."""
    lines = [
        {"item": 1, "irc": IRC, "quantity": str(EACH), "packs": [{"barcode": barcode, "count": str(EACH)}]}
    ]
    order, once, hasty = {"acceptance": held, "lines": lines}, str(new_id()), random.random() < HASTY
    answer = pharmacy.post("/dispenses", order, once=once, hasty=hasty)
    if answer.status_code == 201:
        told = answer.json()
        uids = frozenset(pack["uid"] for line in told["lines"] for pack in line["packs"])
        claims = frozenset(f"{one['insurer']} {one['kind']} {one['amount']}" for one in told["claims"])
        done = Dispensed(told["dispense"], told["receipt"], told["pharmacy"], uids, claims)
        with on._turn:
            on.dispensed.append(done)
        on.tally.count("dispenses acknowledged")
        if random.random() < TWICE:
            _same(on, answer, pharmacy.post("/dispenses", order, once=once))
            other = pharmacy.post("/dispenses", {"acceptance": held, "lines": lines * 2}, once=once)
            if code_of(other) != "idempotency.other_content":
                on.tally.fault(
                    f"{done.dispense}: other content under its key was answered {other.text[:200]}"
                )
        if hasty and rival.post("/dispenses", order, once=once).is_success:
            on.tally.fault(f"{done.dispense}: another pharmacy was given the answer")
    return answer


def _same(on: Hands, first: httpx.Response, again: httpx.Response) -> None:
    """The same request again gives the same answer, byte for byte."""
    on.tally.count("asked again")
    if (first.status_code, first.content) != (again.status_code, again.content):
        on.tally.fault(f"asked again: {first.status_code} {first.text[:200]} became {again.text[:200]}")


def _told(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.url.path}: {answer.status_code} {answer.text[:600]}")
    return answer.json()
