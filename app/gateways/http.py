"""The authenticity authority asked over HTTP, with short time-outs and a circuit breaker.

An answer counts only when it is whole: status 200, JSON of the documented shape, and the request id
we sent. Anything else (silence, an error, garbage, somebody else's answer) is "unavailable", never a verdict.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import httpx
from pydantic import BaseModel, ValidationError

from app.gateways import PartnerState, SupplyAnswer, Unavailable
from app.gateways.breaker import Breaker
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
_FAULTS = (httpx.HTTPError, ValidationError, ValueError)


class _Verified(BaseModel):
    request_id: str
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
    remaining: Decimal | None = None
    detail: dict[str, Any] = {}


class _Registered(BaseModel):
    request_id: str
    registered: bool
    status: str
    detail: dict[str, Any] = {}


class HttpAuthenticity:
    """The authority behind `base_url`; `timeout` seconds for the whole of one call."""

    def __init__(self, base_url: str, *, timeout: float = 1.5) -> None:
        # trust_env off: a proxy setting of the machine must not carry pack codes elsewhere.
        self._http = httpx.Client(base_url=base_url, timeout=timeout, follow_redirects=False, trust_env=False)
        self.breaker = Breaker("authenticity", adapter="http")

    def state(self, now: datetime) -> PartnerState:
        return self.breaker.state(now)

    def close(self) -> None:
        self._http.close()

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
        answer = self._http.post(path, json=body)
        answer.raise_for_status()
        said = answer.json()
        if not isinstance(said, dict) or said.get("request_id") != body["request_id"]:
            msg = "the answer is to another question"
            raise ValueError(msg)
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
