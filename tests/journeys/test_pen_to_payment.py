"""From the physician's pen to the insurer's receipt, through the public API."""

import hashlib
import json
import time
import zlib

from codings import jws


def test_a_prescription_reaches_its_insurers(world):
    prescription = world.prescribe()
    assert prescription["status"] == "active"
    done = world.dispense(prescription)
    assert done["prescription"]["status"] == "dispensed"
    for line in done["cost"]["lines"]:
        assert line["basic"] + line["supplementary"] + line["patient"] == line["gross"]
    world.work()
    (manifest,) = world.tamin.get("/claim-batches", after=0)["items"]
    body = world.tamin.send("GET", f"/claim-batches/{manifest['seq']}/files/claims.ndjson")
    assert hashlib.sha256(body.content).hexdigest() == manifest["files"][0]["sha256"]
    (claim,) = [json.loads(line) for line in body.content.splitlines()]
    assert claim["prescription"]["jws"] == prescription["jws"]
    assert claim["amounts"]["requested"] == manifest["amount_total"] == done["cost"]["totals"]["basic"]
    ack = {
        "manifest_sha256": manifest["manifest_sha256"],
        "files": [{k: manifest["files"][0][k] for k in ("name", "sha256", "count")}],
        "receipt_no": "R-1",
    }
    first = world.tamin.post("/claim-batches/1/ack", ack, ok=200)
    assert world.tamin.post("/claim-batches/1/ack", ack, ok=200) == first
    assert world.tamin.get("/claim-batches/cursor")["acked_contiguous"] == 1
    assert world.supplementary.get("/claim-batches", after=0)["items"]


def test_the_claim_says_when_another_hash_is_acknowledged(world):
    world.dispense(world.prescribe())
    world.work()
    (manifest,) = world.tamin.get("/claim-batches", after=0)["items"]
    wrong = {"manifest_sha256": "0" * 64, "files": [], "receipt_no": "R-1"}
    answer = world.tamin.send("POST", f"/claim-batches/{manifest['seq']}/ack", json=wrong)
    assert answer.status_code == 409
    assert world.tamin.get("/claim-batches/cursor")["acked_contiguous"] == 0


def test_another_insurer_sees_nothing(world):
    world.dispense(world.prescribe())
    world.work()
    salamat = world.machine("insurer-salamat")
    assert salamat.get("/claim-batches", after=0)["items"] == []
    assert salamat.send("GET", "/claim-batches/1").status_code == 404
    assert salamat.send("GET", "/claim-batches/1/files/claims.ndjson").status_code == 404


def test_ranges_and_gzip_are_the_same_bytes(world):
    world.dispense(world.prescribe())
    world.work()
    path = "/claim-batches/1/files/claims.ndjson"
    whole = world.tamin.send("GET", path, headers={"Accept-Encoding": "identity"})
    packed = world.tamin.send("GET", path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == whole.content
    first = world.tamin.send("GET", path, headers={"Range": "bytes=0-99"})
    rest = world.tamin.send("GET", path, headers={"Range": "bytes=100-"})
    assert (first.status_code, first.content + rest.content) == (206, whole.content)
    same = world.tamin.send("GET", path, headers={"If-None-Match": whole.headers["etag"]})
    assert same.status_code == 304
    outside = world.tamin.send("GET", path, headers={"Range": "bytes=9999999-"})
    assert (outside.status_code, outside.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")


def test_a_long_poll_is_woken_by_the_seal(world):
    """The poll begins before anything is sealed and ends soon after, not at the end of its patience."""
    import threading

    world.dispense(world.prescribe())
    got = {}
    world.tamin.token()

    def wait():
        got["items"] = world.tamin.get("/claim-batches", after=0, wait=25)["items"]
        got["at"] = time.monotonic()

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    world.work()
    waiting.join(20)
    assert got["items"]


def test_the_signed_bytes_can_be_read_by_anyone(world):
    prescription = world.prescribe()
    payload = jws.unb64(prescription["jws"].split(".")[1])
    content = json.loads(zlib.decompress(payload, -15))
    assert content["s"] == prescription["shabad"]
    assert world.person()["national_id"] not in json.dumps(content)


def test_a_return_unwinds_everything(world):
    prescription = world.prescribe()
    done = world.dispense(prescription)
    back = world.pharmacy.post(f"/dispenses/{done['dispense']}/return", {"reason": "not-collected"})
    assert back["status"] == "returned"
    assert {c["state"] for c in back["claims"]} == {"void"}
    again = world.clinic.get(f"/prescriptions/{prescription['number']}")
    assert (again["status"], again["items"][0]["remaining"]) == ("active", "21")
    world.work()
    assert world.tamin.get("/claim-batches", after=0)["items"] == []
    order = world.order(world.accept(prescription))
    assert world.pharmacy.post("/dispenses", order, ok=201)["dispense"].endswith(".2")


def test_a_return_after_sealing_travels_as_a_reversal(world):
    done = world.dispense(world.prescribe())
    world.work()
    world.pharmacy.post(f"/dispenses/{done['dispense']}/return", {"reason": "not-collected"})
    world.work()
    first, second = world.tamin.get("/claim-batches", after=0)["items"]
    assert second["reversal_count"] == 1
    assert second["amount_total"] == -first["amount_total"]
    assert second["prev_manifest_sha256"] == first["manifest_sha256"]
