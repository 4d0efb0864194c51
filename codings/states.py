"""The states of what this floor keeps, and which may follow which.

One table a thing: it guards the verb, shows the button, and is printed in the documentation.
A state that nothing follows is an end.
"""

from datetime import datetime
from enum import StrEnum


class RequestState(StrEnum):
    """A request for a certificate: asked by the holder, entered by one officer, decided by another."""

    REQUESTED = "requested"
    ENTERED = "entered"
    APPROVED = "approved"
    REFUSED = "refused"


REQUEST_ALLOWED: dict[RequestState, frozenset[RequestState]] = {
    RequestState.REQUESTED: frozenset({RequestState.ENTERED, RequestState.REFUSED}),
    RequestState.ENTERED: frozenset({RequestState.APPROVED, RequestState.REFUSED}),
    RequestState.APPROVED: frozenset(),
    RequestState.REFUSED: frozenset(),
}


class CertificateState(StrEnum):
    """Revoking is for ever. Expiry is read from the certificate's own dates, never stored."""

    ACTIVE = "active"
    REVOKED = "revoked"


CERTIFICATE_ALLOWED: dict[CertificateState, frozenset[CertificateState]] = {
    CertificateState.ACTIVE: frozenset({CertificateState.REVOKED}),
    CertificateState.REVOKED: frozenset(),
}


class DeclarationState(StrEnum):
    """A declared emergency. ENDED comes by the clock alone and is never stored: see `declaration_state`."""

    DRAFTED = "drafted"
    IN_FORCE = "in_force"
    ENDED = "ended"
    REFUSED = "refused"


DECLARATION_ALLOWED: dict[DeclarationState, frozenset[DeclarationState]] = {
    DeclarationState.DRAFTED: frozenset({DeclarationState.IN_FORCE, DeclarationState.REFUSED}),
    DeclarationState.IN_FORCE: frozenset({DeclarationState.ENDED}),
    DeclarationState.ENDED: frozenset(),
    DeclarationState.REFUSED: frozenset(),
}


def declaration_state(stored: DeclarationState, ends_at: datetime, at: datetime) -> DeclarationState:
    """The state at an instant: an approved declaration has ended at its last instant, by itself."""
    if stored is DeclarationState.IN_FORCE and at >= ends_at:
        return DeclarationState.ENDED
    return stored


class LicenceState(StrEnum):
    """May this person, or this centre, work today? A suspension can be lifted."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


LICENCE_ALLOWED: dict[LicenceState, frozenset[LicenceState]] = {
    LicenceState.ACTIVE: frozenset({LicenceState.SUSPENDED}),
    LicenceState.SUSPENDED: frozenset({LicenceState.ACTIVE}),
}


class CentreKind(StrEnum):
    CLINIC = "clinic"
    PHARMACY = "pharmacy"


class HolderKind(StrEnum):
    """Who a practitioner is, and so what their key may sign."""

    PHYSICIAN = "physician"
    PHARMACIST = "pharmacist"
    OFFICER = "officer"


class ReleaseState(StrEnum):
    """An edition of a code system. Published means decided; it is in force from its day on, until the next one.

    IMPORTING -> READY (whole and right) or REFUSED (with a report); READY -> PUBLISHED by a second person;
    PUBLISHED -> RETIRED when another comes into force; a release that should not be used is WITHDRAWN, and the one
    before it is in force again.
    """

    IMPORTING = "importing"
    REFUSED = "refused"
    READY = "ready"
    PUBLISHED = "published"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


RELEASE_ALLOWED: dict[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.IMPORTING: frozenset({ReleaseState.READY, ReleaseState.REFUSED}),
    ReleaseState.REFUSED: frozenset(),
    ReleaseState.READY: frozenset({ReleaseState.PUBLISHED, ReleaseState.WITHDRAWN}),
    ReleaseState.PUBLISHED: frozenset({ReleaseState.RETIRED, ReleaseState.WITHDRAWN}),
    ReleaseState.RETIRED: frozenset({ReleaseState.PUBLISHED}),
    ReleaseState.WITHDRAWN: frozenset(),
}
