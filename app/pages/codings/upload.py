"""Sending a file: for which system, from which day, from where and under which licence."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.datastructures import FormData
from starlette.responses import Response

import codings.queries as codings
from app import audit
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, file_of, read
from app.idempotency import Once
from app.pages.codings.words import Editor, address, column_words, place, subject, system_words
from app.pages.moments import JalaliDay
from app.service import Service, TheService
from app.web import language_of_page, page
from codings import actions
from codings.base import Actor, Problem, Words
from codings.outcomes import ReleaseExists, ReleaseFileEmpty, SystemUnknown
from codings.sheets import SHEETS, sheet_of
from codings.text import jalali
from prescriber.inputs import Line

router = APIRouter(prefix="/codings/upload")
Told = Annotated[Line, StringConstraints(min_length=1, max_length=300)]


async def _form(request: Request) -> AsyncIterator[FormData]:
    """The form with its file, which is gone from the disk when the answer is, also when there was nothing to do."""
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()


Carrying = Annotated[FormData, Depends(_form)]


class UploadInput(BaseModel):
    """What is told about a file."""

    model_config = ConfigDict(extra="ignore")

    system: Annotated[str, StringConstraints(max_length=120)]
    effective_from: JalaliDay
    source: Told
    licence: Told


@router.get("")
def form(request: Request, by: Editor, service: TheService) -> Response:
    """The form; with `system`, also the columns of its files. What was typed comes along in the address."""
    typed = {name: request.query_params.get(name, "")[:400] for name in UploadInput.model_fields}
    return _page(request, service, Form({k: v for k, v in typed.items() if v}), by=by)


@router.post("")
def upload(request: Request, by: Editor, sent: Carrying, once: Once, service: TheService) -> Response:
    """Keep the file; a job then checks it whole."""
    form = read(sent, UploadInput)
    file = file_of(sent, "file")
    content = file.file.read() if file else b""
    if not content.strip():
        form.errors["file"] = ReleaseFileEmpty().detail
    system = _system(service, form)
    told = form.value
    if told is None or form.errors or file is None:
        return _page(request, service, form, by=by, status=422)
    name = "".join(letter for letter in file.filename or "" if letter.isprintable())

    def write(session: WriteSession) -> str:
        made = actions.receive_release(
            session,
            system=system,
            name=name,
            content=content,
            effective_from=told.effective_from,
            source=told.source,
            licence=told.licence,
            by=by,
        )
        audit.did(session, by=by, verb="codings.upload", subject=subject(made))
        return address(made)

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, by=by, problem=no, status=STATUS[no.kind])


def _system(service: Service, form: Form[UploadInput]) -> str:
    """The system a file is for; words at the field where there is none of that name."""
    name = form.typed.get("system", "")
    try:
        with reading(service) as session:
            return codings.require_system(session, name)
    except SystemUnknown as no:
        form.errors.setdefault("system", no.detail)
        return ""


def _page(
    request: Request,
    service: Service,
    form: Form[Any],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    language = language_of_page(request)
    with reading(service) as session:
        known = {*SHEETS, *codings.releases_in_force(session)}
    systems = sorted(known, key=lambda system: (place(system), system))
    chosen = codings.system_of(form.typed.get("system", ""))
    return page(
        request,
        "codings/upload.html",
        block="columns",
        status=status,
        by=by,
        form=form,
        problem=problem,
        sent_before=_sent_before(problem, form),
        systems=[(codings.short_name(system), _said(system_words(system), language)) for system in systems],
        sheet=sheet_of(chosen) if chosen in known else None,
        column_words=column_words,
        today=jalali(by.at),
        limit=service.settings.release_limit // 1_000_000,
    )


def _sent_before(problem: Problem | None, form: Form[Any]) -> str | None:
    """The page of the release this very file made before."""
    if not isinstance(problem, ReleaseExists):
        return None
    system = codings.short_name(codings.system_of(form.typed["system"]))
    return f"/codings/releases/{system}/{problem.facts['release']}"


def _said(words: Words, language: str) -> str:
    return words.en if language == "en" else words.fa
