"""What follows from an event, in rooms that the event's own room does not know.

Each reaction is idempotent and does little: a short read, one question to a partner without a session, one
write that checks again. A job runs it; a killed worker's job is run again, and the sweep finds what was forgotten.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

import codings.queries as codings
import insurer.queries.claims as claim_queries
import insurer.queries.coverage as coverage_queries
import insurer.queries.payments as payment_queries
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app.db import reading, writing
from app.flows import files, news, releasing, sealing
from app.gateways import Unavailable
from app.service import Service
from codings import actions as coding_actions
from codings.base import Actor
from codings.systems import amount_text
from codings.text import jalali, persian_digits, tehran_day
from insurer.actions import claims as claim_actions
from insurer.actions import shabads as shabad_actions
from insurer.states import Gate, ShabadState, SubmissionKind
from insurer.tables.coverage import Shabad
from pharmacy import actions as pharmacy_actions
from pharmacy.packs import judge
from pharmacy.queries import DispenseView, PackToTell
from pharmacy.states import DispenseNumber, DispenseState
from pharmacy.tables import Dispense
from prescriber import actions as prescriber_actions
from prescriber.states import Number

log = logging.getLogger("noskheh.reactions")
_FORGOTTEN = timedelta(minutes=2)  # a file that its own job should have checked by now
_SWEEP = 50  # of each kind in one sweep; the next one takes up the rest
_AWAITED = frozenset({ShabadState.ISSUED, ShabadState.ASSIGNED_OFFLINE})


def after_signing(service: Service, *, shabad: str, n: int) -> None:
    """Tell the patient, and have the issuer confirm the SHABAD the prescription stands on."""
    _tell_patient(service, Number(shabad, n))
    confirm_shabad(service, shabad=shabad)


def after_dispensing(service: Service, *, shabad: str, n: int, d: int) -> None:
    """Open the gates of the dispense's claims: record registered, SHABAD confirmed, packs registered."""
    number = DispenseNumber(shabad, n, d)
    register_record(service, number)
    confirm_shabad(service, shabad=shabad)
    register_packs(service)


def after_return(service: Service, *, shabad: str, n: int, d: int) -> None:  # noqa: ARG001  the event's words
    """Take the registration of each returned pack back at the authority."""
    reactivate_packs(service)


def confirm_shabad(service: Service, *, shabad: str) -> None:
    """Ask the issuer about a SHABAD that a prescription is bound to, and open its claims' gate."""
    by = service.itself("confirm_shabad")
    with reading(service) as session:
        row = coverage_queries.shabad(session, shabad=shabad, by=by)
    if row.bound_n is None:
        return
    if row.state in _AWAITED:
        answer = service.gateways.shabads.confirm(shabad=shabad, now=by.at)
        with writing(service) as session:
            if answer.accepted:
                shabad_actions.verify_shabad(session, shabad=shabad, proof=answer.proof, by=by)
            else:
                shabad_actions.reject_shabad(session, shabad=shabad, reason=answer.reason or "", by=by)
    with writing(service) as session:
        proof = session.get_one(Shabad, shabad).verified_proof
        for number in _recorded(session, shabad) if proof else ():
            _open(session, number, Gate.SHABAD, proof or {}, by)


def register_record(service: Service, number: DispenseNumber) -> None:
    """Register a dispense in the electronic health record; payment depends on it (regulation, task 67)."""
    by = service.itself("register_record")
    with reading(service) as session:
        view = pharmacy_queries.dispense(session, number=number, by=by)
    receipt = service.gateways.ehr.register(number=str(number), content=_record(view), now=by.at)
    with writing(service) as session:
        _open(session, number, Gate.EHR, receipt, by)


def register_packs(service: Service) -> None:
    """Register what was handed over as supplied, the oldest first; what was never verified is verified first.

    The authority being away is not a failure of the job: the sweep comes back to it.
    """
    by = service.itself("register_packs")
    try:
        with reading(service) as session:
            unverified = pharmacy_queries.packs_to_verify(session, limit=_SWEEP)
        for pack in unverified:
            _verify_late(service, pack, by)
        with reading(service) as session:
            waiting = pharmacy_queries.packs_to_register(session, limit=_SWEEP)
        for pack in waiting:
            _register_pack(service, pack, by)
    except Unavailable as down:
        log.info("packs wait for the authority: %s", down.why)


def _register_pack(service: Service, pack: PackToTell, by: Actor) -> None:
    answer = service.gateways.authenticity.supply(
        uid=pack.uid,
        gtin=pack.gtin,
        count=pack.count,
        pharmacy=pack.pharmacy,
        request_id=f"supply-{pack.use}",
        now=by.at,
    )
    proof = {"request_id": answer.request_id, "answered_at": answer.answered_at.isoformat(), **answer.detail}
    with writing(service) as session:
        complete = pharmacy_actions.record_supply(
            session,
            uid=pack.uid,
            use=pack.use,
            proof=proof if answer.registered else None,
            refused=None if answer.registered else str(answer.detail.get("status", "refused")),
            by=by,
        )
        if complete:
            uses = pharmacy_queries.pack_uses(session, number=pack.number)
            told = {"packs": [{"uid": u.uid, "proof": u.supply_proof} for u in uses]}
            _open(session, pack.number, Gate.PACKS, told, by)


def _verify_late(service: Service, pack: PackToTell, by: Actor) -> None:
    """A pack handed over while the authority was away: is it genuine after all? A no opens a case."""
    answer = service.gateways.authenticity.verify(
        pack.code, pharmacy=pack.pharmacy, request_id=f"late-{pack.use}", now=by.at
    )
    with writing(service) as session:
        product = codings.products(session, {pack.irc}).get(pack.irc)
        # Judged as of the day it was handed over: what expired since was good then.
        judgement = judge(pack.code, product, answer, item=None, on=tehran_day(pack.at))
        pharmacy_actions.settle_unverified(
            session, uid=pack.uid, use=pack.use, judgement=judgement, answer=answer, by=by
        )


def reactivate_packs(service: Service) -> None:
    """Returned packs go back to active at the authority."""
    by = service.itself("reactivate_packs")
    with reading(service) as session:
        waiting = pharmacy_queries.packs_to_reactivate(session, limit=_SWEEP)
    try:
        for pack in waiting:
            answer = service.gateways.authenticity.reactivate(
                uid=pack.uid,
                gtin=pack.gtin,
                count=pack.count,
                pharmacy=pack.pharmacy,
                request_id=f"back-{pack.use}",
                now=by.at,
            )
            proof = {"request_id": answer.request_id, **answer.detail}
            with writing(service) as session:
                pharmacy_actions.record_reactivation(
                    session,
                    uid=pack.uid,
                    use=pack.use,
                    proof=proof if answer.registered else None,
                    refused=None if answer.registered else str(answer.detail.get("status", "refused")),
                    by=by,
                )
    except Unavailable as down:
        log.info("returned packs wait for the authority: %s", down.why)


def seal_if_due(service: Service, *, insurer: str) -> None:
    """Seal when a batch is full or its oldest claim has waited long enough."""
    by = service.itself("seal")
    settings = service.settings
    while True:
        count, oldest = sealing.ready(service, insurer=insurer)
        if oldest is None:
            return
        due = by.at - oldest >= timedelta(seconds=settings.seal_after_seconds)
        if not (due or count >= settings.batch_size):
            return
        if sealing.seal(service, insurer=insurer, by=by) is None:
            return


def read_file(service: Service, *, insurer: str, kind: str, job: str) -> None:
    """Read a file that an insurer sent."""
    by = service.itself("read_file")
    with writing(service) as session:
        files.read(session, insurer=insurer, kind=SubmissionKind(kind), job=UUID(job), by=by)


def check_release(service: Service, *, system: str, release: str) -> None:
    """Check a file of codes that an editor or a machine sent."""
    releasing.check_file(service, system=system, release=release, by=service.itself("check_release"))


def sweep(service: Service) -> None:
    """Take up what a killed worker, a silent partner or the clock left behind."""
    by = service.itself("sweep")
    with reading(service) as session:
        insurers = [i.code for i in coverage_queries.insurers(session)]
        unrecorded = claim_queries.waiting_gates(session, Gate.EHR, _SWEEP)
        unconfirmed = claim_queries.waiting_gates(session, Gate.SHABAD, _SWEEP)
        cancellations = prescriber_queries.cancellations_waiting(session, limit=_SWEEP)
        unread = [
            (insurer, kind, job)
            for kind in SubmissionKind
            for insurer, job in payment_queries.unread(session, kind=kind, limit=_SWEEP)
        ]
        unchecked = codings.unread_releases(session, before=by.at - _FORGOTTEN, limit=_SWEEP)
    for number in unrecorded:
        register_record(service, number)
    for shabad in dict.fromkeys(number.shabad for number in unconfirmed):
        confirm_shabad(service, shabad=shabad)
    register_packs(service)
    reactivate_packs(service)
    for asked in cancellations:
        settle_cancellation(service, asked, by)
    for insurer, kind, job in unread:
        read_file(service, insurer=insurer, kind=kind.value, job=str(job))
    for system, release in unchecked:
        check_release(service, system=system, release=release)
    with writing(service) as session:
        coding_actions.take_effect(session, by=by)
    for insurer in insurers:
        seal_if_due(service, insurer=insurer)


def settle_cancellation(service: Service, number: Number, by: Actor) -> None:
    """A cancellation waits while a pharmacy holds the prescription; when the half hour is over it takes effect."""
    with writing(service) as session:
        prescriber_actions.lock(session, number=number)
        if pharmacy_queries.held(session, number=number, at=by.at) is None:
            prescriber_actions.settle_cancel(session, number=number, by=by)
            news.tell_prescriber(session, number)


def _tell_patient(service: Service, number: Number) -> None:
    """A message with the SHABAD and where to ask, never the secret."""
    by = service.itself("tell_patient")
    with reading(service) as session:
        told = prescriber_queries.contact(session, number=number)
    if told is None or told.mobile is None:
        return
    until = persian_digits(jalali(told.redeemable_until))
    words = f"نسخهٔ شما با شناسهٔ {number} ثبت شد و تا {until} در همهٔ داروخانه‌ها معتبر است."
    text = f"{words} {service.settings.public_url}"
    service.gateways.messages.send(key=f"signed:{number}", mobile=told.mobile, text=text, now=by.at)


def _recorded(session: Session, shabad: str) -> Sequence[DispenseNumber]:
    """The dispenses on a SHABAD that stand."""
    query = select(Dispense.shabad, Dispense.n, Dispense.d).where(
        col(Dispense.shabad) == shabad, col(Dispense.state) == DispenseState.RECORDED
    )
    return [DispenseNumber(*row) for row in session.exec(query)]


def _record(view: DispenseView) -> dict[str, Any]:
    """What the health record keeps of a dispense: what, how much, from which packs; no prices."""
    return {
        "number": str(view.number),
        "pharmacy": view.pharmacy,
        "pharmacist": view.pharmacist,
        "dispensed_at": view.dispensed_at.isoformat(),
        "lines": [
            {
                "item": line.item,
                "generic": line.generic,
                "irc": line.irc,
                "quantity": amount_text(line.quantity),
                "packs": [{"uid": p.uid, "lot": p.lot, "count": amount_text(p.count)} for p in line.packs],
            }
            for line in view.lines
        ],
    }


def _open(session: Session, number: DispenseNumber, gate: Gate, proof: dict[str, Any], by: Actor) -> None:
    claim_actions.open_gate(
        session, shabad=number.shabad, n=number.n, d=number.d, gate=gate, proof=proof, by=by
    )
