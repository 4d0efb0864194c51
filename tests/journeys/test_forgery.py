"""Nobody forges: altered, borrowed, replayed and oversize signatures, and a database administrator at work."""

import json
import zlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from codings import jws
from tests.journeys.conftest import raw_signature


def stranger(kid: str) -> jws.Key:
    """A key nobody certified, under somebody's name."""
    made = ec.generate_private_key(ec.SECP256R1())
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return jws.Key(kid, "ES256", pem.decode())


def rewritten(prepared, **changed):
    """The prepared content with something changed, packed as the original was."""
    content = json.loads(zlib.decompress(jws.unb64(prepared["payload"]), -15)) | changed
    return prepared | {"payload": jws.b64(jws.deflate(jws.canonical(content)))}


def test_a_key_nobody_certified_signs_nothing(world):
    prepared = world.prepare(world.shabad())
    forged = world.signed(prepared, stranger(world.pen().kid))
    answer = world.clinic.send("POST", "/prescriptions", json={"jws": forged})
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("signature.") or "sign" in answer.json()["code"]


def test_another_physicians_key_does_not_sign_for_this_one(world):
    prepared = world.prepare(world.shabad())
    other = world.pen("9990002")
    header = json.loads(jws.unb64(prepared["header"])) | {"kid": other.kid}
    prepared = prepared | {"header": jws.b64(jws.canonical(header))}
    answer = world.clinic.send("POST", "/prescriptions", json={"jws": world.signed(prepared, other)})
    assert answer.status_code == 422, answer.text


def test_a_changed_payload_does_not_verify(world):
    prepared = world.prepare(world.shabad())
    signature = world.signed(prepared).split(".")[2]
    other = rewritten(prepared, n=2)
    token = f"{other['header']}.{other['payload']}.{signature}"
    assert world.clinic.send("POST", "/prescriptions", json={"jws": token}).status_code == 422


def test_bytes_the_service_would_not_have_prepared_are_refused_though_signed(world):
    """The physician's own key over another quantity's name: everything is checked again."""
    prepared = world.prepare(world.shabad())
    later = rewritten(prepared, rel="another-release")
    answer = world.clinic.send("POST", "/prescriptions", json={"jws": world.signed(later)})
    assert answer.status_code in {409, 422}, answer.text


def test_the_same_token_again_is_the_same_prescription(world):
    prepared = world.prepare(world.shabad())
    token = world.signed(prepared)
    first = world.clinic.post("/prescriptions", {"jws": token}, ok=201)
    again = world.clinic.post("/prescriptions", {"jws": token}, ok=200)
    assert again["number"] == first["number"]
    resigned = world.signed(prepared)  # another signature over the same bytes by the same key
    assert resigned != token
    assert world.clinic.post("/prescriptions", {"jws": resigned}, ok=200)["number"] == first["number"]


def test_another_prescription_for_the_same_number_is_a_conflict(world):
    shabad = world.shabad()
    first, second = world.prepare(shabad), world.prepare(shabad, [world.item(quantity="20")])
    world.clinic.post("/prescriptions", {"jws": world.signed(first)}, ok=201)
    answer = world.clinic.send("POST", "/prescriptions", json={"jws": world.signed(second)})
    assert answer.status_code == 409, answer.text


@pytest.mark.parametrize(
    "token",
    ["", "a.b.c", "....", "x" * 9000, "eyJhbGciOiJub25lIn0.e30."],
    ids=["empty", "short", "dots", "oversize", "alg-none"],
)
def test_what_is_no_jws_is_refused_in_words(world, token):
    answer = world.clinic.send("POST", "/prescriptions", json={"jws": token})
    assert answer.status_code in {400, 422}
    assert answer.json()["detail"]


def test_a_deflate_bomb_is_refused(world):
    prepared = world.prepare(world.shabad())
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(b" " * 2_000_000) + packer.flush()
    token = world.signed(prepared | {"payload": jws.b64(bomb)})
    assert world.clinic.send("POST", "/prescriptions", json={"jws": token}).status_code == 422


def test_a_signature_older_than_a_quarter_of_an_hour_comes_too_late(world):
    prepared = world.prepare(world.shabad())
    world.clock.advance(minutes=16)
    answer = world.clinic.send("POST", "/prescriptions", json={"jws": world.signed(prepared)})
    assert answer.status_code == 422, answer.text


def test_a_revoked_key_signs_nothing_more_and_what_it_signed_stays_good(world):
    earlier = world.prescribe()
    prepared = world.prepare(world.shabad())
    kid = world.pen().kid
    world.clinic.post(f"/certificates/{kid}/revoke", {"reason": "key-compromise"}, ok=200)
    answer = world.clinic.send("POST", "/prescriptions", json={"jws": world.signed(prepared)})
    assert answer.status_code == 422, answer.text
    assert world.dispense(earlier)["prescription"]["status"] == "dispensed"


def test_a_paper_forged_from_a_real_one_is_not_accepted(world):
    """The QR's payload is the real one, the signature is not."""
    prescription = world.prescribe()
    header, payload, _ = prescription["jws"].split(".")
    fake = f"{header}.{payload}.{raw_signature(stranger('x'), f'{header}.{payload}')}"
    qr = "NSK1:/" + "".join(f"{ord(c) - 45:02}" for c in fake)
    answer = world.pharmacy.send("POST", "/prescriptions/accept", json={"qr": qr})
    assert answer.status_code in {404, 422}, answer.text


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE prescription_item SET quantity = 42",
        "UPDATE item_window SET quantity = 42, remaining = 42",
        "UPDATE prescription_item SET generic = '90001'",
        "UPDATE prescription SET insurer = '2'",
        "UPDATE prescription SET practitioner = '9990002'",
        "UPDATE prescription SET redeemable_until = redeemable_until + interval '1 year'",
        "UPDATE prescription_diagnosis SET code = 'A09'",
    ],
)
def test_what_a_database_administrator_alters_stops_as_tampered(world, statement):
    prescription = world.prescribe()
    world.alter(statement)
    answer = world.pharmacy.send("POST", "/prescriptions/accept", json={"qr": prescription["qr"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "prescription.tampered"), answer.text


def test_what_is_altered_after_acceptance_stops_at_the_dispense(world):
    prescription = world.prescribe()
    order = world.order(world.accept(prescription))
    world.alter("UPDATE prescription_item SET dose = 9")
    answer = world.pharmacy.send("POST", "/dispenses", json=order)
    assert (answer.status_code, answer.json()["code"]) == (422, "prescription.tampered"), answer.text
