"""What a deployment with real patients must be before it serves or works; each fault is one sentence with its remedy.

The commands ask before they open a port or take a job, and the application asks once more as it starts.
"""

import logging
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from sqlalchemy import Connection, text
from sqlmodel import Session, col, select

from app import migrate
from app.db import reading
from app.keys import Keys
from app.service import Service
from app.settings import Settings
from codings.tables import Certificate

log = logging.getLogger("noskheh.production")

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
LEAST_MEMORY_KIB = 19_456  # Argon2id with two passes, the least that OWASP's password storage sheet allows
LEAST_PASSES = 2
LEAST_VARIETY = 12  # different bytes of 32; random ones have fewer about never

# Who the service is to PostgreSQL, as it works and as it logged in: what may be taken back must not exist.
POWERS = text(
    """
    SELECT who, rolsuper, rolbypassrls, EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
        WHERE s.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(who, c.relowner, 'MEMBER'))
    FROM (VALUES (current_user::name), (session_user::name)) AS users (who) JOIN pg_roles ON rolname = who
    """
)


class Unfit(Exception):  # noqa: N818  a sentence for whoever deploys
    """Why this must not serve real patients, in one sentence that says what to do."""


def check(service: Service) -> None:
    """Refuse settings, keys and a database that real patients must not be entrusted to. Raises Unfit."""
    check_settings(service.settings)
    check_keys(service.keys)
    with reading(service) as session:
        connection = session.connection()
        check_durability(connection)
        check_powers(connection)
        check_migrated(connection)
        check_authority(session, service.keys)


def check_settings(settings: Settings) -> None:
    """No demonstration, https, and passwords that are costly to guess."""
    if settings.demonstration:
        raise Unfit("NOSKHEH_DEMONSTRATION is on, which is for synthetic people: leave it out.")
    if not settings.secure:
        raise Unfit(
            f"PUBLIC_URL is {settings.public_url}: give the https address that people and machines use."
        )
    if settings.internal_partners:
        log.warning(
            "NOSKHEH_INTERNAL_PARTNERS is on: partners may be at private addresses and spoken to by plain http;"
            " leave it out unless the authenticity service stands in your own network."
        )
    elif settings.authenticity_url and not settings.authenticity_url.lower().startswith("https://"):
        raise Unfit(
            "NOSKHEH_AUTHENTICITY_URL is not https: pack codes and verdicts would travel in the clear; give the"
            " https address, or set NOSKHEH_INTERNAL_PARTNERS where the service stands in your own network."
        )
    if not settings.second_factor_required:
        raise Unfit(
            "NOSKHEH_SECOND_FACTOR_REQUIRED is off: a stolen password would open patients' files; leave it out."
        )
    if settings.argon2_memory_kib < LEAST_MEMORY_KIB or settings.argon2_time_cost < LEAST_PASSES:
        raise Unfit(
            f"NOSKHEH_ARGON2_* make passwords cheap to guess: at least {LEAST_MEMORY_KIB} KiB and"
            f" {LEAST_PASSES} passes, or leave them out."
        )


def check_keys(keys: Keys) -> None:
    """No keys of a demonstration, and none that a person thought out."""
    if keys.demonstration:
        raise Unfit(
            "The keys were made for a demonstration, and whoever ran it has them:"
            " point NOSKHEH_KEYS_FOLDER at a new, empty folder."
        )
    told = {"patient.key": keys.patient, "pointer.key": keys.pointer, "accounts.key": keys.accounts}
    weak = [name for name, secret in told.items() if len(set(secret)) < LEAST_VARIETY]
    if weak or len(set(told.values())) < len(told):
        raise Unfit(
            f"The secrets in {', '.join(weak or told)} are not random or not different:"
            " delete those files before the first patient, and new ones are made."
        )


def check_durability(connection: Connection) -> None:
    """Refuse a database that may forget what it acknowledged."""
    for name in DURABLE:
        if connection.execute(text(f"SHOW {name}")).scalar_one() == "off":
            raise Unfit(f"PostgreSQL runs with {name} = off: set it to on, or patients' data can be lost.")


def check_powers(connection: Connection) -> None:
    """Refuse a login that could rewrite what was signed, by itself or by a role it may take."""
    for who, superuser, bypasses, owns in _rows(connection):
        if superuser:
            raise Unfit(
                f"The database login works as {who}, a superuser: use a login of its own that is only"
                " granted noskheh_app."
            )
        if bypasses:
            raise Unfit(
                f"The database role {who} has BYPASSRLS: take it away with ALTER ROLE ... NOBYPASSRLS."
            )
        if owns:
            raise Unfit(
                f"The database role {who} owns tables and could rewrite signed rows: migrate with one login"
                " and serve with another that is only granted noskheh_app."
            )


def _rows(connection: Connection) -> Iterable[tuple[str, bool, bool, bool]]:
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(POWERS)]


def check_migrated(connection: Connection) -> None:
    """Refuse a database of another version than the code's; a newer one is allowed while both are served."""
    if not connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
        raise Unfit("The database is empty: run `python -m app migrate` with the login that owns it.")
    here = connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
    if here < migrate.head():
        raise Unfit(
            f"The database stands at migration {here} and this version needs {migrate.head()}:"
            " run `python -m app migrate` first."
        )


def check_authority(session: Session, keys: Keys) -> None:
    """Refuse a database whose certificates another authority issued: nothing signed in it could be verified."""
    newest = session.exec(select(Certificate.pem).order_by(col(Certificate.not_before).desc())).first()
    if newest is None:
        return
    try:
        x509.load_pem_x509_certificate(newest.encode()).verify_directly_issued_by(keys.ca_certificate)
    except (ValueError, InvalidSignature) as no:
        raise Unfit("The keys are not those this database was signed with: put the old keys back.") from no
