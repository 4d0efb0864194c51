"""What the council, the regulator, the administrator and the editor decide on."""

from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from persiantools.jdatetime import JalaliDate
from sqlmodel import select

from codings.queries import system_of
from codings.tables import CertificateRequest, Declaration
from codings.text import tehran_day
from tests.journeys.matrix.newcomers import add_account, add_machine
from tests.journeys.matrix.standing import Standing, Thing
from tests.journeys.test_paper import declare

HOLDER = "9990002"  # not the author, whose newest key would have to sign from then on


def a_key(standing: Standing, council: str) -> dict[str, str]:
    """A new certificate of a practitioner, and its private key."""
    asked = request(standing, "entered", council)
    standing.press("council-2", f"/council/requests/{asked['asked']}/approve")
    with standing.session() as session:
        kid = session.get_one(CertificateRequest, UUID(asked["asked"])).kid
    return {"kid": str(kid), "pem": asked["pem"]}


def certificate(standing: Standing, state: str) -> Thing:
    kid = a_key(standing, HOLDER)["kid"]
    if state == "revoked":
        standing.world.clinic.post(f"/certificates/{kid}/revoke", {"reason": "key-lost"}, ok=200)
    return {"kid": kid}


def request(standing: Standing, state: str, council: str = HOLDER) -> Thing:
    key = ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    body = {"practitioner": council, "csr": csr.public_bytes(Encoding.PEM).decode()}
    asked = str(standing.world.clinic.post("/certificates", body, ok=202)["request"])
    if state in {"entered", "approved"}:
        standing.press("council-1", f"/council/requests/{asked}/enter")
    if state == "approved":
        standing.press("council-2", f"/council/requests/{asked}/approve")
    if state == "refused":
        standing.press("council-1", f"/council/requests/{asked}/refuse", why="not seen in person")
    pem = key.private_bytes(Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()
    return {"asked": asked, "pem": pem}


def declaration(standing: Standing, state: str) -> Thing:
    now = standing.world.clock.now
    hours = {"starts_at": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    hours["ends_at"] = f"{now + timedelta(hours=20):%Y-%m-%dT%H:%M:%SZ}"
    if state in {"in_force", "ended"}:
        return {"number": declare(standing.world, **hours).json()["number"]}
    drafted = {
        "province.IR-30": "on",
        "cause": "network-outage",
        "words": "drill",
        "starts_on": _jalali(now),
        "starts_time": "13:00",
        "ends_on": _jalali(now + timedelta(days=1)),
        "ends_time": "20:00",
    }
    standing.press("regulator-1", "/regulator/declarations", **drafted)
    with standing.session() as session:
        number = max(session.exec(select(Declaration.number)).all())
    if state == "refused":
        standing.press("regulator-1", f"/regulator/declarations/{number}/refuse", why="no drill today")
    return {"number": number}


def account(standing: Standing, state: str) -> Thing:
    name = standing.name("somebody")
    add_account(standing.world, name, "9990002", "9900000001", "physician")
    if state == "disabled":
        standing.press("admin", f"/admin/accounts/{name}/disable")
    return {"username": name}


def machine(standing: Standing, state: str) -> Thing:
    name = standing.name("system")
    add_machine(standing.world, name, "prescriber", "9900000001")
    if state == "disabled":
        standing.press("admin", f"/admin/clients/{name}/disable")
    return {"id": name}


def release(standing: Standing, _state: str) -> Thing:
    told = standing.world.browser.get("/api/v1/codings/releases").json()
    [one, *_] = [row for row in told if row["system"] == system_of("medicine")]
    return {"system": "medicine", "release": one["release"]}


def _jalali(at: datetime) -> str:
    return str(JalaliDate(tehran_day(at)).strftime("%Y/%m/%d"))
