"""From an order to the bytes to sign. Reads only: nothing that a later call would have to undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

import codings.queries as codings
from codings import sql
from codings.base import Actor
from codings.text import tehran_day
from prescriber import signing
from prescriber.inputs import PrepareInput, ShabadFacts, diagnosis_texts
from prescriber.outcomes import (
    CannotReplace,
    NoCertificate,
    OtherCentre,
    OtherPractitioner,
    OtherShabad,
    OverrideNotAsked,
    OverrideTwice,
    PrescriptionExpired,
    ShabadExpired,
    ShabadNotUsable,
    TooLongForSlip,
)
from prescriber.outcomes.moments import moment
from prescriber.queries.grounds import Place, current_medicines, grounds
from prescriber.rules import Finding
from prescriber.rules.periods import redeemable_until
from prescriber.states import Number, Verb, can
from prescriber.tables import Patient, Prescription

USABLE = frozenset({"issued", "assigned_offline", "verified"})
_ANY_KID = "-" * 11  # every kid is as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The exact bytes to sign, under this header, and what the rules say of them."""

    content: signing.Content
    payload: bytes
    header: dict[str, str] | None  # None: no key was asked for
    findings: list[Finding]

    @property
    def items(self) -> tuple[signing.Item, ...]:
        return self.content.items


def prepare(
    session: Session,
    *,
    request: PrepareInput,
    shabad: ShabadFacts,
    patient_key: bytes,
    with_key: bool = True,
    ahead: int = 0,
    by: Actor,
) -> Prepared:
    """Everything that would be signed now. Findings are told, not raised; signing is what they stop.

    A page that lets the browser choose among its keys asks for no header (`with_key`). `ahead` counts the
    prescriptions of the same SHABAD that will be signed just before this one.

    Raises the problems of a SHABAD, prescriber or centre that may not prescribe, of codes that do not exist,
    of a prescription that cannot be replaced, of reasons for findings that are not there, NoCertificate, and
    TooLongForSlip.
    """
    if request.shabad != shabad.shabad:
        raise OtherShabad(pointer="/shabad")
    require_own(shabad, by=by)
    person = codings.practises(session, council=shabad.practitioner, siam=shabad.centre, at=by.at)
    taken = prescriptions_of(session, shabad.shabad)
    require_usable(shabad, at=by.at, first=not taken, pointer="/shabad")
    require_replaceable(taken, shabad=shabad.shabad, replaces=request.replaces, at=by.at, pointer="/replaces")
    header = _header(session, request, shabad, by=by) if with_key else None
    content, findings = _compose(
        session,
        request,
        shabad,
        patient_key=patient_key,
        n=next_of(taken) + ahead,
        specialty=person.specialty,
        by=by,
    )
    payload = signing.payload(content)
    require_fit(signing.jws_length(payload, kid=header["kid"] if header else _ANY_KID), pointer="/items")
    return Prepared(content=content, payload=payload, header=header, findings=findings)


def _header(session: Session, request: PrepareInput, shabad: ShabadFacts, *, by: Actor) -> dict[str, str]:
    certificate = codings.signing_certificate(session, shabad.practitioner, kid=request.kid, at=by.at)
    if certificate is None:
        raise NoCertificate(practitioner=shabad.practitioner)
    return signing.header(certificate.kid)


def _compose(
    session: Session,
    request: PrepareInput,
    shabad: ShabadFacts,
    *,
    patient_key: bytes,
    n: int,
    specialty: str,
    by: Actor,
) -> tuple[signing.Content, list[Finding]]:
    medicines, release = current_medicines(session, [item.medicine for item in request.items], place=str)
    items = tuple(item.signed(medicines[item.medicine].short) for item in request.items)
    overrides = tuple((override.finding, override.reason) for override in request.overrides)
    ground = grounds(
        session,
        patient=shabad.patient,
        medicines=medicines,
        items=items,
        diagnoses=[diagnosis.coding for diagnosis in request.diagnoses],
        reasons=[reason for _, reason in overrides],
        place=str,
        at=by.at,
        replaces=Number(shabad.shabad, request.replaces) if request.replaces else None,
        specialty=specialty,
    )
    findings = ground.findings(items, on=tehran_day(by.at))
    require_asked(findings, overrides, place=str)
    content = signing.Content(
        shabad=shabad.shabad,
        n=n,
        replaces=request.replaces,
        practitioner=shabad.practitioner,
        centre=shabad.centre,
        patient=marks(ground.patient, patient_key),
        insurer=shabad.insurer,
        issued_at=int(by.at.timestamp()),
        redeemable_until=int(redeemable_until(tehran_day(by.at), items).timestamp()),
        diagnoses=diagnosis_texts(request.diagnoses),
        release=release,
        items=items,
        overrides=overrides,
        declaration=shabad.declaration,
    )
    return content, findings


# --- What preparing and signing both ask ----------------------------------------------------------


def require_own(shabad: ShabadFacts, *, by: Actor, pointer: str = "/shabad") -> None:
    """The SHABAD is of the actor's centre and, where a person acts, of that person."""
    require_own_centre(shabad, by=by, pointer=pointer)
    if by.practitioner is not None and by.practitioner != shabad.practitioner:
        raise OtherPractitioner(pointer=pointer)


def require_own_centre(shabad: ShabadFacts, *, by: Actor, pointer: str = "/shabad") -> None:
    """The SHABAD is of the actor's centre."""
    if shabad.centre != by.centre:
        raise OtherCentre(pointer=pointer)


def require_usable(shabad: ShabadFacts, *, at: datetime, first: bool, pointer: str) -> None:
    """Its state allows a prescription; its time bounds the first one only, a correction may come later."""
    if shabad.state not in USABLE:
        raise ShabadNotUsable(pointer=pointer, shabad=shabad.shabad)
    if first and at >= shabad.valid_until:
        raise ShabadExpired(pointer=pointer, shabad=shabad.shabad)


def prescriptions_of(session: Session, shabad: str) -> Sequence[Prescription]:
    """All prescriptions of a SHABAD by number; the numbers have no gaps."""
    return sql.rows(session, Prescription, "WHERE shabad = %(shabad)s ORDER BY n", {"shabad": shabad})


def next_of(taken: Sequence[Prescription]) -> int:
    """The number after those taken."""
    return taken[-1].n + 1 if taken else 1


def require_replaceable(
    taken: Sequence[Prescription], *, shabad: str, replaces: int | None, at: datetime, pointer: str
) -> None:
    """What is to be replaced exists, nothing of it is dispensed, and it can still be had.

    A correction of what is over would be a prescription on an old SHABAD. The verb asks once more when it writes.
    """
    if replaces is None:
        return
    rows = {row.n: row for row in taken}
    if replaces not in rows or not can(rows[replaces].status, Verb.REPLACE):
        raise CannotReplace(pointer=pointer, number=Number(shabad, replaces))
    if at >= (until := rows[replaces].redeemable_until):
        raise PrescriptionExpired(pointer=pointer, **moment("until", until))


def require_asked(findings: Sequence[Finding], overrides: Sequence[tuple[str, str]], *, place: Place) -> None:
    """Every reason answers a finding that is there, and each finding has one reason at most."""
    there = {finding.id for finding in findings}
    answered: set[str] = set()
    for index, (finding, _) in enumerate(overrides):
        pointer = place(f"/overrides/{index}/finding")
        if finding not in there:
            raise OverrideNotAsked(pointer=pointer, finding=finding)
        if finding in answered:
            raise OverrideTwice(pointer=pointer, finding=finding)
        answered.add(finding)


def require_fit(jws_length: int, *, pointer: str) -> None:
    """The signed text fits on a slip."""
    if not signing.fits(jws_length):
        raise TooLongForSlip(pointer=pointer)


def marks(patient: Patient, patient_key: bytes) -> tuple[str, str, int]:
    """The patient as signed: keyed mark, last four digits of the identifier, year of birth."""
    identifier = patient.national_id or patient.fida
    kind = "national_id" if patient.national_id else "fida" if patient.fida else "id"
    mark = signing.patient_mark(patient_key, f"{kind}:{identifier or patient.id}")
    return mark, (identifier or "")[-4:], patient.birth_date.year


def jws_place(_: str) -> str:
    """Where a part of signed content stands in what the caller sent."""
    return "/jws"
