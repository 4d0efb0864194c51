"""Proof of possession at the counter: the QR, the pointer, or SHABAD with national ID.

A national ID alone never leads to a prescription. Wrong secret, unknown number and somebody else's are one
answer. Typed details are counted before they are compared, so that five tries are five tries.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from sqlmodel import Session

import prescriber.queries as prescriber_queries
from app import attempts
from app.db import reading
from app.flows.problems import CodeUnreadable, NoPossession, TooManyTries
from app.service import Service
from codings import jws
from codings.base import Actor
from codings.identifiers import split_prescription_number
from pharmacy.inputs import AcceptInput
from prescriber import signing
from prescriber.states import Number

TRIES = 5
LOCK_MINUTES = 15


def prove(service: Service, *, given: AcceptInput, by: Actor) -> Number:
    """The number of the prescription whose slip or details are in the pharmacist's hands."""
    if given.qr is not None:
        texts = [given.qr] if isinstance(given.qr, str) else given.qr
        return _by_qr(service, texts)
    if given.pointer is not None:
        return _by_pointer(service, given.pointer)
    return _by_typing(service, given, by)


def _by_qr(service: Service, texts: list[str]) -> Number:
    try:
        scanned = signing.jws_from_qr(texts)
        header, payload = jws.peek(scanned)
        content = signing.read(payload)
    except (jws.InvalidJws, signing.InvalidContent, signing.InvalidQr) as no:
        raise CodeUnreadable(pointer="/qr") from no
    number = Number(content.shabad, content.n)
    with reading(service) as session:
        held = prescriber_queries.identity_unscoped(session, number=number)
        if held is None or held.kid != header["kid"] or held.payload_sha256 != jws.payload_sha256(payload):
            raise NoPossession(pointer="/qr")
        # Same payload and key, but is the signature on the paper the physician's? Verified with our own key.
        prescriber_queries.verify_scanned(
            session,
            number=number,
            token=scanned,
            seal_key=service.keys.seal,
            earlier_seals=service.keys.earlier_seals,
            ca_pem=service.keys.ca_certificate_pem,
        )
    return number


def _by_pointer(service: Service, pointer: str) -> Number:
    url = urlsplit(pointer)
    try:
        shabad, n = split_prescription_number(url.path.rsplit("/", 1)[-1])
    except ValueError as no:
        raise NoPossession(pointer="/pointer") from no
    number = Number(shabad, n or 1)
    with reading(service) as session:
        held = prescriber_queries.identity_unscoped(session, number=number)
        wanted = held.pointer_sha256 if held else None
    given = hashlib.sha256(url.fragment.encode()).hexdigest()
    if not hmac.compare_digest(given, wanted or "0" * 64):
        raise NoPossession(pointer="/pointer")
    return number


def _by_typing(service: Service, given: AcceptInput, by: Actor) -> Number:
    shabad, n = split_prescription_number(given.shabad or "")
    number = Number(shabad, n or 1)
    key = f"{by.centre}:{shabad}"
    if attempts.count(service, kind="possession", key=key, at=by.at, minutes=LOCK_MINUTES) > TRIES:
        raise TooManyTries(minutes=LOCK_MINUTES)
    with reading(service) as session:
        if not _belongs_to(session, number, given.national_id or ""):
            raise NoPossession(pointer="/shabad")
    attempts.forget(service, kind="possession", key=key)
    return number


def _belongs_to(session: Session, number: Number, identifier: str) -> bool:
    held = prescriber_queries.identity_unscoped(session, number=number)
    known = held.identifiers if held else ("",)
    return any(hmac.compare_digest(k.encode(), identifier.encode()) for k in known if k)
