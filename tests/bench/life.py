"""A prescription really made, watched from the eligibility to the claim: what copies are made of."""

import json
from dataclasses import replace
from typing import Any, Final

from app.db import writing
from app.flows import sealing
from codings.text import tehran_day
from tests.bench.ground import INSURER, Ground, people
from tests.bench.limit import tally, watch
from tests.bench.multiply import FIRST_PERSON, Made
from tests.bench.rungs import post
from tests.bench.stock import CLINIC, PHARMACY, PHYSICIAN, Stock, Visit

NUMBER: Final = FIRST_PERSON - 1  # of a person whom neither a rung nor a copy has


def really_made(found: Ground, stock: Stock, *, sealed: bool = True) -> Made:
    """A person and one prescription of theirs, from the eligibility to the sealed batch, as the service wrote it.

    Not `sealed`, its claim still waits to be.
    """
    waiting = found.service.settings.model_copy(update={"seal_after_seconds": 86_400})
    found = replace(
        found, service=replace(found.service, settings=waiting)
    )  # it is this one that does the jobs
    stock.tokens(stock.visits(1))  # three medicines are looked for once
    told: dict[str, str] = {}
    for caller in (CLINIC, PHARMACY):
        found.token(caller)  # asking for one writes too

    def make() -> None:
        with writing(found.service) as session:
            [told["national_id"]] = people(
                session, range(NUMBER, NUMBER + 1), by=found.service.itself("bench")
            )
        told["shabad"] = _life(found, stock, told["national_id"])
        if sealed:
            sealing.seal(found.service, insurer=INSURER, by=found.service.itself("bench"))

    known, changes = watch(found.dsn, make)
    if ("batch_item" if sealed else "ready_claim") not in tally(changes):
        raise SystemExit("the claim is not where it should be")
    return Made(known, changes, told["shabad"], told["national_id"])


def _life(found: Ground, stock: Stock, national_id: str) -> str:
    """Every step over HTTP, and the jobs that follow. The SHABAD."""

    def ask(caller: str, request: dict[str, Any]) -> Any:
        _, [answer] = found.rung(caller, [request], at_a_time=1)
        if not 200 <= answer["status"] < 300:
            raise SystemExit(f"{request['path']}: {answer}")
        return json.loads(answer["body"])

    seen = {"patient": {"national_id": national_id}, "practitioner": PHYSICIAN}
    visit = ask(CLINIC, post("/api/v1/eligibility", {**seen, "centre": found.client(CLINIC)["centre"]}))
    patient = visit["patient"]["id"]
    today = tehran_day(found.service.clock()).isoformat()
    facts = {"allergies": {"state": "none_known", "items": []}, "as_of": today}
    ask(CLINIC, post(f"/api/v1/patients/{patient}/facts", facts) | {"method": "PUT"})
    cover = visit["coverages"][0]["coverage"]
    shabad = ask(CLINIC, post("/api/v1/shabads", {"inquiry": visit["inquiry"], "coverage": cover}))["shabad"]
    [token] = stock.tokens([Visit(shabad, patient, national_id)])
    signed = ask(CLINIC, post("/api/v1/prescriptions", {"jws": token}))
    accepted = ask(PHARMACY, post("/api/v1/prescriptions/accept", {"qr": signed["qr"]}))
    [order] = stock.orders([accepted["acceptance"]])
    ask(PHARMACY, post("/api/v1/dispenses", order))
    found.work()
    return str(shabad)
