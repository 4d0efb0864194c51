"""The authenticity authority asked over HTTP, with short time-outs and a circuit breaker.

An answer counts only when it is whole: status 200, JSON of the documented shape, the request id we sent and, where
it names a pack, the pack we asked about. Anything else (silence, an error, garbage, somebody else's answer) is
"unavailable", never a verdict.
"""

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, StrictInt, ValidationError

from app.gateways import PartnerState, SupplyAnswer, Unavailable
from app.gateways.breaker import Breaker
from app.outbound import NoAnswer, Outbound
from codings import jws
from codings.gs1 import PackCode
from codings.systems import amount_text
from pharmacy.packs import AuthorityAnswer

# The authority's status of a pack -> our verdict. DESTROYED and WITHDRAWN are one word at the counter.
VERDICTS = {
    "ACTIVE": "genuine",
    "SUPPLIED": "already_supplied",
    "UNKNOWN": "unknown",
    "RECALLED": "recalled",
    "EXPIRED": "expired",
    "WITHDRAWN": "withdrawn",
    "DESTROYED": "withdrawn",
    "STOLEN": "stolen",
    "MISMATCH": "mismatch",
}
_FAULTS = (NoAnswer, jws.InvalidJws, ValidationError)

# What is kept as it came: flat, short, and nothing that PostgreSQL could not keep.
_Words = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
_Detail = Annotated[dict[_Words, _Words | StrictBool | StrictInt | None], Field(max_length=20)]


class _Said(BaseModel):
    request_id: str
    uid: str | None = None  # the pack this is about, where the authority repeats it
    detail: _Detail = {}


class _Verified(_Said):
    status: Literal[
        "ACTIVE",
        "SUPPLIED",
        "UNKNOWN",
        "RECALLED",
        "EXPIRED",
        "WITHDRAWN",
        "DESTROYED",
        "STOLEN",
        "MISMATCH",
    ]
    remaining: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=3)


class _Registered(_Said):
    registered: bool
    status: str = Field(pattern=r"^[A-Z_]{1,40}$")


class HttpAuthenticity:
    """The authority behind `base_url`; `timeout` seconds for the whole of one call.

    `internal`: it stands in the deployment's own network.
    """

    def __init__(self, base_url: str, *, internal: bool = False, timeout: float = 1.5) -> None:
        self._base = base_url.rstrip("/")
        self._outbound = Outbound(internal=internal, seconds=timeout)
        self.breaker = Breaker("authenticity", adapter="http")

    def state(self, now: datetime) -> PartnerState:
        return self.breaker.state(now)

    def close(self) -> None:
        self._outbound.close()

    def verify(self, code: PackCode, *, pharmacy: str, request_id: str, now: datetime) -> AuthorityAnswer:
        body = {
            "request_id": request_id,
            "uid": code.uid,
            "gtin": code.gtin,
            "lot": code.lot,
            "expiry": code.expiry.isoformat(),
            "pharmacy": pharmacy,
        }
        said = self.breaker.call(
            lambda: _Verified.model_validate(self._ask("/authenticity/verify", body)), now=now, faults=_FAULTS
        )
        return AuthorityAnswer(
            verdict=VERDICTS[said.status],
            request_id=request_id,
            answered_at=now,
            remaining=said.remaining,
            detail=said.detail,
        )

    def supply(
        self, *, uid: str, gtin: str, count: Decimal, pharmacy: str, request_id: str, now: datetime
    ) -> SupplyAnswer:
        return self._register("/authenticity/supply", uid, gtin, count, pharmacy, request_id, now)

    def reactivate(
        self, *, uid: str, gtin: str, count: Decimal, pharmacy: str, request_id: str, now: datetime
    ) -> SupplyAnswer:
        return self._register("/authenticity/reactivate", uid, gtin, count, pharmacy, request_id, now)

    def _register(  # noqa: PLR0917
        self, path: str, uid: str, gtin: str, count: Decimal, pharmacy: str, request_id: str, now: datetime
    ) -> SupplyAnswer:
        body = {
            "request_id": request_id,
            "uid": uid,
            "gtin": gtin,
            "count": amount_text(count),
            "pharmacy": pharmacy,
        }
        said = self.breaker.call(
            lambda: _Registered.model_validate(self._ask(path, body)), now=now, faults=_FAULTS
        )
        return SupplyAnswer(
            registered=said.registered,
            request_id=request_id,
            answered_at=now,
            detail={"status": said.status, **said.detail},
        )

    def _ask(self, path: str, body: dict[str, str]) -> Any:
        answer = self._outbound.ask(self._base + path, content=json.dumps(body).encode())
        said = jws.strict_json(answer)
        if not isinstance(said, dict) or said.get("request_id") != body["request_id"]:
            raise NoAnswer("the answer is to another question")
        if said.get("uid") not in {None, body["uid"]}:
            raise NoAnswer("the answer is about another pack")
        return said


class NoAuthenticity:
    """No authority is configured: every pack is `unverified`, and the status page says so."""

    def state(self, now: datetime) -> PartnerState:  # noqa: ARG002
        return PartnerState("authenticity", "none", "down", None, None)

    def close(self) -> None:
        """Nothing is kept open."""

    def verify(self, *_: object, **__: object) -> AuthorityAnswer:
        raise self._nobody()

    def supply(self, **_: object) -> SupplyAnswer:
        raise self._nobody()

    def reactivate(self, **_: object) -> SupplyAnswer:
        raise self._nobody()

    @staticmethod
    def _nobody() -> Unavailable:
        return Unavailable("authenticity", why="not configured", since=None, last_good=None)
