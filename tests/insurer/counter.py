"""From a desk to a counter and on: prescriptions signed, handed over, claimed and proven, by every room's own verbs.

What is handed over: 20 tablets of paracetamol (176,500 Rial) and 20 capsules of amoxicillin (729,500 Rial).
Of these 906,000 Rial insurer 1 owes 634,200, insurer 20 owes 217,440, and the patient pays 54,360.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import count

from sqlmodel import Session

import codings.queries as codings
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from codings import gs1, jws
from codings.base import Actor
from codings.systems import ICD10
from codings.tables import PRODUCT, Centre
from codings.text import tehran_day
from insurer.actions import claims, shabads
from insurer.queries import coverage as queries
from insurer.share import CostLine
from insurer.states import Cob, Gate
from insurer.tables.claims import Claim, CostStatement
from insurer.tables.coverage import Shabad
from pharmacy import actions as pharmacy_actions
from pharmacy.inputs import DispenseInput
from pharmacy.packs import AuthorityAnswer, CheckedPack, judge
from pharmacy.queries import DispenseView
from pharmacy.states import DispenseNumber
from prescriber import actions as prescriber_actions
from prescriber.inputs import FactsInput, PrepareInput
from prescriber.states import Number
from tests import factories
from tests.factories import AT, Enrolled
from tests.insurer import factories as make
from tests.insurer.factories import SERVICE, Desk

PATIENT_KEY, POINTER_KEY = b"p" * 32, b"q" * 32
ITEMS = (
    ("90001", "9999000090001002", "tablet", "4x1", 5),
    ("90010", "9999000090010002", "capsule", "2x1", 10),
)
BASIC, SECOND, GROSS = 634_200, 217_440, 906_000
_packs = count(1)


@cache
def seal_key() -> jws.Key:
    """The service's own key, for as long as the tests run."""
    private, _ = factories.make_csr()
    return jws.Key("service-key", "ES256", private)


def seal(payload: bytes, typ: str) -> str:
    return jws.sign(payload, key=seal_key(), typ=typ)


@dataclass(frozen=True, slots=True)
class World:
    """A desk whose physician can sign, and a pharmacy with a pharmacist on duty."""

    desk: Desk
    signer: Enrolled
    pharmacy: Centre
    at_counter: Actor


@dataclass(frozen=True, slots=True)
class Handed:
    """What one dispense gave rise to."""

    dispense: DispenseView
    statement: CostStatement
    claims: list[Claim]

    @property
    def number(self) -> DispenseNumber:
        return self.dispense.number

    def claim(self, abbr: str = "TAM") -> str:
        """The number of the claim on one insurer."""
        return f"{self.number}-{abbr}"


def world(session: Session, *, cob: Cob = Cob.PARALLEL) -> World:
    desk = make.desk(session, cob=cob)
    facts = FactsInput.model_validate({"allergies": {"state": "none_known"}, "as_of": tehran_day(AT)})
    prescriber_actions.record_facts(session, patient=desk.patient.id, facts=facts, by=desk.by)
    pharmacy = factories.pharmacy(session)
    pharmacist = factories.pharmacist(session, pharmacy)
    return World(
        desk=desk,
        signer=factories.enrol(session, desk.physician),
        pharmacy=pharmacy,
        at_counter=factories.working(pharmacist, pharmacy),
    )


def prescribe(
    session: Session, world: World, *, self_pay: bool = False, shabad: Shabad | None = None
) -> Number:
    """A prescription for both medicines, signed on this SHABAD or one of its own."""
    desk = world.desk
    shabad = shabad or shabads.issue_shabad(
        session,
        inquiry=make.inquire(session, desk).id,
        coverage=None if self_pay else desk.basic,
        by=desk.by,
    )
    request = PrepareInput.model_validate(
        {
            "shabad": shabad.shabad,
            "diagnoses": [{"system": ICD10, "code": "J02.9"}],
            "items": [
                {
                    "medicine": generic,
                    "dose": {"amount": "1", "unit": unit},
                    "frequency": frequency,
                    "route": "oral",
                    "duration_days": days,
                    "quantity": "20",
                }
                for generic, _, unit, frequency, days in ITEMS
            ],
        }
    )
    facts = queries.facts_of(shabad)
    ready = prescriber_queries.prepare(
        session, request=request, shabad=facts, patient_key=PATIENT_KEY, by=desk.by
    )
    extra = {name: ready.header[name] for name in ready.header.keys() - {"alg", "kid", "typ"}}
    token = jws.sign(ready.payload, key=world.signer.key, typ=ready.header["typ"], extra=extra)
    view, _ = prescriber_actions.sign(
        session, jws=token, shabad=facts, patient_key=PATIENT_KEY, pointer_key=POINTER_KEY, by=desk.by
    )
    shabads.bind_shabad(session, shabad=view.number.shabad, n=view.number.n, by=desk.by)
    return view.number


def hand_over(
    session: Session,
    world: World,
    number: Number,
    *,
    items: tuple[int, ...] = (1, 2),
    by: Actor | None = None,
) -> Handed:
    """Dispense these items of a prescription, with its statement, claims and receipt, as the counter does."""
    by = by or world.at_counter
    acceptance = pharmacy_actions.accept(session, number=number, by=by)
    packs: dict[str, CheckedPack] = {}
    lines = []
    for item in items:
        generic, irc, *_ = ITEMS[item - 1]
        pack = checked_pack(session, irc, generic)
        packs[pack.code.raw] = pack
        lines.append({"item": item, "irc": irc, "quantity": "20", "packs": [{"barcode": pack.code.raw}]})
    order = DispenseInput.model_validate({"acceptance": acceptance.acceptance, "lines": lines})
    done = pharmacy_actions.dispense(
        session, acceptance=acceptance.acceptance, order=order, packs=packs, by=by
    )
    statement = claims.make_statement(
        session,
        shabad=number.shabad,
        n=number.n,
        d=done.number.d,
        lines=[CostLine(item=line.line, gross=line.gross) for line in done.lines],
        cover=queries.cover_of(session, shabad=number.shabad, on=tehran_day(by.at)),
        prices_release=codings.release_of(session, PRODUCT),
        by=by,
    )
    made = claims.make_claims(session, dispense=done, statement=statement, by=by)
    content = pharmacy_actions.receipt_content(
        done, statement_id=statement.id, totals=statement.totals, at=by.at
    )
    pharmacy_actions.file_statement_and_receipt(
        session,
        number=done.number,
        statement=statement.id,
        receipt=seal(jws.canonical(content), "receipt+jws"),
        by=by,
    )
    return Handed(done, statement, made)


def checked_pack(session: Session, irc: str, generic: str) -> CheckedPack:
    """A new genuine pack of a product, as it is known after the authority was asked."""
    product = codings.products(session, {irc})[irc]
    serial = next(_packs)
    code = gs1.parse_pack(
        gs1.write_pack(product.gtin, f"90000{0}{serial:014d}", date(2028, 6, 30), f"L{serial}")
    )
    answer = AuthorityAnswer(
        verdict="genuine", request_id=f"q-{serial}", answered_at=AT, remaining=None, detail={"score": 0.5}
    )
    found = judge(code, product, answer, item=generic, on=tehran_day(AT))
    return CheckedPack(code=code, product=product, judgement=found, answer=answer)


def register_packs(session: Session, number: DispenseNumber, *, by: Actor = SERVICE) -> None:
    """The authority registers every pack as supplied."""
    for use in pharmacy_queries.pack_uses(session, number=number):
        pharmacy_actions.record_supply(
            session, uid=use.uid, use=use.id, proof={"registration": f"r-{use.uid[-4:]}"}, by=by
        )
    open_gate(session, number, Gate.PACKS, by=by)


def open_gate(session: Session, number: DispenseNumber, gate: Gate, *, by: Actor = SERVICE) -> list[Claim]:
    return claims.open_gate(
        session, shabad=number.shabad, n=number.n, d=number.d, gate=gate, proof={"proof": gate.value}, by=by
    )


def prove(session: Session, number: DispenseNumber, *, by: Actor = SERVICE) -> None:
    """Everything a claim waits for: the SHABAD confirmed, the packs and the record registered."""
    shabads.verify_shabad(session, shabad=number.shabad, proof={"confirmed": "c-1"}, by=by)
    register_packs(session, number, by=by)
    open_gate(session, number, Gate.EHR, by=by)


def ready(session: Session, world: World, *, by: Actor | None = None) -> Handed:
    """A dispense whose claims wait to be sealed."""
    handed = hand_over(session, world, prescribe(session, world), by=by)
    prove(session, handed.number, by=replace(SERVICE, at=handed.dispense.dispensed_at))
    return handed


def give_back(session: Session, world: World, number: DispenseNumber, *, by: Actor | None = None) -> None:
    """The dispense is returned, and its claims unwound in the same transaction, as the counter does."""
    by = by or world.at_counter
    pharmacy_actions.take_back(session, number=number, reason="wrong-item", by=by)
    claims.unwind_claims(session, shabad=number.shabad, n=number.n, d=number.d, by=by)
