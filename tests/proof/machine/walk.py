"""How the machine asks: each verb is one request with a key of its own, and is looked at from all sides afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NoReturn, TypeVar

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from app.db import WriteSession
from app.idempotency import OneAction, Replay, Sent
from app.refusals import OtherContent
from codings.base import Actor, Problem, new_id
from tests import factories
from tests.proof.machine import looking
from tests.proof.machine.book import Book
from tests.proof.machine.ground import Ground, Pen, Till, begin
from tests.proof.machine.tally import Tally

T = TypeVar("T")
Digest = dict[str, tuple[int, str]]
# Written whatever becomes of the request, on purpose: what was said of a pack, and wrong tries.
APART = frozenset({"authenticity_check", "attempt"})


@dataclass(frozen=True)
class Request:
    """One that was done: who asked, under which key, and what was answered."""

    verb: str
    by: Actor
    sent: Sent
    body: bytes


class Walk(RuleBasedStateMachine):
    """An example: its place, its book, and the tables as they were after the last verb."""

    ground: ClassVar[Ground]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        super().__init__()
        self.place = begin(self.ground)
        self.service = self.place.service
        self.book = Book()
        self.requests: list[Request] = []
        self.owner = self.ground.owner.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.tables: Digest = looking.digest(self.owner)
        self.tally.examples += 1

    def teardown(self) -> None:
        self.owner.close()
        self.service.gateways.close()

    @property
    def now(self) -> datetime:
        return self.ground.clock.now

    def at_desk(self, pen: Pen) -> Actor:
        return factories.working(pen.person, pen.centre, at=self.now)

    def at_counter(self, till: Till) -> Actor:
        return factories.working(till.person, till.centre, at=self.now)

    # --- Asking

    def ask(
        self,
        verb: str,
        by: Actor,
        work: Callable[..., T],
        *,
        ahead: Callable[[], Any] | None = None,
        never: bool = False,
    ) -> T | None:
        """Ask for a verb; its answer, or None when it was refused, which then changed nothing.

        `ahead` is what is asked of partners before the transaction; its answer is handed to `work`.
        `never`: it must be refused.
        """
        kept: list[T] = []

        def write(session: WriteSession) -> tuple[int, dict[str, str]]:
            kept.append(work(session, *known))
            return 200, {"verb": verb, "request": sent.fingerprint}

        sent = Sent(str(new_id()), new_id().hex)
        known: tuple[Any, ...] = ()
        try:
            known = (ahead(),) if ahead else ()
            answer = OneAction(self.service, by, sent).write(write)
        except Problem as no:
            self.tally.refused[verb][no.code] += 1
            self.unchanged(f"{verb} was refused as {no.code}")
            return None
        assert not never, f"{verb} was done, and must never be"
        self.tally.done[verb] += 1
        self.requests.append(Request(verb, by, sent, bytes(answer.body)))
        self.settled(verb)
        return kept[0]

    def again(self, request: Request) -> None:
        """The same request once more: the same answer, and nothing is done. With other content: refused."""
        with pytest.raises(Replay) as kept:
            OneAction(self.service, request.by, request.sent).write(_must_not_run)
        assert bytes(kept.value.response.body) == request.body
        with pytest.raises(OtherContent):
            OneAction(self.service, request.by, Sent(request.sent.key, "other")).write(_must_not_run)
        self.unchanged(f"{request.verb} was asked again")
        self.tally.done["repeat"] += 1

    def run(self, job: str, work: Callable[[], None]) -> None:
        """A job, which can always run twice."""
        work()
        self.tally.done[job] += 1
        self.settled(job)
        work()
        self.unchanged(f"{job} ran twice")

    # --- Looking

    def unchanged(self, why: str) -> None:
        now = looking.digest(self.owner)
        changed = {name for name in now if now[name] != self.tables[name]} - APART
        self.tables = now
        assert not changed, f"{why}, and yet changed {sorted(changed)}"

    def only_answered(self, before: dict[str, tuple[int, str]]) -> None:
        """Nothing was done but keeping the answer."""
        changed = {name for name in before if before[name] != self.tables[name]}
        assert changed <= {"idempotency"}, changed

    def settled(self, why: str) -> None:
        """After something was done: every promise holds, and the tables say what the answers said."""
        broken = looking.broken(self.owner)
        assert not broken, f"after {why}:\n" + "\n".join(broken)
        self.tables = looking.digest(self.owner)

    def agreed(self) -> None:
        differing = self.book.differs(self.owner)
        assert not differing, "\n".join(differing)

    def one(self, query: str, *values: Any) -> Any:
        """The single value that a query of the owner finds."""
        return self.owner.exec_driver_sql(query, values).scalar_one()


def newest(made: Sequence[T], i: int) -> T:
    """The one made i before the last; i is taken round."""
    return made[-1 - i % len(made)]


def _must_not_run(session: WriteSession) -> NoReturn:
    raise AssertionError("a request that was answered ran again")
