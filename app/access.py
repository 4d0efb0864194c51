"""Who may enter: every route names exactly one of `Machine`, `Person`, `Anyone`, and a test reads them all.

    def cancel(by: Annotated[Actor, Machine("prescriber")], ...): ...

A machine shows a token and is looked up on each request, so disabling it or closing its centre works at once.
A person shows a session, which is locked after a while without work; where a second factor is required, who has none
yet opens only the pages that set one up. A closed centre closes the pages of its people too. What someone may see
beyond that the rooms decide, by centre and by insurer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from fastapi import Depends, Request
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import APIKeyCookie, OAuth2
from fastapi.security.utils import get_authorization_scheme_param

from app import accounts, tokens
from app.accounts import Browser, Held, Standing
from app.db import glancing
from app.language import MACHINE_PATHS
from app.refusals import (
    BadToken,
    CentreClosed,
    NoToken,
    NotSignedIn,
    ProveAgain,
    SecondFactorMissing,
    SessionLocked,
    WrongRole,
    WrongScope,
)
from app.service import Service, TheService
from app.tables import Client, ClientState
from codings import sql
from codings.base import Actor, Role
from codings.tables import Centre
from codings.text import tehran_day

SCOPES = {
    "prescriber": "Clinic systems: eligibility, SHABADs, prescriptions",
    "pharmacy": "Pharmacy systems: accept, check packs, dispense",
    "insurer": "Insurers: coverages, claim batches, results, remittances",
    "codings": "Offices that keep codes and registers",
    "regulator": "The regulator: declare emergencies",
}
_WITH_CENTRE = "LEFT JOIN centre ON centre.siam = client.centre WHERE client.id = %(id)s"
_ITSELF = "WHERE centre.siam = %(siam)s"
NOBODY = "anyone"
BACKGROUND = "x-background"  # a header of requests that nobody's hand caused
OWN_PAGES = "/account"

_bearer = OAuth2(
    flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth/token", scopes=SCOPES)),
    scheme_name="client",
    description="Client credentials with a signed assertion (private_key_jwt).",
    auto_error=False,
)
_cookie = APIKeyCookie(name=accounts.SECURE_COOKIE, scheme_name="session", auto_error=False)


@dataclass(frozen=True, slots=True)
class Access:
    """What a route declared; hung on its dependency so that a walk over the routes finds it."""

    kind: Literal["machine", "person", "anyone"]
    names: frozenset[str]  # scopes or roles; empty means any
    fresh: bool = False  # whether the person must have proved just now who they are


def Machine(*scopes: str) -> Any:  # noqa: N802  read at the route as a kind of caller
    """A machine whose token carries one of `scopes` (any machine if none is named)."""
    wanted = frozenset(scopes)
    if not wanted <= SCOPES.keys():
        raise ValueError(f"no such scope among {sorted(wanted)}")

    def enter(request: Request, service: TheService, _scheme: str | None = Depends(_bearer)) -> Actor:
        actor = _machine(request, service)
        if wanted and not wanted & actor.scopes:
            raise WrongScope(scope=" ".join(sorted(wanted)))
        return _entered(request, actor)

    return _gate(enter, Access("machine", wanted))


def Person(*roles: Role, fresh: bool = False) -> Any:  # noqa: N802  read at the route as a kind of caller
    """Someone signed in with one of `roles` (anyone signed in if none is named).

    `fresh`: who proved within the last minutes who they are; for what makes or ends keys, roles and what all rely on.
    """
    wanted = frozenset(roles)

    def enter(request: Request, service: TheService, _scheme: str | None = Depends(_cookie)) -> Actor:
        held = held_by(request, service)
        if held is None or held.standing is Standing.ENDED:
            raise NotSignedIn
        if held.standing is Standing.LOCKED:
            raise SessionLocked
        if wanted and held.actor.role not in wanted:
            raise WrongRole
        if _lacks_second_factor(request, service, held):
            raise SecondFactorMissing
        if fresh and not held.fresh:
            raise ProveAgain
        if wanted:
            _require_open(service, held.actor)
        return _working(request, service, held)

    return _gate(enter, Access("person", frozenset(role.value for role in wanted), fresh))


def Anyone() -> Any:  # noqa: N802  read at the route as a kind of caller
    """Nobody is asked who they are; someone who is signed in is still known."""

    def enter(request: Request, service: TheService) -> Actor:
        held = held_by(request, service)
        if held is not None and held.standing is Standing.OPEN:
            return _working(request, service, held)
        return _entered(request, Actor(id=NOBODY, role=Role.PATIENT, at=service.clock()))

    return _gate(enter, Access("anyone", frozenset()))


def access_of(dependency: Callable[..., Any] | None) -> Access | None:
    """What a dependency of a route declares, if it is one of ours."""
    return getattr(dependency, "access", None)


def _gate(enter: Callable[..., Actor], access: Access) -> Any:
    cast("Any", enter).access = access
    return Depends(enter)


def _entered(request: Request, actor: Actor) -> Actor:
    request.state.actor = actor
    return actor


def _machine(request: Request, service: Service) -> Actor:
    scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
    if scheme.lower() != "bearer" or not token:
        raise NoToken
    now = service.clock()
    claims = tokens.read(service, token, at=now)
    with glancing(service) as session:
        found = sql.joined(session, (Client, Centre), _WITH_CENTRE, {"id": claims.client})
    if not found or found[0][0].state is not ClientState.ACTIVE:
        raise BadToken
    client, centre = found[0]
    if client.centre is not None and not _open(centre, now):
        raise CentreClosed
    return Actor(
        id=f"client:{client.id}",
        role=Role.MACHINE,
        at=now,
        centre=client.centre,
        insurer=client.insurer,
        scopes=claims.scopes & frozenset(client.scopes),
        name=client.name,
    )


def _require_open(service: Service, by: Actor) -> None:
    """Raises CentreClosed where a person works at a centre without a licence; looked up on each request."""
    if by.centre is None:
        return
    with glancing(service) as session:
        found = sql.rows(session, Centre, _ITSELF, {"siam": by.centre})
    if not found or not _open(found[0], by.at):
        raise CentreClosed


def _open(centre: Centre | None, now: datetime) -> bool:
    """Whether a centre's licence is in force on this day."""
    if centre is None or centre.state != "active":
        return False
    day = tehran_day(now)
    return centre.licence_from <= day and (centre.licence_to is None or day <= centre.licence_to)


def held_by(request: Request, service: Service) -> Held | None:
    """The session this browser holds, in whatever state."""
    if request.url.path.startswith(MACHINE_PATHS):
        return None  # a session opens pages only
    secret = request.cookies.get(accounts.cookie_name(service.settings))
    return accounts.held(service, secret=secret, browser=browser_of(request, service)) if secret else None


def browser_of(request: Request, service: Service) -> Browser:
    """The browser a request came from."""
    settings = service.settings
    peer = request.client.host if request.client else ""
    told = request.headers.get(settings.address_header, "") if settings.address_header else peer
    return Browser(
        device=request.cookies.get(accounts.device_cookie(settings), ""),
        agent=request.headers.get("user-agent", "")[:200],
        address=told.rpartition(",")[2].strip(),  # what the proxy itself added stands last
    )


def _working(request: Request, service: Service, held: Held) -> Actor:
    """Let in whoever holds an open session. What a page asks for by itself does not keep it awake."""
    if BACKGROUND not in request.headers and "text/event-stream" not in request.headers.get("accept", ""):
        accounts.keep(service, held=held)
        accounts.watch(service, held=held, address=browser_of(request, service).address)
        secret = request.cookies.get(accounts.cookie_name(service.settings), "")
        request.state.session_secret = accounts.turn(service, held=held, secret=secret)
    request.state.session_sha256 = held.sha256
    request.state.idle_seconds = int(accounts.idle(held.actor.role).total_seconds())
    return _entered(request, held.actor)


def _lacks_second_factor(request: Request, service: Service, held: Held) -> bool:
    path = request.url.path
    own = path == OWN_PAGES or path.startswith(f"{OWN_PAGES}/")
    return service.settings.second_factor_required and held.proof == "password" and not own
