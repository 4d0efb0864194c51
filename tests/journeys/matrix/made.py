"""One object of each kind in each state, made by the verbs that bring it there.

What ends by the clock is made first, then the clock goes on by seventy days.
"""

from collections.abc import Callable

from tests.journeys.matrix import care, money, offices
from tests.journeys.matrix.cells import STATES
from tests.journeys.matrix.standing import Standing, Thing

LATER = 70  # days: longer than a prescription can be had, and than a dispense can come back
BY_CLOCK = {"prescription": "expired", "slip": "expired", "visit": "over", "acceptance": "expired"} | {
    "dispense": "late",
    "declaration": "ended",
}
MAKERS: dict[str, Callable[[Standing, str], Thing]] = {
    "prescription": care.prescription,
    "slip": care.slip,
    "draft": care.draft,
    "visit": care.visit,
    "favourite": care.favourite,
    "patient": care.patient,
    "shabad": care.shabad,
    "acceptance": care.acceptance,
    "dispense": care.dispense,
    "claim": money.claim,
    "batch": money.batch,
    "paper": care.paper,
    "certificate": offices.certificate,
    "request": offices.request,
    "declaration": offices.declaration,
    "account": offices.account,
    "machine": offices.machine,
    "release": offices.release,
}


def build(standing: Standing) -> None:
    """All of them."""
    for kind, state in BY_CLOCK.items():
        standing.things[kind, state] = fresh(standing, kind, state)
    standing.world.clock.advance(days=LATER)
    standing.people.clear()  # their sessions ended meanwhile
    money.settle(standing)
    for kind, states in STATES.items():
        for state in states.split():
            if (kind, state) not in standing.things:
                standing.things[kind, state] = fresh(standing, kind, state)


def fresh(standing: Standing, kind: str, state: str) -> Thing:
    """One nobody has written on. What ended by the clock, and what is one for all, is not made again."""
    if (kind, state) in standing.things and (state == BY_CLOCK.get(kind) or kind not in MAKERS):
        return standing.things[kind, state]
    return dict(MAKERS[kind](standing, state))
