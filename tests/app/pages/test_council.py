"""Certificates: asked for by their holder, entered by one officer, confirmed by another, revoked at once."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

import codings.queries as codings
from app.db import reading

HOLDER = "9990002"


def csr() -> str:
    """A request for a key that nobody has asked for yet."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a physician")])
    key = ec.generate_private_key(ec.SECP256R1())
    signed = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


@pytest.fixture
def asked(desk) -> str:
    """A physician's own request; its id."""
    desk.sign_in(f"physician-{HOLDER}")
    assert desk.post("/prescriber/key", {"csr": csr()}).status == 303
    with reading(desk.service) as session:
        [row] = codings.requests_waiting(session)
        return str(row.id)


def certificates(desk) -> int:
    with reading(desk.service) as session:
        return len(codings.certificates_of(session, HOLDER))


def test_a_physician_asks_and_sees_that_it_waits(desk, asked):
    page = desk.get("/prescriber/key")
    assert "waits for the Medical Council" in page.text
    assert "Two officers look at it" in page.text


@pytest.mark.parametrize("language", ["fa", "en"])
def test_what_is_no_request_is_refused_beside_its_field_as_typed(desk, language):
    desk.sign_in(f"physician-{HOLDER}", language=language)
    page = desk.post("/prescriber/key", {"csr": "-----BEGIN NONSENSE-----"})
    assert page.status == 422
    assert page.error("csr")
    assert "-----BEGIN NONSENSE-----" in page.html


def test_two_officers_make_a_certificate(desk, asked):
    desk.sign_in("council-1")
    assert "Requests waiting (1)" in desk.get("/council").text
    page = desk.follow(desk.post(f"/council/requests/{asked}/enter"))
    assert "Another officer has to confirm this one." in page.text
    desk.sign_in("council-2")
    page = desk.get("/council")
    assert f'action="/council/requests/{asked}/approve"' in page.html
    issued = desk.follow(desk.post(f"/council/requests/{asked}/approve"))
    assert "No request waits." in issued.text
    assert issued.text.count("In force") == 2  # the demonstration's own, and this one
    assert certificates(desk) == 2


def test_one_officer_alone_makes_none(desk, asked):
    desk.sign_in("council-1")
    desk.post(f"/council/requests/{asked}/enter")
    page = desk.post(f"/council/requests/{asked}/approve")
    assert page.status == 422
    assert "needs two officers" in page.text
    assert certificates(desk) == 1


def test_what_was_not_entered_cannot_be_confirmed(desk, asked):
    desk.sign_in("council-2")
    page = desk.post(f"/council/requests/{asked}/approve")
    assert page.status == 409
    assert certificates(desk) == 1


def test_refusing_needs_words_and_ends_the_request(desk, asked):
    desk.sign_in("council-1")
    empty = desk.post(f"/council/requests/{asked}/refuse", {"why": ""})
    assert empty.status == 422
    assert empty.error("why")
    page = desk.follow(desk.post(f"/council/requests/{asked}/refuse", {"why": "Not the right number"}))
    assert "No request waits." in page.text


def test_a_request_that_is_none_is_said_on_the_page(desk):
    desk.sign_in("council-1")
    page = desk.post("/council/requests/01890000-0000-7000-8000-000000000000/enter")
    assert page.status == 404
    assert "no such certificate" in page.text


def test_revoking_needs_a_reason_and_holds_at_once(desk):
    desk.sign_in("council-1")
    with reading(desk.service) as session:
        [held] = codings.certificates_of(session, HOLDER)
    refused = desk.post(f"/council/certificates/{held.kid}/revoke", {"holder": HOLDER, "reason": ""})
    assert refused.status == 422
    unknown = desk.post(f"/council/certificates/{held.kid}/revoke", {"holder": HOLDER, "reason": "boredom"})
    assert unknown.status == 422
    told = {"holder": HOLDER, "reason": "key-compromise"}
    page = desk.follow(desk.post(f"/council/certificates/{held.kid}/revoke", told))
    assert "Revoked" in page.text
    desk.sign_in(f"physician-{HOLDER}")
    assert "Revoked" in desk.get("/prescriber/key").text


def test_the_officers_page_in_persian(desk, asked):
    desk.sign_in("council-1", language="fa")
    page = desk.get("/council", holder=HOLDER)
    assert "دکتر مازیار خاوران" in page.text
    assert "هویت بررسی شد؛ ثبت شود" in page.text
    assert "افشا یا سوءاستفاده از کلید" in page.text


def test_nobody_else_decides(desk, asked):
    for username in ("admin", "regulator-1", f"physician-{HOLDER}"):
        desk.sign_in(username)
        assert desk.get("/council").status == 403
        assert desk.post(f"/council/requests/{asked}/enter").status == 403
