"""A pharmacy's program: accept by the slip's QR, check packs, price, dispense."""

from pathlib import Path
from typing import Any

from connect import Client


class Pharmacy:
    def __init__(self, base_url: str, entry: dict[str, Any], *, folder: Path) -> None:
        self.api = Client(base_url, entry, folder=folder)

    def accept(self, qr: list[str]) -> Any:
        return self.api.post("/prescriptions/accept", {"qr": qr})

    def release(self, acceptance: str) -> None:
        self.api.post(f"/acceptances/{acceptance}/release", {})

    def check(self, barcode: str, *, item: int | None = None, acceptance: str | None = None) -> Any:
        asked = {"barcode": barcode, "item": item, "acceptance": acceptance}
        return self.api.post("/packs/check", {k: v for k, v in asked.items() if v is not None})

    def price(self, acceptance: str, lines: list[dict[str, Any]]) -> Any:
        return self.api.post("/dispenses/price", {"acceptance": acceptance, "lines": lines})

    def dispense(self, acceptance: str, lines: list[dict[str, Any]], *, once: str | None = None) -> Any:
        return self.api.post("/dispenses", {"acceptance": acceptance, "lines": lines}, once=once)

    def take_back(self, dispense: str, reason: str) -> Any:
        return self.api.post(f"/dispenses/{dispense}/return", {"reason": reason})
