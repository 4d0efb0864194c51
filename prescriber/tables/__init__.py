"""What the prescriber's room stores: patients and what they were asked, drafts, signed prescriptions, paper.

Of a prescription only `status` ever changes, of a window only `remaining`; everything else stands as it was
signed. Prescriptions and all that belongs to them are keyed by SHABAD first, so that they can lie together
on one node. `signature_evidence` is what proves a signature later without asking anybody.
"""

from prescriber.tables.drafts import Draft, DraftStatus, Favourite
from prescriber.tables.paper import PaperImage, Transcription
from prescriber.tables.patients import Patient, PatientCentre, PatientFacts
from prescriber.tables.prescriptions import (
    Diagnosis,
    ItemWindow,
    Prescription,
    PrescriptionItem,
    PrescriptionOverride,
    PrescriptionStatus,
    SignatureEvidence,
    SlipCopy,
)

__all__ = [
    "Diagnosis",
    "Draft",
    "DraftStatus",
    "Favourite",
    "ItemWindow",
    "PaperImage",
    "Patient",
    "PatientCentre",
    "PatientFacts",
    "Prescription",
    "PrescriptionItem",
    "PrescriptionOverride",
    "PrescriptionStatus",
    "SignatureEvidence",
    "SlipCopy",
    "Transcription",
]
