"""What a physician writes: drafts, signatures and forged ones, corrections, cancellations, slips."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import Session

from app.db import reading
from app.flows import prescribing
from codings import jws
from codings.base import Problem
from prescriber import actions, signing
from prescriber.inputs import PrepareInput
from prescriber.queries import Prepared
from prescriber.states import Number
from tests.proof.machine.book import Encounter, Token, Written
from tests.proof.machine.walk import Walk, newest

which = st.integers(0, 5)
# What is written: medicine, unit, how often, days, quantity of one fill, repeats.
ORDERS = (
    ("90001", "tablet", "q8h", 10, "30", 0),
    ("90010", "capsule", "q8h", 7, "21", 0),
    ("90039", "capsule", "1x1", 14, "14", 2),
    ("90044", "tablet", "2x1", 15, "30", 1),
    ("90005", "tablet", "q8h", 5, "15", 0),
    ("90055", "tablet", "1x1", 10, "10", 0),  # high risk: never handed over unverified
)
orders = st.lists(st.integers(0, len(ORDERS) - 1), min_size=1, max_size=3, unique=True)


def item(order: int) -> dict[str, Any]:
    medicine, unit, frequency, days, quantity, repeats = ORDERS[order]
    return {
        "medicine": medicine,
        "dose": {"amount": "1", "unit": unit},
        "frequency": frequency,
        "route": "oral",
        "duration_days": days,
        "quantity": quantity,
        "repeats": repeats,
    }


class Clinic(Walk):
    # --- Drafts

    @precondition(lambda self: self.book.written)
    @rule(i=which, what=st.sampled_from(["draft", "draft", "again", "discard", "slip", "strange slip"]))
    def at_hand(self, i: int, what: str) -> None:
        """What changes nothing for anybody else: drafts, and slips given out."""
        if what == "discard" and self.book.drafts:
            self.discard_draft(i)
        elif what.endswith("slip"):
            self.slip(i, stranger="strange" in what)
        else:
            self.save_draft(i, what == "again")

    def save_draft(self, i: int, old: bool) -> None:
        encounter = newest(self.book.encounters, i)
        draft = None
        if old and self.book.drafts:
            draft, encounter = newest(self.book.drafts, i)
        by = self.at_desk(encounter.pen)
        patient = self.one("SELECT patient FROM shabad WHERE shabad = %s", encounter.shabad)
        saved = self.ask(
            "save_draft",
            by,
            lambda session: actions.save_draft(
                session, draft=draft, patient=patient, shabad=encounter.shabad, typed={"items": []}, by=by
            ),
        )
        if saved is not None and draft is None:
            self.book.drafts.append((saved.id, encounter))

    def discard_draft(self, i: int) -> None:
        draft, encounter = newest(self.book.drafts, i)
        by = self.at_desk(encounter.pen)
        self.ask("discard_draft", by, lambda session: actions.discard_draft(session, draft=draft, by=by))

    # --- Signing

    @precondition(lambda self: self.book.encounters)
    @rule(i=which, items=orders, sent=st.sampled_from([True, True, False]))
    def prepare_and_sign(self, i: int, items: list[int], sent: bool) -> None:
        """Signed on the device, and sent at once, or later, or never."""
        token = self.prepared(newest(self.book.encounters, i), items)
        if sent:
            self.send(token)

    @precondition(lambda self: self.book.tokens)
    @rule(i=which)
    def send_kept(self, i: int) -> None:
        """A token that was kept, or one that was sent before: the same again is no second prescription."""
        self.send(newest(self.book.tokens, i))

    @precondition(lambda self: self.book.written)
    @rule(i=which, items=orders)
    def correct(self, i: int, items: list[int]) -> None:
        old = newest(self.book.written, i)
        self.send(self.prepared(old.encounter, items, replaces=old.number.n))

    @precondition(lambda self: self.book.tokens)
    @rule(i=which, forgery=st.sampled_from(["more", "key", "signature"]))
    def forge(self, i: int, forgery: str) -> None:
        """More than was signed, another's key, another signature: never a prescription."""
        token = newest(self.book.tokens, i)
        header, payload = jws.peek(token.text)
        text = self.forged(token, forgery, header, payload)
        by = self.at_desk(token.encounter.pen)
        self.ask(
            "forged_sign",
            by,
            lambda session: prescribing.sign(session, self.service, token=text, by=by),
            never=True,
        )

    def forged(self, token: Token, forgery: str, header: dict[str, Any], payload: bytes) -> str:
        own, other = (pen.keys[-1] for pen in self.place.pens)
        if token.encounter.pen is not self.place.pens[0]:
            own, other = other, own
        if forgery == "key":
            return jws.sign(payload, key=other, typ=signing.TYP, extra={"zip": "DEF"})
        content = signing.read(payload)
        if forgery == "more":
            extra = content.items[0].model_copy(update={"quantity": content.items[0].quantity + 5})
            forged = signing.payload(
                signing.Content(**(dict(content) | {"items": (extra, *content.items[1:])}))
            )
        else:
            forged = signing.payload(signing.Content(**(dict(content) | {"n": content.n + 1})))
        signed = jws.sign(
            forged, key=jws.Key(own.kid, "ES256", other.pem), typ=signing.TYP, extra={"zip": "DEF"}
        )
        del header
        return signed

    def prepared(
        self, encounter: Encounter, items: list[int], *, replaces: int | None = None
    ) -> Token | None:
        """What the device signs, with a reason for everything that was asked."""
        by = self.at_desk(encounter.pen)
        wanted: dict[str, Any] = {
            "shabad": encounter.shabad,
            "replaces": replaces,
            "diagnoses": [{"code": "J02.9"}],
            "items": [item(order) for order in items],
            "kid": encounter.pen.keys[-1].kid,
        }

        def ready(session: Session) -> Prepared:
            request = PrepareInput.model_validate(wanted)
            return prescribing.prepare(session, self.service, request=request, by=by)[0]

        try:
            with reading(self.service) as session:
                first = ready(session)
                asks = [found.id for found in first.findings if found.severity == "ask"]
                wanted["overrides"] = [{"finding": one, "reason": "monitored"} for one in asks]
                done = ready(session)
        except Problem as no:
            self.tally.refused["prepare"][no.code] += 1
            self.unchanged("prepare was refused")
            return None
        self.tally.done["prepare"] += 1
        self.unchanged("prepare was asked")
        text = jws.sign(done.payload, key=encounter.pen.keys[-1], typ=signing.TYP, extra={"zip": "DEF"})
        number = Number(done.content.shabad, done.content.n)
        self.book.tokens.append(Token(text, number, encounter, wanted["items"], replaces))
        return self.book.tokens[-1]

    def send(self, token: Token | None) -> Written | None:
        if token is None:
            return None
        by = self.at_desk(token.encounter.pen)
        before = self.tables
        told = self.ask(
            "sign",
            by,
            lambda session: prescribing.sign(session, self.service, token=token.text, by=by),
        )
        if told is None:
            return None
        view, created = told
        assert view.number == token.number
        known = self.book.written_as(view.number)
        assert created == (known is None)
        if known is not None:
            self.only_answered(before)
            return known
        for old in self.book.written:
            if old.number == (view.number.shabad, token.replaces):
                assert old.end is None
                old.end = "replaced"
        self.book.written.append(Written(view.number, token.encounter, token.items))
        return self.book.written[-1]

    # --- Afterwards

    @precondition(lambda self: self.book.written)
    @rule(i=which)
    def cancel(self, i: int) -> None:
        old = newest(self.book.written, i)
        by = self.at_desk(old.encounter.pen)
        view = self.ask(
            "cancel",
            by,
            lambda session: prescribing.cancel(session, number=old.number, reason="duplicate", by=by),
        )
        if view is not None:
            waits = old.end != "cancelled" and self.book.is_held(old, self.now)
            assert view.status == ("cancel_requested" if waits else "cancelled")
            old.end = view.status.value
            if view.status == "cancel_requested":
                self.tally.done["cancel_requested"] += 1

    def slip(self, i: int, *, stranger: bool) -> None:
        old = newest(self.book.written, i)
        by = self.at_counter(self.place.tills[0]) if stranger else self.at_desk(old.encounter.pen)
        self.ask(
            "give_slip",
            by,
            lambda session: actions.give_slip(
                session, number=old.number, form="print", language="fa", large=False, by=by
            ),
        )
