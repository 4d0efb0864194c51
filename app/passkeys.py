"""Passkeys (WebAuthn): the strongest way to prove who one is, since the key never leaves its device.

User verification is asked for and required everywhere: a passkey stands for two factors, the device and what opens it.
A passkey is bound to this service's host, its challenge to the session it was given to; its counter never goes back.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from pydantic_core import from_json
from sqlalchemy import func
from sqlmodel import Session, col, or_, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app import audit, ceremonies
from app.accounts import Proof, name_of, ways
from app.accounts.proofs import hold, note
from app.db import glancing, reading, side_session
from app.refusals import LastProof, PasskeyCopied, PasskeyKnown, PasskeyRefused, PasskeyUnknown
from app.sealed_box import derive
from app.service import Service
from app.settings import Settings
from app.tables import Passkey
from codings.base import Actor

MOST: Final = 20  # passkeys of one account
NAME: Final = "Noskheh"
LONGEST: Final = 20_000  # characters of an answer
_BROKEN = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def relying_party(settings: Settings) -> str:
    """The host a passkey is bound to."""
    return urlsplit(settings.public_url).hostname or "localhost"


def handle(service: Service, username: str) -> bytes:
    """What an authenticator keeps of an account: 32 bytes that tell nobody its name."""
    return derive(service.keys, f"user handle of {username}")


def passkeys_of(session: Session, username: str) -> list[Passkey]:
    """The passkeys of an account that were not removed, oldest first."""
    mine = (col(Passkey.username) == username, col(Passkey.removed_at).is_(None))
    return list(session.exec(select(Passkey).where(*mine).order_by(col(Passkey.added_at))))


def registration(service: Service, *, session_sha256: str, by: Actor) -> dict[str, Any]:
    """What a browser needs to make a passkey: `{"ceremony", "publicKey"}`."""
    username = name_of(by)
    with reading(service) as session:
        known = passkeys_of(session, username)
    drawn = ceremonies.begin(service, kind="register", username=username, session_sha256=session_sha256)
    options = webauthn.generate_registration_options(
        rp_id=relying_party(service.settings),
        rp_name=NAME,
        user_id=handle(service, username),
        user_name=username,
        user_display_name=by.name or username,
        challenge=drawn.challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return {"ceremony": str(drawn.id), "publicKey": options_to_json_dict(options)}


def register(
    session: Session,
    *,
    service: Service,
    ceremony: UUID,
    credential: str,
    name: str,
    session_sha256: str,
    by: Actor,
) -> Passkey:
    """Keep a new passkey. Raises CeremonyOver, PasskeyRefused, PasskeyKnown."""
    username = name_of(by)
    taken = ceremonies.take(
        service, id=ceremony, kind="register", username=username, session_sha256=session_sha256
    )
    answer = _read(credential)
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=taken.challenge,
            expected_rp_id=relying_party(service.settings),
            expected_origin=service.settings.public_url,
            require_user_verification=True,
        )
        key = bytes_to_base64url(verified.credential_id)
    except _BROKEN as no:
        note(service, username, by.at, "passkey.refused")
        raise PasskeyRefused from no
    if session.get(Passkey, key) is not None:
        raise PasskeyKnown
    if len(passkeys_of(session, username)) >= MOST:
        raise PasskeyRefused
    made = Passkey(
        id=key,
        username=username,
        name=name,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(answer),
        synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        added_at=by.at,
    )
    session.add(made)
    session.flush()
    audit.did(session, by=by, verb="passkey.add", subject=key[:100])
    return made


def request(
    service: Service, *, kind: ceremonies.Kind, username: str | None = None, session_sha256: str | None = None
) -> dict[str, Any]:
    """What a browser needs to show a passkey: of this account, or of whoever sits there when it is nobody's yet."""
    drawn = ceremonies.begin(service, kind=kind, username=username, session_sha256=session_sha256)
    known: list[Passkey] = []
    if username is not None:
        with reading(service) as session:
            known = passkeys_of(session, username)
    options = webauthn.generate_authentication_options(
        rp_id=relying_party(service.settings),
        challenge=drawn.challenge,
        allow_credentials=_descriptors(known) or None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return {"ceremony": str(drawn.id), "publicKey": options_to_json_dict(options)}


def prove(
    service: Service,
    *,
    kind: ceremonies.Kind,
    ceremony: UUID,
    credential: str,
    username: str | None = None,
    session_sha256: str | None = None,
) -> Proof:
    """Whose passkey answered the challenge. Raises CeremonyOver, PasskeyRefused, PasskeyCopied."""
    at = service.clock()
    taken = ceremonies.take(service, id=ceremony, kind=kind, username=username, session_sha256=session_sha256)
    answer = _read(credential)
    key = _known(service, answer, username)
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=taken.challenge,
            expected_rp_id=relying_party(service.settings),
            expected_origin=service.settings.public_url,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,  # compared below, where a count that went back has its own answer
            require_user_verification=True,
        )
        told = answer["response"].get("userHandle")
        if told and base64url_to_bytes(told) != handle(service, key.username):
            raise ValueError("the passkey names another account")
    except _BROKEN as no:
        note(service, key.username, at, "passkey.refused")
        raise PasskeyRefused from no
    _count(service, key, verified.new_sign_count)
    facts = {
        "credential": key.id,
        "publicKey": bytes_to_base64url(key.public_key),
        **{name: answer["response"][name] for name in ("clientDataJSON", "authenticatorData", "signature")},
        "challenge": bytes_to_base64url(taken.challenge),
        "rp_id": relying_party(service.settings),
        "origin": service.settings.public_url,
    }
    return Proof(key.username, "passkey", at, facts)


def remove(session: Session, *, service: Service, id: str, by: Actor) -> None:
    """Take one's own passkey out of use; the row stays for what it proved. Raises PasskeyUnknown, LastProof."""
    username = name_of(by)
    hold(session, username)
    held = passkeys_of(session, username)
    if id not in {key.id for key in held}:
        raise PasskeyUnknown
    last = len(held) == 1 and "totp" not in ways(session, username)
    if last and service.settings.second_factor_required:
        raise LastProof
    session.exec(update(Passkey).where(col(Passkey.id) == id).values(removed_at=by.at))
    audit.did(session, by=by, verb="passkey.remove", subject=id[:100])


def _known(service: Service, answer: Mapping[str, Any], username: str | None) -> Passkey:
    with glancing(service) as session:
        key = session.get(Passkey, str(answer.get("id", ""))[:1400])
    if key is None or key.removed_at is not None or username not in {None, key.username}:
        note(service, username or "nobody", service.clock(), "passkey.refused")
        raise PasskeyRefused
    return key


def _count(service: Service, key: Passkey, told: int) -> None:
    """Move the counter forward in one statement, so that two uses of one answer cannot both pass."""
    forward = or_(
        col(Passkey.sign_count) < told,
        func.greatest(col(Passkey.sign_count), told) == 0,  # a synced passkey does not count
    )
    mine = (col(Passkey.id) == key.id, col(Passkey.removed_at).is_(None), forward)
    moved = update(Passkey).where(*mine).values(sign_count=told, used_at=service.clock())
    with side_session(service) as session:
        if session.exec(moved.returning(col(Passkey.id))).first() is not None:
            return
    note(service, key.username, service.clock(), "passkey.copied")
    raise PasskeyCopied


def _read(credential: str) -> dict[str, Any]:
    """The browser's answer as JSON; what is in it is checked by whoever verifies it."""
    try:
        answer = from_json(credential) if len(credential) <= LONGEST else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        raise PasskeyRefused
    return answer


def _transports(answer: Mapping[str, Any]) -> list[str]:
    known = {transport.value for transport in AuthenticatorTransport}
    told = answer["response"].get("transports")
    return sorted(known.intersection(t for t in told if isinstance(t, str))) if isinstance(told, list) else []


def _descriptors(known: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(key.id),
            transports=[AuthenticatorTransport(transport) for transport in key.transports],
        )
        for key in known
    ]
