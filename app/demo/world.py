"""`var/demo/world.json`: all that an outside program needs to take part in the demonstration."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from app.db import reading
from app.demo.packs import packs
from app.demo.people import OFFICERS, Folder, account_list, machine_list, rows, thumb
from app.demo.seed import certificate_of, seed
from app.service import Service
from codings.systems import amount_text
from codings.tables import Medicine, Product
from codings.text import tehran_day


def build(service: Service, folder: Path, *, base_url: str, authority: str) -> dict[str, Any]:
    """Seed what is missing, write world.json, and give its content."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    demo = Folder(folder)
    seed(service, demo)
    world = {
        "base_url": base_url,
        "token_url": f"{base_url}/oauth/token",
        "authority_url": authority,
        "ca_certificate": "ca.pem",
        "seal_certificate": "seal.pem",
        "accounts": [{**asdict(a), "password": demo.password()} for a in account_list()],
        "clients": [_client(demo, m) for m in machine_list()],
        "practitioners": _practitioners(service, demo),
        "centres": list(rows("demo_centres.csv")),
        "insurers": list(rows("insurers.csv")),
        "patients": [_patient(row) for row in rows("demo_people.csv")],
        "medicines": _medicines(service),
        "packs": packs(service, authority, folder / "packs.json", today=tehran_day(service.clock())),
    }
    (folder / "ca.pem").write_text(service.keys.ca_certificate_pem)
    (folder / "seal.pem").write_text(service.keys.seal_certificate_pem)
    draft = folder / "world.json.new"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(world, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.rename(folder / "world.json")
    return world


def _client(demo: Folder, machine: Mapping[str, str | None]) -> dict[str, Any]:
    name = str(machine["client_id"])
    return {**machine, "alg": "ES256", "kid": thumb(demo.key(name)), "key_file": f"keys/{name}.pem"}


def _practitioners(service: Service, demo: Folder) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in rows("demo_practitioners.csv"):
        entry: dict[str, Any] = dict(row)
        if row["kind"] == "physician":
            entry |= _signer(service, demo, row["council"], "physician")
        found.append(entry)
    for number, fa, en in OFFICERS:
        entry = {"council": number, "kind": "officer", "name_fa": fa, "name_en": en}
        found.append(entry | _signer(service, demo, number, "officer"))
    return found


def _signer(service: Service, demo: Folder, holder: str, kind: str) -> dict[str, Any]:
    key = demo.key(f"{kind}-{holder}")
    return {
        "kid": certificate_of(service, holder, key),
        "key_file": f"keys/{kind}-{holder}.pem",
        "alg": "ES256",
    }


def _patient(row: Mapping[str, str]) -> dict[str, str | None]:
    return {name: value or None for name, value in row.items()}


def _medicines(service: Service) -> list[dict[str, Any]]:
    """The generic presentations with their demonstration products."""
    with reading(service) as session:
        products: dict[str, list[dict[str, Any]]] = {}
        for p in session.exec(select(Product).order_by(col(Product.irc))):
            products.setdefault(p.generic, []).append(
                {
                    "irc": p.irc,
                    "gtin": p.gtin,
                    "name": p.name_en,
                    "pack_size": amount_text(p.pack_size),
                    "price": p.price,
                }
            )
        return [
            {
                "generic": m.generic,
                "inn": m.inn,
                "name_fa": m.name_fa,
                "short": m.short,
                "atc": m.atc,
                "form": m.form,
                "strength": m.strength,
                "route": m.route,
                "unit": m.unit,
                "products": products.get(m.generic, []),
            }
            for m in session.exec(select(Medicine).order_by(col(Medicine.generic)))
        ]
