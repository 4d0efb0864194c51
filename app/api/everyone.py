"""What anyone may ask: whether the service lives and is ready, its counters, its public keys, how to get a token."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field
from sqlalchemy import exc, text

from app import metrics
from app.access import SCOPES, Anyone
from app.db import GivesBack, glancing
from app.service import TheService
from codings import jws

router = APIRouter(route_class=GivesBack, tags=["everyone"], dependencies=[Anyone()])


class Health(BaseModel):
    """Whether it is well, and if not, what is missing."""

    status: str = Field(examples=["ok"])
    missing: list[str] = []


@router.get("/health/live")
async def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/health/ready", response_model=Health, responses={503: {"model": Health}})
def ready(service: TheService) -> JSONResponse:
    """The database answers, its tables are there, and the worker's queue too."""
    missing: list[str] = []
    try:
        with glancing(service) as session:
            probe = text(
                "SELECT to_regclass('account') IS NOT NULL, to_regclass('procrastinate_jobs') IS NOT NULL"
            )
            tables, jobs = session.connection().execute(probe).one()
            missing += [] if tables else ["migrations"]
            missing += [] if jobs else ["queue"]
    except exc.SQLAlchemyError:
        missing.append("database")
    health = Health(status="missing" if missing else "ok", missing=missing)
    return JSONResponse(health.model_dump(), 503 if missing else 200)


@router.get("/metrics", response_class=PlainTextResponse)
async def counters() -> PlainTextResponse:
    """Counters for Prometheus; numbers only."""
    return PlainTextResponse(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/.well-known/jwks.json")
async def jwks(service: TheService) -> dict[str, list[dict[str, str]]]:
    """The service's own public keys: the seal (receipts, manifests, declarations) and the tokens'."""
    return {"keys": [jws.public_jwk(service.keys.seal), jws.public_jwk(service.keys.token)]}


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
