"""The columns of each kind of file, as pydantic models, and what every code of a line must be known to.

A line may have more sense than its columns show: a limit or a flag needs a source, a code of another list must be in
that list. What needs the rest of the file, or other lists, is checked in `reading`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from codings.base import Words
from codings.identifiers import CouncilNumber, Fida, GenericCode, Gtin, Irc, Siam, spoken
from codings.sheets.faults import WORDS
from codings.states import CentreKind, HolderKind, LicenceState
from codings.systems import (
    CENTRE,
    DOSING,
    FORM,
    GENERIC,
    ICD10,
    INGREDIENT,
    INTERACTION,
    PRACTITIONER,
    PROVINCE,
    ROUTE,
    SPECIALTY,
    UNIT,
    Amount,
)
from codings.tables import PRODUCT
from codings.text import ascii_digits, normalise, refuse_controls


def _stored(value: Any) -> Any:
    """The one spelling of a text; what is hidden in it is refused with its name."""
    if not isinstance(value, str):
        return value
    return _shown(normalise(value))


def _shown(text: str) -> str:
    try:
        return refuse_controls(text)
    except ValueError as no:
        what, _ = WORDS["hidden"]
        raise spoken("text.hidden", what.format(character=str(no).rpartition(" ")[2])) from None


def _money(value: Any) -> Any:
    digits = ascii_digits(value) if isinstance(value, str) else value
    if not isinstance(digits, str) or not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        what, mend = WORDS["money"]
        raise spoken("rial", Words(f"{what.fa} {mend.fa}", f"{what.en} {mend.en}"))
    return int(digits)


def _object(value: Any) -> Any:
    """JSON, with every text in it as strict as a cell's; numbers that JSON does not have are none."""
    try:
        told = json.loads(value or "{}", parse_constant=int) if isinstance(value, str) else value
        _all_shown(told)
    except PydanticCustomError:
        raise
    except (ValueError, RecursionError):
        words = Words("این خانه JSON درستی نیست.", "This cell is not valid JSON.")
        raise spoken("json", words) from None
    return told


def _all_shown(told: Any) -> None:
    if isinstance(told, str):
        _shown(told)
    elif isinstance(told, Mapping):
        for name, value in told.items():
            _all_shown(name)
            _all_shown(value)
    elif isinstance(told, list):
        for value in told:
            _all_shown(value)
    elif isinstance(told, float) and not isfinite(told):
        raise ValueError(told)


def _listed(separator: str) -> BeforeValidator:
    """Several codes in one cell."""
    return BeforeValidator(
        lambda value: (
            [part.strip() for part in value.split(separator) if part.strip()]
            if isinstance(value, str)
            else value
        )
    )


def _or_none(value: Any) -> Any:
    return value or None


Text = Annotated[str, BeforeValidator(_stored), Field(max_length=400)]
Said = Annotated[Text, Field(min_length=1)]
Code = Annotated[str, BeforeValidator(_stored), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]{0,39}$")]
Atc = Annotated[str, BeforeValidator(_stored), Field(pattern=r"^([A-Z][0-9]{2}[A-Z]{2}([0-9]{2})?)?$")]
AtcBeginning = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?$")]
Milligrams = Annotated[
    Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6, allow_inf_nan=False)] | None,
    BeforeValidator(_or_none),
]
Day = Annotated[date | None, BeforeValidator(_or_none)]
Money = Annotated[int, BeforeValidator(_money)]


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _sourced(line: Line, source: str, *needy: str) -> None:
    if not source and any(getattr(line, name) not in (None, "", False) for name in needy):
        what, mend = WORDS["unsourced"]
        raise spoken("unsourced", Words(f"{what.fa} {mend.fa}", f"{what.en} {mend.en}"))


class MedicineLine(Line):
    generic: GenericCode
    ingredients: Annotated[list[Code], _listed("+"), Field(min_length=1)]
    atc: Atc
    inn: Said
    name_fa: Said
    short: Annotated[Said, Field(max_length=80)]
    form: Code
    strength: Text
    route: Code
    unit: Code
    strength_per_unit_mg: Milligrams = None
    max_daily_mg: Milligrams = None
    max_daily_source: Text = ""
    controlled: bool
    high_risk: bool
    hospital_only: bool = False
    specialist_only: bool = False
    formulary: bool = False
    source: Text = ""

    @model_validator(mode="after")
    def _has_sources(self) -> "MedicineLine":
        _sourced(self, self.max_daily_source, "max_daily_mg")
        _sourced(self, self.source, "controlled", "high_risk", "hospital_only", "specialist_only")
        return self


class ProductLine(Line):
    irc: Irc
    gtin: Gtin
    generic: GenericCode
    name_fa: Said
    name_en: Said
    maker: Said
    pack_size: Amount
    price: Money


class SuggestionLine(Line):
    mg: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
    frequency: Code
    timing: Code | None = None
    as_needed: Code | None = None
    days: Annotated[int, Field(ge=1, le=366)] | None = None


class DosingLine(Line):
    code: Annotated[str, Field(pattern=r"^[a-z0-9+-]+/[a-z-]+$", max_length=160)]
    suggestions: Annotated[list[SuggestionLine], BeforeValidator(_object)]
    max_single_mg: Milligrams = None
    max_daily_mg: Milligrams = None
    kg_low: Milligrams = None
    kg_high: Milligrams = None
    kg_max_daily: Milligrams = None
    kg_max_single: Milligrams = None
    min_age_months: Annotated[Annotated[int, Field(ge=1, le=1200)] | None, BeforeValidator(_or_none)] = None
    age_fa: Text = ""
    age_en: Text = ""
    pregnancy: Literal["", "contraindicated", "avoid", "caution"] = ""
    pregnancy_fa: Text = ""
    pregnancy_en: Text = ""
    source: Said


class InteractionLine(Line):
    code: Code
    a: Annotated[list[AtcBeginning], _listed("|"), Field(min_length=1)]
    b: Annotated[list[AtcBeginning], _listed("|"), Field(min_length=1)]
    severity: Literal["contraindicated", "major", "moderate"]
    mechanism_fa: Said
    mechanism_en: Said
    action_fa: Said
    action_en: Said
    source: Said


class ListLine(Line):
    """A diagnosis, or an entry of any of the small lists."""

    code: Code
    fa: Said
    en: Said
    properties: Annotated[dict[str, Any], BeforeValidator(_object)] = {}


class CentreLine(Line):
    siam: Siam
    kind: CentreKind
    name_fa: Said
    name_en: Said
    province: Code
    address_fa: Text
    phone: Text
    licence_from: date
    licence_to: Day = None
    state: LicenceState = LicenceState.ACTIVE
    parent: Annotated[Siam | None, BeforeValidator(_or_none)] = None


class PractitionerLine(Line):
    """`centres` are SIAM ids joined by |: where the person works."""

    council: CouncilNumber
    kind: HolderKind
    name_fa: Said
    name_en: Said
    specialty: Annotated[Code | None, BeforeValidator(_or_none)] = None
    licence_state: LicenceState = LicenceState.ACTIVE
    licence_to: Day = None
    fida: Annotated[Fida | None, BeforeValidator(_or_none)] = None
    centres: Annotated[list[Siam], _listed("|")] = []

    @model_validator(mode="after")
    def _foreigner(self) -> "PractitionerLine":
        if self.council.endswith("ات") and self.fida is None:
            raise spoken(
                "fida",
                Words(
                    "برای شمارهٔ نظام پزشکی با «ات» کد فیدای پزشک را هم بنویسید.",
                    "A council number ending with «ات» needs the practitioner's FIDA code too.",
                ),
            )
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One kind of file. `key` is the column that is the code; `unique` come once each; `known` must be in a list."""

    line: type[Line]
    key: str = "code"
    unique: tuple[str, ...] = ("code",)
    known: Mapping[str, str] = field(default_factory=dict)  # column -> the system its codes are of

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.line.model_fields)

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(name for name, told in self.line.model_fields.items() if told.is_required())


SHEETS: Final[Mapping[str, Sheet]] = {
    GENERIC: Sheet(
        line=MedicineLine,
        key="generic",
        unique=("generic",),
        known={"ingredients": INGREDIENT, "form": FORM, "route": ROUTE, "unit": UNIT},
    ),
    PRODUCT: Sheet(line=ProductLine, key="irc", unique=("irc", "gtin"), known={"generic": GENERIC}),
    DOSING: Sheet(line=DosingLine),
    INTERACTION: Sheet(line=InteractionLine),
    CENTRE: Sheet(
        line=CentreLine, key="siam", unique=("siam",), known={"province": PROVINCE, "parent": CENTRE}
    ),
    PRACTITIONER: Sheet(
        line=PractitionerLine,
        key="council",
        unique=("council",),
        known={"specialty": SPECIALTY, "centres": CENTRE},
    ),
    ICD10: Sheet(line=ListLine),
}
_LIST: Final = Sheet(line=ListLine)


def sheet_of(system: str) -> Sheet:
    """How a file of this system looks; everything that is nothing else is a small list."""
    return SHEETS.get(system, _LIST)
