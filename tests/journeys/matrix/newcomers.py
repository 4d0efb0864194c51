"""Those the demonstration lacks: a second clinic with its physician and machine, a second pharmacist at one counter."""

from app import accounts, clients
from app.demo.people import SINCE, Folder, jwk_of, thumb
from codings import actions as coding_actions
from codings import jws
from codings.base import Actor, Role
from codings.states import CentreKind, HolderKind
from tests.journeys.conftest import Caller, World

ELSEWHERE = "9900000999"


def admin(world: World) -> Actor:
    return Actor(id="account:admin", role=Role.ADMINISTRATOR, at=world.clock.now)


def add_machine(world: World, name: str, scope: str, centre: str) -> Caller:
    """A machine of a centre, with a key of its own."""
    key = Folder(world.folder / "demo").key(name)
    jwks = {"keys": [jwk_of(key)]}
    with world.write() as session:
        clients.client_add(
            session,
            id=name,
            name=name,
            scopes=[scope],
            jwks=jwks,
            centre=centre,
            insurer=None,
            by=admin(world),
        )
    pem = world.pem(f"keys/{name}.pem")
    return Caller(world, name, scope, jws.Key(thumb(key), "ES256", pem), {"centre": centre})


def add_account(world: World, name: str, council: str, centre: str, role: str) -> None:
    """An account of the demonstration's password, for somebody who works at a centre."""
    password = (world.folder / "demo" / "password").read_text().strip()
    with world.write() as session:
        told = {"username": name, "name": name, "role": Role(role), "password": password}
        accounts.account_add(
            session, service=world.service, centre=centre, practitioner=council, by=admin(world), **told
        )


def add_practitioner(world: World, council: str, kind: HolderKind, centre: str) -> None:
    by = admin(world)
    with world.write() as session:
        coding_actions.add_practitioner(
            session, council=council, kind=kind, name_fa="همکار", name_en="Colleague", by=by
        )
        coding_actions.affiliate(session, council=council, siam=centre, since=SINCE, by=by)


def add_clinic(world: World) -> str:
    """Another clinic, which saw nobody yet."""
    with world.write() as session:
        centre = coding_actions.add_centre(
            session,
            siam=ELSEWHERE,
            kind=CentreKind.CLINIC,
            name_fa="درمانگاه دیگر",
            name_en="Another clinic",
            province="IR-23",
            address_fa="",
            phone="",
            licence_from=SINCE,
            by=admin(world),
        )
        return str(centre.siam)


def arrive(world: World) -> None:
    """All of them."""
    add_clinic(world)
    world.callers["clinic-elsewhere"] = add_machine(world, "clinic-elsewhere", "prescriber", ELSEWHERE)
    add_practitioner(world, "9990003", HolderKind.PHYSICIAN, ELSEWHERE)
    add_account(world, "physician-elsewhere", "9990003", ELSEWHERE, "physician")
    add_practitioner(world, "9990013", HolderKind.PHARMACIST, "9900000002")
    add_account(world, "pharmacist-beside", "9990013", "9900000002", "pharmacist")
