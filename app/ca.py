"""The health CA: it only signs. Who may have a certificate is decided by two officers (`codings/certificates.py`).

A certificate says: this P-256 key signs for the holder with this council (or officer) number, for prescriptions and
nothing else. Revocation is kept in the register and takes effect at once; nothing is revoked in here.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from app.keys import Keys
from codings import jws
from codings.csr import IssuedCertificate, read_csr

LIFE = timedelta(days=730)
# Extended key usage "signs prescriptions": an arc under 2.25 belongs to whoever drew the UUID, with no registry.
RX_SIGN = x509.ObjectIdentifier("2.25.230441783417190926391764270437135914803")


def issue(keys: Keys, *, csr_pem: str, holder: str, holder_kind: str, now: datetime) -> IssuedCertificate:
    """Certify the key of a request for `holder`. Nothing but the key is taken from the request.

    Raises CsrRefused when the request is not a request for a P-256 key signed by that key.
    """
    begins = now.replace(microsecond=0)
    ends = min(begins + LIFE, keys.ca_certificate.not_valid_after_utc)
    public = _requested_key(csr_pem)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, holder_kind),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, holder),
            x509.NameAttribute(NameOID.COMMON_NAME, holder),
        ]
    )
    authority = keys.ca_certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(keys.ca_certificate.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signs_documents(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([RX_SIGN]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority), critical=False
        )
        .sign(keys.ca_key, hashes.SHA256())
    )
    return IssuedCertificate(
        kid=jws.kid_of(certificate.public_bytes(Encoding.DER)),
        pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
        public_pem=public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii"),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _requested_key(csr_pem: str) -> ec.EllipticCurvePublicKey:
    public = x509.load_pem_x509_csr(read_csr(csr_pem).pem.encode("ascii")).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)  # noqa: S101  `read_csr` accepts nothing else
    return public


def _signs_documents() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
