"""Signing a prescription, replacing one by the next, and cancelling what remains."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from codings.base import Actor, Role, emit
from codings.text import tehran_day
from prescriber.actions import status
from prescriber.actions.drafts import close_signed_drafts
from prescriber.actions.registering import Signed, register
from prescriber.inputs import ShabadFacts
from prescriber.outcomes import (
    AlreadyDispensed,
    CannotReplace,
    PrescriptionCancelled,
    PrescriptionNotFound,
    PrescriptionSigned,
    Replaced,
)
from prescriber.outcomes.moments import moment
from prescriber.queries.checking import (
    is_same,
    read_token,
    require_parties,
    require_signable,
    verified_signer,
)
from prescriber.queries.preparing import prescriptions_of
from prescriber.queries.prescriptions import prescription_unscoped
from prescriber.queries.redeeming import last_change
from prescriber.queries.views import PrescriptionView
from prescriber.signing import Content
from prescriber.states import Number, PrescriptionState, Source, Verb, can


def sign(
    session: Session,
    *,
    jws: str,
    shabad: ShabadFacts,
    patient_key: bytes,
    pointer_key: bytes,
    draft: UUID | None = None,
    approval: Mapping[str, Any] | None = None,
    by: Actor,
) -> tuple[PrescriptionView, bool]:
    """Register a signed prescription; the second value is False when this very one was registered before.

    `draft` becomes it; where none is named, all open drafts of the encounter do. `approval` is kept as evidence.

    Everything is checked again; overrides count only as they were signed. Sameness is the payload's SHA-256
    with the kid, whatever the rest of the token looks like, and holds for ever: a lost answer can be asked
    for again after the certificate, the SHABAD or the codings have changed. Raises NumberTaken when the
    number is another prescription's, and whatever `checking` says no to.
    """
    content, payload, kid = read_token(jws)
    require_parties(content, shabad, by=by)
    signer = verified_signer(session, jws, kid=kid, content=content, at=by.at)
    taken = prescriptions_of(session, shabad.shabad)
    if is_same(taken, content, payload, kid):
        return prescription_unscoped(session, number=content.number, at=by.at), False
    require_signable(
        session,
        content=content,
        token=jws,
        signer=signer,
        shabad=shabad,
        taken=taken,
        patient_key=patient_key,
        by=by,
    )
    new = register(
        session,
        signed=Signed(
            token=jws,
            payload=payload,
            kid=kid,
            content=content,
            certificate_pem=signer.certificate.pem,
            certificate_state=signer.certificate.state,
            approval=approval,
        ),
        patient=shabad.patient,
        source=Source.ELECTRONIC,
        first_day=tehran_day(content.issued),
        pointer_key=pointer_key,
        by=by,
    )
    if new:
        _replace(session, content, by=by)
        close_signed_drafts(
            session,
            shabad=content.shabad,
            practitioner=content.practitioner,
            centre=content.centre,
            n=content.n,
            draft=draft,
            by=by,
        )
        emit(session, PrescriptionSigned(shabad=content.shabad, n=content.n))
    else:  # somebody was faster by a moment: the same one, or NumberTaken
        is_same(prescriptions_of(session, shabad.shabad), content, payload, kid)
    return prescription_unscoped(session, number=content.number, at=by.at), new


def _replace(session: Session, content: Content, *, by: Actor) -> None:
    """The one it corrects cannot be dispensed from now on; a dispense that came first wins."""
    if content.replaces is None:
        return
    number = Number(content.shabad, content.replaces)
    replaced = status.move(
        session,
        number=number,
        from_state=PrescriptionState.ACTIVE,
        to_state=PrescriptionState.REPLACED,
        why=str(content.n),
        by=by,
    )
    if not replaced:
        raise CannotReplace(pointer="/jws", number=number)


def cancel(session: Session, *, number: Number, reason: str, held: bool, by: Actor) -> PrescriptionState:
    """Cancel what remains; while a pharmacy holds it (`held`), only ask for it. Gives the state it has then.

    The reason is a code that the caller has checked. Cancelling again changes nothing, except that a request
    takes effect once nobody holds the prescription. Raises PrescriptionNotFound for another centre's,
    AlreadyDispensed, Replaced.
    """
    row = status.lock(session, number=number)
    if by.role is not Role.SERVICE and row.centre != by.centre:
        raise PrescriptionNotFound
    if row.status is PrescriptionState.CANCEL_REQUESTED and not held:
        return settle_cancel(session, number=number, by=by)
    if row.status in {PrescriptionState.CANCELLED, PrescriptionState.CANCEL_REQUESTED}:
        return row.status
    if not can(row.status, Verb.CANCEL):
        at = last_change(session, number=number).at
        too_late = AlreadyDispensed if row.status is PrescriptionState.DISPENSED else Replaced
        raise too_late(**moment("at", at))
    to_state = PrescriptionState.CANCEL_REQUESTED if held else PrescriptionState.CANCELLED
    _end(session, number, row.status, to_state, why=reason, by=by)
    return to_state


def settle_cancel(session: Session, *, number: Number, by: Actor) -> PrescriptionState:
    """A cancellation that was asked for takes effect, with its reason; any other state stays as it is."""
    row = status.lock(session, number=number)
    if not can(row.status, Verb.SETTLE_CANCEL):
        return row.status
    why = last_change(session, number=number).why
    _end(session, number, row.status, PrescriptionState.CANCELLED, why=why, by=by)
    return PrescriptionState.CANCELLED


def _end(
    session: Session,
    number: Number,
    from_state: PrescriptionState,
    to_state: PrescriptionState,
    *,
    why: str | None,
    by: Actor,
) -> None:
    if not status.move(session, number=number, from_state=from_state, to_state=to_state, why=why, by=by):
        raise RuntimeError(f"{number} changed while it was locked")
    if to_state is PrescriptionState.CANCELLED:
        emit(session, PrescriptionCancelled(shabad=number.shabad, n=number.n))
