"""Where a prescription on paper came from."""

import uuid
from datetime import date

from pydantic import AwareDatetime
from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from codings.base import Row, new_id
from prescriber.tables.columns import INSTANT, of_prescription


class PaperImage(Row, table=True):
    """The picture of a paper prescription, as bytes with their hash. One picture serves one transcription."""

    __tablename__ = "paper_image"
    __table_args__ = (UniqueConstraint("centre", "sha256"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    sha256: str = Field(max_length=64)
    media_type: str = Field(max_length=20)
    content: bytes = Field(sa_type=LargeBinary)
    centre: str = Field(foreign_key="centre.siam")
    uploaded_by: str
    uploaded_at: AwareDatetime = Field(sa_type=INSTANT)
    transcribed_as: str | None = Field(default=None, max_length=30)  # the prescription's number


class Transcription(Row, table=True):
    """Where a prescription on paper came from."""

    __tablename__ = "transcription"
    __table_args__ = (of_prescription(),)

    shabad: str = Field(primary_key=True, max_length=20)
    n: int = Field(primary_key=True)
    image: uuid.UUID  # no foreign key: pictures do not lie with the prescriptions
    image_sha256: str = Field(max_length=64)
    declaration: str = Field(foreign_key="declaration.number")
    written_on: date
    transcribed_by: str
    centre: str = Field(foreign_key="centre.siam")
