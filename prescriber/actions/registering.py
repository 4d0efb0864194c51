"""Writing a checked prescription down: itself, its items and counters, its codes, its evidence, its first state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from codings import jws as tokens
from codings import sql
from codings.base import Actor
from prescriber import signing
from prescriber.actions import status
from prescriber.rules.periods import fills
from prescriber.states import PrescriptionState, Source
from prescriber.tables import (
    Diagnosis,
    ItemWindow,
    Prescription,
    PrescriptionItem,
    PrescriptionOverride,
    SignatureEvidence,
)

_END_OF_CERTIFICATE = "-----END CERTIFICATE-----\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A token that was verified, what it says, and what was known of its certificate at that moment."""

    token: str
    payload: bytes
    kid: str
    content: signing.Content
    certificate_pem: str  # the signer's own first, then whoever issued it
    certificate_state: str
    approval: Mapping[str, Any] | None = None  # how the signer had just proved who they are


def register(
    session: Session,
    *,
    signed: Signed,
    patient: UUID,
    source: Source,
    first_day: date,
    pointer_key: bytes,
    by: Actor,
) -> bool:
    """Whether the number was free and now is this prescription's; all its rows are written, or none.

    The primary key decides between two that come at once: the later one waits for the first to commit.
    """
    content = signed.content
    secret = signing.pointer_secret(pointer_key, content.number)
    new = {
        "shabad": content.shabad,
        "n": content.n,
        "patient": patient,
        "practitioner": content.practitioner,
        "centre": content.centre,
        "insurer": content.insurer,
        "kid": signed.kid,
        "jws": signed.token,
        "payload_sha256": tokens.payload_sha256(signed.payload),
        "issued_at": content.issued,
        "received_at": by.at,
        "redeemable_until": content.redeemable,
        "payable_until": content.redeemable,
        "replaces": content.replaces,
        "status": PrescriptionState.ACTIVE,
        "source": source,
        "declaration": content.declaration,
        "coding_release": content.release,
        "pointer_sha256": signing.pointer_sha256(secret),
    }
    if not sql.put(session, Prescription, [new], rest="ON CONFLICT DO NOTHING RETURNING n"):
        return False
    _add_items(session, content, first_day)
    _add_codes(session, content)
    _add_evidence(session, signed, by)
    status.note(session, number=content.number, from_state=None, to_state=PrescriptionState.ACTIVE, by=by)
    return True


def _add_items(session: Session, content: signing.Content, first_day: date) -> None:
    key = content.number._asdict()
    numbered = list(enumerate(content.items, start=1))
    sql.put_later(
        session, PrescriptionItem, [key | {"item": place} | item.model_dump() for place, item in numbered]
    )
    windows = [
        key | {"item": place, **fill._asdict(), "quantity": item.quantity, "remaining": item.quantity}
        for place, item in numbered
        for fill in fills(first_day, item)
    ]
    sql.put_later(session, ItemWindow, windows)


def _add_codes(session: Session, content: signing.Content) -> None:
    key = content.number._asdict()
    diagnoses = [
        key | {"position": place, "system": coding.system, "code": coding.code}
        for place, coding in enumerate(content.codings, start=1)
    ]
    sql.put_later(session, Diagnosis, diagnoses)
    overrides = [key | {"finding": finding, "reason": reason} for finding, reason in content.overrides]
    sql.put_later(session, PrescriptionOverride, overrides)


def _add_evidence(session: Session, signed: Signed, by: Actor) -> None:
    own, end, chain = signed.certificate_pem.partition(_END_OF_CERTIFICATE)
    evidence = {
        "payload": signed.payload,
        "certificate_pem": own + end,
        "chain_pem": chain,
        "revocation": {"checked_at": by.at.isoformat(), "state": signed.certificate_state},
        "received_at": by.at,
        "verified_by": by.id,
        "approval": signed.approval,
    }
    sql.put_later(session, SignatureEvidence, [signed.content.number._asdict() | evidence])
