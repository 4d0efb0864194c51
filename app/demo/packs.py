"""The demonstration's packs: printed codes for every verdict, known (or not) to the pretended authority."""

import json
import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import col, select

from app.db import reading
from app.service import Service
from codings.gs1 import write_pack
from codings.systems import amount_text
from codings.tables import Product
from pharmacy.tables import Pack

GENUINE_EACH = 12  # unused genuine packs of each product, topped up at each start
OTHERS = 4  # packs of each other verdict
# verdict to expect -> status at the authority (none: it never heard of the pack)
VERDICTS = {
    "already_supplied": "SUPPLIED",
    "unknown": None,
    "recalled": "RECALLED",
    "withdrawn": "WITHDRAWN",
    "stolen": "STOLEN",
    "expired": "ACTIVE",
    "mismatch": "ACTIVE",
}
_LIFE = timedelta(days=540)
_CHUNK = 500


def packs(service: Service, authority: str, kept: Path, *, today: date) -> dict[str, list[dict[str, Any]]]:
    """The packs to print in world.json, by verdict; those used up are replaced. `kept` remembers them."""
    known: dict[str, list[dict[str, Any]]] = json.loads(kept.read_text()) if kept.exists() else {}
    with reading(service) as session:
        taken = set(session.exec(select(Pack.uid).where(col(Pack.taken) > 0)))
        products = list(session.exec(select(Product).order_by(col(Product.irc))))
    fresh: list[dict[str, Any]] = []
    unused = [p for p in known.get("genuine", []) if p["uid"] not in taken]
    have: dict[str, int] = {}
    for pack in unused:
        have[pack["irc"]] = have.get(pack["irc"], 0) + 1
    for product in products:
        fresh += [new_pack(product, today) for _ in range(GENUINE_EACH - have.get(product.irc, 0))]
    known["genuine"] = unused + fresh
    new = list(fresh)
    for i, (verdict, status) in enumerate(VERDICTS.items()):
        if verdict not in known:
            known[verdict] = [
                _odd(products[(7 * i + k) % len(products)], today, verdict, status) for k in range(OTHERS)
            ]
            new += [p for p in known[verdict] if p["status"]]
    register(authority, new)
    draft = kept.with_suffix(".new")
    draft.write_text(json.dumps(known, ensure_ascii=False))
    draft.rename(kept)
    return {verdict: [_shown(p) for p in found] for verdict, found in known.items()}


def new_pack(
    product: Product, today: date, *, status: str | None = "ACTIVE", expiry: date | None = None
) -> dict[str, Any]:
    """A pack with a fresh UID: five digits of a reserved company, level 0, fourteen random digits."""
    uid = "99999" + "0" + "".join(secrets.choice("0123456789") for _ in range(14))
    expiry, lot = expiry or today + _LIFE, f"D{today:%y%m}{secrets.randbelow(90) + 10}"
    return {
        "uid": uid,
        "gtin": product.gtin,
        "irc": product.irc,
        "generic": product.generic,
        "lot": lot,
        "expiry": expiry.isoformat(),
        "size": amount_text(product.pack_size),
        "status": status,
        "barcode": write_pack(product.gtin, uid, expiry, lot),
    }


def _odd(product: Product, today: date, verdict: str, status: str | None) -> dict[str, Any]:
    expired = today - timedelta(days=40) if verdict == "expired" else None
    pack = new_pack(product, today, status=status, expiry=expired)
    if verdict == "mismatch":  # the authority knows it under another lot
        printed = date.fromisoformat(pack["expiry"])
        pack["barcode"] = write_pack(product.gtin, pack["uid"], printed, "FALSE99")
    return pack


def register(authority: str, new: Iterable[dict[str, Any]]) -> None:
    """Make packs known to the authority; those it knows stay as they are."""
    waiting = [{k: p[k] for k in ("uid", "gtin", "lot", "expiry", "size", "status")} for p in new]
    with httpx.Client(base_url=authority, timeout=30, trust_env=False) as http:
        for start in range(0, len(waiting), _CHUNK):
            http.put("/packs", json={"packs": waiting[start : start + _CHUNK]}).raise_for_status()


def _shown(pack: dict[str, Any]) -> dict[str, Any]:
    return {k: pack[k] for k in ("barcode", "uid", "gtin", "irc", "generic", "lot", "expiry", "size")}
