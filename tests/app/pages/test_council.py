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
    assert desk.post("/prescriber/key", {"csr": csr(), "device": "Firefox"}).status == 303
    with reading(desk.service) as session:
        [row] = codings.requests_waiting(session)
        return str(row.id)


def certificates(desk) -> int:
    with reading(desk.service) as session:
        return len(codings.certificates_of(session, HOLDER))


def test_a_physician_asks_and_sees_that_it_waits(desk, asked):
    with reading(desk.service) as session:
        sha256 = codings.requests_waiting(session)[0].key_sha256
    page = desk.get("/prescriber/key")
    assert " ".join(sha256[place : place + 4] for place in range(0, 32, 4)) in page.text
    assert "Firefox" in page.text


@pytest.mark.parametrize("language", ["fa", "en"])
def test_what_is_no_request_is_refused_beside_its_field_as_typed(desk, language):
    desk.sign_in(f"physician-{HOLDER}", language=language)
    page = desk.post("/prescriber/key", {"csr": "-----BEGIN NONSENSE-----", "device": "Firefox"})
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
    assert "is issued; the key can sign from now on" in issued.text
    held = desk.get("/council/certificates", holder=HOLDER)
    assert rows(held) == 2  # the demonstration's own, and this one
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


def rows(page) -> int:
    return page.html.count('<tr role="row">') - 1


@pytest.fixture
def kid(desk) -> str:
    with reading(desk.service) as session:
        return codings.certificates_of(session, HOLDER)[0].kid


def test_revoking_needs_a_reason_and_holds_at_once(desk, kid):
    desk.sign_in("council-1")
    at = f"/council/certificates/{kid}"
    refused = desk.post(f"{at}/revoke", {"reason": ""})
    assert (refused.status, bool(refused.error("reason"))) == (422, True)
    assert desk.post(f"{at}/revoke", {"reason": "boredom"}).status == 422
    page = desk.follow(desk.post(f"{at}/revoke", {"reason": "key-compromise"}))
    assert page.url == at
    assert "Revoked" in page.text
    assert "account:council-1" in page.text
    assert f'action="{at}/revoke"' not in page.html
    desk.sign_in(f"physician-{HOLDER}")
    assert "Revoked" in desk.get("/prescriber/key").text


def test_a_key_is_believed_no_more_from_a_moment_in_the_past(desk, kid):
    desk.clock.advance(days=2)
    desk.sign_in("council-1")
    at = f"/council/certificates/{kid}"
    told = {"reason": "key-compromise", "from_day": "۱۴۰۵/۰۹/۱۱", "from_time": "۰۸:۳۰"}
    page = desk.follow(desk.post(f"{at}/revoke", told))
    assert "Not believed from 2026-12-02 08:30" in page.text


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"from_day": "1405/09/10"}, "from_time"),
        ({"from_time": "08:30"}, "from_day"),
        ({"from_day": "1405/09/20", "from_time": "08:30"}, "from_day"),
        ({"from_day": "2026-12-01", "from_time": "08:30"}, "from_day"),
    ],
)
def test_a_wrong_moment_is_told_at_its_field_and_nothing_is_revoked(desk, kid, told, field):
    desk.sign_in("council-1")
    page = desk.post(f"/council/certificates/{kid}/revoke", {"reason": "key-compromise"} | told)
    assert page.status == 422
    assert page.error(field)
    assert page.value("from_day") == told.get("from_day", "")
    with reading(desk.service) as session:
        assert codings.certificate(session, kid).state == "active"


def test_certificates_are_filtered_by_what_they_are_worth_and_sorted(desk, kid):
    desk.sign_in("council-1")
    assert rows(desk.get("/council/certificates", standing="in_force", kind="physician")) == 2
    assert "No certificate fits this filter" in desk.get("/council/certificates", standing="revoked").text
    desk.post(f"/council/certificates/{kid}/revoke", {"reason": "key-compromise"})
    assert rows(desk.get("/council/certificates", standing="revoked", holder="۹۹۹۰۰۰۲")) == 1
    for sort in ("holder", "-holder", "from", "-until"):
        page = desk.get("/council/certificates", sort=sort, kind="physician")
        assert rows(page) == 2
        names = [page.html.index("9990001<"), page.html.index("9990002<")]
        assert (names == sorted(names)) is (sort == "holder") or "holder" not in sort
    assert "no such column to sort by" in desk.get("/council/certificates", sort="pem").text


def test_what_expires_within_thirty_days_is_found(desk, kid):
    desk.clock.advance(days=365 * 2 - 20)
    desk.sign_in("council-1")
    assert rows(desk.get("/council/certificates", standing="expiring", kind="physician")) == 2
    assert "less than 30 days" in desk.get(f"/council/certificates/{kid}").text
    desk.clock.advance(days=21)
    desk.sign_in("council-1")
    assert rows(desk.get("/council/certificates", standing="expired", kind="physician")) == 2


def test_certificates_and_requests_are_had_as_files(desk, asked, kid):
    desk.sign_in("council-1", language="fa")
    told = desk.browser.get("/council/certificates.csv?kind=physician&sort=holder").text
    head, *lines = told.lstrip("\ufeff").strip().split("\r\n")
    assert head.split(",")[:4] == ["شناسهٔ گواهی", "شمارهٔ نظام", "نوع", "وضعیت"]
    assert [line.split(",")[1] for line in lines] == ["9990001", "9990002"]
    requests = desk.browser.get("/council/requests.csv?state=requested").text
    assert asked in requests
    assert asked not in desk.browser.get("/council/requests.csv?state=refused").text


def test_the_history_names_both_officers(desk, asked):
    desk.sign_in("council-1")
    desk.post(f"/council/requests/{asked}/enter")
    desk.sign_in("council-2")
    issued = desk.post(f"/council/requests/{asked}/approve")
    new = str(issued.location).partition("issued=")[2]
    page = desk.get(f"/council/certificates/{new}")
    assert "entered by the first officer account:council-1" in page.text
    assert "confirmed by the second officer account:council-2" in page.text
    assert HOLDER in desk.get("/council/requests", state="approved", sort="-holder").text


def test_the_fingerprint_stands_in_groups_to_be_read_out(desk, asked):
    with reading(desk.service) as session:
        sha256 = codings.requests_waiting(session)[0].key_sha256
    desk.sign_in("council-1")
    groups = " ".join(sha256[place : place + 4] for place in range(0, 32, 4))
    assert groups in desk.get("/council").text


def test_a_certificate_that_is_none_is_not_found(desk):
    desk.sign_in("council-1")
    assert desk.get("/council/certificates/nonsense").status == 404
    assert desk.post("/council/certificates/nonsense/revoke", {"reason": "key-compromise"}).status == 404


def test_the_officers_pages_in_persian(desk, asked, kid):
    desk.sign_in("council-1", language="fa")
    assert "هویت بررسی شد؛ ثبت شود" in desk.get("/council").text
    assert "دکتر مازیار خاوران" in desk.get("/council/certificates", holder=HOLDER).text
    assert "افشا یا سوءاستفاده از کلید" in desk.get(f"/council/certificates/{kid}").text


def test_nobody_else_decides(desk, asked):
    for username in ("admin", "regulator-1", f"physician-{HOLDER}"):
        desk.sign_in(username)
        assert desk.get("/council").status == 403
        assert desk.get("/council/certificates.csv").status == 403
        assert desk.post(f"/council/requests/{asked}/enter").status == 403
