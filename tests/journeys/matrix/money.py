"""What lies between a pharmacy and its insurer: claims in every state they rest in, batches, files, payments."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from codings.text import tehran_day
from tests.journeys import insurer_hand
from tests.journeys.matrix.standing import Standing, Thing

OPEN = 7  # claims to be answered: one that stays, and one for each of those who write on it


def settle(standing: Standing) -> None:
    """Every state of a claim, batch after batch."""
    world = standing.world
    names = ["payable", "paid", "appealed", "closed", "reversed", *(["partly", "rejected"] * OPEN)]
    told = {name: standing.claimed([name] * names.count(name)) for name in dict.fromkeys(names)}
    world.work()
    _decide(standing, told, {line["claim"]: line for line in insurer_hand.pull(world.tamin)})
    standing.claimed(["received"])
    world.work()
    insurer_hand.pull(world.tamin)
    standing.claimed(["sealed"])
    medicine = world.item()["medicine"]
    standing.verified = {"medicine": medicine, "shabad": standing.prescribe()["shabad"]}
    world.work()
    standing.claimed(["void", "held"])
    for name in ("void", "reversed"):
        returned = standing.claims[name][0]["claim"].rpartition("-")[0]
        world.pharmacy.post(f"/dispenses/{returned}/return", {"reason": "wrong-item"})


def _decide(standing: Standing, told: Mapping[str, Sequence[str]], lines: Mapping[str, Any]) -> None:
    tamin, pharmacy = standing.world.tamin, standing.world.pharmacy
    cut = {"partly": 1000, "payable": 1000, "appealed": 1000, "rejected": 10**9, "closed": 10**9}
    decided = [
        insurer_hand.decision(lines[claim], deducted=cut.get(name, 0), note="above")
        for name, claims in told.items()
        for claim in claims
    ]
    job = insurer_hand.send_results(standing.world, tamin, *decided)
    standing.things["file", "done"] = {"job": job, "file": job}
    for name in ("payable", "closed"):
        pharmacy.post(f"/claims/{told[name][0]}/accept", {}, ok=200)
    pharmacy.post(f"/claims/{told['appealed'][0]}/appeal", {"reason": "the list says so"}, ok=200)
    today, [paid] = tehran_day(standing.world.clock.now).isoformat(), told["paid"]
    insurer_hand.pay(tamin, "P-1", today, {paid: lines[paid]["amounts"]["requested"]})
    standing.things["payment", "made"] = {"number": "P-1"}


def claim(standing: Standing, state: str) -> Thing:
    """The next one in this state; the only one, where nobody may write on it."""
    return standing.claims[state].pop() if state in {"partly", "rejected"} else standing.claims[state][0]


def batch(standing: Standing, state: str) -> Thing:
    """The first one is acknowledged; the newest waits."""
    if state == "sealed" and ("batch", "sealed") in standing.things:
        standing.claimed(["more"])
        standing.world.work()
    manifests = standing.world.tamin.get("/claim-batches", after=0, limit=100)["items"]
    one = manifests[-1] if state == "sealed" else manifests[0]
    files = [{k: f[k] for k in ("name", "sha256", "count")} for f in one["files"]]
    ack = {"manifest_sha256": one["manifest_sha256"], "files": files, "receipt_no": f"R-{one['seq']}"}
    return {"seq": str(one["seq"]), "name": files[0]["name"], "ack": json.dumps(ack)}
