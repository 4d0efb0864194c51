"""A certificate says whose key it is, for two years, for prescriptions only, and is signed by the authority."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app import ca
from app.keys import Keys, open_keys
from codings import jws
from codings.outcomes import CsrRefused
from tests.app.conftest import NOW


@pytest.fixture
def keys(tmp_path) -> Keys:
    return open_keys(tmp_path / "keys", now=NOW)


def request(curve: ec.EllipticCurve | None = None) -> str:
    """A certificate request that asks for more than it will get."""
    key = ec.generate_private_key(curve or ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name(
            [
                x509.NameAttribute(NameOID.SERIAL_NUMBER, "000000"),
                x509.NameAttribute(NameOID.COMMON_NAME, "x"),
            ]
        )
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def test_the_certificate_carries_the_holder_and_nothing_the_request_claimed(keys):
    issued = ca.issue(keys, csr_pem=request(), holder="900101", holder_kind="physician", now=NOW)
    certificate = x509.load_pem_x509_certificate(issued.pem.encode())
    certificate.verify_directly_issued_by(keys.ca_certificate)
    told = {attribute.oid: attribute.value for attribute in certificate.subject}
    assert told[NameOID.SERIAL_NUMBER] == "900101"
    assert "000000" not in told.values()
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ca.RX_SIGN]
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_it_holds_from_now_for_two_years_and_no_longer_than_the_authority(keys):
    issued = ca.issue(keys, csr_pem=request(), holder="900101", holder_kind="physician", now=NOW)
    assert (issued.not_before, issued.not_after) == (NOW, NOW + timedelta(days=730))
    end = keys.ca_certificate.not_valid_after_utc
    late = ca.issue(keys, csr_pem=request(), holder="1", holder_kind="physician", now=end - timedelta(days=1))
    assert late.not_after == end


def test_the_kid_names_the_certificate(keys):
    issued = ca.issue(keys, csr_pem=request(), holder="900101", holder_kind="physician", now=NOW)
    certificate = x509.load_pem_x509_certificate(issued.pem.encode())
    assert issued.kid == jws.kid_of(certificate.public_bytes(Encoding.DER))
    assert len(issued.kid) == 11


@pytest.mark.parametrize("csr", ["", "x", request(ec.SECP384R1())])
def test_only_a_request_for_a_p256_key_is_certified(keys, csr):
    with pytest.raises(CsrRefused):
        ca.issue(keys, csr_pem=csr, holder="900101", holder_kind="physician", now=NOW)
