"""The service's own secrets: files of mode 0600 in one private folder, made at first use, never in the database.

    ca.key ca.pem        the health CA that certifies physicians' and pharmacies' keys (replace both by your own)
    seal.key seal.pem    signs receipts, manifests, declarations and paper transcriptions
    seal-KID.pem         certificates of earlier seals: what they signed still verifies, and nothing new is signed
    token.key            signs access tokens
    patient.key          keyed hash that stands for a patient in a signed prescription
    pointer.key          secrets of the small QR codes
    accounts.key         encrypts the secrets of authenticator apps and what a locked page keeps

Whoever holds these can forge, and whoever holds only the database can not. They are read once, at the start.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from codings import jws

CA_LIFE = timedelta(days=3650)
SEAL_LIFE = timedelta(days=1825)
SECRET_BYTES = 32
DEMONSTRATION = "Demonstration"  # the unit in the name of an authority for synthetic people


class KeyFileError(Exception):
    """A key file that can not be used; the text is one sentence that says which, why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets in memory. `seal` and `token` are private keys; their public halves are published."""

    ca_key: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)
    ca_certificate: x509.Certificate
    seal: jws.Key
    seal_certificate_pem: str
    earlier_seals: tuple[jws.Key, ...] = ()  # public
    token: jws.Key
    patient: bytes = field(repr=False)
    pointer: bytes = field(repr=False)
    accounts: bytes = field(repr=False)

    def seal_of(self, token: str) -> jws.Key:
        """The seal a signed text names, the present one where it names none of ours. Raises InvalidJws."""
        kid = jws.peek(token)[0]["kid"]
        return next((one for one in self.earlier_seals if one.kid == kid), self.seal)

    @property
    def ca_certificate_pem(self) -> str:
        return _pem(self.ca_certificate)

    @property
    def demonstration(self) -> bool:
        """Whether the authority, or the one that certified the seal, was made for synthetic people."""
        seal = x509.load_pem_x509_certificate(self.seal_certificate_pem.encode())
        names = (self.ca_certificate.subject, seal.issuer)
        units = [u.value for n in names for u in n.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
        return DEMONSTRATION in units


def open_keys(folder: Path, *, now: datetime, demonstration: bool = False) -> Keys:
    """Read the keys, making those that are missing. Raises KeyFileError.

    Processes that start at once make one set: the folder is locked meanwhile. An authority made for a
    demonstration says so in its name, so that no deployment with real patients takes it over.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_open(folder, 0o700)
    with _locked(folder):
        return _open(folder, now, demonstration)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def rotate_seal(folder: Path, *, now: datetime) -> Keys:
    """Make a new seal and keep the certificate of the one before; gives the keys. Raises KeyFileError.

    Its private half is deleted: nobody signs in its name again. Whoever runs keeps the old one until started anew.
    """
    before = open_keys(folder, now=now)
    with _locked(folder):
        _kept(folder / f"seal-{before.seal.kid}.pem", before.seal_certificate_pem.encode)
        (
            folder / "seal.pem"
        ).unlink()  # before its key: a key alone is given a certificate, a certificate no key
        (folder / "seal.key").unlink()
        return _open(folder, now, before.demonstration)


def _open(folder: Path, now: datetime, demonstration: bool) -> Keys:
    ca_key = _private(folder / "ca.key")
    ca_certificate = _certificate(folder / "ca.pem", ca_key, lambda: _authority(ca_key, now, demonstration))
    seal_key = _private(folder / "seal.key")
    seal = _certificate(
        folder / "seal.pem", seal_key, lambda: _seal_certificate(seal_key, ca_key, ca_certificate, now)
    )
    token_key = _private(folder / "token.key")
    token_pem = _private_pem(token_key).decode()
    return Keys(
        ca_key=ca_key,
        ca_certificate=ca_certificate,
        seal=jws.Key(jws.kid_of(seal.public_bytes(Encoding.DER)), "ES256", _private_pem(seal_key).decode()),
        seal_certificate_pem=_pem(seal),
        earlier_seals=tuple(_earlier(path) for path in sorted(folder.glob("seal-*.pem"))),
        token=jws.Key(
            jws.b64(hashlib.sha256(jws.public_pem(token_pem).encode()).digest()[:8]), "ES256", token_pem
        ),
        patient=_secret(folder / "patient.key"),
        pointer=_secret(folder / "pointer.key"),
        accounts=_secret(folder / "accounts.key"),
    )


def _private(path: Path) -> ec.EllipticCurvePrivateKey:
    content = _kept(path, lambda: _private_pem(ec.generate_private_key(ec.SECP256R1())))
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path} is not a private key in PEM; restore it from your copy.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} is not a key on P-256, which is the only kind used here.")
    return key


def _certificate(
    path: Path, key: ec.EllipticCurvePrivateKey, make: Callable[[], x509.Certificate]
) -> x509.Certificate:
    content = _kept(path, lambda: _pem(make()).encode())
    try:
        certificate = x509.load_pem_x509_certificate(content)
    except ValueError as error:
        raise KeyFileError(f"{path} is not a certificate in PEM; restore it from your copy.") from error
    if certificate.public_key() != key.public_key():
        raise KeyFileError(
            f"{path} is not the certificate of {path.with_suffix('.key')}; they must be a pair."
        )
    return certificate


def _earlier(path: Path) -> jws.Key:
    """The public key of a seal that signs no more."""
    _refuse_open(path, 0o600)
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise KeyFileError(f"{path} is not a certificate in PEM; restore it from your copy.") from error
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return jws.Key(jws.kid_of(certificate.public_bytes(Encoding.DER)), "ES256", public.decode())


def _secret(path: Path) -> bytes:
    content = _kept(path, lambda: secrets.token_hex(SECRET_BYTES).encode())
    try:
        secret = bytes.fromhex(content.decode("ascii"))
    except ValueError as error:
        raise KeyFileError(f"{path} does not hold {SECRET_BYTES * 2} hexadecimal digits.") from error
    if len(secret) != SECRET_BYTES:
        raise KeyFileError(f"{path} does not hold {SECRET_BYTES * 2} hexadecimal digits.")
    return secret


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content, made if there is none. A half-written key is never seen under its name."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    _refuse_open(path, 0o600)
    return path.read_bytes()


def _refuse_open(path: Path, mode: int) -> None:
    status = path.stat()
    if status.st_uid not in {os.geteuid(), 0}:
        raise KeyFileError(
            f"{path} belongs to another account; start as that account, or give it to this one."
        )
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyFileError(
            f"{path} is open to other accounts (mode {stat.S_IMODE(status.st_mode):o}); run: chmod {mode:o} {path}"
        )


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime, demonstration: bool) -> x509.Certificate:
    unit = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION)] if demonstration else []
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Noskheh"),
            *unit,
            x509.NameAttribute(NameOID.COMMON_NAME, f"Noskheh Health CA {secrets.token_hex(4)}"),
        ]
    )
    builder = _begun(name, name, key.public_key(), now, CA_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    )
    return builder.sign(key, hashes.SHA256())


def _seal_certificate(
    key: ec.EllipticCurvePrivateKey, ca_key: ec.EllipticCurvePrivateKey, ca: x509.Certificate, now: datetime
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Noskheh service seal")])
    builder = _begun(name, ca.subject, key.public_key(), now, SEAL_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    return builder.sign(ca_key, hashes.SHA256())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    begins = now.replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
