"""The command line: run, demo, serve, worker, simulate, migrate, and the first entries of a new deployment.

    python -m app run [--port 8000]
    python -m app demo
    python -m app serve [--host HOST] [--port 8000] [--processes 1]
    python -m app worker
    python -m app migrate
    python -m app bootstrap USERNAME NAME                 the first administrator; asks for the password
    python -m app account add USERNAME NAME ROLE [--centre SIAM] [--insurer CODE] [--practitioner COUNCIL]
    python -m app account disable USERNAME
    python -m app centre add SIAM KIND NAME_FA NAME_EN PROVINCE
    python -m app client add ID --scope SCOPE [--centre SIAM | --insurer CODE] (--jwks FILE | --jwks-url URL)
    python -m app client rotate ID --jwks FILE
    python -m app client disable ID
    python -m app codings load [FOLDER]                   put a folder of releases into force; the shipped one if none
    python -m app codings map-official EXPORT --out FOLDER    a drug registry's codes on the shipped medicines
    python -m app audit verify [--checkpoints FILE]       whether anything of the audit was changed or taken out

All but run, demo, simulate and map-official work on the database of DATABASE_URL.
"""

import argparse
import contextlib
import getpass
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import exc
from sqlmodel import Session

from app import accounts, audit_commands, clients, commands, demo_run, migrate, server
from app.commands.words import command
from app.db import writing
from app.gateways.ports import make_gateways
from app.gateways.simulator import create_simulator
from app.keys import KeyFileError
from app.main import open_service
from app.outbound import Outbound
from app.production import Unfit
from app.refusals import AdministratorExists
from app.service import Service
from app.settings import Settings
from codings import actions as coding_actions
from codings import loader, official
from codings.base import Actor, Problem, Role
from codings.text import tehran_day


def main(words: list[str] | None = None) -> int:
    """Do what was asked; a refusal is one sentence on standard error and status 1."""
    asked = _parser().parse_args(words)
    try:
        return int(asked.run(asked) or 0)
    except Problem as no:
        print(f"{no.code}: {no.detail.en} {no.remedy.en if no.remedy else ''}".strip(), file=sys.stderr)
    except (Unfit, KeyFileError, migrate.MigrationError, ValueError, OSError) as no:
        print(str(no).splitlines()[0], file=sys.stderr)
    except exc.OperationalError as no:
        print(f"The database does not answer: {no.orig}", file=sys.stderr)
    except KeyboardInterrupt:
        pass
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description="Noskheh's command line")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    run = command(verbs, "run", "serve the demonstration", lambda a: server.run(port=a.port, host=a.host))
    run.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    run.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    command(verbs, "demo", "the whole main job through the public API", lambda _: demo_run.play())
    command(verbs, "migrate", "bring the database up to date", lambda _: migrate.upgrade(_settings()))
    simulate = command(verbs, "simulate", "the pretended national authority", _simulate)
    simulate.add_argument("--port", type=int, default=8900)
    simulate.add_argument("--file", type=Path, default=Path("var/demo/authority.sqlite"))
    boot = command(verbs, "bootstrap", "the first administrator", _written(_bootstrap))
    boot.add_argument("username")
    boot.add_argument("name")
    _account_commands(verbs)
    _client_commands(verbs)
    _codings_commands(verbs)
    audit_commands.add_commands(verbs, _service)
    for group in commands.groups:
        group.add(verbs)
    centre = verbs.add_parser("centre", help="centres").add_subparsers(required=True, metavar="VERB")
    add = command(centre, "add", "register a centre", _written(_centre_add))
    for word in ("siam", "kind", "name_fa", "name_en", "province"):
        add.add_argument(word)
    return parser


def _account_commands(commands: Any) -> None:
    verbs = commands.add_parser("account", help="people who sign in").add_subparsers(
        required=True, metavar="VERB"
    )
    add = command(verbs, "add", "make an account; asks for its password", _written(_account_add))
    add.add_argument("username")
    add.add_argument("name")
    add.add_argument("role", choices=[r.value for r in Role if r not in {Role.MACHINE, Role.SERVICE}])
    for word in ("--centre", "--insurer", "--practitioner"):
        add.add_argument(word)
    disable = command(verbs, "disable", "close an account, sessions and all", _written(_account_disable))
    disable.add_argument("username")
    words = "take away lost passkeys and codes; the password alone opens it until new ones are set up"
    reset = command(verbs, "reset-proofs", words, _written(_account_reset))
    reset.add_argument("username")


def _client_commands(commands: Any) -> None:
    verbs = commands.add_parser("client", help="machines").add_subparsers(required=True, metavar="VERB")
    add = command(verbs, "add", "register a machine with its public keys", _written(_client_add))
    add.add_argument("id")
    add.add_argument("--name")
    add.add_argument("--scope", action="append", required=True)
    add.add_argument("--centre")
    add.add_argument("--insurer")
    rotate = command(verbs, "rotate", "replace a machine's keys", _written(_client_rotate))
    rotate.add_argument("id")
    for one in (add, rotate):
        keys = one.add_mutually_exclusive_group(required=True)
        keys.add_argument("--jwks", type=Path)
        keys.add_argument("--jwks-url")
    disable = command(verbs, "disable", "close a machine's access", _written(_client_disable))
    disable.add_argument("id")


def _codings_commands(commands: Any) -> None:
    verbs = commands.add_parser("codings", help="releases").add_subparsers(required=True, metavar="VERB")
    load = command(verbs, "load", "put a folder of releases into force", _written(_codings_load))
    load.add_argument("folder", type=Path, nargs="?", default=loader.DATA)
    words = "put a drug registry's codes and products on the shipped medicines, as files to upload"
    official = command(verbs, "map-official", words, _map_official)
    official.add_argument("export", type=Path)
    official.add_argument("--out", type=Path, required=True)


Verb = Callable[[Session, Service, argparse.Namespace, Actor], None]


def _written(verb: Verb) -> Callable[[argparse.Namespace], int]:
    """Run a verb of the shell in one transaction, in the name of whoever is at this keyboard."""

    def run(asked: argparse.Namespace) -> int:
        service = _service()
        by = Actor(id=f"command:{getpass.getuser()}", role=Role.ADMINISTRATOR, at=service.clock())
        with contextlib.closing(service), writing(service) as session:
            verb(session, service, asked, by)
        print("Done.")
        return 0

    return run


def _settings() -> Settings:
    return Settings()


def _service() -> Service:
    return open_service(_settings(), gateways=make_gateways)


def _simulate(asked: argparse.Namespace) -> None:
    asked.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    uvicorn.run(
        create_simulator(asked.file), host="127.0.0.1", port=asked.port, log_level="warning", access_log=False
    )


def _bootstrap(session: Session, service: Service, asked: argparse.Namespace, by: Actor) -> None:
    if any(a.role == Role.ADMINISTRATOR for a in accounts.accounts(session)):
        raise AdministratorExists
    _add(session, service, asked.username, asked.name, Role.ADMINISTRATOR, by, {})


def _account_add(session: Session, service: Service, asked: argparse.Namespace, by: Actor) -> None:
    belongs = {"centre": asked.centre, "insurer": asked.insurer, "practitioner": asked.practitioner}
    _add(session, service, asked.username, asked.name, Role(asked.role), by, belongs)


def _add(  # noqa: PLR0917
    session: Session,
    service: Service,
    username: str,
    name: str,
    role: Role,
    by: Actor,
    belongs: Mapping[str, str | None],
) -> None:
    asked = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline()
    password = asked.rstrip("\n")
    accounts.account_add(
        session, service=service, username=username, name=name, role=role, password=password, by=by, **belongs
    )


def _account_disable(session: Session, _: Service, asked: argparse.Namespace, by: Actor) -> None:
    accounts.disable(session, username=asked.username, by=by)


def _account_reset(session: Session, _: Service, asked: argparse.Namespace, by: Actor) -> None:
    accounts.reset_proofs(session, username=asked.username, by=by)


def _client_add(session: Session, service: Service, asked: argparse.Namespace, by: Actor) -> None:
    clients.client_add(
        session,
        id=asked.id,
        name=asked.name or asked.id,
        scopes=asked.scope,
        jwks=_jwks(asked, service),
        centre=asked.centre,
        insurer=asked.insurer,
        jwks_url=asked.jwks_url,
        by=by,
    )


def _client_rotate(session: Session, service: Service, asked: argparse.Namespace, by: Actor) -> None:
    clients.rotate(session, id=asked.id, jwks=_jwks(asked, service), by=by)


def _client_disable(session: Session, _: Service, asked: argparse.Namespace, by: Actor) -> None:
    clients.disable(session, id=asked.id, by=by)


def _jwks(asked: argparse.Namespace, service: Service) -> Mapping[str, Any]:
    if asked.jwks_url:
        inside = service.settings.partners_inside
        with contextlib.closing(Outbound(internal=inside, seconds=clients.JWKS_SECONDS)) as outbound:
            return clients.fetch_jwks(asked.jwks_url, by=outbound)
    told: Mapping[str, Any] = json.loads(asked.jwks.read_text())
    return told


def _codings_load(session: Session, _: Service, asked: argparse.Namespace, by: Actor) -> None:
    for table, count in loader.load(session, asked.folder, by=by).items():
        print(f"{table}: {count}")


def _map_official(asked: argparse.Namespace) -> None:
    mapped = official.map_shipped(asked.export.read_text(encoding="utf-8-sig"))
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, text in official.as_files(mapped).items():
        (asked.out / name).write_text(text, encoding="utf-8")
    print(
        f"{len(mapped.codes)} generic codes and {len(mapped.products)} products matched, "
        f"{len(mapped.unmatched)} lines not; see {asked.out / 'unmatched.csv'}."
    )


def _centre_add(session: Session, _: Service, asked: argparse.Namespace, by: Actor) -> None:
    coding_actions.add_centre(
        session,
        siam=asked.siam,
        kind=asked.kind,
        name_fa=asked.name_fa,
        name_en=asked.name_en,
        province=asked.province,
        address_fa="",
        phone="",
        licence_from=tehran_day(by.at),
        by=by,
    )
