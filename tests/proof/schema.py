"""The API against its own document: whoever calls, whatever is sent, the answer is one that /openapi.json describes.

Calls are drawn from the document by schemathesis, such as fit it and such as do not; about half carry numbers of things
that exist, so that they get past the door. Of each answer it is asked: no 5xx, a documented status, a documented type,
a body and headers of the documented shape.

`python -m tests.proof.schema --minutes 10` draws until the time is over, tells what was called, and ends with 1 if
anything was found.
"""

import argparse
import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks as of_openapi

from codings.base import new_id
from tests.cluster import throwaway
from tests.conftest import make_template
from tests.journeys import insurer_hand
from tests.journeys.conftest import World, living, pretended, seed_world
from tests.journeys.doors import DOORS

CHECKS = [
    schemathesis.checks.not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_headers_conformance,
    of_openapi.response_schema_conformance,
]
MACHINES = {
    "prescriber": "clinic-sepid",
    "pharmacy": "pharmacy-noosh",
    "insurer": "insurer-tamin",
    "regulator": "regulator",
    "codings": "codings-office",
}
NOBODY = "nobody"
Things = Mapping[str, list[Any]]


@schemathesis.serializer("application/x-ndjson")
def lines(_context: Any, value: Any) -> bytes:
    """A line of JSON for each of many, and for whatever else is drawn in their place."""
    rows = value if isinstance(value, list) else [value]
    return b"\n".join(json.dumps(row, default=str).encode() for row in rows)


@dataclass
class Tally:
    """What was called, what was answered, and what was found."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)  # operation, caller
    answers: Counter[int] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)  # what is wrong -> a call that shows it

    def table(self) -> str:
        """In words."""
        operations, callers = {one for one, _ in self.calls}, Counter[str]()
        for (_, caller), count in self.calls.items():
            callers[caller] += count
        lines = [f"{self.calls.total()} calls of {len(operations)} operations"]
        lines += [f"  by {caller}: {count}" for caller, count in callers.most_common()]
        lines += [f"  answered {status}: {count}" for status, count in sorted(self.answers.items())]
        lines += [f"FOUND {what}\n  {call}" for what, call in self.findings.items()]
        return "\n".join([*lines, f"{len(self.findings)} findings"])


def things_of(world: World) -> Things:
    """Numbers of what exists, by the names that the document has for them."""
    signed = [world.prescribe() for _ in range(3)]
    accepted = world.accept(signed[1])
    order = world.order(accepted)
    done = world.pharmacy.post("/dispenses", world.order(world.accept(signed[2])), ok=201)
    world.work()
    insurer_hand.pull(world.tamin)
    manifest = world.tamin.get("/claim-batches", after=0, limit=1)["items"][0]
    person = world.person()
    return {
        "number": [one["number"] for one in signed],
        "shabad": [world.shabad(), signed[0]["shabad"]],
        "qr": [signed[0]["qr"]],
        "acceptance": [accepted["acceptance"]],
        "dispense": [done["dispense"]],
        "claim": [one["claim"] for one in done["claims"]],
        "seq": [manifest["seq"]],
        "name": [one["name"] for one in manifest["files"]],
        "kid": [world.pen().kid],
        "national_id": [person["national_id"]],
        "practitioner": ["9990001"],
        "centre": [world.clinic.entry["centre"]],
        "medicine": [world.item()["medicine"]],
        "irc": [order["lines"][0]["irc"]],
        "barcode": [order["lines"][0]["packs"][0]["barcode"]],
        "lines": [order["lines"]],
        "items": [[world.item()]],
        "system": ["medicine", "icd-10"],
        "code": ["J02.9", world.item()["medicine"]],
    }


def play(world: World, things: Things, *, examples: int, of: int, tally: Tally) -> None:
    """Call each operation of the document `examples` times; `of` is the seed."""
    document = world.browser.get("/openapi.json").json()
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        who = DOORS[f"{operation.method.upper()} {operation.path}"]
        drawn = st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )

        @seed(of)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(drawn, _callers(who), st.booleans(), st.randoms(use_true_random=False))
        def knock(case: Case[Any], caller: str, real: bool, draw: random.Random) -> None:
            if real:
                case.path_parameters = _real(case.path_parameters, things, draw)
                case.body = _real(case.body, things, draw)
            _judged(world, case, caller, tally)

        knock()


def _callers(who: str) -> st.SearchStrategy[str]:
    """Mostly those a door is for."""
    kind, _, scopes = who.partition(":")
    admitted = [MACHINES[scope] for scope in scopes.split()] if kind == "machine" else [NOBODY]
    return st.sampled_from([*(admitted * 5), *MACHINES.values(), NOBODY])


def _real(body: Any, things: Things, draw: random.Random, name: str = "") -> Any:
    """The same with what exists in the places that have its name."""
    if name in things and draw.random() < 0.8:
        return draw.choice(things[name])
    if isinstance(body, Mapping):
        return {key: _real(value, things, draw, str(key)) for key, value in body.items()}
    if isinstance(body, list):
        return [_real(value, things, draw) for value in body]
    return body


def _judged(world: World, case: Case[Any], caller: str, tally: Tally) -> None:
    headers = {"Accept-Language": "en"}
    if caller != NOBODY:
        headers["Authorization"] = f"Bearer {world.machine(caller).token()}"
    if case.method.upper() in {"POST", "PUT"} and "Idempotency-Key" not in (case.headers or {}):
        headers["Idempotency-Key"] = str(new_id())
    told = case.as_transport_kwargs(base_url="http://localhost:8000", headers=headers)
    told.pop("cookies", None)
    answer = world.browser.request(**told)
    name = f"{case.method.upper()} {case.path}"
    tally.calls[name, caller] += 1
    tally.answers[answer.status_code] += 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except (FailureGroup, Failure) as error:
        for one in getattr(error, "exceptions", [error]):
            what = f"{name}: {getattr(one, 'title', '')} ({answer.status_code})"
            tally.findings.setdefault(what, f"{caller}: {one}\n  {told}"[:3000])


@contextmanager
def own_world() -> Iterator[World]:
    """The demonstration world on a cluster of its own, for runs outside pytest."""
    with (
        throwaway() as cluster,
        tempfile.TemporaryDirectory() as folder,
        pretended(Path(folder) / "packs.sqlite") as authority,
    ):
        seeded = seed_world(cluster, make_template(cluster), authority, Path(folder))
        with living(cluster, seeded, authority) as world:
            yield world


def main() -> int:
    """Draw until the time is over."""
    parser = argparse.ArgumentParser(prog="tests.proof.schema", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, help="begin with this one instead of a random one; then count up")
    told = parser.parse_args()
    logging.disable(logging.INFO)
    until = time.monotonic() + 60 * told.minutes
    of = told.seed if told.seed is not None else random.SystemRandom().randrange(10**9)
    tally = Tally()
    with own_world() as world:
        things = things_of(world)
        while time.monotonic() < until:
            sys.stderr.write(f"seed {of}\n")
            play(world, things, examples=20, of=of, tally=tally)
            of += 1
    sys.stdout.write(tally.table() + "\n")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
