"""From the draft to the signed prescription: prepare, sign, correct, cancel."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.flows import news
from app.service import Service
from codings import jws
from codings.base import Actor
from codings.identifiers import split_prescription_number
from codings.systems import CANCEL_REASON, line_gross
from codings.tables import PRODUCT
from codings.text import tehran_day
from insurer.actions import shabads as shabad_actions
from insurer.share import Cost, CostLine, cost
from prescriber import actions as prescriber_actions
from prescriber import signing
from prescriber.inputs import PrepareInput
from prescriber.outcomes import PrescriptionNotFound, SignatureRefused
from prescriber.queries import Prepared, PrescriptionView
from prescriber.states import Number


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the prescription would cost with the cheapest product of each medicine; binds nobody."""

    cost: Cost
    rules_sha256: str  # of the plans that were applied
    prices: str  # the release the prices come from


def prepare(
    session: Session,
    service: Service,
    *,
    request: PrepareInput,
    with_key: bool = True,
    ahead: int = 0,
    by: Actor,
) -> tuple[Prepared, Estimate]:
    """The bytes to sign, the findings and the cost. Reads only: nothing that a later call must undo."""
    shabad = coverage_queries.shabad_facts(session, shabad=request.shabad, by=by)
    prepared = prescriber_queries.prepare(
        session,
        request=request,
        shabad=shabad,
        patient_key=service.keys.patient,
        with_key=with_key,
        ahead=ahead,
        by=by,
    )
    quantities = [(i, item.medicine, item.quantity) for i, item in enumerate(request.items, start=1)]
    return prepared, estimate(session, shabad=shabad.shabad, quantities=quantities, by=by)


def estimate(
    session: Session, *, shabad: str, quantities: list[tuple[int, str, Decimal]], by: Actor
) -> Estimate:
    """The shares of (item, generic code, quantity) at today's lowest prices."""
    products = codings.cheapest_products(session, {generic for _, generic, _ in quantities})
    lines = [
        CostLine(item=item, gross=line_gross(p.price, quantity, p.pack_size))
        for item, generic, quantity in quantities
        if (p := products.get(generic)) is not None
    ]
    cover = coverage_queries.cover_of(session, shabad=shabad, on=tehran_day(by.at))
    rules = hashlib.sha256(jws.canonical({"cover": asdict(cover)})).hexdigest()
    return Estimate(cost(lines, cover), rules, codings.release_of(session, PRODUCT))


def sign(
    session: Session,
    service: Service,
    *,
    token: str,
    draft: UUID | None = None,
    approval: Mapping[str, Any] | None = None,
    by: Actor,
) -> tuple[PrescriptionView, bool]:
    """Register a signed prescription; the second value says whether it is new (False: the same again).

    `draft` is the one that became it; without it every open draft of the encounter did. `approval` is how the
    signer had just proved who they are, kept with the signature's evidence.
    """
    try:
        _, payload = jws.peek(token)
        content = signing.read(payload)
    except (jws.InvalidJws, signing.InvalidContent) as no:
        raise SignatureRefused(pointer="/jws", why=str(no)) from no
    shabad = coverage_queries.shabad_facts(session, shabad=content.shabad, by=by)
    view, created = prescriber_actions.sign(
        session,
        jws=token,
        shabad=shabad,
        patient_key=service.keys.patient,
        pointer_key=service.keys.pointer,
        draft=draft,
        approval=approval,
        by=by,
    )
    if created:
        shabad_actions.bind_shabad(session, shabad=view.number.shabad, n=view.number.n, by=by)
        news.tell_prescriber(session, view.number)
        audit.did(
            session, by=by, verb="prescription.sign", subject=str(view.number), patient=str(view.patient)
        )
    return view, created


def cancel(session: Session, *, number: Number, reason: str, by: Actor) -> PrescriptionView:
    """Cancel what was not dispensed yet. While a pharmacy holds it, the request waits for its release."""
    codings.require_code(session, CANCEL_REASON, reason, pointer="/reason")
    prescriber_queries.prescription(session, number=number, by=by)  # not yours looks like not there
    prescriber_actions.lock(session, number=number)
    held = pharmacy_queries.held(session, number=number, at=by.at) is not None
    prescriber_actions.cancel(session, number=number, reason=reason, held=held, by=by)
    news.tell_prescriber(session, number)
    view = prescriber_queries.prescription(session, number=number, by=by)
    audit.did(session, by=by, verb="prescription.cancel", subject=str(number), patient=str(view.patient))
    return view


def number_of(text: str) -> Number:
    """The number in an address: `SHABAD-n`, or a SHABAD alone for its first prescription."""
    try:
        shabad, n = split_prescription_number(text)
    except ValueError as no:
        raise PrescriptionNotFound from no
    return Number(shabad, n or 1)
