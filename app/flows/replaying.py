"""After a restore: a receipt that this service signed is recorded again, exactly once, by the verbs of the counter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
from app import audit
from app.refusals import ReceiptDiffers
from app.service import Service
from codings import gs1, jws
from codings.base import Actor, Role
from codings.tables import PRODUCT
from codings.text import tehran_day
from insurer.actions import claims as claim_actions
from insurer.share import CostLine
from pharmacy import actions as pharmacy_actions
from pharmacy.inputs import DispenseInput
from pharmacy.packs import CheckedPack, judge
from pharmacy.queries import DispenseView
from pharmacy.states import DispenseNumber
from pharmacy.tables import Acceptance, Dispense
from prescriber import actions as prescriber_actions
from prescriber.states import Number

Packs = Mapping[str, CheckedPack]


def read(service: Service, receipt: str) -> dict[str, Any]:
    """What a receipt says, if this service signed it. Raises InvalidJws when it did not."""
    content: dict[str, Any] = jws.strict_json(
        jws.verify(receipt, key=service.keys.seal_of(receipt), typ="receipt+jws")
    )
    return content


def replay(session: Session, service: Service, *, receipt: str, by: Actor) -> bool:
    """Record what a receipt says was handed over, at its own moment; False when it stands here already.

    Packs are taken as unverified, so that the ordinary jobs ask the authority again. Raises ReceiptDiffers when the
    record would be another than the receipt's, and the rooms' own problems, such as an unknown prescription.
    """
    said = read(service, receipt)
    number = DispenseNumber.parse(said["dispense"])
    prescription = Number(number.shabad, number.n)
    prescriber_actions.lock(session, number=prescription)
    there = session.get(Dispense, tuple(number))
    if there is not None:
        if there.receipt != receipt:
            raise ReceiptDiffers(dispense=str(number))
        return False
    at = datetime.fromisoformat(said["dispensed_at"])
    hand = Actor(id=by.id, role=Role.SERVICE, at=at, centre=said["pharmacy"])
    done = _hand_over(session, prescription, said, hand)
    if done.number != number or [line.gross for line in done.lines] != [
        one["gross"] for one in said["lines"]
    ]:
        raise ReceiptDiffers(dispense=str(number))
    _claim(session, done, said, receipt, hand)
    audit.did(session, by=by, verb="dispense.replay", subject=str(number))
    return True


def _hand_over(session: Session, number: Number, said: Mapping[str, Any], hand: Actor) -> DispenseView:
    held = session.get(Acceptance, tuple(number))
    if held is not None and held.live(hand.at) and held.pharmacy != hand.centre:
        # It was let go after the backup: the receipt of another pharmacy shows that.
        there = replace(hand, centre=held.pharmacy)
        pharmacy_actions.release(session, acceptance=held.acceptance, by=there)
    acceptance = pharmacy_actions.accept(session, number=number, by=hand).acceptance
    packs = _packs(session, said, hand)
    order = _order(said, acceptance)
    done = pharmacy_actions.dispense(session, acceptance=acceptance, order=order, packs=packs, by=hand)
    pharmacy_actions.release(session, acceptance=acceptance, by=hand)  # nobody stands at that counter now
    return done


def _barcode(pack: Mapping[str, Any]) -> str:
    return gs1.write_pack(pack["gtin"], pack["uid"], date.fromisoformat(pack["expiry"]), pack["lot"])


def _packs(session: Session, said: Mapping[str, Any], hand: Actor) -> Packs:
    """The receipt's packs as if scanned while the authority did not answer."""
    looked: dict[str, CheckedPack] = {}
    for line in said["lines"]:
        for pack in line["packs"]:
            code = gs1.parse_pack(_barcode(pack))
            product = codings.products_by_gtin(session, {code.gtin}).get(code.gtin)
            judged = judge(code, product, None, item=line["generic"], on=tehran_day(hand.at))
            looked[_barcode(pack)] = CheckedPack(code=code, product=product, judgement=judged, answer=None)
    return looked


def _order(said: Mapping[str, Any], acceptance: UUID) -> DispenseInput:
    return DispenseInput.model_validate(
        {
            "acceptance": acceptance,
            "pharmacist": said["pharmacist"],
            "lines": [
                {
                    "item": line["item"],
                    "irc": line["irc"],
                    "quantity": line["quantity"],
                    "packs": [{"barcode": _barcode(p), "count": p["count"]} for p in line["packs"]],
                    "substitution_reason": line["substitution"],
                }
                for line in said["lines"]
            ],
            "not_dispensed": [{"item": item, "reason": reason} for item, reason in said["not_dispensed"]],
            "overrides": [{"finding": finding, "reason": reason} for finding, reason in said["overrides"]],
        }
    )


def _claim(session: Session, done: DispenseView, said: Mapping[str, Any], receipt: str, hand: Actor) -> None:
    """The statement and the claims again, and the very receipt. Raises ReceiptDiffers when the shares differ."""
    number = done.number
    statement = claim_actions.make_statement(
        session,
        shabad=number.shabad,
        n=number.n,
        d=number.d,
        lines=[CostLine(item=line.line, gross=line.gross) for line in done.lines],
        cover=coverage_queries.cover_of(session, shabad=number.shabad, on=tehran_day(hand.at)),
        prices_release=codings.release_of(session, PRODUCT),
        by=hand,
    )
    if dict(statement.totals) != said["totals"]:
        raise ReceiptDiffers(dispense=str(number))
    claim_actions.make_claims(session, dispense=done, statement=statement, by=hand)
    pharmacy_actions.file_statement_and_receipt(
        session, number=number, statement=statement.id, receipt=receipt, by=hand
    )
