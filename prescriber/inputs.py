"""What comes into this room, validated: one model for the form and for the API.

Text arrives normalised and with nothing hidden in it, amounts as strings of the strict grammar. Whether a code
exists is the codings' to say, so that is asked later; here only its shape is checked.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from codings.base import Words
from codings.identifiers import CouncilNumber, Fida, GenericCode, Mobile, NationalId, Shabad, spoken
from codings.systems import ICD10, Amount, Coding, Day
from codings.text import normalise, refuse_controls
from prescriber.signing import LONGEST_INSTRUCTION, MOST_ITEMS, Item, diagnosis_text
from prescriber.states import AllergyState, Sex

HIDDEN = Words(
    "در این متن نویسه‌ای پنهان هست که دیده نمی‌شود. متن را پاک کنید و دوباره بنویسید.",
    "This text holds a hidden character. Clear it and type it again.",
)
ONE_IDENTIFIER = Words(
    "کد ملی یا کد فیدا را وارد کنید (تنها یکی)؛ اگر بیمار هیچ‌کدام را ندارد، مشخصات او را اظهار کنید.",
    "Give a national ID or a FIDA code, not both; for a patient with neither, declare who it is.",
)
ALLERGIES_MATCH = Words(
    "برای «حساسیت دارد» دست‌کم یک مورد را انتخاب کنید و برای «حساسیتی نمی‌شناسد» هیچ موردی نگذارید.",
    "“Has allergies” needs at least one entry, and “none known” has none.",
)

_BLANKS = re.compile(r"[ \t\r\n]+")


def _one_line(value: Any) -> Any:
    """Normalised, with line ends and tabs as spaces; hidden characters are refused, never dropped."""
    if not isinstance(value, str):
        return value
    try:
        return refuse_controls(normalise(_BLANKS.sub(" ", value)))
    except ValueError:
        raise spoken("text.hidden", HIDDEN) from None


Line = Annotated[str, BeforeValidator(_one_line)]
Code = Annotated[Line, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._/-]{0,39}$")]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# --- The patient ----------------------------------------------------------------------------------


class DeclaredInput(_Input):
    """Who a person says they are, when no register knows them."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    birth_date: Day
    sex: Sex


class PatientInput(_Input):
    """Who is seen: by national ID or FIDA, or declared; a declared patient is marked unverified."""

    national_id: NationalId | None = None
    fida: Fida | None = None
    mobile: Mobile | None = None
    declared: DeclaredInput | None = None

    @model_validator(mode="after")
    def _one_identifier(self) -> Self:
        given = (self.national_id is not None) + (self.fida is not None)
        if given > 1 or (not given and self.declared is None):
            raise spoken("patient.identifier", ONE_IDENTIFIER)
        return self


class AllergiesInput(_Input):
    """What the patient answered; whoever was not asked has no answer to send."""

    state: Literal[AllergyState.NONE_KNOWN, AllergyState.LIST]
    items: Annotated[tuple[Code, ...], Field(max_length=40)] = ()

    @model_validator(mode="after")
    def _items_of_a_list(self) -> Self:
        if (self.state is AllergyState.LIST) != bool(self.items):
            raise spoken("allergies.items", ALLERGIES_MATCH)
        return self


class FactsInput(_Input):
    """What the patient was asked today, or on an earlier day."""

    allergies: AllergiesInput
    weight_kg: Annotated[Amount, Field(le=500)] | None = None
    pregnant: bool | None = None
    as_of: Day


# --- The order ------------------------------------------------------------------------------------


class DoseInput(_Input):
    amount: Amount
    unit: Code = Field(examples=["tablet"])


class ItemInput(_Input):
    """One medicine. `quantity` is of one fill, in the medicine's prescribing unit."""

    medicine: GenericCode = Field(description="generic code")
    dose: DoseInput
    frequency: Code = Field(examples=["q8h"])
    timing: Code | None = Field(default=None, examples=["after-meal"])
    route: Code = Field(examples=["oral"])
    as_needed: Code | None = Field(default=None, examples=["pain"], description="for what; none: regularly")
    duration_days: Annotated[int, Field(ge=1, le=366, strict=True)]
    quantity: Amount
    repeats: Annotated[int, Field(ge=0, le=12, strict=True)] = 0
    substitution: bool = True
    instruction: Annotated[Line, StringConstraints(max_length=LONGEST_INSTRUCTION)] | None = None

    def signed(self, name: str) -> Item:
        """The item as it is signed, with the medicine's own short name."""
        return Item(
            generic=self.medicine,
            name=name,
            dose=self.dose.amount,
            unit=self.dose.unit,
            frequency=self.frequency,
            timing=self.timing,
            route=self.route,
            as_needed=self.as_needed,
            duration_days=self.duration_days,
            quantity=self.quantity,
            repeats=self.repeats,
            substitution=self.substitution,
            instruction=self.instruction or None,
        )


class DiagnosisInput(_Input):
    system: Annotated[Line, StringConstraints(pattern=r"^[a-z][!-{}~]{0,80}$")] = ICD10
    code: Annotated[Line, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Za-z.-]{0,19}$")] = Field(
        examples=["J02.9"]
    )

    @property
    def coding(self) -> Coding:
        return Coding(self.system, self.code)


class OverrideInput(_Input):
    """A finding that is answered with a reason."""

    finding: Annotated[Line, StringConstraints(max_length=80)] = Field(examples=["RX-DUPLICATE:1,2"])
    reason: Code = Field(examples=["benefit-outweighs-risk"])


class PrepareInput(_Input):
    """Everything the prescriber decides; the rest of what is signed is the service's to know."""

    shabad: Shabad
    replaces: Annotated[int, Field(ge=1, le=9999, strict=True)] | None = Field(
        default=None, description="the number this one corrects, of the same SHABAD"
    )
    diagnoses: Annotated[tuple[DiagnosisInput, ...], Field(min_length=1, max_length=10)]
    items: Annotated[tuple[ItemInput, ...], Field(min_length=1, max_length=MOST_ITEMS)]
    overrides: Annotated[tuple[OverrideInput, ...], Field(max_length=40)] = ()
    kid: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{11}$")] | None = Field(
        default=None,
        description="which of the prescriber's keys will sign; the newest of a system if left out",
    )


class PaperInput(_Input):
    """The transcription of a paper prescription; `image` is what uploading its picture answered."""

    declaration: Annotated[Line, StringConstraints(min_length=1, max_length=20)] = Field(
        examples=["D1405-0001"]
    )
    shabad: Shabad | None = Field(default=None, description="reserved; none: the oldest of the centre's pool")
    practitioner: CouncilNumber
    patient: PatientInput
    written_on: Day
    diagnoses: Annotated[tuple[DiagnosisInput, ...], Field(max_length=10)] = ()
    items: Annotated[tuple[ItemInput, ...], Field(min_length=1, max_length=MOST_ITEMS)]
    image: uuid.UUID


def diagnosis_texts(diagnoses: tuple[DiagnosisInput, ...]) -> tuple[str, ...]:
    """The diagnoses as they are signed."""
    return tuple(diagnosis_text(diagnosis.coding) for diagnosis in diagnoses)


# --- From the room above --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ShabadFacts:
    """What the insurer's room knows of a SHABAD and this room needs, handed down as plain values."""

    shabad: str
    insurer: str
    patient: uuid.UUID
    practitioner: str
    centre: str
    state: str  # issued, assigned_offline or verified may be signed on
    offline: bool
    valid_until: datetime
    declaration: str | None = None
