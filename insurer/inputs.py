"""What comes in from insurers: one validated model for page and API both.

Amounts of money are whole Rials, never a fraction and never a float; text is normalised and holds nothing
invisible. Lines of NDJSON files are read one by one, so that one bad line of five thousand spoils only itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from codings import jws
from codings.base import Words
from codings.identifiers import Fida, NationalId, spoken
from codings.systems import Day, Rial
from codings.text import normalise, refuse_controls
from insurer.states import ClaimKind, CoverageState, LineKind, Outcome
from prescriber.states import Sex

M = TypeVar("M", bound=BaseModel)
MOST_LINES = 200_000
MOST_FAILURES = 1_000  # as many as are told in full; the counts are always complete
_LARGEST_RIAL = 2**53 - 1  # what canonical JSON can carry

Text = Annotated[str, AfterValidator(normalise), AfterValidator(refuse_controls)]
Reference = Annotated[Text, StringConstraints(min_length=1, max_length=60)]
Note = Annotated[Text, StringConstraints(min_length=1, max_length=500)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ClaimRef = Annotated[str, StringConstraints(min_length=1, max_length=60)]  # looked up, not parsed
Count = Annotated[int, Field(strict=True, ge=0)]
Ordinal = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
SignedRial = Annotated[int, Field(strict=True, ge=-_LARGEST_RIAL, le=_LARGEST_RIAL)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# --- Acknowledging a batch ------------------------------------------------------------------------


class AckFile(_Input):
    name: Reference
    sha256: Sha256
    count: Count


class RejectedItem(_Input):
    """A line the insurer cannot read: technical, so it goes back to be mended and decides nothing."""

    claim: ClaimRef
    version: Ordinal
    issue: Note


class AckInput(_Input):
    """The insurer's receipt for a batch: what it fetched, by hash and count."""

    manifest_sha256: Sha256
    files: tuple[AckFile, ...] = Field(max_length=100)
    receipt_no: Reference
    rejected_items: tuple[RejectedItem, ...] = Field(default=(), max_length=10_000)


# --- Results --------------------------------------------------------------------------------------


class DeductionInput(_Input):
    reason: Reference
    rule: Reference | None = None
    amount: Rial = Field(gt=0)
    note: Note | None = None


class ResultLineInput(_Input):
    """The decision on one line: what is approved, and a reason for every Rial that is not."""

    line: Ordinal
    approved: Rial
    deductions: tuple[DeductionInput, ...] = Field(default=(), max_length=100)


class ResultLine(_Input):
    """One line of the results file: a decision on one version of one claim."""

    claim: ClaimRef
    version: Ordinal
    result_no: Ordinal
    outcome: Outcome
    lines: tuple[ResultLineInput, ...] = Field(min_length=1, max_length=200)


# --- Remittances ----------------------------------------------------------------------------------


class RemittanceLineInput(_Input):
    claim: ClaimRef
    version: Ordinal
    kind: LineKind
    amount: SignedRial = Field(description="Rials; a recovery takes money back and is negative")


class RemittanceInput(_Input):
    """One payment and what it is for; the lines add up to the amount."""

    payment_no: Reference
    paid_on: Day
    amount: SignedRial
    lines: tuple[RemittanceLineInput, ...] = Field(min_length=1, max_length=10_000)


class AppealInput(_Input):
    reason: Note


# --- The insured ----------------------------------------------------------------------------------


class CoverageLine(_Input):
    """One line of the insured: who is covered, in which fund, from when until when."""

    member_no: Reference
    national_id: NationalId | None = None
    fida: Fida | None = None
    kind: ClaimKind
    fund: Reference
    name: Annotated[Text, StringConstraints(min_length=1, max_length=200)]
    birth_date: Day
    sex: Sex
    valid_from: Day
    valid_to: Day | None = None
    state: CoverageState = CoverageState.ACTIVE

    @model_validator(mode="after")
    def _one_person_one_period(self) -> Self:
        if (self.national_id is None) == (self.fida is None):
            raise spoken(
                "coverage.identifier", Words("یا کد ملی بنویسید یا کد فیدا.", "Give a national ID or a FIDA.")
            )
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise spoken(
                "coverage.period",
                Words("پایان اعتبار پیش از آغاز آن است.", "The cover ends before it begins."),
            )
        return self


# --- Files of lines -------------------------------------------------------------------------------

_UNREADABLE = Words("این سطر JSON درستی نیست.", "This line is not proper JSON.")
_WRONG_VALUE = Words(
    "مقدار «{place}» در این سطر درست نیست.", "The value of “{place}” in this line is not right."
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that was not taken, where it is, and why; the other lines are not touched by it."""

    line: int  # 1 is the first line of the file
    code: str
    words: Words
    pointer: str | None = None

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"line": self.line, "code": self.code, "message": self.words._asdict()}
        return told | ({"pointer": self.pointer} if self.pointer else {})


def read_lines(body: bytes, model: type[M]) -> Iterator[tuple[int, M | Failure]]:
    """Every line of an NDJSON file with its number: the value, or why it is none. Empty lines are passed over."""
    for number, raw in enumerate(body.split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            yield number, model.model_validate(jws.strict_json(raw))
        except jws.InvalidJws:
            yield number, Failure(number, "line.unreadable", _UNREADABLE)
        except ValidationError as no:
            yield number, _failure(number, no)


def _failure(number: int, no: ValidationError) -> Failure:
    """The first fault of a line, in its own words where it has some."""
    first = no.errors(include_url=False, include_input=False)[0]
    pointer = "".join(f"/{part}" for part in first["loc"])
    told = first.get("ctx", {})
    spoken_words = {"fa", "en"} <= told.keys()
    words = Words(told["fa"], told["en"]) if spoken_words else _WRONG_VALUE.format(place=pointer or "/")
    return Failure(number, f"line.{first['type']}", words, pointer or None)
