"""The insurer's pages: batches by number, what is in them, and each claim with its evidence and decisions."""

import json

import pytest

from tests.journeys.browser import Person

OFFICER, OTHER = "insurer-tam", "insurer-sal"


@pytest.fixture
def officer(world) -> Person:
    return Person(world, OFFICER)


@pytest.fixture
def claimed(world) -> str:
    """The number of a claim that is sealed in the first batch."""
    done = world.dispense(world.prescribe())
    world.work()
    return f"{done['dispense']}-TAM"


def test_the_first_page_says_how_far_everything_has_come(officer, claimed):
    page = officer.get("/insurer")
    assert page.status == 200
    assert "Social Security Organization" in page.text
    assert "Sealed 1" in page.text
    assert "Acknowledged up to 0" in page.text
    assert f"/insurer/claims/{claimed}" in page.read.links
    assert "/insurer/batches/1" in page.read.links


def test_before_anything_happened_the_pages_say_what_would(officer):
    page = officer.get("/insurer")
    assert "Nothing is sealed yet" in page.text
    assert "Claims come from dispenses" in page.text
    assert "Nothing is sealed yet" in officer.get("/insurer/batches").text
    assert "No claim has been made yet" in officer.get("/insurer/claims").text


def test_a_batch_shows_its_manifest_and_leads_to_its_claims(world, officer, claimed):
    page = officer.get("/insurer/batches/1")
    (manifest,) = world.tamin.get("/claim-batches", after=0)["items"]
    assert manifest["manifest_sha256"] in page.text
    assert manifest["files"][0]["sha256"] in page.text
    assert f"{manifest['amount_total']:,}" in page.text
    assert f"/insurer/claims/{claimed}" in page.read.links


def test_a_batch_is_shown_acknowledged_once_the_insurer_said_so(world, officer, claimed):
    (manifest,) = world.tamin.get("/claim-batches", after=0)["items"]
    assert "sealed" in officer.get("/insurer/batches").text
    file = manifest["files"][0]
    files = [{"name": file["name"], "sha256": file["sha256"], "count": file["count"]}]
    world.tamin.post(
        f"/claim-batches/{manifest['seq']}/ack",
        {"manifest_sha256": manifest["manifest_sha256"], "files": files, "receipt_no": "R-1"},
    )
    assert "status-acknowledged" in officer.get("/insurer/batches").html
    assert "Acknowledged at not yet" not in officer.get("/insurer/batches/1").text
    assert "received by the insurer" in officer.get(f"/insurer/claims/{claimed}").text


def test_a_claim_shows_its_lines_packs_and_versions(world, officer, claimed):
    page = officer.get(f"/insurer/claims/{claimed}")
    assert page.status == 200
    body = world.tamin.send("GET", "/claim-batches/1/files/claims.ndjson").content
    line = json.loads(body)
    assert line["evidence_sha256"] in page.text
    assert all(pack["uid"] in page.text for pack in line["packs"])
    assert f"{line['amounts']['requested']:,}" in page.text
    assert "amoxicillin 500 mg cap" in page.text


def test_a_claim_that_waits_says_for_what(world, officer):
    done = world.dispense(world.prescribe())
    page = officer.get(f"/insurer/claims/{done['dispense']}-TAM")
    assert "Not sent yet" in page.text
    assert "every pack registered as supplied" in page.text
    assert "The evidence is put together when the last gate opens" in page.text


def test_a_decision_is_shown_with_every_deduction(world, officer, claimed):
    (manifest,) = world.tamin.get("/claim-batches", after=0)["items"]
    file = manifest["files"][0]
    files = [{"name": file["name"], "sha256": file["sha256"], "count": file["count"]}]
    world.tamin.post(
        "/claim-batches/1/ack",
        {"manifest_sha256": manifest["manifest_sha256"], "files": files, "receipt_no": "R-1"},
    )
    asked = manifest["amount_total"]
    result = {
        "claim": claimed,
        "version": 1,
        "result_no": 1,
        "outcome": "partly",
        "lines": [
            {
                "line": 1,
                "approved": asked - 1000,
                "deductions": [{"reason": "price", "rule": "T-7", "amount": 1000, "note": "بالاتر از سقف"}],
            }
        ],
    }
    answer = world.tamin.send(
        "POST",
        "/results",
        content=json.dumps(result).encode() + b"\n",
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text
    world.work()
    page = officer.get(f"/insurer/claims/{claimed}")
    assert "partly approved" in page.text
    assert "T-7" in page.text
    assert "بالاتر از سقف" in page.text
    assert f"{asked - 1000:,}" in page.text


def test_claims_are_listed_by_state_and_a_state_that_is_none_is_told(world, officer, claimed):
    assert claimed in officer.get("/insurer/claims?state=sealed").text
    none = officer.get("/insurer/claims?state=paid")
    assert claimed not in none.text
    assert "No claim fits this filter" in none.text
    assert "/insurer/claims" in none.read.links
    unknown = officer.get("/insurer/claims?state=no-such-state")
    assert (unknown.status, bool(unknown.read.errors["state"])) == (422, True)
    assert claimed not in unknown.text


def test_the_pages_speak_persian_by_default(officer, claimed):
    page = officer.speaking("fa").get(f"/insurer/claims/{claimed}")
    assert (page.read.root["lang"], page.read.root["dir"]) == ("fa", "rtl")
    assert "در دستهٔ ارسالی" in page.text
    assert "آموکسی‌سیلین" in page.text


def test_another_insurers_claims_and_batches_look_like_none(world, claimed):
    other = Person(world, OTHER)
    assert other.get(f"/insurer/claims/{claimed}").status == 404
    assert other.get("/insurer/batches/1").status == 404
    assert claimed not in other.get("/insurer/claims").text


def test_a_pharmacist_is_not_let_in(world, claimed):
    assert Person(world, "pharmacist-9990011").get("/insurer").status == 403
