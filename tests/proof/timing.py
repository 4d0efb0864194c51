"""How long "not yours", "does not exist" and "wrong secret" take: promise 23 asks that nobody can tell them by time.

python -m tests.proof.timing [--samples 2000]

One service process, real HTTP, one caller. The questions of a door are asked in turn in an order drawn anew each time,
so that whatever else the machine does falls on both alike. A Mann-Whitney test compares them, with P(a real one is
slower) as its effect: one half is no difference. Exits 1 where a difference could be used over a network.
"""

import argparse
import gc
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import httpx

from app import attempts, clients
from app.db import writing
from app.demo.people import SINCE, Folder, jwk_of, thumb
from codings import actions as coding_actions
from codings import jws
from codings.base import Actor, Role, new_id
from codings.states import CentreKind
from tests.proof.caller import Caller, Tally, caller
from tests.proof.ground import Ground, ground, national_id, people
from tests.proof.hands import Hands, _hand_over, hands, write

NOBODYS: Final = "1055ZZZZZZZZ"
WARM_UP: Final = 20
USABLE_MS: Final = 0.3
USABLE_PART: Final = 0.1
CLEAR: Final = 0.001  # p-value
HEAD: Final = f"{'door':24}{'the two':44}{'medians, ms':>16}{'apart':>10}{'effect':>8}{'p':>9}"


@dataclass(frozen=True)
class Door:
    """One way to ask. `questions` are paths and bodies that must all be refused with `status`, by what is wrong."""

    name: str
    by: Caller
    method: str
    status: int
    questions: dict[str, tuple[str, Any]]
    before: Callable[[], None] = lambda: None


def main() -> int:
    """Measure all doors and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--samples", type=int, default=2000, help="of each question")
    asked.add_argument("--door", default="", help="only doors with this in their name")
    told = asked.parse_args()
    with ground(processes=1, options={}) as found, httpx.Client(trust_env=False, timeout=60) as http:
        print(HEAD)
        wanted = [door for door in doors(found, http) if told.door in door.name]
        seen = [_shown(door.name, measured(door, told.samples)) for door in wanted]
    return int(any(seen))


def measured(door: Door, samples: int) -> dict[str, list[float]]:
    """Milliseconds of each question of a door, interleaved; the first ones are thrown away."""
    took: dict[str, list[float]] = {name: [] for name in door.questions}
    order = list(door.questions)
    gc.disable()
    for turn in range(samples + WARM_UP):
        random.shuffle(order)
        for name in order:
            path, body = door.questions[name]
            headers = {"Authorization": f"Bearer {door.by._bearer()}", "Idempotency-Key": str(new_id())}
            door.before()
            request = door.by.http.build_request(
                door.method, f"{door.by.addresses[0]}/api/v1{path}", headers=headers, json=body
            )
            begun = time.perf_counter()
            answer = door.by.http.send(request)
            ended = time.perf_counter()
            if answer.status_code != door.status:
                raise RuntimeError(f"{door.name}, {name}: {answer.status_code} {answer.text[:300]}")
            if turn >= WARM_UP:
                took[name].append((ended - begun) * 1000)
        if turn % 100 == 0:
            gc.collect()
    gc.enable()
    return took


def mann_whitney(a: Sequence[float], b: Sequence[float]) -> tuple[float, float]:
    """P(one of `a` is above one of `b`), and the two-sided p-value by the normal approximation."""
    ranked = sorted([(value, 0) for value in a] + [(value, 1) for value in b])
    rank_sum = sum(place for place, (_, whose) in enumerate(ranked, start=1) if whose == 0)
    n, m = len(a), len(b)
    u = rank_sum - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return u / (n * m), math.erfc(abs(z) / math.sqrt(2))


def _shown(door: str, took: dict[str, list[float]]) -> bool:
    """Print each pair of questions of a door; whether one of them could be told apart over a network."""
    usable = False
    for one, other in combinations(took, 2):
        here, there = statistics.median(took[one]), statistics.median(took[other])
        effect, p = mann_whitney(took[one], took[other])
        apart = here - there
        clear = p < CLEAR and abs(apart) > min(USABLE_MS, USABLE_PART * there)
        usable |= clear
        words = f"{one} / {other}"
        print(
            f"{door:24}{words:44}{here:8.2f}{there:8.2f}{apart:+10.3f}{effect:8.3f}{p:9.4f}{' <' if clear else ''}",
            flush=True,
        )
    return usable


def doors(found: Ground, http: httpx.Client) -> list[Door]:
    """The doors of `tests/journeys/test_same_answers.py`, each before something real and something that is not."""
    on = hands(found, http, Tally())
    [patient] = people(found, range(500, 501))
    given = write(on, 0, patient)
    owner, stranger = on.pharmacies
    held = _told(owner.post("/prescriptions/accept", {"qr": given.qr}))["acceptance"]
    done = _hand_over(on, owner, stranger, held, on.pack())
    dispense = _told(done)["dispense"]
    [claim] = [one["claim"] for one in _told(done)["claims"] if one["insurer"] == "1"]
    clinic = _another_clinic(found, http, on)
    insurer = caller(found, "insurer-salamat", http, on.tally)
    why, back = {"reason": "entered-in-error"}, {"reason": "wrong-item"}
    order = {"lines": [{"item": 1, "irc": "9999000090010001", "quantity": "10",
                        "packs": [{"barcode": on.pack(), "count": "10"}]}]}  # fmt: skip
    shabad = given.number.partition("-")[0]

    def two(path: str, real: str, nobodys: str, body: Any = None) -> dict[str, tuple[str, Any]]:
        return {"not yours": (path.format(real), body), "not there": (path.format(nobodys), body)}

    nobody = str(new_id())
    return [
        Door("prescription", clinic, "GET", 404, two("/prescriptions/{}", given.number, f"{NOBODYS}-1")),
        Door("cancel", clinic, "POST", 404,
             two("/prescriptions/{}/cancel", given.number, f"{NOBODYS}-1", why)),
        Door("SHABAD", clinic, "GET", 404, two("/shabads/{}", shabad, NOBODYS)),
        Door("dispense, read", stranger, "GET", 404, two("/dispenses/{}", dispense, f"{NOBODYS}-1.1")),
        Door("dispense, return", stranger, "POST", 404,
             two("/dispenses/{}/return", dispense, f"{NOBODYS}-1.1", back)),
        Door("acceptance, release", stranger, "POST", 404, two("/acceptances/{}/release", held, nobody, {})),
        Door("acceptance, dispense", stranger, "POST", 404,
             {"not yours": ("/dispenses", order | {"acceptance": held}),
              "not there": ("/dispenses", order | {"acceptance": nobody})}),
        Door("claim", insurer, "GET", 404, two("/claims/{}", claim, f"{NOBODYS}-1.1-TAM")),
        _pointer(found, stranger, given.number),
        _typed(found, stranger, shabad, patient),
    ]  # fmt: skip


def _pointer(found: Ground, by: Caller, number: str) -> Door:
    base, wrong = found.service.settings.public_url, "A" * 16
    return Door(
        "accept by pointer",
        by,
        "POST",
        404,
        {
            "wrong secret": ("/prescriptions/accept", {"pointer": f"{base}/rx/{number}#{wrong}"}),
            "not there": ("/prescriptions/accept", {"pointer": f"{base}/rx/{NOBODYS}-1#{wrong}"}),
        },
    )


def _typed(found: Ground, by: Caller, shabad: str, patient: str) -> Door:
    other = national_id(777)

    def forget() -> None:
        """Or else the sixth try waits a quarter of an hour."""
        for one in (shabad, NOBODYS):
            attempts.forget(found.service, kind="possession", key=f"{by.entry['centre']}:{one}")

    def typed(shabad: str, who: str) -> tuple[str, Any]:
        return "/prescriptions/accept", {"shabad": shabad, "national_id": who}

    asked = {
        "wrong national ID": typed(shabad, other),
        "not there": typed(NOBODYS, other),
        "not there, a known person": typed(NOBODYS, patient),
    }
    return Door("accept by typing", by, "POST", 404, asked, forget)


def _another_clinic(found: Ground, http: httpx.Client, on: Hands) -> Caller:
    """A machine of a clinic that saw nobody yet."""
    key = Folder(found.folder / "demo").key("clinic-elsewhere")
    by = Actor(id="account:admin", role=Role.ADMINISTRATOR, at=found.service.clock())
    words = {"name_fa": "درمانگاه دیگر", "name_en": "Another clinic", "address_fa": "", "phone": ""}
    place = {"siam": "9900000999", "kind": CentreKind.CLINIC, "province": "IR-23", "licence_from": SINCE}
    with writing(found.service) as session:
        centre = coding_actions.add_centre(session, **words, **place, by=by)
        clients.client_add(
            session,
            id="clinic-elsewhere",
            name="Another clinic",
            scopes=["prescriber"],
            jwks={"keys": [jwk_of(key)]},
            centre="9900000999",
            by=by,
        )
    pem = (found.folder / "demo" / "keys" / "clinic-elsewhere.pem").read_text()
    entry = {"client_id": "clinic-elsewhere", "centre": centre}
    audience = found.service.settings.token_url
    return Caller(found.addresses, entry, jws.Key(thumb(key), "ES256", pem), audience, http, on.tally)


def _told(answer: httpx.Response) -> Any:
    answer.raise_for_status()
    return answer.json()


if __name__ == "__main__":
    raise SystemExit(main())
