"""Everything a signed prescription must be before it is registered, the cheap questions first.

Nothing that `prepare` said is trusted here: what could be signed is worked out again and compared with what
was signed. Each reason for a no is a problem of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

import codings.queries as codings
from codings import jws
from codings.base import Actor
from codings.states import CertificateState, HolderKind
from codings.tables import Centre, Certificate, Practitioner
from codings.text import tehran_day
from prescriber import signing
from prescriber.inputs import ShabadFacts
from prescriber.outcomes import (
    CertificateNotInForce,
    NotThePrescribersKey,
    NumberAhead,
    NumberTaken,
    OldCodings,
    OtherCentre,
    OtherDeclaration,
    OtherInsurer,
    OtherMedicineName,
    OtherPatient,
    OtherPeriod,
    OtherPractitioner,
    OtherShabad,
    PaperInElectronic,
    ReasonMissing,
    SignatureRefused,
    SignedAtWrongTime,
    SignerUnknown,
    Unsafe,
)
from prescriber.queries.grounds import current_medicines, grounds
from prescriber.queries.preparing import (
    jws_place,
    marks,
    next_of,
    require_asked,
    require_fit,
    require_own,
    require_replaceable,
    require_usable,
)
from prescriber.rules import Finding, Severity
from prescriber.rules.periods import REDEEMABLE_DAYS, redeemable_until
from prescriber.states import Number
from prescriber.tables import Prescription

AT: Final = "/jws"
CLOCKS_DIFFER_BY: Final = timedelta(minutes=15)


def read_token(token: str) -> tuple[signing.Content, bytes, str]:
    """What a token says, its payload and its kid; the signature is not verified yet. SignatureRefused."""
    try:
        header, payload = jws.peek(token)
        if header != signing.header(header["kid"]):
            raise jws.InvalidJws("header")
        return signing.read(payload), payload, header["kid"]
    except (jws.InvalidJws, signing.InvalidContent) as no:
        raise SignatureRefused(pointer=AT, why=str(no)) from no


def require_parties(content: signing.Content, shabad: ShabadFacts, *, by: Actor) -> None:
    """SHABAD, centre and prescriber are the same in the content, in the SHABAD and in the actor."""
    if content.paper is not None:
        raise PaperInElectronic(pointer=AT)
    if content.shabad != shabad.shabad:
        raise OtherShabad(pointer=AT)
    require_own(shabad, by=by, pointer=AT)
    if content.centre != shabad.centre:
        raise OtherCentre(pointer=AT)
    if content.practitioner != shabad.practitioner:
        raise OtherPractitioner(pointer=AT)


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key made a signature, and who the register says works where it was made."""

    certificate: Certificate
    person: Practitioner | None
    place: Centre | None


def verified_signer(
    session: Session, token: str, *, kid: str, content: signing.Content, at: datetime
) -> Signer:
    """The registered certificate whose key made this signature. SignerUnknown, SignatureRefused."""
    found = codings.signer(session, kid=kid, council=content.practitioner, siam=content.centre, at=at)
    if found is None:
        raise SignerUnknown(pointer=AT, kid=kid)
    signer = Signer(*found)
    try:
        key = jws.Key(kid, "ES256", signer.certificate.public_pem)
        jws.verify(token, key=key, typ=signing.TYP, extra={"zip": "DEF"})
    except jws.InvalidJws as no:
        raise SignatureRefused(pointer=AT, why=no.reason) from no
    return signer


def is_same(taken: Sequence[Prescription], content: signing.Content, payload: bytes, kid: str) -> bool:
    """Whether this very content, under this key, is registered already. NumberTaken for another one."""
    for row in taken:
        if row.n == content.n:
            if (row.payload_sha256, row.kid) != (jws.payload_sha256(payload), kid):
                raise NumberTaken(pointer=AT, number=content.number)
            return True
    return False


def require_signable(
    session: Session,
    *,
    content: signing.Content,
    token: str,
    signer: Signer,
    shabad: ShabadFacts,
    taken: Sequence[Prescription],
    patient_key: bytes,
    by: Actor,
) -> None:
    """All the rest: times, certificate, SHABAD, number, licences, patient, codes, findings, length."""
    _require_time(session, content, shabad, at=by.at)
    _require_key(signer.certificate, content)
    _require_shabad(content, shabad, taken)
    require_fit(len(token), pointer=AT)
    person = codings.require_at_work(
        signer.person, signer.place, council=content.practitioner, siam=content.centre, at=by.at
    )
    findings = _findings(session, content, shabad, patient_key, specialty=person.specialty)
    require_asked(findings, content.overrides, place=jws_place)
    _require_answered(findings, content)


def _require_time(session: Session, content: signing.Content, shabad: ShabadFacts, *, at: datetime) -> None:
    """Signed now, by both clocks; earlier only where the network was away, or an emergency was in force."""
    late, early = at - content.issued, content.issued - at
    if early > CLOCKS_DIFFER_BY or (late > CLOCKS_DIFFER_BY and not _excused(session, content, shabad)):
        raise SignedAtWrongTime(pointer=AT, minutes=CLOCKS_DIFFER_BY // timedelta(minutes=1))


def _excused(session: Session, content: signing.Content, shabad: ShabadFacts) -> bool:
    if shabad.offline:
        return True
    if content.declaration is None:
        return False
    declaration = codings.declaration(session, content.declaration)
    return declaration is not None and declaration.starts_at <= content.issued < declaration.ends_at


def _require_key(certificate: Certificate, content: signing.Content) -> None:
    """In force when it signed, and the prescriber's own. A revoked key signs nothing that arrives later."""
    if (
        certificate.state is not CertificateState.ACTIVE
        or not certificate.not_before <= content.issued <= certificate.not_after
    ):
        raise CertificateNotInForce(pointer=AT, kid=certificate.kid)
    if certificate.holder != content.practitioner or certificate.holder_kind is not HolderKind.PHYSICIAN:
        raise NotThePrescribersKey(pointer=AT, practitioner=content.practitioner)


def _require_shabad(content: signing.Content, shabad: ShabadFacts, taken: Sequence[Prescription]) -> None:
    require_usable(shabad, at=content.issued, first=not taken, pointer=AT)
    if content.insurer != shabad.insurer:
        raise OtherInsurer(pointer=AT)
    if content.declaration != shabad.declaration:
        raise OtherDeclaration(pointer=AT)
    if content.n != next_of(taken):
        raise NumberAhead(pointer=AT, expected=next_of(taken), n=content.n)
    require_replaceable(
        taken, shabad=content.shabad, replaces=content.replaces, at=content.issued, pointer=AT
    )
    until = redeemable_until(tehran_day(content.issued), content.items)
    if content.redeemable != until:
        raise OtherPeriod(pointer=AT, days=REDEEMABLE_DAYS)


def _findings(
    session: Session, content: signing.Content, shabad: ShabadFacts, patient_key: bytes, *, specialty: str
) -> list[Finding]:
    """The findings on the day it was signed, once patient, release, names and codes are as they should be."""
    medicines, release = current_medicines(session, [item.generic for item in content.items], place=jws_place)
    if content.release != release:
        raise OldCodings(pointer=AT, release=release)
    for item in content.items:
        short = medicines[item.generic].short
        if item.name != short:
            raise OtherMedicineName(pointer=AT, generic=item.generic, name=short)
    ground = grounds(
        session,
        patient=shabad.patient,
        medicines=medicines,
        items=content.items,
        diagnoses=content.codings,
        reasons=[reason for _, reason in content.overrides],
        place=jws_place,
        at=content.issued,
        replaces=Number(content.shabad, content.replaces) if content.replaces else None,
        specialty=specialty,
    )
    if content.patient != marks(ground.patient, patient_key):
        raise OtherPatient(pointer=AT)
    return ground.findings(content.items, on=tehran_day(content.issued))


def _require_answered(findings: Sequence[Finding], content: signing.Content) -> None:
    stopping = [finding for finding in findings if finding.severity == Severity.STOP]
    if stopping:
        raise Unsafe(pointer=AT, findings=stopping)
    answered = {finding for finding, _ in content.overrides}
    open_questions = [
        finding for finding in findings if finding.severity == Severity.ASK and finding.id not in answered
    ]
    if open_questions:
        raise ReasonMissing(pointer=AT, findings=open_questions)
