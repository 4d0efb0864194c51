"""The packs on the counter, read back from the ledger: what is set aside for an acceptance, and the last scan.

Nothing about a pack is carried by the form, so a reload loses nothing and a page cannot name a pack that nobody
scanned. The words are made again from what was recorded, since the same answer always gives the same judgement.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

import codings.queries as codings
from codings import gs1
from codings.base import Actor
from codings.gs1 import PackCode
from codings.tables import Product
from codings.text import tehran_day
from pharmacy.packs import AuthorityAnswer, CheckedPack, judge
from pharmacy.states import PackUseState
from pharmacy.tables import Acceptance, AuthenticityCheck, Pack, PackUse
from prescriber.queries import ItemView


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCounter:
    """A pack set aside for this prescription, with what was last said of it and how much is left in it."""

    uid: str
    product: Product
    checked: CheckedPack
    left: Decimal
    opened: bool  # a part of it was handed over before

    @property
    def barcode(self) -> str:
        """The pack's code as a scanner sends it."""
        code = self.checked.code
        return gs1.write_pack(code.gtin, code.uid, code.expiry, code.lot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The scan that the page was just sent back from."""

    checked: CheckedPack
    at: datetime
    set_aside: bool


def on_counter(session: Session, *, held: Acceptance, by: Actor) -> list[OnCounter]:
    """The packs set aside for an acceptance of this pharmacy, in the order they were scanned."""
    query = (
        select(PackUse, Pack, Product)
        .join(Pack, col(Pack.uid) == col(PackUse.uid))
        .join(Product, col(Product.irc) == col(Pack.irc))
        .where(
            PackUse.acceptance == held.acceptance,
            PackUse.pharmacy == by.centre,
            PackUse.state == PackUseState.RESERVED,
            col(PackUse.reserved_until) > by.at,
        )
        .order_by(col(PackUse.at), PackUse.uid)
    )
    found = session.exec(query).all()
    checks = _newest_checks(session, {pack.uid for _, pack, _ in found}, held=held, by=by)
    return [
        OnCounter(
            uid=pack.uid,
            product=product,
            checked=_checked(checks[pack.uid], product, product.generic),
            left=pack.size - pack.taken,
            opened=pack.taken > 0,
        )
        for _, pack, product in found
        if pack.uid in checks
    ]


def looked_at(
    session: Session, *, uid: str, held: Acceptance, items: Collection[ItemView], by: Actor
) -> Looked | None:
    """The newest look at a pack since the prescription was accepted here; None when there was none."""
    check = _newest_checks(session, {uid}, held=held, by=by).get(uid)
    if check is None:
        return None
    product = codings.products_by_gtin(session, {check.gtin}).get(check.gtin)
    reserved = select(PackUse.uid).where(
        PackUse.uid == uid, PackUse.acceptance == held.acceptance, PackUse.state == PackUseState.RESERVED
    )
    item = item_for(product, items)
    return Looked(
        checked=_checked(check, product, item.medicine if item else None),
        at=check.at,
        set_aside=session.exec(reserved).first() is not None,
    )


def item_for(product: Product | None, items: Collection[ItemView]) -> ItemView | None:
    """The item a pack is meant for: the one of its medicine, and the first one for a stranger."""
    fitting = [item for item in items if product is not None and item.medicine == product.generic]
    waiting = [item for item in fitting if item.remaining > 0]
    return next(iter([*waiting, *fitting, *items]), None)


def item_for_scan(session: Session, *, barcode: str, items: Collection[ItemView]) -> ItemView | None:
    """The same for a scan that was not looked at yet; None when it cannot be read."""
    try:
        gtin = gs1.parse_pack(barcode).gtin
    except gs1.UnreadablePack:
        return None
    return item_for(codings.products_by_gtin(session, {gtin}).get(gtin), items)


def _newest_checks(
    session: Session, uids: Collection[str], *, held: Acceptance, by: Actor
) -> dict[str, AuthenticityCheck]:
    query = select(AuthenticityCheck).where(
        col(AuthenticityCheck.uid).in_(uids),
        AuthenticityCheck.pharmacy == by.centre,
        col(AuthenticityCheck.at) >= held.accepted_at,
    )
    ordered = query.order_by(col(AuthenticityCheck.at), col(AuthenticityCheck.id))
    return {check.uid: check for check in session.exec(ordered)}


def _checked(check: AuthenticityCheck, product: Product | None, generic: str | None) -> CheckedPack:
    """A recorded look as it was when it was made."""
    code = PackCode(gtin=check.gtin, uid=check.uid, expiry=check.expiry, lot=check.lot, raw="")
    answer = _answer(check)
    judgement = judge(code, product, answer, item=generic, on=tehran_day(check.at))
    return CheckedPack(code=code, product=product, judgement=judgement, answer=answer)


def _answer(check: AuthenticityCheck) -> AuthorityAnswer | None:
    said = check.answer
    if said is None:
        return None
    left = said["remaining"]
    return AuthorityAnswer(
        verdict=said["verdict"],
        request_id=check.request_id or "",
        answered_at=datetime.fromisoformat(said["answered_at"]),
        remaining=None if left is None else Decimal(left),
        detail=said["detail"],
    )
