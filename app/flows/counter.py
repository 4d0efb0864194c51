"""At the counter: accept, check a pack, price, dispense, take back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

import codings.queries as codings
import insurer.queries.claims as claim_queries
import insurer.queries.coverage as coverage_queries
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit, closing, journal
from app.db import reading, writing
from app.flows import news
from app.gateways import Unavailable
from app.service import Service
from codings import gs1, jws
from codings.base import Actor
from codings.systems import RETURN_REASON, line_gross
from codings.tables import PRODUCT, Product
from codings.text import tehran_day
from insurer.actions import claims as claim_actions
from insurer.share import CostLine
from insurer.tables.claims import Claim, CostStatement
from pharmacy import actions as pharmacy_actions
from pharmacy.actions.holding import hold
from pharmacy.inputs import DispenseInput, PackCheckInput
from pharmacy.outcomes import BarcodeUnreadable, DispenseUnknown
from pharmacy.packs import AuthorityAnswer, CheckedPack, judge
from pharmacy.queries import DispenseView
from pharmacy.states import DispenseNumber
from pharmacy.tables import Acceptance
from prescriber import actions as prescriber_actions
from prescriber.queries import PrescriptionView
from prescriber.rules import Finding
from prescriber.states import Number


@dataclass(frozen=True, slots=True)
class Handed:
    """What a dispense gives back: the record, its statement, claims, receipt, and what remains."""

    dispense: DispenseView
    statement: CostStatement
    claims: list[Claim]
    receipt: str
    prescription: PrescriptionView


def accept(
    session: Session, service: Service, *, number: Number, by: Actor
) -> tuple[Acceptance, PrescriptionView]:
    """Take the prescription for 30 minutes; possession was proven before.

    The signature is verified again and the rows compared with it: a difference stops as `tampered`.
    """
    closing.require_open(session)
    _verify(session, service, number)
    acceptance = pharmacy_actions.accept(session, number=number, by=by)
    view = prescriber_queries.prescription_unscoped(session, number=number, at=by.at)
    news.tell_prescriber(session, number)
    audit.did(session, by=by, verb="prescription.accept", subject=str(number), patient=str(view.patient))
    return acceptance, view


def release(session: Session, *, acceptance: UUID, by: Actor) -> None:
    """Give the prescription free again; a cancellation that waited for this now takes effect."""
    held = pharmacy_queries.acceptance(session, acceptance=acceptance, by=by)
    number = Number(held.shabad, held.n)
    prescriber_actions.lock(session, number=number)
    pharmacy_actions.release(session, acceptance=acceptance, by=by)
    prescriber_actions.settle_cancel(session, number=number, by=by)
    news.tell_prescriber(session, number)
    audit.did(session, by=by, verb="prescription.release", subject=str(number))


def look_at_pack(
    service: Service, *, barcode: str, generic: str | None, pointer: str, by: Actor
) -> tuple[CheckedPack, Unavailable | None]:
    """Read a scan, ask the authority, and judge; no session is held while asking.

    What was said is kept at once, whatever becomes of the pack afterwards.
    """
    code = _read_barcode(barcode, pointer)
    with reading(service) as session:
        known = _known_of(session, [code], by=by)
    pack, down = _look(service, code, known, generic, by=by)
    with writing(service) as session:
        pharmacy_actions.record_check(session, code=code, judgement=pack.judgement, answer=pack.answer, by=by)
    return pack, down


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known here of some packs before anybody is asked."""

    products: Mapping[str, Product]  # by GTIN
    earlier: Mapping[str, DispenseNumber]  # by UID: handed over by this very pharmacy


def _known_of(session: Session, codes: Sequence[gs1.PackCode], *, by: Actor) -> _Known:
    return _Known(
        codings.products_by_gtin(session, {code.gtin for code in codes}),
        pharmacy_queries.handed_over_here(session, uids=[code.uid for code in codes], by=by),
    )


def _read_barcode(barcode: str, pointer: str) -> gs1.PackCode:
    try:
        return gs1.parse_pack(barcode)
    except gs1.UnreadablePack as no:
        raise BarcodeUnreadable(pointer=pointer, reason=no) from no


def _look(
    service: Service, code: gs1.PackCode, known: _Known, generic: str | None, *, by: Actor
) -> tuple[CheckedPack, Unavailable | None]:
    """Ask the authority about one pack, and judge; no session is held meanwhile."""
    product = known.products.get(code.gtin)
    answer, down = _ask(service, code, by)
    earlier = known.earlier.get(code.uid)
    judgement = judge(code, product, answer, item=generic, on=tehran_day(by.at), earlier=earlier)
    return CheckedPack(code=code, product=product, judgement=judgement, answer=answer), down


def check_pack(session: Session, *, asked: PackCheckInput, pack: CheckedPack, by: Actor) -> None:
    """Reserve a pack that was looked at, when it is good and meant for an accepted prescription."""
    if asked.acceptance is not None and pack.product is not None and not pack.judgement.refuses:
        held = pharmacy_queries.acceptance(session, acceptance=asked.acceptance, by=by)
        pharmacy_actions.reserve_pack(
            session, code=pack.code, product=pack.product, acceptance=held.acceptance, by=by
        )


def put_back(session: Session, *, acceptance: UUID, uid: str, by: Actor) -> None:
    """Take one pack off the counter that was scanned by mistake; the prescription stays held."""
    pharmacy_actions.release_pack(session, uid=uid, acceptance=acceptance, by=by)
    audit.did(session, by=by, verb="pack.put_back", subject=uid)


def price(session: Session, *, order: DispenseInput, by: Actor) -> tuple[CostStatement, list[Finding]]:
    """What the patient, the basic and the supplementary insurer would pay for these lines.

    Only while this pharmacy holds the prescription: afterwards it is another's, or nobody's.
    """
    held = hold(session, acceptance=order.acceptance, by=by)
    number = Number(held.shabad, held.n)
    findings = pharmacy_actions.check_order(session, number=number, order=order, packs=None, by=by)
    products = codings.products(session, {line.irc for line in order.lines})
    lines = _cost_lines(order, products)
    statement = claim_actions.make_statement(
        session,
        shabad=number.shabad,
        n=number.n,
        lines=lines,
        cover=coverage_queries.cover_of(session, shabad=number.shabad, on=tehran_day(by.at)),
        prices_release=codings.release_of(session, PRODUCT),
        by=by,
    )
    whose = audit.whose(session, shabad=number.shabad)
    audit.did(session, by=by, verb="dispense.price", subject=str(number), patient=whose)
    return statement, findings


def look_at_order(service: Service, *, order: DispenseInput, by: Actor) -> Mapping[str, CheckedPack]:
    """Ask the authority about every pack of an order once more, before the transaction that hands them over."""
    with reading(service) as session:
        held = pharmacy_queries.acceptance(session, acceptance=order.acceptance, by=by)
        number = Number(held.shabad, held.n)
        generics = prescriber_queries.generics_of(session, number=number)
        asked = [
            (
                pack.barcode,
                _read_barcode(pack.barcode, f"/lines/{i}/packs/{j}/barcode"),
                generics.get(line.item),
            )
            for i, line in enumerate(order.lines)
            for j, pack in enumerate(line.packs)
        ]
        known = _known_of(session, [code for _, code, _ in asked], by=by)
    # Nothing is kept here: the dispense keeps it, together with the deed.
    return {barcode: _look(service, code, known, generic, by=by)[0] for barcode, code, generic in asked}


def dispense(
    session: Session,
    service: Service,
    *,
    order: DispenseInput,
    packs: Mapping[str, CheckedPack],
    by: Actor,
) -> Handed:
    """Hand over: counters, packs, dispense, statement, claims, receipt, audit and events, all or nothing."""
    closing.require_open(session)
    held = pharmacy_queries.acceptance(session, acceptance=order.acceptance, by=by)
    number = Number(held.shabad, held.n)
    _verify(session, service, number)
    done = pharmacy_actions.dispense(
        session, acceptance=order.acceptance, number=number, order=order, packs=packs, by=by
    )
    statement = claim_actions.make_statement(
        session,
        shabad=number.shabad,
        n=number.n,
        d=done.number.d,
        lines=[CostLine(item=line.line, gross=line.gross) for line in done.lines],
        cover=coverage_queries.cover_of(session, shabad=number.shabad, on=tehran_day(by.at)),
        prices_release=codings.release_of(session, PRODUCT),
        by=by,
    )
    claims = claim_actions.make_claims(session, dispense=done, statement=statement, by=by)
    receipt = service.seal(
        jws.canonical(
            pharmacy_actions.receipt_content(
                done, statement_id=statement.id, totals=statement.totals, at=by.at
            )
        ),
        "receipt+jws",
    )
    pharmacy_actions.file_statement_and_receipt(
        session, number=done.number, statement=statement.id, receipt=receipt, by=by
    )
    view = prescriber_queries.prescription_unscoped(session, number=number, at=by.at)
    news.tell_prescriber(session, number)
    audit.did(session, by=by, verb="dispense.record", subject=str(done.number), patient=str(view.patient))
    journal.keep(session, service, receipt)
    return Handed(done, statement, claims, receipt, view)


def _verify(session: Session, service: Service, number: Number) -> None:
    """The signature again, and every row against it, held from now on: a difference stops as `tampered`."""
    keys = service.keys
    prescriber_queries.verify_stored(
        session,
        number=number,
        seal_key=keys.seal,
        earlier_seals=keys.earlier_seals,
        patient_key=keys.patient,
        pointer_key=keys.pointer,
        ca_pem=keys.ca_certificate_pem,
        hold=True,
    )


def take_back(session: Session, *, number: DispenseNumber, reason: str, by: Actor) -> DispenseView:
    """A return within ten days: quantity, packs and claims all unwind together."""
    codings.require_code(session, RETURN_REASON, reason, pointer="/reason")
    pharmacy_queries.dispense(session, number=number, by=by)  # not yours looks like not there
    prescriber_actions.lock(session, number=Number(number.shabad, number.n))
    view = pharmacy_actions.take_back(session, number=number, reason=reason, by=by)
    claim_actions.unwind_claims(session, shabad=number.shabad, n=number.n, d=number.d, by=by)
    news.tell_prescriber(session, Number(number.shabad, number.n))
    whose = audit.whose(session, shabad=number.shabad)
    audit.did(session, by=by, verb="dispense.return", subject=str(number), patient=whose)
    return view


def claims_of(session: Session, *, number: DispenseNumber, by: Actor) -> list[Claim]:
    return claim_queries.claims_of_dispense(session, number=number, by=by)


def _ask(
    service: Service, code: gs1.PackCode, by: Actor
) -> tuple[AuthorityAnswer | None, Unavailable | None]:
    try:
        answer = service.gateways.authenticity.verify(
            code, pharmacy=by.centre or "", request_id=service.new_request_id(), now=by.at
        )
    except Unavailable as down:
        return None, down
    return answer, None


def _cost_lines(order: DispenseInput, products: Mapping[str, Product]) -> list[CostLine]:
    lines = []
    for position, line in enumerate(order.lines, start=1):
        product = products.get(line.irc)
        if product is not None:
            gross = line_gross(product.price, line.quantity, product.pack_size)
            lines.append(CostLine(item=position, gross=gross))
    return lines


def dispense_number(text: str) -> DispenseNumber:
    """The number in an address, `SHABAD-n.d`."""
    try:
        return DispenseNumber.parse(text)
    except ValueError as no:
        raise DispenseUnknown from no
