"""The patient's own way to a prescription: the small code of the slip, scanned or typed.

Every try is counted before anything is looked up. A number that is none, another's number and a wrong code are one
answer, so that nothing can be learnt by trying.
"""

import hmac
import re
from datetime import datetime
from typing import Final

import prescriber.queries as prescriber_queries
from app import attempts, audit
from app.db import reading
from app.service import Service
from codings.base import Actor, Kind, Problem, Words
from codings.identifiers import split_prescription_number
from prescriber import signing
from prescriber.states import Number

TRIES: Final = 5
TRIES_OF_ADDRESS: Final = 30
LOCK_MINUTES: Final = 15
TICKET_MINUTES: Final = 15
KIND: Final = "pointer"
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{14}")
_TICKET: Final = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})")


class PointerUnknown(Problem):
    code = "pointer.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="این کد با این نسخه نمی‌خواند.",
        en="This code and this prescription do not belong together.",
    )
    fix = Words(
        fa="کد کوچک روی برگه را دوباره اسکن کنید، یا شانزده نویسهٔ کنار آن را با دقت بنویسید.",
        en="Scan the small code on the slip again, or type the sixteen characters beside it with care.",
    )


class PointerLocked(Problem):
    code = "pointer.locked"
    kind = Kind.THROTTLED
    words = Words(
        fa="چند بار کد نادرست داده شد و این صفحه تا {minutes} دقیقه بسته است.",
        en="A wrong code was given too often; this page is closed for {minutes} minutes.",
    )
    fix = Words(
        fa="اندکی بعد دوباره تلاش کنید. برگه در داروخانه همچنان پذیرفته می‌شود.",
        en="Try again a little later. The slip itself is still good at any pharmacy.",
    )


def show(service: Service, *, number: str, code: str, address: str, by: Actor) -> Number:
    """The prescription whose small code was given. Raises PointerLocked, PointerUnknown."""
    named = _number(number)
    keys = {f"number:{named or number[:40]}": TRIES, f"address:{address}": TRIES_OF_ADDRESS}
    # Both are counted, even when the first is used up: no try is free.
    counts = [
        attempts.count(service, kind=KIND, key=key, at=by.at, minutes=LOCK_MINUTES) > most
        for key, most in keys.items()
    ]
    if any(counts):
        _note(service, number, by=by)
        raise PointerLocked(minutes=LOCK_MINUTES)
    if named is None or not _belongs(service, named, code):
        _note(service, number, by=by)
        raise PointerUnknown(pointer="/code")
    for key in keys:
        attempts.forget(service, kind=KIND, key=key)
    return named


def ticket(service: Service, *, number: Number, at: datetime) -> str:
    """What the page gives for a quarter of an hour to fetch its proof, instead of the slip's own secret."""
    until = int(at.timestamp()) + TICKET_MINUTES * 60
    return f"{until}.{_mac(service, number, until)}"


def by_ticket(service: Service, *, number: str, ticket: str, by: Actor) -> Number:
    """The prescription whose page gave this ticket. Raises PointerUnknown."""
    named, parts = _number(number), _TICKET.fullmatch(ticket)
    if named is None or parts is None or int(parts[1]) < by.at.timestamp():
        raise PointerUnknown(pointer="/code")
    if not hmac.compare_digest(parts[2], _mac(service, named, int(parts[1]))):
        raise PointerUnknown(pointer="/code")
    return named


def _mac(service: Service, number: Number, until: int) -> str:
    return hmac.new(service.keys.pointer, f"proof:{number}:{until}".encode(), "sha256").hexdigest()


def _number(text: str) -> Number | None:
    try:
        shabad, n = split_prescription_number(text)
    except ValueError:
        return None
    return Number(shabad, n or 1)


def _belongs(service: Service, number: Number, code: str) -> bool:
    plain = code.strip()
    secret = plain if _SECRET.fullmatch(plain) else signing.secret_of_typed(plain)
    with reading(service) as session:
        held = prescriber_queries.identity_unscoped(session, number=number)
    wanted = held.pointer_sha256 if held else None
    return hmac.compare_digest(signing.pointer_sha256(secret or ""), wanted or "0" * 64)


def _note(service: Service, number: str, *, by: Actor) -> None:
    subject = number.encode("ascii", "replace").decode()[:40]
    audit.saw(service, by=by, verb="pointer.refused", subject=subject, outcome="refused")
