"""People, places and keys for tests, made the way the service makes them: by the rooms' own verbs.

Everything stands at `AT` unless told otherwise. Numbers count up, so that two of a kind differ; they are
of nobody. Whoever acts is built by `actor` and says so in one line.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from sqlmodel import Session

from codings import jws
from codings.actions import add_centre, add_practitioner, affiliate
from codings.base import Actor, Role
from codings.certificates import approve_request, enter_request, request_certificate
from codings.csr import IssuedCertificate
from codings.states import CentreKind, HolderKind
from codings.tables import Centre, Practitioner

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # 10 Azar 1405, 11:30 in Tehran
TEHRAN_PROVINCE = "IR-23"
LICENSED_SINCE = date(2020, 1, 1)

_siams = count(9_900_000_001)
_councils = count(900_101)


def actor(
    *,
    role: Role = Role.SERVICE,
    at: datetime = AT,
    id: str | None = None,
    centre: str | None = None,
    insurer: str | None = None,
    practitioner: str | None = None,
    scopes: Collection[str] = (),
) -> Actor:
    """Someone acting at an instant; named after the role unless told."""
    return Actor(
        id=id or f"account:{practitioner or role.value}",
        role=role,
        at=at,
        centre=centre,
        insurer=insurer,
        practitioner=practitioner,
        scopes=frozenset(scopes),
    )


def codings_editor(*, at: datetime = AT) -> Actor:
    return actor(role=Role.CODINGS_EDITOR, at=at)


def council_officer(n: int = 1, *, at: datetime = AT) -> Actor:
    """One of several officers of the Medical Council: 1 enters, 2 approves."""
    return actor(role=Role.COUNCIL_OFFICER, id=f"account:council-{n}", at=at)


def regulator(n: int = 1, *, at: datetime = AT) -> Actor:
    """One of several officers of the regulator: 1 drafts, 2 approves."""
    return actor(role=Role.REGULATOR, id=f"account:regulator-{n}", at=at)


def working(person: Practitioner, centre: Centre, *, at: datetime = AT) -> Actor:
    """This person, signed in at this centre."""
    return actor(role=Role(person.kind.value), at=at, centre=centre.siam, practitioner=person.council)


def machine(centre: Centre, *scopes: str, at: datetime = AT) -> Actor:
    """The clinic or pharmacy system of this centre."""
    return actor(role=Role.MACHINE, id=f"client:{centre.siam}", at=at, centre=centre.siam, scopes=scopes)


def clinic(session: Session, **facts: Any) -> Centre:
    return _centre(session, CentreKind.CLINIC, "درمانگاه نمونه", "Sample clinic", **facts)


def pharmacy(session: Session, **facts: Any) -> Centre:
    return _centre(session, CentreKind.PHARMACY, "داروخانهٔ نمونه", "Sample pharmacy", **facts)


def _centre(session: Session, kind: CentreKind, name_fa: str, name_en: str, **facts: Any) -> Centre:
    siam = str(next(_siams))
    told: dict[str, Any] = {
        "siam": siam,
        "kind": kind,
        "name_fa": f"{name_fa} {siam[-2:]}",
        "name_en": f"{name_en} {siam[-2:]}",
        "province": TEHRAN_PROVINCE,
        "address_fa": "تهران، خیابان نمونه، پلاک ۱",
        "phone": "02100000000",
        "licence_from": LICENSED_SINCE,
        "by": codings_editor(),
    }
    return add_centre(session, **(told | facts))


def physician(session: Session, centre: Centre | None = None, **facts: Any) -> Practitioner:
    """A physician who works at this centre (at none if none is given)."""
    told: dict[str, Any] = {"specialty": "general-practice", "name_fa": "دکتر نمونه", "name_en": "Dr Sample"}
    return _practitioner(session, HolderKind.PHYSICIAN, centre, **(told | facts))


def pharmacist(session: Session, centre: Centre | None = None, **facts: Any) -> Practitioner:
    """A pharmacist who works at this centre (at none if none is given)."""
    told: dict[str, Any] = {
        "specialty": "pharmacy",
        "name_fa": "داروساز نمونه",
        "name_en": "Pharmacist Sample",
    }
    return _practitioner(session, HolderKind.PHARMACIST, centre, **(told | facts))


def _practitioner(session: Session, kind: HolderKind, centre: Centre | None, **facts: Any) -> Practitioner:
    told: dict[str, Any] = {"council": str(next(_councils)), "kind": kind, "by": codings_editor()}
    person = add_practitioner(session, **(told | facts))
    if centre is not None:
        affiliate(
            session, council=person.council, siam=centre.siam, since=LICENSED_SINCE, by=codings_editor()
        )
    return person


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A holder's key as their device holds it."""

    kid: str
    private_pem: str

    @property
    def key(self) -> jws.Key:
        return jws.Key(self.kid, "ES256", self.private_pem)


def enrol(session: Session, person: Practitioner, *, at: datetime = AT) -> Enrolled:
    """A key and its certificate, through the register: asked for, entered and approved by two officers."""
    private_pem, csr = make_csr()
    holder = actor(role=Role(person.kind.value), practitioner=person.council, at=at)
    request = request_certificate(session, holder=person.council, holder_kind=person.kind, csr=csr, by=holder)
    enter_request(session, request=request.id, by=council_officer(1, at=at))
    issued = certify(csr, holder=person.council, at=at)
    approve_request(session, request=request.id, issued=issued, by=council_officer(2, at=at))
    return Enrolled(issued.kid, private_pem)


def make_csr(
    key: ec.EllipticCurvePrivateKey | None = None, *, algorithm: hashes.SHA256 | hashes.SHA384 | None = None
) -> tuple[str, str]:
    """A new private key (PEM, unencrypted) and the certificate request (PEM) that it signed."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    signed = request.sign(key, algorithm or hashes.SHA256())
    return private, signed.public_bytes(Encoding.PEM).decode("ascii")


@cache
def _ca_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certify(
    csr: str, *, holder: str, at: datetime = AT, life: timedelta = timedelta(days=730)
) -> IssuedCertificate:
    """What a certificate authority of the tests makes of a request."""
    public = x509.load_pem_x509_csr(csr.encode("ascii")).public_key()
    begins = at.replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, holder)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
        .sign(_ca_key(), hashes.SHA256())
    )
    return IssuedCertificate(
        kid=jws.kid_of(certificate.public_bytes(Encoding.DER)),
        pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
        public_pem=public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii"),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
