"""The less common ways: the pointer, a correction, two pharmacies for one prescription, decision and money."""

import json


def claims_of(insurer, seq=1):
    body = insurer.send("GET", f"/claim-batches/{seq}/files/claims.ndjson").content
    return [json.loads(line) for line in body.splitlines()]


def acknowledged(insurer):
    """Pull and acknowledge the first batch; gives its claims."""
    (manifest,) = insurer.get("/claim-batches", after=0)["items"]
    files = [{k: f[k] for k in ("name", "sha256", "count")} for f in manifest["files"]]
    ack = {"manifest_sha256": manifest["manifest_sha256"], "files": files, "receipt_no": "R-1"}
    insurer.post(f"/claim-batches/{manifest['seq']}/ack", ack, ok=200)
    return claims_of(insurer)


def test_the_small_code_is_possession_too(world):
    prescription = world.prescribe()
    accepted = world.pharmacy.post("/prescriptions/accept", {"pointer": prescription["pointer"]})
    assert accepted["prescription"]["number"] == prescription["number"]
    assert accepted["prescription"]["pointer"] is None
    guess = prescription["pointer"][:-1] + ("A" if prescription["pointer"][-1] != "A" else "B")
    world.other_pharmacy.refused("/prescriptions/accept", {"pointer": guess}, 404, "prescription.unknown")


def test_a_correction_replaces_what_was_not_dispensed(world):
    first = world.prescribe()
    prepared = world.prepare(first["shabad"], [world.item(quantity="15", duration_days=5)], replaces=1)
    second = world.clinic.post("/prescriptions", {"jws": world.signed(prepared)}, ok=201)
    assert (second["n"], second["replaces"]) == (2, 1)
    assert world.clinic.get(f"/prescriptions/{first['number']}")["status"] == "replaced"
    answer = world.pharmacy.send("POST", "/prescriptions/accept", json={"qr": first["qr"]})
    assert answer.status_code == 409
    assert world.dispense(second)["prescription"]["status"] == "dispensed"


def test_two_pharmacies_hand_over_one_prescription_and_never_too_much(world):
    prescription = world.prescribe()
    accepted = world.accept(prescription)
    part = world.pharmacy.post("/dispenses", world.order(accepted, "8"), ok=201)
    assert (part["prescription"]["status"], part["prescription"]["items"][0]["remaining"]) == (
        "partly_dispensed",
        "13",
    )
    answer = world.other_pharmacy.send("POST", "/prescriptions/accept", json={"qr": prescription["qr"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "prescription.held_elsewhere")
    world.pharmacy.post(f"/acceptances/{accepted['acceptance']}/release", {}, ok=204)
    there = world.accept(prescription, world.other_pharmacy)
    too_much = world.other_pharmacy.send("POST", "/dispenses", json=world.order(there, "14"))
    assert too_much.status_code == 422, too_much.text
    rest = world.other_pharmacy.post("/dispenses", world.order(there), ok=201)
    assert rest["prescription"]["status"] == "dispensed"
    assert rest["dispense"].endswith("-1.2")


def test_an_acceptance_ends_after_thirty_minutes(world):
    prescription = world.prescribe()
    order = world.order(world.accept(prescription))
    world.clock.advance(minutes=31)
    answer = world.pharmacy.send("POST", "/dispenses", json=order)
    assert (answer.status_code, answer.json()["code"]) == (409, "acceptance.expired")
    assert world.accept(prescription, world.other_pharmacy)["acceptance"]


def test_a_decision_and_its_money(world):
    world.dispense(world.prescribe())
    world.work()
    (claim,) = acknowledged(world.tamin)
    line = claim["amounts"]["lines"][0]
    cut = 1000
    told = {
        "claim": claim["claim"],
        "version": 1,
        "result_no": 1,
        "outcome": "partly",
        "lines": [
            {
                "line": line["line"],
                "approved": line["requested"] - cut,
                "deductions": [{"reason": "price", "amount": cut, "note": "above the list"}],
            }
        ],
    }
    lines = json.dumps(told) + "\n" + '{"claim": "nonsense"}' + "\n"
    headers = {"Content-Type": "application/x-ndjson"}
    sent = world.tamin.send("POST", "/results", content=lines.encode(), headers=headers)
    assert sent.status_code == 202, sent.text
    world.work()
    job = world.tamin.get(f"/results/{sent.json()['job']}")
    assert job["state"] == "done"
    assert [failure["line"] for failure in job["failures"]] == [2]
    seen = world.pharmacy.get(f"/claims/{claim['claim']}")
    assert (seen["state"], seen["approved"]) == ("partly_approved", line["requested"] - cut)
    assert seen["deductions"][0]["amount"] == cut
    assert world.pharmacy.post(f"/claims/{claim['claim']}/accept", {}, ok=200)["state"] == "payable"
    paid = {"claim": claim["claim"], "version": 1, "kind": "payment", "amount": seen["approved"]}
    short = {"payment_no": "P-1", "paid_on": "2026-12-01", "amount": seen["approved"] - 1, "lines": [paid]}
    assert world.tamin.send("POST", "/remittances", json=short).status_code == 422
    world.tamin.post("/remittances", short | {"amount": seen["approved"]}, ok=201)
    assert world.pharmacy.get(f"/claims/{claim['claim']}")["paid"] == seen["approved"]


def test_self_pay_makes_no_claim(world):
    prescription = world.prescribe(person=world.person("none"), self_pay=True)
    done = world.dispense(prescription)
    assert done["claims"] == []
    assert done["cost"]["totals"]["patient"] == done["cost"]["totals"]["gross"]


def test_a_shabad_on_which_something_was_handed_over_is_not_given_up(world):
    """Self-pay makes no claim that would hold it, and what is taken back makes the prescription live again."""
    prescription = world.prescribe(person=world.person("none"), self_pay=True)
    done = world.dispense(prescription)
    give_up = f"/shabads/{prescription['shabad']}/eliminate", {"reason": "visit-cancelled"}
    world.clinic.refused(*give_up, 409, "shabad.in_use")
    world.pharmacy.post(f"/dispenses/{done['dispense']}/return", {"reason": "not-collected"})
    world.clinic.refused(*give_up, 409, "shabad.in_use")
    world.clinic.post(f"/prescriptions/{prescription['number']}/cancel", {"reason": "entered-in-error"})
    assert world.clinic.post(*give_up)["state"] == "eliminated"


def test_allergies_not_asked_stop_the_signature(world):
    shabad = world.shabad(world.told["patients"][3], asked=False)
    prepared = world.prepare(shabad)
    assert {f["rule"]: f["severity"] for f in prepared["findings"]}["RX-NOT-ASKED"] == "stop"
    answer = world.clinic.send("POST", "/prescriptions", json={"jws": world.signed(prepared)})
    assert answer.status_code == 422
    assert answer.json()["findings"]
