"""Letting the machine walk: for a test, so many examples of one seed; by hand, seed after seed for some minutes."""

import contextlib
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlmodel import Session

from codings.loader import DATA, load
from tests import factories
from tests.cluster import throwaway
from tests.conftest import connected, make_schema
from tests.proof.machine.ground import Ground, laid
from tests.proof.machine.machine import Machine
from tests.proof.machine.stories import STORIES
from tests.proof.machine.tally import Tally


def walk(ground: Ground, *, examples: int, steps: int, of: int, shrink: bool = False) -> Tally:
    """Walk `examples` examples of `steps` rules; `of` is the seed. Raises what broke, with the way to it printed.

    Shrinking finds a short way to a failure and takes minutes; without it the first way found is told.
    """
    tally = Tally()

    @seed(of)
    class Seeded(Machine):
        pass

    Seeded.ground, Seeded.tally = ground, tally
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    run_state_machine_as_test(
        Seeded,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return tally


def tell_all(ground: Ground) -> Tally:
    """Every story once, each from a first morning of its own."""
    tally = Tally()
    Machine.ground, Machine.tally = ground, tally
    for story in STORIES:
        machine = Machine()
        try:
            story(machine)
            machine.agreed()
        finally:
            machine.teardown()
    return tally


@contextlib.contextmanager
def own_ground() -> Iterator[Ground]:
    """A ground on a cluster of its own, for runs outside pytest."""
    with throwaway() as cluster:
        url = cluster.create_database("noskheh_machine")
        make_schema(url)
        with connected(url) as engine:
            with Session(engine) as session:
                load(session, DATA, by=factories.codings_editor())
                session.commit()
            with laid(engine) as ground:
                yield ground
