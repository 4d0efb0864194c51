"""What was signed by an earlier version still verifies, from stored evidence alone: promises 9 and 37 of safety.md."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from codings import jws
from prescriber import signing

ARCHIVE = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kept", ARCHIVE["signed"], ids=lambda kept: json.loads(kept["says"])["s"])
def test_an_archived_prescription_verifies_and_says_what_it_said(kept):
    certificate = x509.load_pem_x509_certificate(kept["certificate"].encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(ARCHIVE["ca"].encode()))
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kid = jws.kid_of(certificate.public_bytes(Encoding.DER))
    key = jws.Key(kid, "ES256", public.decode())
    content = signing.read(jws.verify(kept["jws"], key=key, typ=signing.TYP, extra={"zip": "DEF"}))
    assert signing.plain_json(content).decode() == kept["says"]
    assert certificate.not_valid_before_utc <= content.issued <= certificate.not_valid_after_utc


def test_nothing_of_it_depends_on_the_day():
    """The archive is read again in twenty years: only the instant of signing is compared with a certificate's dates."""
    ends = {
        x509.load_pem_x509_certificate(one["certificate"].encode()).not_valid_after_utc
        for one in ARCHIVE["signed"]
    }
    assert max(ends) < datetime(2046, 1, 1, tzinfo=UTC)
    assert len(ARCHIVE["signed"]) >= 5
