"""Who the service connects to by HTTP, and what it takes from there: section 5.6 of safety.md, promise 33."""

import contextlib
import json
import logging
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app import clients, production
from app.outbound import NoAnswer, Outbound, allowed
from app.production import Unfit
from app.refusals import ClientRefused
from app.settings import Settings
from tests import deployed, troubled
from tests.troubled import says, whole

NAME, ELSEWHERE = "keys.partner.example", "other.partner.example"
A_PUBLIC_ADDRESS = "93.184.215.14"
NOT_ONE_TO_CONNECT_TO = "its address is not one to connect to"


@pytest.fixture
def outbound():
    """Makes ways out of all sorts, and closes them."""
    with contextlib.ExitStack() as stack:
        yield lambda **told: stack.enter_context(
            contextlib.closing(Outbound(**{"internal": False, "seconds": 0.5, **told}))
        )


@pytest.fixture
def partner():
    with troubled.partner() as one:
        yield one


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """A certificate of NAME; what a server needs to show it, and what a caller needs to believe it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    shown = made.public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "partner.pem"
    file.write_bytes(shown + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=shown.decode())


@pytest.fixture
def secure(certified):
    """A partner behind TLS, the names it was called by, and what its callers believe."""
    server, trust = certified
    called: list[str | None] = []
    server.sni_callback = lambda _, name, __: called.append(name)
    with troubled.partner(server) as one:
        yield one, called, trust


def here(*_):
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/",
        "https://127.1:{port}/",
        "https://0x7f.1:{port}/",
        "https://017700000001:{port}/",
        "https://2130706433:{port}/",
        "https://[::1]:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://[::ffff:7f00:1]:{port}/",
        "https://[64:ff9b::7f00:1]:{port}/",
        "https://[2002:7f00:1::]:{port}/",
        "https://0.0.0.0:{port}/",
        "https://0:{port}/",
        "https://[::]:{port}/",
        "https://localhost:{port}/",
        "https://LOCALHOST.:{port}/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[ff02::1]/",
    ],
)
def test_an_address_that_is_not_public_is_not_connected_to(outbound, partner, url):
    with pytest.raises(NoAnswer, match=NOT_ONE_TO_CONNECT_TO):
        outbound().ask(url.format(port=partner.port))
    assert partner.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "https://partner.example@127.0.0.1:{port}/",
        "https://partner.example:x@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}#@partner.example/",
        "https://127.0.0.1:{port}\\@partner.example/",
        "https://127.0.0.1:{port}\r\nX: y/",
        "https://127.0.0.1:{port} .partner.example/",
        "https://①27.0.0.1:{port}/",
        "https://[::1/",
        "https://:{port}/",
        "https://127.0.0.1:99999999/",
        "",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_not_read_at_all(outbound, partner, url):
    with pytest.raises(NoAnswer, match=r"its address (is not|cannot be read)"):
        outbound(resolve=here).ask(url.format(port=partner.port))
    assert partner.heard == []


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "0.0.0.1", "224.0.0.1", "::", "::ffff:10.0.0.1", "fe80::1"]
)
def test_what_is_in_nobodys_network_is_refused_to_a_partner_inside_too(address):
    assert not allowed(address, internal=True)
    assert all(allowed(one, internal=True) for one in ("127.0.0.1", "10.1.2.3", "::1", A_PUBLIC_ADDRESS))


def test_one_bad_address_among_good_ones_is_enough(outbound, partner):
    both = outbound(resolve=lambda *_: [A_PUBLIC_ADDRESS, "127.0.0.1"])
    with pytest.raises(NoAnswer, match=NOT_ONE_TO_CONNECT_TO):
        both.ask(f"https://{NAME}:{partner.port}/")
    assert partner.heard == []


def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_looked_at(outbound, secure):
    partner, called, trust = secure
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])  # a name that changes between check and use
    asked = outbound(internal=True, tls=trust, seconds=3, resolve=lambda *_: next(answers))
    url = f"https://{NAME}:{partner.port}/jwks.json"
    assert json.loads(asked.ask(url))["status"] == "ACTIVE"
    assert (called, partner.hosts) == ([NAME], [f"{NAME}:{partner.port}"])
    partner.shut()  # so that it has to connect, and to look, again
    partner.open()
    with pytest.raises(NoAnswer, match=NOT_ONE_TO_CONNECT_TO):
        asked.ask(url)


def test_a_certificate_of_another_name_is_not_believed(outbound, secure):
    partner, _, trust = secure
    with pytest.raises(NoAnswer, match="not reached"):
        outbound(internal=True, tls=trust, seconds=3, resolve=here).ask(
            f"https://{ELSEWHERE}:{partner.port}/"
        )
    with pytest.raises(NoAnswer, match="not reached"):
        outbound(internal=True, seconds=3, resolve=here).ask(f"https://{NAME}:{partner.port}/")
    assert partner.heard == []


def test_a_resolver_that_never_answers_takes_no_longer_than_the_deadline(outbound, partner):
    def silent(*_):
        partner.ended.wait(10)
        return ["127.0.0.1"]

    with pytest.raises(NoAnswer, match="no answer in time"):
        outbound(internal=True, resolve=silent).ask(partner.url)


def test_a_proxy_of_the_machine_is_not_used(outbound, partner, monkeypatch):
    with troubled.partner() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        outbound(internal=True, seconds=3).ask(partner.url)
        assert (len(partner.heard), proxy.heard) == (1, [])


# --- The keys of a client -----------------------------------------------------------------------------


def jwks(secure, outbound, way=None, seconds=3.0):
    partner, _, trust = secure
    partner.begin(way)
    out = outbound(internal=True, tls=trust, seconds=seconds, resolve=here)
    return clients.fetch_jwks(f"https://{NAME}:{partner.port}/jwks.json", by=out)


@pytest.mark.parametrize("type", ["application/json", "application/jwk-set+json; charset=utf-8"])
def test_a_key_set_is_fetched_by_https(secure, outbound, type):
    told = b'{"keys": [{"kty": "EC"}]}'
    assert jwks(secure, outbound, says(whole(told, type=type))) == json.loads(told)


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (troubled.redirects, "status 307"),
        (troubled.huge, "too large"),
        (troubled.endless, "too large"),
        (troubled.bomb, "a packed body"),
        (troubled.drips, "no answer in time"),
        (troubled.hangs, "no answer in time"),
        (troubled.another_type, "another content type"),
        (says(whole(b"[" * 60_000)), "json"),
    ],
)
def test_a_key_set_that_does_not_come_as_it_should_is_none(secure, outbound, way, why):
    slow = way in {troubled.drips, troubled.hangs}
    with pytest.raises(ClientRefused) as no:
        jwks(secure, outbound, way, seconds=0.5 if slow else 5)
    assert why in str(no.value.__cause__)
    assert "/elsewhere" not in {path for path, _ in secure[0].heard}


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "https://["])
def test_a_key_set_of_a_place_inside_is_not_fetched(outbound, partner, url):
    with pytest.raises(ClientRefused):
        clients.fetch_jwks(url.format(port=partner.port), by=outbound())
    assert partner.heard == []


# --- Real patients ------------------------------------------------------------------------------------


def test_real_patients_packs_are_not_asked_about_in_the_clear(caplog):
    deployment = {"database_url": "postgresql://noskheh@db.example/noskheh", "public_url": deployed.PUBLIC}
    plain = Settings(**deployment, authenticity_url="http://authority.example")
    with pytest.raises(Unfit, match="AUTHENTICITY_URL is not https"):
        production.check_settings(plain)
    production.check_settings(plain.model_copy(update={"authenticity_url": "https://authority.example"}))
    assert not caplog.records
    with caplog.at_level(logging.WARNING):
        production.check_settings(plain.model_copy(update={"internal_partners": True}))
    assert "NOSKHEH_INTERNAL_PARTNERS is on" in caplog.text
