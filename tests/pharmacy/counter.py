"""A clinic that writes prescriptions and pharmacies that dispense them, all by the rooms' own verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlmodel import Session

import codings.queries as codings
from codings import jws
from codings.base import Actor
from codings.gs1 import parse_pack, write_pack
from codings.identifiers import make_shabad
from codings.tables import Centre, Practitioner
from codings.text import tehran_day
from pharmacy import actions, queries
from pharmacy.inputs import DispenseInput
from pharmacy.packs import AuthorityAnswer, CheckedPack, judge
from pharmacy.queries import DispenseView
from pharmacy.tables import PackUse
from prescriber import actions as prescriber_actions
from prescriber import queries as prescriber_queries
from prescriber.actions import PatientIdentity
from prescriber.inputs import FactsInput, PrepareInput, ShabadFacts
from prescriber.states import Number
from tests import factories
from tests.factories import AT, Enrolled

PATIENT_KEY, POINTER_KEY = b"p" * 32, b"q" * 32
PARACETAMOL, IBUPROFEN, WARFARIN = "90001", "90005", "90055"
TEN, TWENTY, ANOTHER_TEN = (
    "9999000090001001",
    "9999000090001002",
    "9999000090001004",
)  # paracetamol, pack size
IBUPROFEN_TEN = "9999000090005001"
FRESH = date(2028, 6, 30)

_packs = count(1)
_people = count(1)


@dataclass(frozen=True, slots=True)
class Clinic:
    centre: Centre
    physician: Practitioner
    key: Enrolled

    def by(self, at: datetime = AT) -> Actor:
        return factories.working(self.physician, self.centre, at=at)


@dataclass(frozen=True, slots=True)
class Pharmacy:
    centre: Centre
    pharmacist: Practitioner

    def by(self, at: datetime = AT, **later: float) -> Actor:
        """The pharmacist at work; `minutes=31` is half an hour later."""
        return factories.working(self.pharmacist, self.centre, at=at + timedelta(**later))


def open_clinic(session: Session) -> Clinic:
    centre = factories.clinic(session)
    physician = factories.physician(session, centre)
    return Clinic(centre, physician, factories.enrol(session, physician))


def open_pharmacy(session: Session) -> Pharmacy:
    centre = factories.pharmacy(session)
    return Pharmacy(centre, factories.pharmacist(session, centre))


def item(
    medicine: str = PARACETAMOL, quantity: str = "30", days: int = 10, repeats: int = 0
) -> dict[str, Any]:
    """So many tablets, one every eight hours."""
    return {
        "medicine": medicine,
        "dose": {"amount": "1", "unit": "tablet"},
        "frequency": "q8h",
        "route": "oral",
        "duration_days": days,
        "quantity": quantity,
        "repeats": repeats,
    }


def prescribe(session: Session, clinic: Clinic, *items: dict[str, Any], at: datetime = AT) -> Number:
    """A signed prescription for a new patient who knows of no allergies."""
    by = clinic.by(at)
    patient = prescriber_actions.register_patient(
        session,
        identity=PatientIdentity(
            name=f"بیمار نمونه {next(_people)}", birth_date=date(1980, 5, 4), sex="female"
        ),
        by=by,
    )
    asked = FactsInput.model_validate({"allergies": {"state": "none_known"}, "as_of": tehran_day(at)})
    prescriber_actions.record_facts(session, patient=patient.id, facts=asked, by=by)
    shabad = ShabadFacts(
        shabad=make_shabad("1", 1405),
        insurer="1",
        patient=patient.id,
        practitioner=clinic.physician.council,
        centre=clinic.centre.siam,
        state="issued",
        offline=False,
        valid_until=at + timedelta(hours=12),
    )
    wanted = {
        "shabad": shabad.shabad,
        "diagnoses": [{"code": "J02.9"}],
        "items": list(items) or [item()],
    }
    ready = prescriber_queries.prepare(
        session,
        request=PrepareInput.model_validate(wanted),
        shabad=shabad,
        patient_key=PATIENT_KEY,
        by=by,
    )
    asks = [found.id for found in ready.findings if found.severity == "ask"]
    if asks:
        wanted["overrides"] = [{"finding": one, "reason": "monitored"} for one in asks]
        ready = prescriber_queries.prepare(
            session,
            request=PrepareInput.model_validate(wanted),
            shabad=shabad,
            patient_key=PATIENT_KEY,
            by=by,
        )
    signed = jws.sign(
        ready.payload, key=clinic.key.key, typ=ready.header["typ"], extra={"zip": ready.header["zip"]}
    )
    view, _ = prescriber_actions.sign(
        session, jws=signed, shabad=shabad, patient_key=PATIENT_KEY, pointer_key=POINTER_KEY, by=by
    )
    return view.number


def barcode(
    session: Session, irc: str = TEN, *, expiry: date = FRESH, lot: str = "A1", uid: str | None = None
) -> str:
    """What a scanner reads from a new pack of a product."""
    gtin = codings.products(session, {irc})[irc].gtin
    return write_pack(gtin, uid or f"12345{0}{next(_packs):014}", expiry, lot)


def uid_of(scan: str) -> str:
    return parse_pack(scan).uid


def line(
    scan_of: Mapping[str, str | None], *, n: int = 1, irc: str = TEN, quantity: str = "10", **more: Any
) -> dict[str, Any]:
    """A line over packs given as {barcode: count}; a count of None is the whole pack."""
    packs = [
        {"barcode": scan} | ({} if units is None else {"count": units}) for scan, units in scan_of.items()
    ]
    return {"item": n, "irc": irc, "quantity": quantity, "packs": packs} | more


def order(acceptance: UUID, *lines: dict[str, Any], **more: Any) -> DispenseInput:
    return DispenseInput.model_validate({"acceptance": str(acceptance), "lines": list(lines)} | more)


def look(
    session: Session,
    scan: str,
    *,
    verdict: str | None = "genuine",
    generic: str | None = PARACETAMOL,
    remaining: str | None = None,
    at: datetime = AT,
) -> CheckedPack:
    """A pack as the counter sees it after asking; a verdict of None means that nobody answered."""
    code = parse_pack(scan)
    product = codings.products_by_gtin(session, {code.gtin}).get(code.gtin)
    answer = None
    if verdict is not None:
        answer = AuthorityAnswer(
            verdict=verdict,
            request_id=f"ask-{code.uid}",
            answered_at=at,
            remaining=None if remaining is None else Decimal(remaining),
            detail={"status": "as asked"},
        )
    judgement = judge(code, product, answer, item=generic, on=tehran_day(at))
    return CheckedPack(code=code, product=product, judgement=judgement, answer=answer)


def set_aside(session: Session, scan: str, acceptance: UUID, *, by: Actor) -> PackUse:
    """A genuine pack, looked at and reserved for an acceptance."""
    looked = look(session, scan, at=by.at)
    assert looked.product is not None
    return actions.reserve_pack(
        session, code=looked.code, product=looked.product, acceptance=acceptance, by=by
    )


def hand_over(
    session: Session,
    wanted: DispenseInput,
    *,
    by: Actor,
    verdicts: Mapping[str, str | None] | None = None,
    generics: Mapping[int, str] | None = None,
) -> DispenseView:
    """Dispense an order; every pack is genuine unless `verdicts` says otherwise of its barcode."""
    packs = {
        pack.barcode: look(
            session,
            pack.barcode,
            verdict=(verdicts or {}).get(pack.barcode, "genuine"),
            generic=(generics or {}).get(one.item, PARACETAMOL),
            at=by.at,
        )
        for one in wanted.lines
        for pack in one.packs
    }
    return actions.dispense(session, acceptance=wanted.acceptance, order=wanted, packs=packs, by=by)


def dispensed(
    session: Session,
    pharmacy: Pharmacy,
    number: Number,
    *scans: str,
    irc: str = TEN,
    quantity: str | None = None,
) -> DispenseView:
    """Accept a prescription and hand over whole packs of ten of its first item."""
    held = actions.accept(session, number=number, by=pharmacy.by())
    whole = dict.fromkeys(scans)
    wanted = order(held.acceptance, line(whole, irc=irc, quantity=quantity or str(10 * len(scans))))
    return hand_over(session, wanted, by=pharmacy.by())


def remaining(session: Session, number: Number) -> list[Decimal]:
    """What is left of each item."""
    return [one.remaining for one in prescriber_queries.prescription_unscoped(session, number=number).items]


def status(session: Session, number: Number) -> str:
    return prescriber_queries.prescription_unscoped(session, number=number).status.value


def open_uses(session: Session, view: DispenseView) -> list[tuple[str, str]]:
    """(uid, state) of each pack of a dispense."""
    return [(use.uid, use.state.value) for use in queries.pack_uses(session, number=view.number)]
