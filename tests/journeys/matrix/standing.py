"""The ground of the access matrix: the world, who is signed in, and one object of each kind in each state.

An object is the words its doors need: `{"number": ...}`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from codings.base import new_id
from tests.journeys.browser import Person
from tests.journeys.conftest import World

Thing = dict[str, str]
AUTHOR, COLLEAGUE = "physician-9990001", "physician-9990002"


@dataclass
class Standing:
    world: World
    people: dict[str, Person] = field(default_factory=dict)
    things: dict[tuple[str, str], Thing] = field(default_factory=dict)
    claims: dict[str, list[Thing]] = field(default_factory=dict)
    verified: Thing = field(default_factory=dict)  # a SHABAD that its issuer confirmed
    names: int = 0

    def person(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = Person(self.world, name)
        return self.people[name]

    def press(self, name: str, path: str, **fields: str) -> str:
        """A form sent by somebody; gives where it leads. A dot in a field's name is written `__`."""
        typed = {"key": str(new_id())} | {k.replace("__", "."): v for k, v in fields.items()}
        tab = self.person(name).tab
        answer = tab.post(path, data=typed, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False)
        assert answer.status_code == 303, (path, answer.status_code, answer.text)
        return str(answer.headers["location"])

    def prescribe(self) -> Any:
        """For somebody with one insurer, so that the other insurers have nothing of their own to see."""
        return self.world.prescribe(person=self.world.person("basic"))

    def name(self, of: str) -> str:
        """A name nobody has."""
        self.names += 1
        return f"{of}-{self.names}"

    def session(self) -> Session:
        return Session(self.world.service.engine)

    def claimed(self, names: Sequence[str]) -> list[str]:
        """One dispense for each name, with one claim that waits under it; their numbers."""
        made = []
        for name in names:
            [claim] = [one["claim"] for one in self.world.dispense(self.prescribe())["claims"]]
            self.claims.setdefault(name, []).append({"claim": claim, "number": claim})
            made.append(claim)
        return made
