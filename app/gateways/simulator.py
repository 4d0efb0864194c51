"""The pretended national authenticity authority: a separate process, asked over real HTTP.

It keeps its packs in an SQLite file, so that what was supplied stays supplied over a restart, and has knobs
for the bad days: latency, errors, lies (an answer to another question) and silence (no answer at all).

    POST /authenticity/verify      {request_id, uid, gtin, lot, expiry, pharmacy}
    POST /authenticity/supply      {request_id, uid, gtin, count, pharmacy}
    POST /authenticity/reactivate  the same
    PUT  /packs                    {packs: [{uid, gtin, lot, expiry, size, status}]}, those it knows stay as they are
    GET | PUT /knobs               {latency_ms, error_rate, lie, silence}
    GET  /health
"""

import random
import sqlite3
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

_SCHEMA = """
create table if not exists pack(
    uid text primary key, gtin text not null, lot text not null, expiry text not null,
    size text not null, status text not null, supplied text not null default '0', pharmacy text);
create table if not exists act(request_id text primary key, kind text not null, answer text not null);
"""
_SILENCE_S = 30


class PackIn(BaseModel):
    uid: str
    gtin: str
    lot: str
    expiry: str
    size: Decimal
    status: str = "ACTIVE"


class Packs(BaseModel):
    packs: list[PackIn]


class Question(BaseModel):
    request_id: str
    uid: str
    gtin: str
    lot: str
    expiry: str
    pharmacy: str


class Act(BaseModel):
    request_id: str
    uid: str
    gtin: str
    count: Decimal = Field(gt=0)
    pharmacy: str


class Knobs(BaseModel):
    latency_ms: int = Field(default=0, ge=0, le=60_000)
    error_rate: int = Field(default=0, ge=0, le=100, description="errors in 100 answers")
    lie: bool = False
    silence: bool = False


class Register:
    """The authority's packs. One connection, one lock: it is a pretence, not a performance."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("pragma journal_mode=wal;" + _SCHEMA)
        self._lock = threading.Lock()

    def add(self, packs: list[PackIn]) -> int:
        rows = [(p.uid, p.gtin, p.lot, p.expiry, str(p.size), p.status) for p in packs]
        with self._lock:
            self._db.execute("begin")
            before = self._db.total_changes
            self._db.executemany(
                "insert or ignore into pack(uid, gtin, lot, expiry, size, status) values (?,?,?,?,?,?)", rows
            )
            added = self._db.total_changes - before
            self._db.execute("commit")
        return added

    def verify(self, asked: Question) -> dict[str, Any]:
        with self._lock:
            pack = self._pack(asked.uid)
        if pack is None or pack["gtin"] != asked.gtin:
            return {"status": "UNKNOWN"}
        if pack["lot"] != asked.lot or pack["expiry"] != asked.expiry:
            return {
                "status": "MISMATCH",
                "detail": {"differs": "lot" if pack["lot"] != asked.lot else "expiry"},
            }
        return self._standing(pack, asked.pharmacy)

    def act(self, kind: str, asked: Act) -> dict[str, Any]:
        sign = 1 if kind == "supply" else -1
        with self._lock:
            done = self._db.execute(
                "select kind, answer from act where request_id=?", (asked.request_id,)
            ).fetchone()
            if done:
                return {"registered": done[0] == kind, "status": done[1], "detail": {"repeat": True}}
            pack = self._pack(asked.uid)
            refusal = self._refusal(pack, asked, sign)
            if pack is None or refusal:
                return {"registered": False, "status": refusal or "UNKNOWN"}
            supplied = Decimal(pack["supplied"]) + sign * asked.count
            self._db.execute(
                "update pack set supplied=?, pharmacy=? where uid=?",
                (str(supplied), asked.pharmacy if supplied else None, asked.uid),
            )
            status = "SUPPLIED" if supplied >= Decimal(pack["size"]) else "ACTIVE"
            self._db.execute("insert into act values (?,?,?)", (asked.request_id, kind, status))
        return {"registered": True, "status": status}

    def _pack(self, uid: str) -> dict[str, Any] | None:
        cursor = self._db.execute("select * from pack where uid=?", (uid,))
        row = cursor.fetchone()
        return dict(zip((c[0] for c in cursor.description), row, strict=True)) if row else None

    @staticmethod
    def _standing(pack: dict[str, Any], pharmacy: str) -> dict[str, Any]:
        left = Decimal(pack["size"]) - Decimal(pack["supplied"])
        if pack["status"] != "ACTIVE":
            return {"status": pack["status"]}
        if left <= 0 or (pack["pharmacy"] and pack["pharmacy"] != pharmacy):
            return {"status": "SUPPLIED"}
        return {"status": "ACTIVE", "remaining": str(left)}

    @classmethod
    def _refusal(cls, pack: dict[str, Any] | None, asked: Act, sign: int) -> str | None:
        if pack is None or pack["gtin"] != asked.gtin:
            return "UNKNOWN"
        supplied = Decimal(pack["supplied"]) + sign * asked.count
        if sign > 0:
            standing: str = cls._standing(pack, asked.pharmacy)["status"]
            if standing != "ACTIVE":
                return standing
            return "SUPPLIED" if supplied > Decimal(pack["size"]) else None
        return "NOT_SUPPLIED_HERE" if supplied < 0 or pack["pharmacy"] != asked.pharmacy else None


def create_simulator(path: Path) -> FastAPI:
    """The application; its packs live in the SQLite file at `path`."""
    app = FastAPI(title="Pretended authenticity authority", docs_url=None, redoc_url=None)
    register = Register(path)
    state = {"knobs": Knobs()}

    def weather(request_id: str) -> str:
        """Apply the knobs; gives the request id to answer with."""
        knobs = state["knobs"]
        if knobs.silence:
            time.sleep(_SILENCE_S)
        time.sleep(knobs.latency_ms / 1000)
        if random.randrange(100) < knobs.error_rate:  # noqa: S311  weather, not a secret
            raise HTTPException(500, "out of order")
        return "somebody-elses-question" if knobs.lie else request_id

    @app.post("/authenticity/verify")
    def verify(asked: Question) -> dict[str, Any]:
        return {"request_id": weather(asked.request_id), **register.verify(asked)}

    @app.post("/authenticity/supply")
    def supply(asked: Act) -> dict[str, Any]:
        return {"request_id": weather(asked.request_id), **register.act("supply", asked)}

    @app.post("/authenticity/reactivate")
    def reactivate(asked: Act) -> dict[str, Any]:
        return {"request_id": weather(asked.request_id), **register.act("reactivate", asked)}

    @app.put("/packs")
    def packs(body: Packs) -> dict[str, int]:
        return {"added": register.add(body.packs)}

    @app.get("/knobs")
    def read_knobs() -> Knobs:
        return state["knobs"]

    @app.put("/knobs")
    def turn_knobs(knobs: Knobs) -> Knobs:
        state["knobs"] = knobs
        return knobs

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "up"}

    return app
