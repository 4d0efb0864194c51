"""What comes in at the counter, checked once for the page and the API alike.

Quantities are texts of the strict grammar and become Decimals; nothing unknown is let through silently.
"""

from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from codings.base import Words
from codings.identifiers import FIDA, CouncilNumber, Identifier, Irc, PrescriptionNumber, spoken
from codings.systems import Amount

MOST_LINES: Final = 60
MOST_PACKS: Final = 100
LONGEST_QR: Final = 7_089  # digits in the largest QR code

PATIENT_IDENTIFIER = Identifier(
    name="patient_identifier",
    meaning="National ID or FIDA code of the patient: 10 to 12 digits.",
    pattern="[0-9]{10,12}",
    example="1234567891",
    fillers=FIDA.fillers,
    words=Words(
        "کد ملی ۱۰ رقم و کد فراگیر اتباع (فیدا) ۱۰ تا ۱۲ رقم دارد؛ آن را از روی کارت بیمار دوباره وارد کنید.",
        "A national ID has 10 digits and a FIDA code 10 to 12; type it again from the patient's card.",
    ),
)

PatientIdentifier = Annotated[str, PATIENT_IDENTIFIER]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
ItemNumber = Annotated[int, Field(ge=1, le=999, examples=[1])]
# Longer than any barcode, so that a stuck scanner is told what is wrong in the counter's own words.
Barcode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2_000),
    Field(examples=["010626012345678621123450123456789012341728093010A1"]),
]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AcceptInput(_Input):
    """Proof that the slip or its details are at the counter: one of three, and only one."""

    qr: (
        Annotated[str, Field(max_length=LONGEST_QR)]
        | Annotated[list[Annotated[str, Field(max_length=LONGEST_QR)]], Field(min_length=1, max_length=2)]
        | None
    ) = Field(default=None, description="What a scanner read from the slip: one text, or both of a long one.")
    pointer: str | None = Field(
        default=None, max_length=500, description="What a scanner read from the small code of the slip."
    )
    shabad: PrescriptionNumber | None = None
    national_id: PatientIdentifier | None = Field(
        default=None, description="National ID or FIDA of the patient."
    )

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        typed = self.shabad is not None or self.national_id is not None
        if [self.qr is not None, self.pointer is not None, typed].count(True) != 1:
            raise spoken("accept.one_proof", ONE_PROOF)
        if typed and (self.shabad is None or self.national_id is None):
            raise spoken("accept.both", BOTH_DETAILS)
        return self


class PackCheckInput(_Input):
    """A scanned pack, by itself or for an item of an accepted prescription."""

    barcode: Barcode
    item: ItemNumber | None = None
    acceptance: UUID | None = None

    @model_validator(mode="after")
    def _item_of_something(self) -> Self:
        if self.item is not None and self.acceptance is None:
            raise spoken("pack_check.item", ITEM_OF_WHAT)
        return self


class PackInput(_Input):
    """One pack of a line."""

    barcode: Barcode
    count: Amount | None = Field(default=None, description="Units taken from it; left out: the whole pack.")


class LineInput(_Input):
    """A quantity of one product for one item; an item may have several lines."""

    item: ItemNumber
    irc: Irc
    quantity: Amount = Field(description="In the prescribing unit; the packs' counts add up to it.")
    packs: list[PackInput] = Field(min_length=1, max_length=MOST_PACKS)
    substitution_reason: Code | None = None


class NotDispensedInput(_Input):
    """An item, or what is left of it, that is not handed over this time."""

    item: ItemNumber
    reason: Code


class OverrideInput(_Input):
    """A finding that the pharmacist goes past, and why."""

    finding: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    reason: Code


class DispenseInput(_Input):
    """What is handed over on an accepted prescription. The same is sent to `price` first."""

    acceptance: UUID
    lines: list[LineInput] = Field(min_length=1, max_length=MOST_LINES)
    not_dispensed: tuple[NotDispensedInput, ...] = Field(default=(), max_length=MOST_LINES)
    overrides: tuple[OverrideInput, ...] = Field(default=(), max_length=MOST_LINES)
    pharmacist: CouncilNumber | None = Field(
        default=None, description="Who hands over; left out: the signed-in pharmacist, or the pharmacy's own."
    )

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        for said in ([o.finding for o in self.overrides], [n.item for n in self.not_dispensed]):
            if len(set(said)) != len(said):
                raise spoken("dispense.said_twice", SAID_TWICE)
        return self


class ReturnInput(_Input):
    """Why a dispense comes back."""

    reason: Code


ONE_PROOF = Words(
    "یکی از این سه را بفرستید: متن کد QR برگه، نشانی کد کوچک برگه، یا شناسهٔ شباد همراه کد ملی بیمار.",
    "Send one of three: the text of the slip's QR code, the address in its small code, or SHABAD with national ID.",
)
BOTH_DETAILS = Words(
    "شناسهٔ شباد و کد ملی بیمار هر دو لازم است.", "Both the SHABAD and the patient's national ID are needed."
)
ITEM_OF_WHAT = Words(
    "برای سنجش جعبه با یک قلم، شناسهٔ پذیرش نسخه را هم بفرستید.",
    "To compare a pack with an item, send the acceptance of its prescription too.",
)
SAID_TWICE = Words(
    "دربارهٔ یک قلم یا یک یافته دو بار نوشته شده است؛ هر کدام را یک بار بنویسید.",
    "An item or a finding is mentioned twice; say each of them once.",
)
