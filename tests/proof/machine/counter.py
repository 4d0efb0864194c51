"""What happens at the counters of two pharmacies: accept, scan, hand over, take back."""

from collections import Counter as Count
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

import prescriber.queries as prescriber_queries
from app.db import WriteSession, reading
from app.flows import counter, possession
from codings.base import Actor, Problem
from codings.tables import Product
from pharmacy import actions
from pharmacy.inputs import AcceptInput, DispenseInput, PackCheckInput
from pharmacy.packs import CheckedPack
from tests.proof.machine.book import Asked, Handed, Held, Written
from tests.proof.machine.ground import Till, new_pack
from tests.proof.machine.walk import Walk, newest

which = st.integers(0, 5)
till = st.integers(0, 1)
few = st.integers(0, 1)  # products of a medicine: so few that the same pack is soon taken again
# Mostly a new genuine pack; else one that somebody had in hand before, another medicine's, or a bad one.
kinds = st.sampled_from(
    ["new"] * 5 + ["opened"] * 5 + ["seen", "other", "expired", "recalled", "unknown", "mismatch"]
)
BAD = frozenset({"other", "expired", "recalled", "unknown", "mismatch"})
amounts = st.sampled_from(["all", "all", "part", "part", "one", "over"])


class Counter(Walk):
    @precondition(lambda self: self.book.written)
    @rule(i=which, where=till)
    def accept(self, i: int, where: int) -> None:
        self.take(newest(self.book.written, i), self.place.tills[where])

    def take(self, written: Written, at: Till) -> Held | None:
        """Possession is proven by SHABAD and national ID, then the prescription is held."""
        by = self.at_counter(at)
        given = AcceptInput(shabad=str(written.number), national_id=written.encounter.person)
        told = self.ask(
            "accept",
            by,
            lambda session, number: counter.accept(session, self.service, number=number, by=by),
            ahead=lambda: possession.prove(self.service, given=given, by=by),
        )
        if told is None:
            return None
        assert written.end is None, "an ended prescription was accepted"
        acceptance, _ = told
        for other in self.book.held:  # nobody else's hold was live
            if other.written is written and other.till is not at:
                assert other.until <= self.now, "a live hold was taken over"
        held = Held(acceptance.acceptance, written, at, acceptance.expires_at)
        self.book.held.append(held)
        return held

    @precondition(lambda self: self.book.held)
    @rule(i=which, where=till)
    def release(self, i: int, where: int) -> None:
        held = newest(self.book.held, i)
        by = self.at_counter(self.place.tills[where])

        def work(session: WriteSession) -> bool:
            counter.release(session, acceptance=held.acceptance, by=by)
            return True

        if self.ask("release", by, work):
            assert held.till is self.place.tills[where], "another pharmacy let it go"
            self.book.let_go(held.acceptance, self.now)

    # --- Packs

    @precondition(lambda self: self.book.held)
    @rule(i=which, place=which, kind=kinds, product=few)
    def scan(self, i: int, place: int, kind: str, product: int) -> None:
        held = newest(self.book.held, i)
        order = held.written.items[place % len(held.written.items)]
        pack = self.pack(self.product(order["medicine"], product), kind, i)
        by = self.at_counter(held.till)
        asked = PackCheckInput(
            barcode=pack["barcode"], acceptance=held.acceptance, item=1 + place % len(held.written.items)
        )

        def work(session: WriteSession, looked: tuple[CheckedPack, Any]) -> CheckedPack:
            counter.check_pack(session, asked=asked, pack=looked[0], by=by)
            return looked[0]

        seen = self.ask(
            "scan",
            by,
            work,
            ahead=lambda: counter.look_at_pack(
                self.service, barcode=pack["barcode"], generic=order["medicine"], pointer="/barcode", by=by
            ),
        )
        if seen is not None and not seen.judgement.refuses:
            assert kind not in BAD or seen.judgement.verdict == "unverified", "a bad pack was set aside"
            self.book.set_aside.append((held, pack))
            self.tally.done["reserve_pack"] += 1

    @precondition(lambda self: self.book.set_aside)
    @rule(i=which, other=st.sampled_from([False] * 4 + [True]))
    def put_back(self, i: int, other: bool) -> None:
        """A pack that was set aside, or (`other`) one that was in somebody's hand."""
        held, pack = newest(self.book.set_aside, i)
        if other:
            pack = newest(self.book.packs, i)
        by = self.at_counter(held.till)
        self.ask(
            "put_back",
            by,
            lambda session: counter.put_back(session, acceptance=held.acceptance, uid=pack["uid"], by=by),
        )

    def product(self, medicine: str, i: int) -> Product:
        stocked = self.ground.products[medicine]
        return stocked[i % len(stocked)]

    def pack(self, product: Product, kind: str, i: int) -> dict[str, Any]:
        """A pack for the hand: new of a kind, or one that was in a hand before."""
        if kind in {"opened", "seen"}:
            of_product = [one for one in self.book.packs if one["irc"] == product.irc]
            seen = of_product if kind == "opened" else self.book.packs
            if seen:
                return newest(seen, i)
        if kind == "other":
            product = next(
                of[0] for medicine, of in self.ground.products.items() if medicine != product.generic
            )
        made = new_pack(self.ground, product, kind)
        self.book.packs.append(made)
        return made

    # --- Handing over

    @precondition(lambda self: self.book.held)
    @rule(i=which, amount=amounts, kind=kinds, product=few, places=st.sets(st.integers(0, 2), max_size=2))
    def dispense(self, i: int, amount: str, kind: str, product: int, places: set[int]) -> None:
        held = newest(self.book.held, i)
        lines = self.lines(held, amount, kind, product, places)
        self.hand_over(held, lines)

    @precondition(lambda self: self.book.held)
    @rule(i=which, product=which, where=till)
    def price(self, i: int, product: int, where: int) -> None:
        held = newest(self.book.held, i)
        by = self.at_counter(self.place.tills[where])
        lines = self.lines(held, "all", "new", product, set())
        if lines:
            order = DispenseInput.model_validate({"acceptance": held.acceptance, "lines": lines})
            self.ask("price", by, lambda session: counter.price(session, order=order, by=by))

    def open_today(self, written: Written) -> dict[int, int]:
        """What the pharmacist sees may be handed over, by item."""
        with reading(self.service) as session:
            view = prescriber_queries.prescription_unscoped(session, number=written.number, at=self.now)
        return {one.item: int(one.remaining) for one in view.items}

    def lines(
        self, held: Held, amount: str, kind: str, product: int, left_out: set[int]
    ) -> list[dict[str, Any]]:
        """Of every item that is not left out, this much, out of one pack of `kind` and as many new ones as it takes."""
        lines: list[dict[str, Any]] = []
        for place, order in enumerate(held.written.items):
            if place in left_out:
                continue
            there = self.open_today(held.written).get(place + 1, 0)
            wanted = {"all": there, "part": there // 2 + 1, "one": 1, "over": there + 1}[amount]
            if wanted <= 0:
                continue
            of = self.product(order["medicine"], product)
            packs: list[dict[str, str]] = []
            left = wanted
            while left > 0 and len(packs) < 8:
                pack = self.pack(of, kind if not packs else "new", place)
                taken = min(left, int(of.pack_size))
                packs.append({"barcode": pack["barcode"], "count": str(taken)})
                left -= taken
            lines.append({"item": place + 1, "irc": of.irc, "quantity": str(wanted - left), "packs": packs})
        return lines

    def hand_over(self, held: Held, lines: list[dict[str, Any]], *, by: Actor | None = None) -> Handed | None:
        if not lines:
            return None
        by = by or self.at_counter(held.till)
        told: dict[str, Any] = {"acceptance": held.acceptance, "lines": lines}
        try:
            self.reasons(told, by)
        except Problem as no:
            self.tally.refused["dispense"][no.code] += 1
            self.unchanged("an order was looked at")
            return None
        order = DispenseInput.model_validate(told)
        open_before = self.open_today(held.written)
        done = self.ask(
            "dispense",
            by,
            lambda session, packs: counter.dispense(session, self.service, order=order, packs=packs, by=by),
            ahead=lambda: counter.look_at_order(self.service, order=order, by=by),
        )
        if done is None:
            return None
        self.was_right(held, by, order, open_before)
        handed = Handed(
            number=done.dispense.number,
            written=held.written,
            till=held.till,
            at=self.now,
            items=Count(),
            packs=Count(),
        )
        uids = {one["barcode"]: one["uid"] for one in self.book.packs}
        for line in order.lines:
            handed.items[line.item] += int(line.quantity)
            for pack in line.packs:
                handed.packs[uids[pack.barcode]] += int(pack.count or Decimal(0))
        handed.claims = [Asked(one.number, one.insurer, one.amount, handed) for one in done.claims]
        if done.prescription.status == "dispensed":  # nothing is left to hold
            self.book.let_go(held.acceptance, self.now)
        self.book.handed.append(handed)
        self.book.asked += handed.claims
        return handed

    def reasons(self, told: dict[str, Any], by: Actor) -> None:
        """Answer what the rules ask about an order with one reason, as a pharmacist would."""
        order = DispenseInput.model_validate(told)
        packs = counter.look_at_order(self.service, order=order, by=by)
        with reading(self.service) as session:
            number = next(one.written.number for one in self.book.held if one.acceptance == order.acceptance)
            found = actions.check_order(session, number=number, order=order, packs=packs, by=by)
        asked = [one.id for one in found if one.severity == "ask"]
        told["overrides"] = [{"finding": one, "reason": "confirmed-with-prescriber"} for one in asked]

    def was_right(self, held: Held, by: Actor, order: DispenseInput, open_before: dict[int, int]) -> None:
        """A dispense that was done was one that may be."""
        assert held.written.end is None, "something of an ended prescription was handed over"
        assert by.centre == held.till.centre.siam
        assert any(one.acceptance == held.acceptance and one.until > self.now for one in self.book.held), (
            "handed over without holding the prescription"
        )
        wanted: Count[int] = Count()
        for line in order.lines:
            wanted[line.item] += int(line.quantity)
        assert all(open_before[one] >= quantity for one, quantity in wanted.items())

    @precondition(lambda self: self.book.handed)
    @rule(i=which, where=st.sampled_from([0, 0, 0, 1]))
    def take_back(self, i: int, where: int) -> None:
        handed = newest(self.book.handed, i)
        own = self.place.tills.index(handed.till)
        self.give_back(handed, self.at_counter(self.place.tills[(own + where) % 2]))

    def give_back(self, handed: Handed, by: Actor) -> None:
        done = self.ask(
            "take_back",
            by,
            lambda session: counter.take_back(session, number=handed.number, reason="wrong-item", by=by),
        )
        if done is not None:
            assert by.centre == handed.till.centre.siam, "another pharmacy took it back"
            assert not handed.returned, "taken back twice"
            assert self.now - handed.at <= timedelta(days=10), "taken back too late"
            handed.returned = True
