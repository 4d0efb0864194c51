"""What anyone may ask: whether the service lives and is ready, its counters, its public keys, how to get a token."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field
from sqlalchemy import exc, text

from app import metrics, migrate, queue
from app.access import SCOPES, Anyone
from app.db import GivesBack, glancing
from app.service import TheService
from codings import jws

HEAD = migrate.head()

router = APIRouter(route_class=GivesBack, tags=["everyone"], dependencies=[Anyone()])
counters_router = APIRouter(route_class=GivesBack, tags=["everyone"], dependencies=[Anyone()])


class Health(BaseModel):
    """Whether it is well; if not, what is missing, and what is late though everything answers."""

    status: str = Field(examples=["ok"])
    missing: list[str] = []
    late: list[str] = Field(default=[], description="`worker`: jobs wait longer than they should")


@router.get("/health/live")
async def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/health/ready", response_model=Health, responses={503: {"model": Health}})
def ready(service: TheService) -> JSONResponse:
    """The database answers, is migrated, and has the worker's queue. A late worker is told, and takes nobody's care."""
    health = _health(service)
    return JSONResponse(health.model_dump(), 503 if health.missing else 200)


def _health(service: TheService) -> Health:
    try:
        with glancing(service) as session:
            connection = session.connection()
            jobs, version = connection.execute(
                text("SELECT to_regclass('procrastinate_jobs'), to_regclass('alembic_version')")
            ).one()
            here = connection.scalar(text("SELECT version_num FROM alembic_version")) if version else None
            missing = [] if here and here >= HEAD else ["migrations"]
            missing += [] if jobs else ["queue"]
            late = jobs is not None and queue.due(session)[1] > service.settings.worker_late_seconds
    except exc.SQLAlchemyError:
        return Health(status="missing", missing=["database"])
    return Health(status="missing" if missing else "ok", missing=missing, late=["worker"] if late else [])


@counters_router.get("/metrics", response_class=PlainTextResponse)
async def counters() -> PlainTextResponse:
    """Counters for Prometheus; numbers only."""
    return PlainTextResponse(metrics.text(), media_type=metrics.CONTENT_TYPE)


@router.get("/.well-known/jwks.json")
async def jwks(service: TheService) -> dict[str, list[dict[str, str]]]:
    """Our own public keys: the seals (receipts, manifests, declarations), earlier ones too, and the tokens'."""
    keys = service.keys
    return {"keys": [jws.public_jwk(one) for one in (keys.seal, keys.token, *keys.earlier_seals)]}


@router.get("/.well-known/smart-configuration")
async def smart_configuration(service: TheService) -> dict[str, Any]:
    """Where and how a machine gets a token (SMART Backend Services)."""
    return {
        "issuer": service.settings.public_url,
        "jwks_uri": f"{service.settings.public_url}/.well-known/jwks.json",
        "token_endpoint": service.settings.token_url,
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384", "ES256"],
        "scopes_supported": sorted(SCOPES),
        "capabilities": ["client-confidential-asymmetric"],
        "code_challenge_methods_supported": ["S256"],
    }
