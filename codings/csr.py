"""What comes in to be certified and what comes back certified, checked. Pure: bytes in, facts or a no out."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from codings import jws
from codings.base import Words
from codings.outcomes import CertificateMismatch, CsrRefused

_LONGEST: Final = 4096
_ONE_PEM: Final = re.compile(
    r"\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----[A-Za-z0-9+/=\s]+-----END (NEW )?CERTIFICATE REQUEST-----\s*"
)


@dataclass(frozen=True, slots=True)
class Csr:
    """A checked request: written out again as PEM, with the SHA-256 (hex) of its DER and of its key's DER."""

    pem: str
    sha256: str
    key_sha256: str


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """What the certificate authority made of a request."""

    kid: str
    pem: str
    public_pem: str
    not_before: datetime
    not_after: datetime


def read_csr(text: str) -> Csr:
    """The request (PKCS #10 in one PEM), when its key is P-256 and signed it with SHA-256.

    The signature proves that whoever made the request holds the key. Raises CsrRefused.
    """
    if len(text) > _LONGEST or _ONE_PEM.fullmatch(text) is None:
        raise _refused(Words("متن آن یک PEM درست نیست", "it is not one PEM text"))
    try:
        request = x509.load_pem_x509_csr(text.encode("ascii"))
        key = request.public_key()
        signed = request.is_signature_valid and isinstance(request.signature_hash_algorithm, hashes.SHA256)
    except (ValueError, UnsupportedAlgorithm):
        raise _refused(Words("خوانده نشد", "it cannot be read")) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _refused(Words("کلید آن از نوع P-256 نیست", "its key is not on the curve P-256"))
    if not signed:
        raise _refused(
            Words("امضای آن با کلید خودش نمی‌خواند", "it is not signed by its own key (ECDSA with SHA-256)")
        )
    return Csr(
        pem=request.public_bytes(Encoding.PEM).decode("ascii"),
        sha256=hashlib.sha256(request.public_bytes(Encoding.DER)).hexdigest(),
        key_sha256=_key_sha256(request),
    )


def require_same_key(issued: IssuedCertificate, *, key_sha256: str) -> None:
    """The authority must have certified the very key that was asked for, and told the truth about it.

    Raises CertificateMismatch naming what is wrong.
    """
    certificate = x509.load_pem_x509_certificate(issued.pem.encode("ascii"))
    public_pem = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    told = {
        "key": _key_sha256(certificate) == key_sha256,
        "kid": jws.kid_of(certificate.public_bytes(Encoding.DER)) == issued.kid,
        "public_pem": public_pem.decode("ascii").strip() == issued.public_pem.strip(),
        "not_before": certificate.not_valid_before_utc == issued.not_before,
        "not_after": certificate.not_valid_after_utc == issued.not_after,
    }
    wrong = [name for name, true in told.items() if not true]
    if wrong:
        raise CertificateMismatch(why=", ".join(wrong))


def _key_sha256(signed: x509.CertificateSigningRequest | x509.Certificate) -> str:
    key = signed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(key).hexdigest()


def _refused(why: Words) -> CsrRefused:
    return CsrRefused(pointer="/csr", why_fa=why.fa, why_en=why.en)
