"""What stands at the clinic and at the counter: prescriptions, drafts, SHABADs, acceptances, dispenses."""

from typing import Any
from uuid import UUID

from sqlmodel import select

from codings import jws
from codings.text import tehran_day
from prescriber.tables import Draft, Favourite, Prescription
from tests.browser.lived import write_draft
from tests.journeys.matrix.offices import a_key, declaration
from tests.journeys.matrix.standing import AUTHOR, Standing, Thing
from tests.journeys.test_paper import paper as written_paper


def prescription(standing: Standing, state: str) -> Thing:
    """With its first slip printed."""
    thing = slip(standing, state)
    standing.press(AUTHOR, f"/prescriber/prescriptions/{thing['number']}/slip", form="print", language="fa")
    return thing


def slip(standing: Standing, state: str) -> Thing:
    told = _signed_with_a_key_revoked_since(standing) if state == "key_revoked" else standing.prescribe()
    thing = {"number": told["number"], "shabad": told["shabad"], "qr": told["qr"][0], "nth": "1"}
    clinic, number = standing.world.clinic, told["number"]
    if state in {"held", "cancel_requested", "partly"}:
        accepted = standing.world.accept(told)
        if state == "partly":
            standing.world.pharmacy.post("/dispenses", standing.world.order(accepted, "8"), ok=201)
            standing.world.pharmacy.post(f"/acceptances/{accepted['acceptance']}/release", {}, ok=204)
    if state == "dispensed":
        standing.world.dispense(told)
    if state in {"cancelled", "cancel_requested"}:
        clinic.post(f"/prescriptions/{number}/cancel", {"reason": "entered-in-error"}, ok=200)
    if state == "replaced":
        again = [standing.world.item(quantity="15", duration_days=5)]
        prepared = standing.world.prepare(told["shabad"], again, replaces=1)
        clinic.post("/prescriptions", {"jws": standing.world.signed(prepared)}, ok=201)
    return thing


def _signed_with_a_key_revoked_since(standing: Standing) -> Any:
    key = a_key(standing, "9990001")
    shabad = standing.world.shabad(standing.world.person("basic"))
    prepared = standing.world.prepare(shabad, kid=key["kid"])
    pen = jws.Key(key["kid"], "ES256", key["pem"])
    told = standing.world.clinic.post("/prescriptions", {"jws": standing.world.signed(prepared, pen)}, ok=201)
    standing.world.clinic.post(f"/certificates/{key['kid']}/revoke", {"reason": "key-lost"}, ok=200)
    return told


def patient(standing: Standing, _state: str) -> Thing:
    with standing.session() as session:
        known = session.exec(select(Prescription.patient)).first()
    return {"patient": str(known), "today": tehran_day(standing.world.clock.now).isoformat()}


def draft(standing: Standing, state: str) -> Thing:
    person = standing.world.person("basic")
    draft = write_draft(standing.world, person).rpartition("/")[2]
    with standing.session() as session:
        row = session.get_one(Draft, UUID(draft))
        thing = {"draft": draft, "patient": str(row.patient), "version": str(row.version)}
        shabad = str(row.shabad)
    name = person["name_fa"].split()
    thing |= {"initials": name[0][0] + name[-1][0], "year": person["birth_date"][:4]}
    if state == "signed":
        prepared = standing.world.prepare(shabad)
        standing.world.clinic.post("/prescriptions", {"jws": standing.world.signed(prepared)}, ok=201)
    if state == "discarded":
        standing.press(AUTHOR, f"/prescriber/drafts/{draft}/discard")
    elif state == "open":  # the patient the author works on, so that no other window is in the way
        standing.press(AUTHOR, f"/prescriber/drafts/{draft}/open")
    return thing


def visit(standing: Standing, _state: str) -> Thing:
    told = standing.world.person("basic")["national_id"]
    place = standing.press(AUTHOR, "/prescriber/visits", patient__national_id=told)
    return {"inquiry": place.rpartition("/")[2]}


def favourite(standing: Standing, _state: str) -> Thing:
    item = {"medicine": standing.world.item()["medicine"], "dose.amount": "1", "dose.unit": "capsule"}
    made = Favourite(
        practitioner="9990001", name=standing.name("often"), typed=item, created_at=standing.world.clock.now
    )
    with standing.session() as session:
        session.add(made)
        session.commit()
        return {"favourite": str(made.id)}


def shabad(standing: Standing, state: str) -> Thing:
    medicine = {"medicine": standing.world.item()["medicine"]}
    if state == "reserved":
        pool = standing.world.clinic.post("/shabads/reserve", {"insurer": "1", "count": 1}, ok=201)
        return medicine | {"shabad": pool["shabads"][0]}
    if state == "verified":  # by the job that asks its issuer
        return standing.verified
    if state in {"claimed", "used"}:
        told = standing.claims["held" if state == "claimed" else "sealed"][0]["claim"]
        return medicine | {"shabad": told.partition("-")[0]}
    shabad = standing.world.shabad()
    if state == "eliminated":
        why = {"reason": "entered-in-error"}
        standing.world.clinic.post(f"/shabads/{shabad}/eliminate", why)
    return medicine | {"shabad": shabad}


def paper(standing: Standing, _state: str) -> Thing:
    number = declaration(standing, "in_force")["number"]
    today = tehran_day(standing.world.clock.now).isoformat()
    # Nobody else writes for them that day.
    whose = {"national_id": standing.world.person("none")["national_id"]}
    written = written_paper(standing.world, number, written_on=today, patient=whose)
    told = standing.world.clinic.post("/paper", written, ok=201)
    return {"number": told["number"]}


def acceptance(standing: Standing, state: str) -> Thing:
    accepted = standing.world.accept(standing.prescribe())
    pack = standing.world.fresh_pack(standing.world.item()["medicine"])
    thing = {"acceptance": accepted["acceptance"], "barcode": pack["barcode"], "irc": pack["irc"]}
    asked = {"barcode": pack["barcode"], "item": 1, "acceptance": accepted["acceptance"]}
    standing.world.pharmacy.post("/packs/check", asked)
    if state == "released":
        standing.world.pharmacy.post(f"/acceptances/{accepted['acceptance']}/release", {}, ok=204)
    return thing | {"uid": pack["uid"]}


def dispense(standing: Standing, state: str) -> Thing:
    done = standing.world.dispense(standing.prescribe())["dispense"]
    if state == "returned":
        standing.world.pharmacy.post(f"/dispenses/{done}/return", {"reason": "wrong-item"})
    return {"dispense": done}
