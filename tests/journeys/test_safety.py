"""What the codings know of the use of medicines, as a clinic's system hears of it through the API."""

from app.db import side_session
from tests.prescriber import knowing


def test_an_interaction_and_a_dose_are_told_and_the_first_needs_a_reason_before_it_can_be_signed(world):
    with side_session(world.service) as session:
        knowing.in_force(
            session,
            interactions=[knowing.harm("amoxicillin-nsaids", ["J01CA"], ["M01AE"])],
            dosings=[knowing.dosing("ibuprofen/oral", max_single_mg="300")],
        )
    shabad = world.shabad()
    items = [world.item(), world.item("ibuprofen", "tablet")]
    prepared = world.prepare(shabad, items)
    found = {one["id"]: one for one in prepared["findings"]}
    assert {name: one["severity"] for name, one in found.items()} == {
        "RX-INTERACTION-AMOXICILLIN-NSAIDS:1,2": "ask",
        "RX-MAX-SINGLE:2": "ask",
    }
    harm = found["RX-INTERACTION-AMOXICILLIN-NSAIDS:1,2"]
    assert harm["rule"] == "RX-INTERACTION-AMOXICILLIN-NSAIDS"
    assert harm["source"] == "BNF"
    assert harm["message"]["en"].endswith("The risk rises. Monitor.")
    refused = world.clinic.send("POST", "/prescriptions", json={"jws": world.signed(prepared)})
    assert refused.status_code == 422
    assert {one["id"] for one in refused.json()["findings"]} == set(found)
    reasons = [{"finding": name, "reason": "monitored"} for name in found]
    answered = world.prepare(shabad, items, overrides=reasons)
    world.clinic.post("/prescriptions", {"jws": world.signed(answered)}, ok=201)


def test_what_is_taken_already_is_found_at_the_next_visit(world):
    with side_session(world.service) as session:
        knowing.in_force(
            session,
            interactions=[knowing.harm("amoxicillin-nsaids", ["J01CA"], ["M01AE"], "contraindicated")],
        )
    world.prescribe()
    world.clock.advance(days=1)
    prepared = world.prepare(world.shabad(), [world.item("ibuprofen", "tablet")])
    [found] = prepared["findings"]
    assert (found["id"], found["severity"]) == ("RX-INTERACTION-AMOXICILLIN-NSAIDS:1", "stop")
    assert "2026-12-01" in found["message"]["en"]
