"""The hands of an insurer's system: it pulls and acknowledges, decides, and pays."""

import json
from typing import Any

from tests.journeys.conftest import Caller, World


def pull(caller: Caller) -> list[dict[str, Any]]:
    """Fetch and acknowledge every batch that waits; what stands in their files, line by line."""
    lines: list[dict[str, Any]] = []
    after = caller.get("/claim-batches/cursor")["acked_contiguous"]
    for manifest in caller.get("/claim-batches", after=after)["items"]:
        file = manifest["files"][0]
        body = caller.send("GET", f"/claim-batches/{manifest['seq']}/files/{file['name']}").content
        lines += [json.loads(line) for line in body.splitlines()]
        files = [{name: file[name] for name in ("name", "sha256", "count")}]
        told = {"manifest_sha256": manifest["manifest_sha256"], "files": files}
        caller.post(f"/claim-batches/{manifest['seq']}/ack", told | {"receipt_no": f"R-{manifest['seq']}"})
    return lines


def decision(
    line: dict[str, Any], *, deducted: int = 0, note: str | None = None, no: int = 1
) -> dict[str, Any]:
    """A decision on a claim that takes so much off its first line, all of it when it is more than there is."""
    lines, left = [], deducted
    for one in line["amounts"]["lines"]:
        off = min(left, one["requested"])
        left -= off
        reason = {"reason": "price", "rule": "T-7", "amount": off} | ({"note": note} if note else {})
        lines.append(
            {"line": one["line"], "approved": one["requested"] - off, "deductions": [reason] if off else []}
        )
    approved = sum(one["approved"] for one in lines)
    whole = approved == line["amounts"]["requested"]
    outcome = "approved" if whole else "partly" if approved else "rejected"
    told = {"claim": line["claim"], "version": line["version"], "result_no": no}
    return told | {"outcome": outcome, "lines": lines}


def send_results(world: World, caller: Caller, *told: dict[str, Any] | str) -> str:
    """Send decisions as a file and let the job read it; the file's id."""
    body = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in told) + "\n"
    headers = {"Content-Type": "application/x-ndjson"}
    answer = caller.send("POST", "/results", content=body.encode(), headers=headers)
    assert answer.is_success, answer.text
    world.work()
    return str(answer.json()["job"])


def pay(caller: Caller, payment_no: str, paid_on: str, amounts: dict[str, int]) -> None:
    """One remittance over some claims, each with its approved amount."""
    lines = [
        {"claim": claim, "version": 1, "kind": "payment", "amount": amount}
        for claim, amount in amounts.items()
    ]
    told = {"payment_no": payment_no, "paid_on": paid_on, "amount": sum(amounts.values()), "lines": lines}
    caller.post("/remittances", told, ok=201)
