"""Whoever knocks at a door with an object in hand, and what the tables say they are told."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sqlmodel import SQLModel

from codings.base import new_id
from tests.journeys.doors import DOORS
from tests.journeys.matrix.cells import ALL, CELLS, STATES
from tests.journeys.matrix.relations import MACHINES, NOBODY, NOBODYS, PEOPLE, admitted, relation
from tests.journeys.matrix.standing import Standing, Thing
from tests.journeys.test_same_answers import shown

CALLERS = [*MACHINES, *PEOPLE, NOBODY]
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
ANSWERS = {
    "role": {403},
    "sign in": {401, 303},
    "none": {404},
    "refused": {409, 410, 412, 422},
    "again": {200, 204, 303},
    "done": {200, 201, 204, 303},
}
# What a refusal may leave: who asked, that they are there, how often they tried.
LEFT_BY_ANYBODY = re.compile(r"audit_|account_session|attempt|idempotency|used_jti|authenticity_check")
SHARED_WORDS = {"concept", "medicine", "product", "interaction", "dosing", "release_entry", "plan"}


def expected(door: str, caller: str, state: str) -> str:
    """What the tables say: a word of `ANSWERS`, or a status of its own."""
    cell, who = CELLS[door], DOORS[door]
    if not admitted(who, caller):
        machine = caller in MACHINES
        return "role" if machine == who.startswith("machine") and caller != NOBODY else "sign in"
    related = relation(cell.kind, caller)
    if related not in cell.may:
        return "none"
    if state in cell.answers:
        return str(cell.answers[state])
    if cell.may[related] == ALL or state in cell.may[related].split():
        return "done"
    return "again" if cell.may[related] and state in cell.again.split() else "refused"


def cells_of(caller: str) -> Iterator[tuple[str, str, str]]:
    """All cells of those a door is for: door, state, what is expected; those first in which nobody may write.

    Whom it is not for meets the gate, which sees no object: a state in turn.
    """
    found = []
    for turn, (door, cell) in enumerate(CELLS.items(), start=CALLERS.index(caller)):
        states = STATES[cell.kind].split()
        states = states if admitted(DOORS[door], caller) else [states[turn % len(states)]]
        found += [(door, state, expected(door, caller, state)) for state in states]
    return iter(sorted(found, key=lambda one: reads(one[0]) or one[2] == "done"))


def reads(door: str) -> bool:
    """A page that is looked at, or a call that fetches."""
    return door.startswith("GET ")


class Doors:
    """The doors of one world."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self._of_nobodys: dict[tuple[str, str], Any] = {}

    def knock(self, door: str, caller: str, thing: Thing) -> Any:
        """The answer, whatever it is; a fault of ours is none."""
        method, path = door.split(" ", 1)
        path, body = filled(path, thing), filled_body(CELLS[door].body, thing)
        world = self.standing.world
        if caller in PEOPLE:
            tab = self.standing.person(caller).tab
            sent = {"data": {"key": str(new_id())} | body} if method == "POST" else {}
            answer = tab.request(method, path, headers=SAME_ORIGIN, follow_redirects=False, **sent)
        else:
            headers = dict(SAME_ORIGIN)
            if caller in MACHINES:
                headers["Authorization"] = f"Bearer {world.machine(caller).token()}"
            sent = {"json": body} if method != "GET" else {}
            answer = world.browser.request(method, path, headers=headers, **sent)
        assert answer.status_code < 500, (door, caller, answer.text)
        return answer

    def differing(self, door: str, caller: str, state: str, wanted: str, thing: Thing) -> list[str]:
        """The cell by its name, if it was answered otherwise than listed."""
        answer = self.knock(door, caller, thing)
        related = relation(CELLS[door].kind, caller)
        if answer.status_code in (ANSWERS.get(wanted) or {int(wanted)}):
            if wanted == "none" and _said(answer) != self._nobodys(door, caller, thing):
                told = f"{_said(answer)}, not {self._nobodys(door, caller, thing)}"
                return [
                    f"{door} by {caller} ({related}), {state}: not the answer of what is not there: {told}"
                ]
            return []
        words = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", answer.text))[-200:]
        return [f"{door} by {caller} ({related}), {state}: {answer.status_code}, not {wanted}: {words}"]

    def _nobodys(self, door: str, caller: str, thing: Thing) -> Any:
        """What the same caller is told of an object that is not there, with the words of `thing` for its own."""
        nobodys = NOBODYS[CELLS[door].kind]
        if (door, caller) not in self._of_nobodys:
            self._of_nobodys[door, caller] = _said(self.knock(door, caller, thing | nobodys))
        status, body, headers = self._of_nobodys[door, caller]
        for name, word in nobodys.items():
            body = body.replace(word, thing[name])
        return status, body, headers

    @cached_property
    def _written(self) -> str:
        """How the rows of all tables are told apart from what they were: how many, and who wrote the newest."""
        names = [t.name for t in SQLModel.metadata.sorted_tables if t.name not in SHARED_WORDS]
        names = [name for name in names if not LEFT_BY_ANYBODY.search(name)] + ["procrastinate_jobs"]
        each = [f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {one})" for one in names]  # noqa: S608
        return f"SELECT concat_ws(' ', {', '.join(each)})"

    def rows(self) -> str:
        """The same text as long as nobody writes."""
        with self.standing.session() as session:
            session.connection().exec_driver_sql("RESET ROLE")
            found = session.connection().exec_driver_sql(self._written).scalar_one()
            session.rollback()
            return str(found)


def _said(answer: Any) -> tuple[int, str, Any]:
    """Status, words and headers, but the request's own id, and the keys of the forms on a page."""
    status, body, headers = shown(answer)
    body = body.replace(answer.headers["x-request-id"], "")
    return status, re.sub(r'(name=\\"key\\" value=\\")[^"]*', r"\1", body), headers


def filled(text: str, thing: Thing) -> str:
    """An address, or a word of a body, with the object's own words in it."""
    return re.sub(r"\{(\w+)(?::path)?\}", lambda m: thing[m[1]], text)


def filled_body(body: Any, thing: Thing) -> Any:
    """A body with the object's own words in it."""
    if isinstance(body, str):
        return filled(body, thing)
    if isinstance(body, list):
        return [filled_body(one, thing) for one in body]
    if isinstance(body, Mapping):
        if "ack" in body:
            return json.loads(thing["ack"])
        return {name: filled_body(value, thing) for name, value in body.items()}
    return body
