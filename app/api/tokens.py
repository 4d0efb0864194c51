"""`POST /oauth/token`: client credentials proven by a signed assertion (RFC 6749, RFC 7523)."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app import tokens
from app.access import Anyone
from app.db import GivesBack
from app.service import TheService
from codings.base import Actor

router = APIRouter(route_class=GivesBack, tags=["tokens"])

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Token(BaseModel):
    """An access token and what it allows."""

    access_token: str
    token_type: str = Field(default="bearer", examples=["bearer"])
    expires_in: int = Field(default=tokens.LIFE_S, examples=[300])
    scope: str = Field(examples=["prescriber"])


class TokenRefused(BaseModel):
    """A refusal in OAuth's own shape (RFC 6749 section 5.2)."""

    error: str = Field(examples=["invalid_client"])
    error_description: str


# What is no form at all is refused before OAuth is reached, in the shape of every other problem.
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"model": TokenRefused, "content": _PROBLEM},
    401: {"model": TokenRefused},
}


@router.post("/oauth/token", response_model=Token, responses=REFUSED)
def token(
    service: TheService,
    _by: Annotated[Actor, Anyone()],
    grant_type: Annotated[str | None, Form(examples=["client_credentials"])] = None,
    client_assertion_type: Annotated[str | None, Form(examples=[ASSERTION_TYPE])] = None,
    client_assertion: Annotated[
        str | None, Form(description="JWT with iss = sub = client id, aud = this address, exp, jti")
    ] = None,
    scope: Annotated[str | None, Form(max_length=200, examples=["prescriber"])] = None,
) -> JSONResponse:
    """Exchange a signed assertion for a token that lives five minutes."""
    try:
        _refuse_other_grants(grant_type, client_assertion_type, client_assertion)
        granted = tokens.grant(service, assertion=client_assertion or "", scope=scope)
    except tokens.OAuthError as no:
        refused = TokenRefused(error=no.error, error_description=no.description)
        return JSONResponse(refused.model_dump(), no.status, NO_STORE)
    given = Token(access_token=granted.access_token, scope=granted.scope)
    return JSONResponse(given.model_dump(), 200, NO_STORE)


def _refuse_other_grants(grant: str | None, assertion_type: str | None, assertion: str | None) -> None:
    if grant is None:
        raise tokens.OAuthError("invalid_request", "grant_type is missing")
    if grant != "client_credentials":
        raise tokens.OAuthError("unsupported_grant_type", "the only grant here is client_credentials")
    if assertion_type != ASSERTION_TYPE or not assertion:
        raise tokens.OAuthError("invalid_request", f"client_assertion of type {ASSERTION_TYPE} is missing")
