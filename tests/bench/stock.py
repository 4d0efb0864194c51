"""What the rungs use up: visits with a SHABAD, signed tokens, packs. Made by the rooms' own verbs, without HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlmodel import Session, col, select

from app.db import reading
from app.demo import packs
from app.flows import prescribing, visit
from app.flows.visit import Found, VisitInput
from codings import jws
from codings.base import Actor
from codings.tables import Medicine, Product
from codings.text import tehran_day
from insurer.queries import coverage as coverage_queries
from prescriber import actions as prescriber_actions
from prescriber import queries as prescriber_queries
from prescriber import signing
from prescriber.inputs import FactsInput, PatientInput, PrepareInput
from prescriber.outcomes import MedicineUnknown
from prescriber.queries.preparing import marks
from prescriber.tables import Patient
from tests.bench.ground import Ground, in_chunks, people

CLINIC: Final = "clinic-sepid"
PHARMACY: Final = "pharmacy-noosh"
PHYSICIAN: Final = "9990001"
_J02: Final = [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "J02.9"}]
_UNITS: Final = Decimal(10)  # of each item: one dose twice a day for five days
_EACH: Final = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """An encounter that can be prescribed on."""

    shabad: str
    patient: str
    national_id: str


class Stock:
    """Makes more of everything; no national ID and no SHABAD twice."""

    def __init__(self, found: Ground) -> None:
        self.found = found
        self._people = 0
        self._clinic = found.actor(CLINIC)
        entry = next(p for p in found.told["practitioners"] if p["council"] == PHYSICIAN)
        self._kid = entry["kid"]
        self._key = jws.Key(self._kid, "ES256", (found.folder / "demo" / entry["key_file"]).read_text())
        self.items: list[dict[str, Any]] = []
        self.products: list[Product] = []
        self._content: signing.Content | None = None

    def visits(self, count: int) -> list[Visit]:
        """So many people of their own, each with a SHABAD."""
        found: list[Visit] = []
        begin, self._people = self._people, self._people + count
        for session, numbers in in_chunks(self.found, count, _EACH):
            by = self.found.actor(CLINIC)
            office = self.found.service.itself("bench")
            ids = people(session, range(begin + numbers.start, begin + numbers.stop), by=office)
            found += [self._visit(session, one, by) for one in ids]
        return found

    def _visit(self, session: Session, national_id: str, by: Actor) -> Visit:
        coverages = coverage_queries.coverages_of(session, national_id=national_id, on=tehran_day(by.at))
        asked = VisitInput(
            patient=PatientInput(national_id=national_id), practitioner=PHYSICIAN, centre=by.centre or ""
        )
        identity = visit._identity(asked.patient, None, coverages)
        opened = visit.open_visit(session, visit=asked, found=Found(identity, coverages, "online"), by=by)
        facts = FactsInput.model_validate(
            {"allergies": {"state": "none_known", "items": []}, "as_of": tehran_day(by.at)}
        )
        prescriber_actions.record_facts(session, patient=opened.patient.id, facts=facts, by=by)
        issued = visit.issue_shabad(session, inquiry=opened.inquiry.id, coverage=coverages[0].coverage, by=by)
        return Visit(issued.shabad, str(opened.patient.id), national_id)

    def tokens(self, visits: Sequence[Visit]) -> list[str]:
        """A signed prescription of three medicines for each visit, as the physician's device makes it."""
        if self._content is None:
            self._content = self._first(visits[0])
        now = self.found.actor(CLINIC).at
        with reading(self.found.service) as session:
            rows = session.exec(select(Patient).where(col(Patient.id).in_([v.patient for v in visits])))
            by_id = {str(row.id): marks(row, self.found.service.keys.patient) for row in rows}
        made = []
        for one in visits:
            changed = {"shabad": one.shabad, "patient": by_id[one.patient], "issued_at": int(now.timestamp())}
            content = self._content.model_copy(update=changed)
            made.append(
                jws.sign(signing.payload(content), key=self._key, typ=signing.TYP, extra={"zip": "DEF"})
            )
        return made

    def _first(self, one: Visit) -> signing.Content:
        """Three medicines in packs of ten or more of which no rule says a word."""
        with reading(self.found.service) as session:
            query = (
                select(Medicine, Product)
                .join(Product, col(Product.generic) == col(Medicine.generic))
                .where(col(Medicine.unit).in_(["tablet", "capsule"]), col(Product.pack_size) >= _UNITS)
                .order_by(col(Medicine.generic), col(Product.irc))
            )
            known = {medicine.generic: (medicine, product) for medicine, product in session.exec(query)}
            content = None
            for medicine, product in known.values():
                item = {
                    "medicine": medicine.generic,
                    "dose": {"amount": "1", "unit": medicine.unit},
                    "frequency": "q12h",
                    "route": medicine.route,
                    "duration_days": 5,
                    "quantity": "10",
                }
                request = {"shabad": one.shabad, "diagnoses": _J02, "items": [*self.items, item]}
                try:
                    prepared, _ = prescribing.prepare(
                        session,
                        self.found.service,
                        request=PrepareInput.model_validate(request),
                        by=self.found.actor(CLINIC),
                    )
                except MedicineUnknown:
                    continue
                if any(finding.severity in {"stop", "ask"} for finding in prepared.findings):
                    continue
                self.items.append(item)
                self.products.append(product)
                content = prepared.content
                if len(self.items) == 3:
                    return content
        raise SystemExit("no three medicines go together")

    def orders(self, acceptances: Sequence[str]) -> list[dict[str, Any]]:
        """For each acceptance the order that hands over all three items, one fresh pack each."""
        day = tehran_day(self.found.actor(PHARMACY).at)
        made, fresh = [], []
        for acceptance in acceptances:
            lines = []
            for place, product in enumerate(self.products, start=1):
                pack = packs.new_pack(product, day)
                fresh.append(pack)
                taken = [{"barcode": pack["barcode"], "count": str(_UNITS)}]
                lines.append({"item": place, "irc": product.irc, "quantity": str(_UNITS), "packs": taken})
            made.append({"acceptance": acceptance, "lines": lines})
        packs.register(self.found.told["authority_url"], fresh)
        return made

    def verify(self, numbers: Sequence[str]) -> int:
        """Verify these prescriptions: signature, certificate, and every row against them."""
        keys = self.found.service.keys
        with reading(self.found.service) as session:
            for number in numbers:
                prescriber_queries.verify_stored(
                    session,
                    number=prescribing.number_of(number),
                    seal_key=keys.seal,
                    patient_key=keys.patient,
                    pointer_key=keys.pointer,
                    ca_pem=keys.ca_certificate_pem,
                )
        return len(numbers)
