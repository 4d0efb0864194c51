"""Stories told on purpose, by the machine's own rules: between them every verb is done and every guard is met.

The random walk meets the rare ones too, but not in every minute; these are met in every run.
"""

from collections.abc import Callable
from typing import Any

from tests.proof.machine.machine import STAGES, Machine

HALF_AN_HOUR, TEN_DAYS, TWO_MONTHS = 31, 60 * 24 * 11, 60 * 24 * 61
WRITTEN, HELD, HANDED, PROVEN, SENT = range(5)


def _tell(machine: Machine, stage: int = STAGES, twist: str = "", **changes: Any) -> None:
    told: dict[str, Any] = {"pen": 0, "person": 0, "items": [0, 2], "where": 0, "product": 0}
    machine.tell(**(told | changes), stage=stage, twist=twist)


def pen_to_payment(machine: Machine) -> None:
    _tell(machine, items=[0, 4])
    for _ in range(3):  # one for each insurer, and one too many
        machine.answer(i=0, verb="confirm_paid", stranger=False)
    machine.accept(i=0, where=0)
    machine.batch(what="fetch", insurer="1", i=0, cut=2, wrong="")
    machine.pay(i=0, kind="payment", part="the same")
    machine.pay(i=0, kind="payment", part="its number")
    machine.pay(i=0, kind="payment", part="more")
    machine.repeat(i=3)


def money_comes_back(machine: Machine) -> None:
    _tell(machine, twist="back", person=1)
    _tell(machine, HANDED, twist="")
    machine.take_back(i=0, where=1)
    machine.take_back(i=0, where=0)
    machine.take_back(i=0, where=0)
    machine.work_off(most=20)


def decisions(machine: Machine) -> None:
    for twist in ("unread", "appeal", "advance"):
        _tell(machine, twist=twist)
    _tell(machine, 5, person=2)
    machine.answer(i=0, verb="accept_result", stranger=True)
    machine.answer(i=0, verb="accept_result", stranger=False)
    machine.answer(i=0, verb="accept_result", stranger=False)
    for part in ("half", "more", "all"):
        machine.pay(i=0, kind="payment", part=part)
    _tell(machine, SENT - 1, person=2)
    machine.batch(what="seal", insurer="1", i=0, cut=0, wrong="")
    for wrong in ("hash", "count", "insurer"):
        machine.batch(what="acknowledge", insurer="1", i=0, cut=0, wrong=wrong)
    machine.batch(what="acknowledge", insurer="1", i=0, cut=0, wrong="")
    for how, version in (("sum", 0), ("unknown", 0), ("all", 1), ("none", 0)):
        machine.decide(i=0, how=how, version=version)


def authority_is_away(machine: Machine) -> None:
    for product in (0, 1):
        _tell(machine, PROVEN, twist="away", items=[0], product=product)
    machine.work_off(most=20)


def cancelled_while_held(machine: Machine) -> None:
    _tell(machine, HELD)
    machine.accept(i=0, where=1)
    machine.cancel(i=0)
    machine.dispense(i=0, amount="all", kind="new", product=0, places=set())
    machine.release(i=0, where=1)
    machine.release(i=0, where=0)
    machine.accept(i=0, where=1)


def corrected(machine: Machine) -> None:
    _tell(machine, WRITTEN)
    machine.correct(i=0, items=[1])
    machine.accept(i=1, where=0)
    for forgery in ("more", "key", "signature"):
        machine.forge(i=0, forgery=forgery)
    machine.send_kept(i=0)


def too_late(machine: Machine) -> None:
    _tell(machine, HELD)
    machine.wait(minutes=HALF_AN_HOUR)
    machine.dispense(i=0, amount="part", kind="new", product=0, places={1})
    machine.accept(i=0, where=1)
    machine.dispense(i=0, amount="part", kind="new", product=0, places={1})
    machine.dispense(i=0, amount="over", kind="new", product=0, places={1})
    machine.wait(minutes=TEN_DAYS)
    machine.take_back(i=0, where=0)
    machine.wait(minutes=2 * TWO_MONTHS)
    machine.accept(i=0, where=1)


def one_pack_two_counters(machine: Machine) -> None:
    _tell(machine, HELD, items=[0])
    _tell(machine, HELD, items=[0], person=1, where=1)
    machine.price(i=0, product=0, where=1)
    machine.scan(i=1, place=0, kind="new", product=1)
    machine.scan(i=0, place=0, kind="opened", product=1)
    machine.put_back(i=0, other=False)
    machine.scan(i=0, place=0, kind="opened", product=1)
    machine.dispense(i=1, amount="all", kind="opened", product=1, places=set())
    machine.dispense(i=0, amount="all", kind="opened", product=1, places=set())
    machine.scan(i=1, place=0, kind="opened", product=1)
    machine.dispense(i=1, amount="one", kind="opened", product=1, places=set())
    for kind in ("other", "expired", "recalled", "unknown", "mismatch"):
        machine.scan(i=1, place=0, kind=kind, product=0)
    machine.dispense(i=1, amount="all", kind="new", product=0, places=set())


def one_pack_twice(machine: Machine) -> None:
    _tell(machine, HANDED, items=[0])
    _tell(machine, HELD, items=[0], person=1)
    machine.scan(i=0, place=0, kind="seen", product=0)
    machine.dispense(i=0, amount="all", kind="opened", product=0, places=set())
    machine.dispense(i=0, amount="one", kind="new", product=1, places=set())
    machine.dispense(i=0, amount="all", kind="opened", product=1, places=set())  # what is left of it is less


def bare_desk(machine: Machine) -> None:
    _tell(machine, PROVEN)
    machine.eliminate(i=0)
    for what in ("draft", "again", "slip", "strange slip", "discard"):
        machine.at_hand(i=0, what=what)
    machine.visit(pen=0, person=3, self_pay=True)
    machine.eliminate(i=0)
    machine.prepare_and_sign(i=0, items=[0], sent=True)
    choices: dict[str, Any] = {"i": 0, "insurer": "1", "pen": 0, "person": 0}
    for what, count, stolen in (
        ("reserve", 3, False),
        ("reserve", 300, False),
        ("assign", 0, False),
        ("end", 0, False),
        ("reserve", 1, False),
        ("end", 0, True),
        ("reserve", 2, False),
    ):
        machine.reserves(what=what, count=count, stolen=stolen, **choices)
    machine.partner_refused(i=0, who="issuer", gate="ehr", where=0)
    machine.partner_refused(i=0, who="gate", gate="ehr", where=0)
    machine.wait(minutes=TWO_MONTHS)
    machine.reserves(what="expire", count=0, stolen=False, **choices)


def officials(machine: Machine) -> None:
    _tell(machine, WRITTEN)
    machine.prepare_and_sign(i=0, items=[1], sent=False)
    machine.officials(what="revoke", who=0, hours=0, active=True)
    machine.wait(minutes=1)
    machine.send_kept(i=0)
    machine.officials(what="enrol", who=0, hours=0, active=True)
    for what, active in (("revoke", True), ("licence", False), ("licence", True), ("centre", False)):
        machine.officials(what=what, who=0, hours=0, active=active)
        machine.visit(pen=0, person=0, self_pay=False)
        machine.prepare_and_sign(i=0, items=[0], sent=True)
    machine.officials(what="enrol", who=0, hours=0, active=True)
    machine.prepare_and_sign(i=0, items=[0], sent=True)
    machine.accept(i=0, where=0)
    machine.dispense(i=0, amount="all", kind="new", product=0, places=set())
    machine.officials(what="centre", who=0, hours=0, active=True)


def on_paper(machine: Machine) -> None:
    choices: dict[str, Any] = {"person": 1, "items": [0], "where": 0}
    machine.emergency(i=0, hours=80, second=2, picture=1, **choices)
    machine.emergency(i=0, hours=12, second=1, picture=1, **choices)
    machine.emergency(i=0, hours=12, second=2, picture=1, **choices)
    machine.emergency(i=1, hours=12, second=2, picture=0, **choices)
    machine.accept(i=0, where=1)
    machine.dispense(i=0, amount="all", kind="new", product=0, places=set())
    machine.work_off(most=20)


STORIES: tuple[Callable[[Machine], None], ...] = (
    pen_to_payment,
    money_comes_back,
    decisions,
    authority_is_away,
    cancelled_while_held,
    corrected,
    too_late,
    one_pack_two_counters,
    one_pack_twice,
    bare_desk,
    officials,
    on_paper,
)
