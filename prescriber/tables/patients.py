"""Patients, where they were seen, and what they were asked."""

import uuid
from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import AMOUNT, as_text
from prescriber.states import AllergyState, Sex
from prescriber.tables.columns import INSTANT, JSON


class Patient(Row, table=True):
    """A person. The identifier they came with never changes; name and the rest follow the registers."""

    __tablename__ = "patient"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    national_id: str | None = Field(default=None, unique=True, max_length=10)
    fida: str | None = Field(default=None, unique=True, max_length=12)
    name: str = Field(max_length=200)
    birth_date: date
    sex: Sex = Field(sa_type=as_text(Sex))
    mobile: str | None = Field(default=None, max_length=11)
    verified: bool  # a register said so; False: declared at the desk
    created_at: AwareDatetime = Field(sa_type=INSTANT)
    created_by: str


class PatientCentre(Row, table=True):
    """Where a patient was seen: a clinic may look up those, and nobody else's."""

    __tablename__ = "patient_centre"

    patient: uuid.UUID = Field(foreign_key="patient.id", primary_key=True)
    centre: str = Field(foreign_key="centre.siam", primary_key=True)
    since: AwareDatetime = Field(sa_type=INSTANT)


class PatientFacts(Row, table=True):
    """What a patient was asked, by whom and when. Never changed: the newest row holds."""

    __tablename__ = "patient_facts"
    __table_args__ = (
        Index("ix_patient_facts_newest", "patient", "id"),
        CheckConstraint(
            "(allergy_state = 'list') = (jsonb_array_length(allergies) > 0)", name="list_of_allergies"
        ),
        CheckConstraint("weight_kg > 0", name="weight"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    patient: uuid.UUID = Field(foreign_key="patient.id")
    allergy_state: AllergyState = Field(sa_type=as_text(AllergyState))
    allergies: list[str] = Field(sa_type=JSON)  # codes of ingredients and of classes of them
    weight_kg: Decimal | None = Field(default=None, sa_type=AMOUNT)
    pregnant: bool | None = None
    as_of: date
    recorded_by: str
    recorded_at: AwareDatetime = Field(sa_type=INSTANT)
