"""Care never stops: with the authority down, slow or lying, the counter goes on, says so, and settles the books."""

import httpx
import pytest

from app import reactions


@pytest.fixture
def weather(authority):
    """Turns the authority's knobs, and puts them back."""

    def turn(**knobs):
        httpx.put(f"{authority}/knobs", json=knobs, trust_env=False).raise_for_status()

    yield turn
    turn()


@pytest.mark.parametrize("knobs", [{"error_rate": 100}, {"lie": True}, {"latency_ms": 4_000}])
def test_an_authority_that_cannot_be_trusted_is_no_verdict(world, weather, knobs):
    accepted = world.accept(world.prescribe())
    pack = world.fresh_pack(world.item()["medicine"])
    weather(**knobs)
    asked = {"barcode": pack["barcode"], "item": 1, "acceptance": accepted["acceptance"]}
    told = world.pharmacy.post("/packs/check", asked, ok=202)
    assert (told["verdict"], told["degraded"]["partner"]) == ("unverified", "authenticity")
    partners = {p["partner"]: p["state"] for p in world.browser.get("/api/v1/status").json()["partners"]}
    assert partners["authenticity"] == "down"


def test_what_was_handed_over_unverified_is_settled_afterwards(world, weather):
    order = world.order(world.accept(world.prescribe()))
    weather(error_rate=100)
    done = world.pharmacy.post("/dispenses", order, ok=201)
    world.work()
    assert {c["state"] for c in world.pharmacy.get(f"/dispenses/{done['dispense']}")["claims"]} == {"held"}
    assert world.tamin.get("/claim-batches", after=0)["items"] == []
    weather()
    world.clock.advance(minutes=1)
    reactions.sweep(world.service)
    assert len(world.tamin.get("/claim-batches", after=0)["items"]) == 1
    packs = [
        p for line in world.pharmacy.get(f"/dispenses/{done['dispense']}")["lines"] for p in line["packs"]
    ]
    assert {p["state"] for p in packs} == {"consumed"}
    assert all(p["supplied_at"] for p in packs)


def test_a_pack_that_turns_out_false_opens_a_case_and_holds_the_claim(world, weather):
    accepted = world.accept(world.prescribe())
    generic = world.item()["medicine"]
    stolen = world.fresh_pack(generic, least=16, status="STOLEN")
    pack = {"barcode": stolen["barcode"], "count": "16"}
    line = {"item": 1, "irc": stolen["irc"], "quantity": "16", "packs": [pack]}
    weather(error_rate=100)
    order = {"acceptance": accepted["acceptance"], "lines": [line]}
    done = world.pharmacy.post("/dispenses", order, ok=201)
    weather()
    world.clock.advance(minutes=1)
    reactions.sweep(world.service)
    view = world.pharmacy.get(f"/dispenses/{done['dispense']}")
    assert view["lines"][0]["packs"][0]["state"] == "refused"
    assert {c["state"] for c in view["claims"]} == {"held"}


def test_a_high_risk_medicine_is_not_handed_over_unverified(world, weather):
    guarded = world.item(
        "methotrexate", "tablet", frequency="weekly", timing="monday", quantity="4", duration_days=28
    )
    advised = {"finding": "RX-SPECIALIST:1", "reason": "specialist-advice"}
    accepted = world.accept(world.prescribe([guarded], reasons=[advised]))
    order = world.order(accepted)
    weather(error_rate=100)
    answer = world.pharmacy.send("POST", "/dispenses", json=order)
    assert answer.status_code == 422
    assert any(f["rule"] == "PH-UNVERIFIED" for f in answer.json()["findings"])
