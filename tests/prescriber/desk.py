"""A clinic with its physician, key and patients, and everything up to a signed prescription, by the rooms' verbs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import Session

from codings import jws
from codings.base import Actor
from codings.declarations import approve_declaration, draft_declaration
from codings.identifiers import make_shabad
from codings.tables import Centre, Declaration, Practitioner
from codings.text import tehran_day
from prescriber import actions, queries, signing
from prescriber.actions import PatientIdentity
from prescriber.inputs import FactsInput, PrepareInput, ShabadFacts
from prescriber.queries import Prepared, PrescriptionView
from prescriber.states import Number
from prescriber.tables import Patient
from tests import factories
from tests.factories import AT, Enrolled

PATIENT_KEY, POINTER_KEY = b"patient-key" * 3, b"pointer-key" * 3
PARACETAMOL, IBUPROFEN, AMOXICILLIN, CO_AMOXICLAV, OMEPRAZOLE = "90001", "90005", "90010", "90012", "90039"
_people = count(1)


@dataclass(frozen=True, slots=True)
class Clinic:
    centre: Centre
    physician: Practitioner
    key: Enrolled

    def by(self, at: datetime = AT) -> Actor:
        return factories.working(self.physician, self.centre, at=at)

    def system(self, at: datetime = AT) -> Actor:
        return factories.machine(self.centre, "prescriber", at=at)


def open_clinic(session: Session) -> Clinic:
    centre = factories.clinic(session)
    physician = factories.physician(session, centre)
    return Clinic(centre, physician, factories.enrol(session, physician))


@cache
def seal_key() -> jws.Key:
    """The service's own key, which seals paper."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return jws.Key("sealsealsea", "ES256", pem.decode())


def seal(payload: bytes, typ: str) -> str:
    return jws.sign(payload, key=seal_key(), typ=typ)


def a_national_id() -> str:
    """A number that no registry gave out, with a check digit that holds."""
    body = f"99{next(_people):07d}"
    remainder = sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11
    return f"{body}{remainder if remainder < 2 else 11 - remainder}"


def person(**changes: Any) -> PatientIdentity:
    told: dict[str, Any] = {
        "national_id": a_national_id(),
        "name": "نیلوفر نمونه",
        "birth_date": date(1980, 5, 4),
        "sex": "female",
        "mobile": "09700000001",
        "verified": True,
    }
    return PatientIdentity(**(told | changes))


def patient(
    session: Session, clinic: Clinic, *, allergies: list[str] | None = None, at: datetime = AT, **changes: Any
) -> Patient:
    """A patient of this clinic who answered the question about allergies: none known, unless told."""
    known = actions.register_patient(session, identity=person(**changes), by=clinic.by(at))
    answer = {"state": "list", "items": allergies} if allergies else {"state": "none_known"}
    asked = FactsInput.model_validate({"allergies": answer, "as_of": tehran_day(at)})
    actions.record_facts(session, patient=known.id, facts=asked, by=clinic.by(at))
    return known


def shabad(clinic: Clinic, patient: Patient, *, at: datetime = AT, **changes: Any) -> ShabadFacts:
    told: dict[str, Any] = {
        "shabad": make_shabad("1", 1405),
        "insurer": "1",
        "patient": patient.id,
        "practitioner": clinic.physician.council,
        "centre": clinic.centre.siam,
        "state": "issued",
        "offline": False,
        "valid_until": at + timedelta(hours=12),
    }
    return ShabadFacts(**(told | changes))


def item(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "medicine": AMOXICILLIN,
        "dose": {"amount": "1", "unit": "capsule"},
        "frequency": "q8h",
        "route": "oral",
        "duration_days": 7,
        "quantity": "21",
    }
    return told | changes


PAIN = item(
    medicine=IBUPROFEN,
    dose={"amount": "1", "unit": "tablet"},
    timing="after-meal",
    as_needed="pain",
    duration_days=5,
    quantity="10",
    substitution=False,
    instruction="با یک لیوان آب",
)


def order(shabad: ShabadFacts, *items: dict[str, Any], **more: Any) -> PrepareInput:
    told = {
        "shabad": shabad.shabad,
        "diagnoses": [{"code": "J02.9"}],
        "items": list(items) or [item()],
    }
    return PrepareInput.model_validate(told | more)


def prepare(
    session: Session,
    clinic: Clinic,
    shabad: ShabadFacts,
    *items: dict[str, Any],
    at: datetime = AT,
    **more: Any,
) -> Prepared:
    return queries.prepare(
        session,
        request=order(shabad, *items, **more),
        shabad=shabad,
        patient_key=PATIENT_KEY,
        by=clinic.by(at),
    )


def signed(clinic: Clinic, content: signing.Content | bytes, *, key: jws.Key | None = None) -> str:
    """The token that the physician's device makes of these bytes."""
    payload = content if isinstance(content, bytes) else signing.payload(content)
    return jws.sign(payload, key=key or clinic.key.key, typ=signing.TYP, extra={"zip": "DEF"})


def register(
    session: Session,
    clinic: Clinic,
    shabad: ShabadFacts,
    token: str,
    *,
    at: datetime = AT,
    by: Actor | None = None,
) -> tuple[PrescriptionView, bool]:
    return actions.sign(
        session,
        jws=token,
        shabad=shabad,
        patient_key=PATIENT_KEY,
        pointer_key=POINTER_KEY,
        by=by or clinic.by(at),
    )


def prescribe(
    session: Session, clinic: Clinic, *items: dict[str, Any], at: datetime = AT, **more: Any
) -> PrescriptionView:
    """A signed prescription for a new patient, every question answered with one reason."""
    facts = shabad(clinic, patient(session, clinic, at=at), at=at)
    ready = prepare(session, clinic, facts, *items, at=at, **more)
    asks = [{"finding": f.id, "reason": "monitored"} for f in ready.findings if f.severity == "ask"]
    if asks:
        ready = prepare(session, clinic, facts, *items, at=at, overrides=asks, **more)
    return register(session, clinic, facts, signed(clinic, ready.payload), at=at)[0]


def changed(content: signing.Content, **changes: Any) -> signing.Content:
    """What somebody would sign who wants these parts to be different."""
    return signing.Content(**(dict(content) | changes))


def declared(session: Session, *, at: datetime = AT, hours: int = 48) -> Declaration:
    """An emergency in Tehran, in force since an hour, drafted and approved by two officers."""
    drafted = draft_declaration(
        session,
        provinces=[factories.TEHRAN_PROVINCE],
        cause="network-outage",
        words="قطع سراسری شبکه",
        starts_at=at - timedelta(hours=1),
        ends_at=at + timedelta(hours=hours),
        by=factories.regulator(1, at=at),
    )
    return approve_declaration(session, number=drafted.number, seal=seal, by=factories.regulator(2, at=at))


def verify(session: Session, number: Number, **changes: str | None) -> signing.Content:
    """As at the counter, with every key there is."""
    keys: dict[str, Any] = {"patient_key": PATIENT_KEY, "pointer_key": POINTER_KEY}
    return queries.verify_stored(session, number=number, seal_key=seal_key(), **(keys | changes))
