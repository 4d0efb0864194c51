"""The paper fallback: an emergency is declared, and within it paper is transcribed onto reserved SHABADs."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

import codings.queries as codings
from app import audit
from app.flows.problems import DeclarationUnsigned, NoEmergency, NotAnInstant, WrittenOutsideEmergency
from app.flows.visit import Found
from app.service import Service
from codings import declarations, jws
from codings.base import Actor, Role
from codings.states import CertificateState, HolderKind
from codings.tables import Declaration
from codings.text import tehran_day
from insurer.actions import shabads as shabad_actions
from insurer.queries.coverage import facts_of
from prescriber import actions as prescriber_actions
from prescriber.inputs import PaperInput
from prescriber.queries import PrescriptionView


@dataclass(frozen=True, slots=True)
class Accepted:
    view: PrescriptionView
    declaration: Declaration


class SignedDeclaration(BaseModel):
    """The words of a declaration, and the compact JWS (typ `declaration+jws`) of two officers over them.

    What is signed is the canonical JSON (RFC 8785) of provinces, cause, words, starts_at and ends_at as sent here.
    """

    model_config = ConfigDict(extra="forbid")

    provinces: list[str] = Field(min_length=1, max_length=31, examples=[["IR-23"]])
    cause: str = Field(max_length=40, examples=["network-outage"])
    words: str = Field(max_length=200)
    starts_at: str = Field(max_length=30, examples=["2026-11-22T06:00:00Z"])
    ends_at: str = Field(max_length=30, examples=["2026-11-22T18:00:00Z"])
    signatures: list[str] = Field(min_length=2, max_length=2)


def declare(session: Session, service: Service, *, signed: SignedDeclaration, by: Actor) -> Declaration:
    """Draft and approve in one step, each in the name of the officer whose signature stands for it."""
    words = signed.model_dump(exclude={"signatures"})
    first, second = (_officer(session, token, words, i, by) for i, token in enumerate(signed.signatures))
    drafted = declarations.draft_declaration(
        session,
        provinces=signed.provinces,
        cause=signed.cause,
        words=signed.words,
        starts_at=instant(signed.starts_at, pointer="/starts_at"),
        ends_at=instant(signed.ends_at, pointer="/ends_at"),
        by=first,
    )
    audit.did(session, by=first, verb="declaration.draft", subject=drafted.number)
    return approve_declaration(session, service, number=drafted.number, by=second)


def _officer(session: Session, token: str, words: dict[str, object], position: int, by: Actor) -> Actor:
    """The officer who signed these words: an enrolled, unrevoked key of the regulator's own."""
    pointer = f"/signatures/{position}"
    try:
        header, payload = jws.peek(token)
        certificate = codings.certificate(session, header["kid"])
        if certificate is None or certificate.holder_kind != HolderKind.OFFICER:
            raise DeclarationUnsigned(pointer=pointer)
        key = jws.Key(kid=certificate.kid, alg="ES256", pem=certificate.public_pem)
        jws.verify(token, key=key, typ="declaration+jws")
    except jws.InvalidJws as no:
        raise DeclarationUnsigned(pointer=pointer) from no
    if payload != jws.canonical(words) or certificate.state != CertificateState.ACTIVE:
        raise DeclarationUnsigned(pointer=pointer)
    if not certificate.not_before <= by.at <= certificate.not_after:
        raise DeclarationUnsigned(pointer=pointer)
    return Actor(id=f"officer:{certificate.holder}", role=Role.REGULATOR, at=by.at, name=certificate.holder)


def instant(text: str, *, pointer: str) -> datetime:
    """An RFC 3339 instant with its zone."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as no:
        raise NotAnInstant(pointer=pointer) from no
    if read.tzinfo is None:
        raise NotAnInstant(pointer=pointer)
    return read.astimezone(UTC)


def approve_declaration(session: Session, service: Service, *, number: str, by: Actor) -> Declaration:
    """The second officer approves and the service seals; from its start to its end it is in force by itself."""
    declaration = declarations.approve_declaration(session, number=number, seal=service.seal, by=by)
    audit.did(session, by=by, verb="declaration.approve", subject=number)
    return declaration


def require_emergency(
    session: Session, *, number: str, written_on_pointer: str, paper: PaperInput, by: Actor
) -> Declaration:
    """The declaration this paper stands on: in force now, here, and on the day the paper was written."""
    centre = codings.centre(session, by.centre or "")
    province = centre.province if centre else ""
    found = [d for d in codings.in_force(session, by.at, province) if d.number == number]
    if not found:
        raise NoEmergency(pointer="/declaration")
    declaration = found[0]
    first, last = tehran_day(declaration.starts_at), tehran_day(declaration.ends_at)
    if not first <= paper.written_on <= min(last, tehran_day(by.at)):
        raise WrittenOutsideEmergency(
            pointer=written_on_pointer, from_day=first.isoformat(), to_day=last.isoformat()
        )
    return declaration


def transcribe(session: Session, service: Service, *, paper: PaperInput, found: Found, by: Actor) -> Accepted:
    """Type a paper prescription onto a reserved SHABAD; from there it is dispensed and claimed like any other."""
    declaration = require_emergency(
        session, number=paper.declaration, written_on_pointer="/written_on", paper=paper, by=by
    )
    patient = prescriber_actions.register_patient(session, identity=found.identity, by=by)
    shabad = shabad_actions.assign_reserved(
        session,
        shabad=paper.shabad,
        patient=patient.id,
        practitioner=paper.practitioner,
        centre=by.centre or "",
        coverages=found.coverages,
        declaration=declaration.number,
        by=by,
    )
    view = prescriber_actions.transcribe(
        session,
        paper=paper,
        shabad=facts_of(shabad),
        declaration=declaration,
        patient_key=service.keys.patient,
        pointer_key=service.keys.pointer,
        seal=service.seal,
        seal_certificate=service.keys.seal_certificate_pem,
        by=by,
    )
    shabad_actions.bind_shabad(session, shabad=view.number.shabad, n=view.number.n, by=by)
    audit.did(session, by=by, verb="paper.transcribe", subject=str(view.number), patient=str(patient.id))
    return Accepted(view, declaration)
