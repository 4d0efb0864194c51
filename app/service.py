"""The one object a request, a job and a command are given: settings, database, keys, gateways, clock.

It is made once per process. Nothing in it changes afterwards; what changes lives in the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from app.keys import Keys
from app.settings import Settings
from codings import jws
from codings.base import Actor, Role, new_id

if TYPE_CHECKING:  # the gateways reach into every room; whoever only needs a session does not load them
    from app.gateways import Gateways


def utc_now() -> datetime:
    """The clock of a deployment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running Noskheh. `clock` is the only clock; tests hand in one that can be moved."""

    settings: Settings
    engine: Engine
    keys: Keys
    gateways: "Gateways"
    clock: Callable[[], datetime] = utc_now

    def close(self) -> None:
        """Let go of the database and the partners."""
        self.engine.dispose()
        if self.gateways is not None:
            self.gateways.close()

    def seal(self, payload: bytes, typ: str) -> str:
        """Sign `payload` with the service's own key as a compact JWS of type `typ`; pure computation."""
        return jws.sign(payload, key=self.keys.seal, typ=typ)

    def new_request_id(self) -> str:
        """The name under which a partner is asked, so that asking again is the same question."""
        return str(new_id())

    def itself(self, job: str) -> Actor:
        """The actor of the service's own jobs."""
        return Actor(id=f"service:{job}", role=Role.SERVICE, at=self.clock())


async def service_of(request: Request) -> Service:
    """Dependency: the service this request is answered by."""
    service: Service = request.app.state.service
    return service


TheService = Annotated[Service, Depends(service_of)]
