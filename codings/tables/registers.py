"""The registers: licensed centres, licensed people, and who works where."""

from datetime import date

from sqlmodel import Field

from codings.base import Row
from codings.states import CentreKind, HolderKind, LicenceState
from codings.tables.columns import Status, as_text


class Centre(Row, table=True):
    """A licensed clinic or pharmacy."""

    __tablename__ = "centre"

    siam: str = Field(primary_key=True)
    kind: CentreKind = Field(sa_type=as_text(CentreKind))
    name_fa: str
    name_en: str
    province: str
    address_fa: str
    phone: str
    licence_from: date
    licence_to: date | None = None
    state: LicenceState = Field(sa_type=as_text(LicenceState))
    parent: str | None = None  # SIAM of the hospital or clinic it stands in
    release: str | None = None  # of the register that named it last; none: entered by hand

    def licensed_on(self, day: date) -> bool:
        """Whether it may work on this day in Tehran: not suspended, and within the licence's dates."""
        started = self.licence_from <= day
        return self.state is LicenceState.ACTIVE and started and (self.licence_to or day) >= day


class Practitioner(Row, table=True):
    """A licensed person, or an officer who holds a key of their own."""

    __tablename__ = "practitioner"

    council: str = Field(primary_key=True)
    kind: HolderKind = Field(sa_type=as_text(HolderKind))
    name_fa: str
    name_en: str
    specialty: str
    licence_state: LicenceState = Field(sa_type=as_text(LicenceState))
    licence_to: date | None = None
    fida: str | None = None  # of a foreign practitioner, whose council number ends with «ات»
    release: str | None = None  # of the register that named them last; none: entered by hand

    def licensed_on(self, day: date) -> bool:
        """Whether they may work on this day in Tehran: not suspended, and the licence not past its end."""
        return self.licence_state is LicenceState.ACTIVE and (self.licence_to or day) >= day


class Affiliation(Row, table=True):
    """Who works where, since which day."""

    __tablename__ = "affiliation"

    practitioner: str = Field(foreign_key="practitioner.council", primary_key=True)
    centre: str = Field(foreign_key="centre.siam", primary_key=True, index=True)
    since: date
    added_by: str


class PractitionerStatus(Status, table=True):
    """Each change of a practitioner's licence."""

    __tablename__ = "practitioner_status"

    council: str = Field(foreign_key="practitioner.council", index=True)


class CentreStatus(Status, table=True):
    """Each change of a centre's licence."""

    __tablename__ = "centre_status"

    siam: str = Field(foreign_key="centre.siam", index=True)
