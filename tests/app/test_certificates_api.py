"""A clinic's system asks for a key to be certified, waits for two officers, reads and revokes it."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from sqlmodel import select

from app import ca
from app.db import writing
from codings import certificates
from codings.tables import Centre, CertificateRequest
from tests import factories


def request() -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


@pytest.fixture
def physician(service, clinic) -> str:
    """The council number of a physician of the clinic."""
    with writing(service) as session:
        return factories.physician(session, session.get_one(Centre, clinic)).council


def officers_approve(service) -> str:
    at = service.clock()
    with writing(service) as session:
        waiting = session.exec(select(CertificateRequest)).one()
        one, two = factories.council_officer(1, at=at), factories.council_officer(2, at=at)
        certificates.enter_request(session, request=waiting.id, by=one)
        issued = ca.issue(
            service.keys, csr_pem=waiting.csr, holder=waiting.holder, holder_kind=waiting.holder_kind, now=at
        )
        return certificates.approve_request(session, request=waiting.id, issued=issued, by=two).kid


def test_a_key_is_certified_after_two_officers_and_revoked_at_once(
    machine, client, service, physician, clock
):
    headers = machine.bearer()
    body = {"practitioner": physician, "csr": request()}
    asked = client.post("/api/v1/certificates", json=body, headers=headers)
    assert (asked.status_code, asked.json()["state"]) == (202, "requested")
    again = client.post("/api/v1/certificates", json=body, headers=headers)
    assert again.json() == asked.json()
    kid = officers_approve(service)
    given = client.post("/api/v1/certificates", json=body, headers=headers)
    assert (given.status_code, given.json()["kid"], given.json()["state"]) == (201, kid, "active")
    assert "BEGIN CERTIFICATE" in given.json()["certificate"]
    clock.advance(minutes=1)
    reason = {"reason": "key-lost"}
    ended = client.post(f"/api/v1/certificates/{kid}/revoke", json=reason, headers=machine.bearer())
    assert (ended.status_code, ended.json()["state"]) == (200, "revoked")
    read = client.get(f"/api/v1/certificates/{kid}", headers=machine.bearer()).json()
    assert (read["state"], read["reason"]) == ("revoked", "key-lost")
    twice = client.post(f"/api/v1/certificates/{kid}/revoke", json=reason, headers=machine.bearer())
    assert (twice.status_code, twice.json()["code"]) == (409, "certificate.state")


def test_another_clinics_system_can_not_revoke_it(machine, register, client, service, physician):
    client.post(
        "/api/v1/certificates", json={"practitioner": physician, "csr": request()}, headers=machine.bearer()
    )
    kid = officers_approve(service)
    with writing(service) as session:
        other = factories.clinic(session).siam
    stranger = register("stranger", centre=other)
    told = client.post(
        f"/api/v1/certificates/{kid}/revoke", json={"reason": "key-lost"}, headers=stranger.bearer()
    )
    assert (told.status_code, told.json()["code"]) == (404, "certificate.unknown")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"csr": "x"}, 422, "certificate.csr"),
        ({"practitioner": "999999"}, 404, "practitioner.unknown"),
        ({"practitioner": "x"}, 400, "request.malformed"),
        ({"more": 1}, 400, "request.malformed"),
    ],
)
def test_what_can_not_be_certified_says_why(machine, client, physician, changed, status, code):  # noqa: PLR0917
    body = {"practitioner": physician, "csr": request()} | changed
    told = client.post("/api/v1/certificates", json=body, headers=machine.bearer())
    assert (told.json()["code"], told.status_code) == (code, status)


def test_an_unknown_certificate_and_a_future_revocation_are_refused(
    machine, client, service, physician, clock
):
    assert client.get("/api/v1/certificates/AAAAAAAAAAA", headers=machine.bearer()).status_code == 404
    client.post(
        "/api/v1/certificates", json={"practitioner": physician, "csr": request()}, headers=machine.bearer()
    )
    kid = officers_approve(service)
    later = (clock.now + timedelta(days=1)).isoformat()
    told = client.post(
        f"/api/v1/certificates/{kid}/revoke",
        json={"reason": "key-lost", "invalid_from": later},
        headers=machine.bearer(),
    )
    assert (told.status_code, told.json()["code"]) == (422, "certificate.invalid_from")
