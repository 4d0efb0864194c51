"""One request, one action: an `Idempotency-Key` is kept with its answer, in the transaction that did the work.

    def dispense(by: Annotated[Actor, Machine("pharmacy")], once: Once, ...) -> Response:
        return once.write(lambda session: (201, flows.dispense(session, ...)))

`Once` stands after the actor in a route's parameters. A key that was answered is answered again before the route
runs, so no partner is asked twice; one still running is 409; the same key with other content is 422. A refusal is not
kept: nothing happened, so the same key may try again. Keys belong to their actor. `OnceHere` is for a route that does
nothing but write: it looks when it begins to write, which saves a question of the database.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import text
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from app.db import WriteSession, glancing, writing
from app.refusals import BadKey, OtherContent, StillRunning
from app.service import Service, TheService
from app.tables import Idempotency
from codings import sql
from codings.base import Actor

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
FORM_FIELD = "key"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

# The advisory lock answers "still running" at once; the primary key alone would wait for the other to end.
BEGIN = """
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtextextended(%(actor)s::text || ' ' || %(key)s::text, 0)) AS mine
    ), put AS (
        INSERT INTO idempotency (actor, key, fingerprint, at)
        SELECT %(actor)s::text, %(key)s::text, %(fingerprint)s, %(at)s FROM turn WHERE mine
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT EXISTS (SELECT FROM put) AS fresh
"""
END = "UPDATE idempotency SET status = %(status)s, body = %(body)s WHERE actor = %(actor)s AND key = %(key)s"
KEPT = "WHERE actor = %(actor)s AND key = %(key)s"
FORGET = text("DELETE FROM idempotency WHERE at < :before")

Answer = BaseModel | Mapping[str, Any] | None


class Replay(Exception):  # noqa: N818  an answer, not a fault
    """The request was answered before: here is the answer."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__("replayed")


@dataclass(frozen=True, slots=True)
class Sent:
    """What the caller sent, as far as sameness goes."""

    key: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class OneAction:
    """The write of this request: `write` for the API, `page` for a form; each is one transaction."""

    service: Service
    by: Actor
    sent: Sent

    def write(self, work: Callable[[WriteSession], tuple[int, Answer]]) -> Response:
        """Run `work` in a transaction and answer with its status and body; both are kept under the key."""

        def answered(session: WriteSession) -> tuple[int, bytes]:
            status, answer = work(session)
            return status, b"" if answer is None else to_json(answer)

        return _response(*self._run(answered))

    def page(self, work: Callable[[WriteSession], str]) -> Response:
        """Run `work` in a transaction and send the browser to the address it gives (303)."""
        return _response(*self._run(lambda session: (303, work(session).encode())))

    def _run(self, work: Callable[[WriteSession], tuple[int, bytes]]) -> tuple[int, bytes]:
        if self.sent.key is None:
            with writing(self.service) as session:
                return work(session)
        names = {"actor": self.by.id, "key": self.sent.key}
        with writing(self.service) as session:
            fresh = {**names, "fingerprint": self.sent.fingerprint, "at": self.by.at}
            if not sql.run(session, BEGIN, fresh)[0].fresh:
                _replay(session, self.by.id, self.sent)  # it may have finished since we looked it up
                raise StillRunning
            status, body = work(session)
            sql.later(session, END, {**names, "status": status, "body": body})
        return status, body


async def _what_was_sent(request: Request) -> Sent:
    key = request.headers.get(HEADER)
    if request.headers.get("content-type", "").startswith(FORMS):
        form = await request.form()
        key = key or _form_key(form)
        content = await _form_bytes(form)
    else:
        content = _canonical(await request.body())
    if key is not None:
        key = key.strip('"')  # the draft standard writes it as a quoted string
        if not 0 < len(key) <= 255 or not (key.isascii() and key.isprintable()):
            raise BadKey
    whole = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + content
    # Keyed: what was sent may hold a password, which nobody who reads the table may guess by trying.
    service: Service = request.app.state.service
    return Sent(key, hmac.digest(service.keys.accounts, b"idempotency\0" + whole, "sha256").hex())


def _form_key(form: FormData) -> str | None:
    given = form.get(FORM_FIELD)
    return given if isinstance(given, str) and given else None


async def _form_bytes(form: FormData) -> bytes:
    parts: list[tuple[str, str]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            await value.seek(0)
            parts.append((name, hashlib.sha256(content).hexdigest()))
        elif name != FORM_FIELD:
            parts.append((name, value))
    return json.dumps(sorted(parts)).encode()


def _canonical(body: bytes) -> bytes:
    """The same content in the same bytes, however it was spaced; what is not JSON is taken as it is."""
    try:
        return json.dumps(json.loads(body, parse_float=str), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return body


async def _once_here(
    request: Request, service: TheService, sent: Annotated[Sent, Depends(_what_was_sent)]
) -> OneAction:
    by: Actor | None = getattr(request.state, "actor", None)
    if by is None:
        raise RuntimeError("`once` stands after the actor in a route's parameters")
    return OneAction(service, by, sent)


OnceHere = Annotated[OneAction, Depends(_once_here)]


def _once(action: OnceHere) -> OneAction:
    if action.sent.key is not None:
        with glancing(action.service) as session:
            _replay(session, action.by.id, action.sent)
    return action


Once = Annotated[OneAction, Depends(_once)]


def _replay(session: Any, actor: str, sent: Sent) -> None:
    """Raise the kept answer of this key, or OtherContent; return when there is none."""
    found = sql.rows(session, Idempotency, KEPT, {"actor": actor, "key": sent.key})
    if not found:
        return
    [kept] = found
    if kept.fingerprint != sent.fingerprint:
        raise OtherContent
    if kept.status is not None:
        response = _response(kept.status, kept.body or b"")
        response.headers[REPLAYED] = "true"
        raise Replay(response)


def _response(status: int, body: bytes) -> Response:
    if 300 <= status < 400:
        return RedirectResponse(body.decode(), status)
    if not body:
        return Response(status_code=status)
    return Response(body, status, media_type="application/json")


def forget_old(session: WriteSession, *, before: datetime) -> None:
    """Drop the keys nobody will ask for again (kept 48 hours)."""
    session.connection().execute(FORGET, {"before": before})
