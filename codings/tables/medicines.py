"""Medicines, the products that carry them, and what is known of their use: all of the release in force.

What a newer release drops keeps its row here, marked by its old release, so that what was prescribed can be read.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from codings.base import Row
from codings.tables.columns import AMOUNT, MILLIGRAMS


class Concept(Row, table=True):
    """One code of one system: a diagnosis, or an entry of any of the small lists."""

    __tablename__ = "concept"

    system: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    release: str
    position: int  # its place in the list as its editors ordered it
    fa: str
    en: str
    properties: dict[str, Any] = Field(sa_type=JSONB)


class Medicine(Row, table=True):
    """A generic presentation: what a physician prescribes. Amounts are per prescribing unit."""

    __tablename__ = "medicine"

    generic: str = Field(primary_key=True)
    release: str
    ingredients: list[str] = Field(sa_type=JSONB)
    atc: str
    inn: str
    name_fa: str
    short: str  # Latin name and strength as printed on the slip and signed
    form: str
    strength: str
    route: str
    unit: str
    strength_per_unit_mg: Decimal | None = Field(default=None, sa_type=MILLIGRAMS)
    max_daily_mg: Decimal | None = Field(default=None, sa_type=MILLIGRAMS)
    max_daily_source: str = ""
    controlled: bool
    high_risk: bool
    hospital_only: bool = False
    specialist_only: bool = False
    formulary: bool = False  # on the national or the WHO list: offered first
    source: str = ""  # where the presentation and its flags can be checked

    @property
    def substance(self) -> str:
        """The key of what is known of its use, with the route: all ingredients, the main one first."""
        return "+".join(self.ingredients)


class Product(Row, table=True):
    """What stands on the shelf: a pack of a generic presentation by one maker, at one price."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("pack_size > 0", name="pack_size"),
        CheckConstraint("price >= 0", name="price"),
    )

    irc: str = Field(primary_key=True)
    gtin: str = Field(unique=True)
    generic: str = Field(foreign_key="medicine.generic", index=True)
    name_fa: str
    name_en: str
    maker: str
    pack_size: Decimal = Field(sa_type=AMOUNT)  # in the medicine's prescribing unit
    price: int = Field(sa_type=BigInteger)  # Rials for the whole pack
    release: str


class Dosing(Row, table=True):
    """What is known of the use of one substance by one route: limits beyond the daily one, and suggestions.

    Amounts are milligrams of the main ingredient. `suggestions` are usual adult directions, never chosen beforehand:
    objects of `mg`, `frequency` and perhaps `timing`, `as_needed`, `days`.
    """

    __tablename__ = "dosing"

    code: str = Field(primary_key=True)  # ingredients joined by +, then the route: "amoxicillin/oral"
    release: str
    suggestions: list[dict[str, Any]] = Field(sa_type=JSONB)
    max_single_mg: Decimal | None = Field(default=None, sa_type=MILLIGRAMS)
    max_daily_mg: Decimal | None = Field(default=None, sa_type=MILLIGRAMS)
    kg_low: Decimal | None = Field(default=None, sa_type=MILLIGRAMS)  # usual mg/kg/day in children
    kg_high: Decimal | None = Field(default=None, sa_type=MILLIGRAMS)
    kg_max_daily: Decimal | None = Field(default=None, sa_type=MILLIGRAMS)
    kg_max_single: Decimal | None = Field(default=None, sa_type=MILLIGRAMS)
    min_age_months: int | None = None
    age_fa: str = ""
    age_en: str = ""
    pregnancy: str = ""  # contraindicated, avoid, caution, or nothing known
    pregnancy_fa: str = ""
    pregnancy_en: str = ""
    source: str


class Interaction(Row, table=True):
    """Two groups of medicines, by the beginnings of their ATC codes, that harm together."""

    __tablename__ = "interaction"

    code: str = Field(primary_key=True)
    release: str
    a: list[str] = Field(sa_type=JSONB)
    b: list[str] = Field(sa_type=JSONB)
    severity: str  # contraindicated, major, moderate
    mechanism_fa: str
    mechanism_en: str
    action_fa: str
    action_en: str
    source: str
