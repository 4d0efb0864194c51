"""The machine itself: every room's rules together, whole stories among them, and what is looked at after each rule."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

import prescriber.queries as prescriber_queries
from app import reactions
from app.db import reading
from codings import jws
from tests.proof.machine.behind import Behind
from tests.proof.machine.book import Asked, Handed
from tests.proof.machine.clinic import Clinic, orders
from tests.proof.machine.counter import Counter
from tests.proof.machine.ground import PAYERS, authority_answers
from tests.proof.machine.office import Office
from tests.proof.machine.visits import Visits
from tests.proof.machine.walk import newest

STAGES = 6
_story: dict[str, Any] = {
    "pen": st.integers(0, 1),
    "person": st.integers(0, 3),
    "items": orders,
    "where": st.integers(0, 1),
    "product": st.integers(0, 3),
    "stage": st.sampled_from([0, 1, 2, 3, 4, 5, STAGES, STAGES, STAGES]),
    "twist": st.sampled_from(["", "", "", "back", "back", "unread", "appeal", "advance", "away"]),
}


class Machine(Visits, Clinic, Counter, Office, Behind):
    @initialize(**(_story | {"stage": st.sampled_from([3, 4, 5, STAGES, STAGES])}))
    def first_story(self, **choices: Any) -> None:
        """Every example has something to go on with."""
        self.tell(**choices)

    @rule(**_story)
    def story(self, **choices: Any) -> None:
        self.tell(**choices)

    def tell(
        self, *, pen: int, person: int, items: list[int], where: int, product: int, stage: int, twist: str
    ) -> None:
        """A prescription as it mostly goes, as far as `stage`: written, held, handed over, sent, decided, paid."""
        encounter = self.come(self.place.pens[pen], self.place.people[person])
        token = self.prepared(encounter, items) if encounter else None
        written = self.send(token)
        held = self.take(written, self.place.tills[where]) if written and stage >= 1 else None
        if held is None or stage < 2:
            return
        away = twist == "away"
        authority_answers(self.ground, yes=not away)
        lines = self.lines(held, "all", "recalled" if away else "new", product, set())
        handed = self.hand_over(held, lines)
        self.authority(yes=True)
        if handed is None or stage < 3:
            return
        if product % 2:  # the jobs come after the deed, or the sweep comes first
            self.work_off(most=20)
        self.run("sweep", lambda: reactions.sweep(self.service))
        if away:
            self.close_case(where, ask_again=product % 2 == 0)
        if stage >= 4:
            self.send_out("unread" if twist == "unread" else "")
            for asked in handed.claims:
                self.end_of_story(asked, stage, twist)
        if twist == "back":
            self.bring_back(handed, stage)

    def send_out(self, wrong: str = "") -> None:
        for insurer in PAYERS:
            self.seal(insurer)
        for insurer, seq in list(self.book.batches):
            self.receive(insurer, seq, wrong=wrong)

    def end_of_story(self, asked: Asked, stage: int, twist: str) -> None:
        """Decided and paid, as far as the claim goes."""
        if asked in self.asked_in("returned"):
            self.reply(asked, "resubmit_claim")
        if asked in self.asked_in("received") and twist == "advance":
            self.remit(asked, "advance", "half")
        if stage >= 5 and asked in self.asked_in("received"):
            self.result(asked, "all" if stage == STAGES and twist != "appeal" else "part")
        if asked in self.asked_in("partly_approved") and twist == "appeal":
            self.reply(asked, "appeal_result")
            self.result(asked, "none")
        if stage >= STAGES and asked in self.asked_in("payable"):
            self.remit(asked, "payment", "all")

    def bring_back(self, handed: Handed, stage: int) -> None:
        """Everything comes back, and the money with it."""
        self.give_back(handed, self.at_counter(handed.till))
        self.run("sweep", lambda: reactions.sweep(self.service))
        if stage >= 4:
            self.send_out()
            for asked in handed.claims:
                if asked.paid and asked in self.asked_in("reversed"):
                    self.remit(asked, "recovery", "all")

    @precondition(lambda self: self.requests)
    @rule(i=st.integers(0, 9))
    def repeat(self, i: int) -> None:
        self.again(newest(self.requests, i))

    @invariant()
    def book_and_tables_agree(self) -> None:
        self.agreed()

    def teardown(self) -> None:
        """At the end every signature is verified again, and every receipt."""
        keys = self.service.keys
        with reading(self.service) as session:
            for written in self.book.written:
                prescriber_queries.verify_stored(
                    session,
                    number=written.number,
                    seal_key=keys.seal,
                    patient_key=keys.patient,
                    pointer_key=keys.pointer,
                    ca_pem=keys.ca_certificate_pem,
                )
        for (receipt,) in self.owner.exec_driver_sql("SELECT receipt FROM dispense"):
            jws.verify(receipt, key=keys.seal, typ="receipt+jws")
        super().teardown()
