"""What the ground floor stores: code systems by release, medicines and products, the registers of centres and
people, their certificates, and declared emergencies.

All of it is reference data: small, read by every room, written only by this room's verbs and loader.
"""

from codings.tables.certificates import (
    Certificate,
    CertificateRequest,
    CertificateRequestStatus,
    CertificateStatus,
)
from codings.tables.columns import AMOUNT, as_text
from codings.tables.declarations import Declaration, DeclarationStatus
from codings.tables.medicines import Concept, Dosing, Interaction, Medicine, Product
from codings.tables.registers import Affiliation, Centre, CentreStatus, Practitioner, PractitionerStatus
from codings.tables.releases import (
    PRODUCT,
    Release,
    ReleaseEntry,
    ReleaseFile,
    ReleaseInForce,
    ReleaseProblem,
    ReleaseStatus,
)

__all__ = [
    "AMOUNT",
    "PRODUCT",
    "Affiliation",
    "Centre",
    "CentreStatus",
    "Certificate",
    "CertificateRequest",
    "CertificateRequestStatus",
    "CertificateStatus",
    "Concept",
    "Declaration",
    "DeclarationStatus",
    "Dosing",
    "Interaction",
    "Medicine",
    "Practitioner",
    "PractitionerStatus",
    "Product",
    "Release",
    "ReleaseEntry",
    "ReleaseFile",
    "ReleaseInForce",
    "ReleaseProblem",
    "ReleaseStatus",
    "as_text",
]
