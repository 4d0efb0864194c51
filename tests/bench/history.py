"""A patient's history as the service shows it: the physician's page of an open draft.

It reads what the physician prescribed to the patient before, and what the patient takes now, whoever prescribed it.
"""

from collections.abc import Sequence
from typing import Any, Final

from app.accounts.sessions import cookie_name, sign_in
from app.db import writing
from app.flows import visit
from app.flows.visit import VisitInput
from codings.base import Actor, Role
from codings.text import tehran_day
from prescriber import actions as prescriber_actions
from prescriber.inputs import FactsInput, PatientInput
from tests.bench.ground import Ground
from tests.bench.stock import CLINIC, PHYSICIAN

ACCOUNT: Final = f"physician-{PHYSICIAN}"


def history_requests(found: Ground, national_ids: Sequence[str]) -> list[dict[str, Any]]:
    """For each of these patients a visit and a draft with one medicine, and the request for its page."""
    entry = next(one for one in found.told["accounts"] if one["username"] == ACCOUNT)
    signed = sign_in(found.service, username=ACCOUNT, password=entry["password"])
    headers = {"Cookie": f"{cookie_name(found.service.settings)}={signed.secret}"}
    medicine = next(
        m for m in found.told["medicines"] if m["inn"] == "amoxicillin" and m["form"] == "capsule"
    )
    item = {"medicine": medicine["generic"], "dose.amount": "1", "dose.unit": medicine["unit"]}
    item |= {"frequency": "q8h", "route": medicine["route"], "duration_days": "7", "quantity": "21"}
    typed = {"diagnoses.0.code": "J02.9", **{f"items.0.{name}": value for name, value in item.items()}}
    return [
        {"path": f"/prescriber/drafts/{_draft(found, one, typed)}", "headers": headers}
        for one in national_ids
    ]


def _draft(found: Ground, national_id: str, typed: dict[str, str]) -> str:
    at = found.service.clock()
    centre = found.client(CLINIC)["centre"]
    by = Actor(id=f"account:{ACCOUNT}", role=Role.PHYSICIAN, at=at, centre=centre, practitioner=PHYSICIAN)
    asked = VisitInput(patient=PatientInput(national_id=national_id), practitioner=PHYSICIAN, centre=centre)
    known = visit.look_up(found.service, visit=asked, by=by)
    facts = FactsInput.model_validate(
        {"allergies": {"state": "none_known", "items": []}, "as_of": tehran_day(at)}
    )
    with writing(found.service) as session:
        opened = visit.open_visit(session, visit=asked, found=known, by=by)
        patient = opened.patient.id
        prescriber_actions.record_facts(session, patient=patient, facts=facts, by=by)
        cover = opened.coverages[0].coverage
        shabad = visit.issue_shabad(session, inquiry=opened.inquiry.id, coverage=cover, by=by)
        draft = prescriber_actions.save_draft(
            session, patient=patient, shabad=shabad.shabad, typed=typed, by=by
        )
        return str(draft.id)
