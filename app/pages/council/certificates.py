"""Certificates: every key the council vouched for, and the page of one, where it is revoked."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

import codings.queries as codings
from app import audit
from app.csv_export import Column, csv_of
from app.db import Reading, WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.listing import NOTHING, Asked, Listed, Sorting, ask, page_of
from app.pages.council.people import KINDS, STANDINGS, Deciding, Officer
from app.pages.filters import Sought
from app.pages.labels import choices
from app.pages.moments import JalaliDay, TimeOfDay, instant
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings import certificates
from codings.base import Actor, Problem, Words
from codings.outcomes import CertificateUnknown
from codings.queries import lists
from codings.states import HolderKind
from codings.systems import REVOCATION_REASON

router = APIRouter(prefix="/certificates")
Kid = Annotated[str, Path(max_length=40)]

SORTING = Sorting(columns=lists.CERTIFICATES_BY, key=lists.CERTIFICATES_KEY, first="until")
HALF = Words(
    "هم روز و هم ساعت را بنویسید، یا هیچ‌کدام را تا ابطال از همین لحظه باشد.",
    "Write both the day and the time, or neither of them to revoke from now on.",
)


class CertificateFilter(BaseModel):
    """Which of the certificates."""

    model_config = ConfigDict(extra="ignore")

    standing: lists.Standing | None = None
    holder: Sought | None = None
    kind: HolderKind | None = None


class RevokeInput(BaseModel):
    """Why a key is believed no more, and from when: from now on, unless a day and a time are told."""

    reason: str = Field(min_length=1, max_length=40)
    from_day: JalaliDay | None = None
    from_time: TimeOfDay | None = None


@router.get("")
def held(request: Request, by: Officer, session: Reading) -> Response:
    """Every certificate, those first that end first."""
    asked = ask(request, SORTING, CertificateFilter)
    listed = _listed(asked, by)
    shown = NOTHING if listed is None else page_of(session, listed, asked)
    english = language_of_page(request) == "en"
    return page(
        request,
        "council/certificates.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=shown,
        standing=lambda certificate: lists.standing(certificate, by.at),
        people=codings.practitioners(session, {row.holder for row in shown.rows}),
        standings=[(s.value, words.en if english else words.fa) for s, words in STANDINGS.items()],
        kinds=[(kind.value, words.en if english else words.fa) for kind, words in KINDS.items()],
        standing_words=STANDINGS,
        kind_words=KINDS,
    )


@router.get(".csv")
def export(request: Request, by: Officer, service: TheService) -> Response:
    """The same certificates as a file."""
    asked = ask(request, SORTING, CertificateFilter)
    listed = _listed(asked, by)
    if listed is None:
        return see_other(asked.beginning)
    columns = [
        Column(Words("شناسهٔ گواهی", "Certificate"), lambda row: row.kid),
        Column(Words("شمارهٔ نظام", "Council number"), lambda row: row.holder),
        Column(Words("نوع", "Kind"), lambda row: KINDS[row.holder_kind]),
        Column(Words("وضعیت", "State"), lambda row: STANDINGS[lists.standing(row, by.at)]),
        Column(Words("از", "From"), lambda row: row.not_before, day=True),
        Column(Words("تا", "Until"), lambda row: row.not_after, day=True),
        Column(Words("ابطال در", "Revoked at"), lambda row: row.revoked_at, day=True),
        Column(Words("ابطال‌کننده", "Revoked by"), lambda row: row.revoked_by),
        Column(Words("دلیل ابطال", "Reason"), lambda row: row.reason),
        Column(Words("نامعتبر از", "Not believed from"), lambda row: row.invalid_from, day=True),
    ]
    return csv_of(
        service, listed, asked, columns, name="certificates", language=language_of_page(request), by=by
    )


@router.get("/{kid}")
def certificate(kid: Kid, request: Request, by: Officer, service: TheService) -> Response:
    """One key: whose it is, how it came to be believed, and whether it still is."""
    return _page(request, service, kid, Form({}), by=by)


@router.get("/{kid}/{what}")
def back(kid: str, what: str, _by: Officer) -> Response:  # noqa: ARG001
    return see_other(f"/council/certificates/{kid}")


@router.post("/{kid}/revoke")
def revoke(request: Request, kid: Kid, by: Deciding, once: Once, sent: Sent, service: TheService) -> Response:
    """Nothing this key signs from then on is believed."""
    form = read(sent, RevokeInput)
    told = form.value
    if told is not None and (told.from_day is None) is not (told.from_time is None):
        form.errors["from_time" if told.from_time is None else "from_day"] = HALF
    if told is None or form.errors:
        return _page(request, service, kid, form, by=by, status=422)
    since = _since(told)

    def write(session: WriteSession) -> str:
        certificates.revoke_certificate(session, kid=kid, reason=told.reason, invalid_from=since, by=by)
        audit.did(session, by=by, verb="certificate.revoke", subject=kid)
        return f"/council/certificates/{kid}"

    try:
        return once.page(write)
    except CertificateUnknown:
        raise
    except Problem as no:
        form.blame(no)
        if "invalid_from" in form.errors:
            form.errors["from_day"] = form.errors.pop("invalid_from")
        return _page(request, service, kid, form, by=by, problem=no, status=STATUS[no.kind])


def _since(told: RevokeInput) -> datetime | None:
    if told.from_day is None or told.from_time is None:
        return None
    return instant(told.from_day, told.from_time)


def _listed(asked: Asked[CertificateFilter], by: Actor) -> Listed | None:
    wanted = asked.value
    return None if wanted is None else lists.certificates_listed(at=by.at, **wanted.model_dump())


def _page(
    request: Request,
    service: Service,
    kid: str,
    form: Form[Any],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    language = language_of_page(request)
    with reading(service) as session:
        found = codings.certificate(session, kid)
        if found is None:
            raise CertificateUnknown
        asked = codings.certificate_request(session, found.request)
        steps = [*codings.request_history(session, found.request), *lists.certificate_history(session, kid)]
        reasons = choices(session, REVOCATION_REASON, language)
        person = codings.practitioner(session, found.holder)
    return page(
        request,
        "council/certificate.html",
        status=status,
        by=by,
        certificate=found,
        standing=lists.standing(found, by.at),
        asked=asked,
        steps=sorted(steps, key=lambda step: (step.at, step.id)),
        person=person,
        reasons=reasons,
        reason_names=dict(reasons),
        standing_words=STANDINGS,
        kind_words=KINDS,
        form=form,
        problem=problem,
    )
