"""Is what is stored still what was signed? Asked each time before something is handed over.

The signature is verified with the public key of the registered certificate (or the service's seal, for paper),
and every column is compared with the signed content. So a database administrator changes nothing unseen.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from sqlmodel import Session, select

import codings.queries as codings
from codings import jws, sql
from prescriber import signing
from prescriber.outcomes import PrescriptionNotFound, SignatureRefused, Tampered
from prescriber.queries.comparing import differences
from prescriber.queries.prescriptions import is_number
from prescriber.states import Number
from prescriber.tables import Patient, Prescription, SignatureEvidence

_WITH_EVIDENCE: Final = """
    JOIN patient ON patient.id = prescription.patient LEFT JOIN signature_evidence USING (shabad, n)
    WHERE prescription.shabad = %(shabad)s AND prescription.n = %(n)s
"""


def verify_scanned(
    session: Session,
    *,
    number: Number,
    token: str,
    seal_key: jws.Key,
    earlier_seals: Sequence[jws.Key] = (),
    ca_pem: str | None = None,
) -> None:
    """The signature on a scanned slip is the prescriber's own. Raises SignatureRefused."""
    kid = session.exec(select(Prescription.kid).where(*is_number(Prescription, number))).one_or_none()
    if kid is None:
        raise PrescriptionNotFound
    try:
        _verified(session, token, kid, seals=(seal_key, *earlier_seals), ca_pem=ca_pem)
    except jws.InvalidJws as no:
        raise SignatureRefused(pointer="/qr", why=no.reason) from no


def verify_stored(
    session: Session,
    *,
    number: Number,
    seal_key: jws.Key,
    earlier_seals: Sequence[jws.Key] = (),
    patient_key: bytes | None = None,
    pointer_key: bytes | None = None,
    ca_pem: str | None = None,
    hold: bool = False,
) -> signing.Content:
    """The content of a prescription, once its signature verifies and every row agrees with it.

    `hold` locks it first, as `actions.lock` does, for whoever changes it then.

    With the keys of the keyed hashes, the patient and the pointer are compared in full; without them the
    patient only by the last four digits. With the health CA's certificate (PEM) the prescriber's is checked
    to be issued by it, so that a key put into the register behind its back signs nothing. Raises Tampered,
    which names the places that differ. `earlier_seals` signed paper before the seal was changed.
    """
    there = f"{_WITH_EVIDENCE} FOR UPDATE OF prescription" if hold else _WITH_EVIDENCE
    found = sql.joined(session, (Prescription, Patient, SignatureEvidence), there, number._asdict())
    if not found:
        raise PrescriptionNotFound
    row, patient, evidence = found[0]
    try:
        verified = _verified(session, row.jws, row.kid, seals=(seal_key, *earlier_seals), ca_pem=ca_pem)
        content = signing.read(verified.payload)
    except (jws.InvalidJws, signing.InvalidContent) as no:
        raise Tampered(what=f"prescription.jws: {no}") from no
    differing = differences(
        session,
        row=row,
        patient=patient,
        evidence=evidence,
        content=content,
        payload=verified.payload,
        certificate_pem=verified.certificate_pem,
        patient_key=patient_key,
        pointer_key=pointer_key,
    )
    if verified.holder not in {None, content.practitioner}:
        differing.append("certificate.holder")
    if differing:
        raise Tampered(what=", ".join(differing))
    return content


class _Verified(NamedTuple):
    payload: bytes
    certificate_pem: str | None = None  # none for paper, which the seal signs
    holder: str | None = None  # as the CA wrote it; known only where the CA is


def _verified(
    session: Session, token: str, kid: str, *, seals: Sequence[jws.Key], ca_pem: str | None
) -> _Verified:
    """The payload under the key that belongs to the kid; only a seal signs paper, and nothing but paper."""
    for seal in seals:
        if kid == seal.kid:
            return _Verified(jws.verify(token, key=seal, typ=signing.PAPER_TYP, extra={}))
    registered = codings.certificate(session, kid)
    if registered is None:
        raise jws.InvalidJws("key")
    certified = _certified(registered.pem, ca_pem)
    if (certified.kid, certified.public_pem) != (kid, registered.public_pem):
        raise jws.InvalidJws("key")
    key = jws.Key(kid, "ES256", certified.public_pem)
    payload = jws.verify(token, key=key, typ=signing.TYP, extra={"zip": "DEF"})
    return _Verified(payload, registered.pem, certified.holder)


class _Certified(NamedTuple):
    kid: str
    public_pem: str
    holder: str | None


@lru_cache(maxsize=4096)
def _certified(pem: str, ca_pem: str | None) -> _Certified:
    """What a certificate itself says, checked against the CA that should have issued it."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if ca_pem is not None:
            certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(ca_pem.encode()))
    except (ValueError, TypeError, InvalidSignature):
        raise jws.InvalidJws("key") from None
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    named = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    return _Certified(
        kid=jws.kid_of(certificate.public_bytes(Encoding.DER)),
        public_pem=public.decode(),
        holder=str(named[0].value) if named and ca_pem is not None else None,
    )
