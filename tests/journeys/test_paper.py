"""The paper fallback: within a declared emergency, and only within it."""

import io

from PIL import Image

from codings import jws
from tests.journeys.conftest import J02, raw_signature


def picture(format="PNG") -> bytes:
    file = io.BytesIO()
    Image.new("L", (40, 40), 200).save(file, format)
    return file.getvalue()


def declare(world, province="IR-23", signers=("9991001", "9991002"), **changed):
    content = {
        "provinces": [province],
        "cause": "network-outage",
        "words": "Drill",
        "starts_at": "2026-12-01T06:00:00Z",
        "ends_at": "2026-12-01T20:00:00Z",
    } | changed
    signatures = []
    for number in signers:
        key = world.pen(number)
        header = jws.b64(jws.canonical({"alg": "ES256", "kid": key.kid, "typ": "declaration+jws"}))
        signing = f"{header}.{jws.b64(jws.canonical(content))}"
        signatures.append(f"{signing}.{raw_signature(key, signing)}")
    return world.machine("regulator").send("POST", "/declarations", json=content | {"signatures": signatures})


def paper(world, declaration, **changed):
    upload = world.clinic.send(
        "POST", "/uploads", content=picture(), headers={"Content-Type": "image/png"}
    ).json()
    return {
        "declaration": declaration,
        "practitioner": "9990001",
        "patient": {"national_id": world.person("basic")["national_id"]},
        "written_on": "2026-12-01",
        "diagnoses": J02,
        "items": [world.item()],
        "image": upload["upload"],
    } | changed


def test_paper_is_transcribed_dispensed_and_claimed_like_any_other(world):
    declared = declare(world).json()
    pool = world.clinic.post("/shabads/reserve", {"insurer": "1", "count": 3}, ok=201)
    written = world.clinic.post("/paper", paper(world, declared["number"], shabad=pool["shabads"][0]), ok=201)
    assert (written["source"], written["declaration"]) == ("paper", declared["number"])
    assert written["shabad"].startswith("Z")
    accepted = world.pharmacy.post(
        "/prescriptions/accept",
        {"shabad": written["shabad"], "national_id": world.person("basic")["national_id"]},
    )
    world.pharmacy.post("/dispenses", world.order(accepted), ok=201)
    world.work()
    (manifest,) = world.tamin.get("/claim-batches", after=0)["items"]
    import json

    body = world.tamin.send("GET", f"/claim-batches/{manifest['seq']}/files/claims.ndjson").content
    (claim,) = [json.loads(line) for line in body.splitlines()]
    assert claim["declaration"]["number"] == declared["number"]
    assert claim["shabad"]["state"] == "verified"


def test_outside_an_emergency_paper_is_refused_in_words(world):
    answer = world.clinic.send("POST", "/paper", json=paper(world, "D1405-0001"))
    assert (answer.status_code, answer.json()["code"]) == (422, "paper.no_emergency")
    assert answer.json()["fix"]


def test_another_provinces_emergency_does_not_count_here(world):
    declared = declare(world, province="IR-30").json()
    answer = world.clinic.send("POST", "/paper", json=paper(world, declared["number"]))
    assert answer.json()["code"] == "paper.no_emergency"


def test_an_emergency_ends_by_itself(world):
    declared = declare(world).json()
    world.clock.advance(hours=13)
    answer = world.clinic.send("POST", "/paper", json=paper(world, declared["number"]))
    assert answer.json()["code"] == "paper.no_emergency"


def test_a_paper_written_outside_the_emergency_is_refused(world):
    declared = declare(world).json()
    answer = world.clinic.send(
        "POST", "/paper", json=paper(world, declared["number"], written_on="2026-11-01")
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "paper.written_outside")


def test_one_officer_cannot_declare_alone(world):
    answer = declare(world, signers=("9991001", "9991001"))
    assert answer.status_code in {409, 422}, answer.text


def test_a_physicians_key_declares_nothing(world):
    answer = declare(world, signers=("9991001", "9990001"))
    assert (answer.status_code, answer.json()["code"]) == (422, "declaration.signature")


def test_a_declaration_is_public_and_sealed(world):
    declare(world)
    (told,) = world.browser.get("/api/v1/declarations").json()
    content = jws.verify(told["seal"], key=world.service.keys.seal, typ="declaration+jws")
    assert told["number"].encode() in content


def test_what_is_no_picture_is_refused(world):
    answer = world.clinic.send(
        "POST", "/uploads", content=b"%PDF-1.7 ...", headers={"Content-Type": "image/png"}
    )
    assert answer.status_code == 422, answer.text
    answer = world.clinic.send(
        "POST", "/uploads", content=b"\x89PNG" + b"0" * 10_500_000, headers={"Content-Type": "image/png"}
    )
    assert answer.status_code == 413, answer.text
