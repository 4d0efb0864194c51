"""Decisions on a release: published by somebody else than prepared it, or withdrawn with a reason."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

import codings.queries as codings
from app import audit
from app.db import WriteSession
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once, OneAction
from app.pages.codings.release import draw
from app.pages.codings.words import Deciding, Name, System, address, subject
from app.service import Service, TheService
from codings import actions
from codings.base import Actor, Problem
from codings.outcomes import ReleaseUnknown
from prescriber.inputs import Line

router = APIRouter(prefix="/codings/releases/{system}/{release}")


class WithdrawInput(BaseModel):
    """What is wrong with a release, in the words that stay with it."""

    why: Annotated[Line, StringConstraints(min_length=3, max_length=300)]


@router.post("/publish")
def publish(
    request: Request, system: System, release: Name, by: Deciding, once: Once, service: TheService
) -> Response:
    """The second person: it is to be used, from its day on."""

    def write(session: WriteSession) -> str:
        made = actions.publish_release(session, system=codings.system_of(system), release=release, by=by)
        audit.did(session, by=by, verb="codings.publish", subject=subject(made))
        return address(made)

    return _decided(request, service, once, write, by=by, system=system, release=release)


@router.post("/withdraw")
def withdraw(
    request: Request,
    system: System,
    release: Name,
    by: Deciding,
    once: Once,
    sent: Sent,
    service: TheService,
) -> Response:
    """Take it back, and the one before it is in force again."""
    form = read(sent, WithdrawInput)
    told = form.value
    if told is None:
        return draw(request, service, by=by, system=system, release=release, form=form, status=422)

    def write(session: WriteSession) -> str:
        made = actions.withdraw_release(
            session, system=codings.system_of(system), release=release, why=told.why, by=by
        )
        audit.did(session, by=by, verb="codings.withdraw", subject=subject(made))
        return address(made)

    return _decided(request, service, once, write, by=by, system=system, release=release, form=form)


def _decided(
    request: Request,
    service: Service,
    once: OneAction,
    write: Callable[[WriteSession], str],
    *,
    by: Actor,
    system: str,
    release: str,
    form: Form[Any] | None = None,
) -> Response:
    try:
        return once.page(write)
    except ReleaseUnknown:
        raise
    except Problem as no:
        if form is not None:
            form.blame(no)
        return draw(
            request,
            service,
            by=by,
            system=system,
            release=release,
            form=form,
            problem=no,
            status=STATUS[no.kind],
        )
