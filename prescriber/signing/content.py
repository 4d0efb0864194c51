"""The signed form of a prescription: every field of it, and the one way it is written and read.

The signed form is a compact JWS (ES256) with the header ``{"alg":"ES256","kid":...,"typ":"rx+jws","zip":"DEF"}``;
its payload is raw DEFLATE of canonical JSON (RFC 8785). A paper prescription that was transcribed within a
declared emergency has the same payload with `w`, sealed by the service as ``"typ":"paper+jws"``.

The JSON, version 1. What is absent has its default; writing a default out is refused, so there is one text
for one meaning. Amounts are text in the grammar of `codings.systems.parse_amount`; no number has a fraction.

====  ==============================================  ====  ==============================================
key   of the prescription                             key   of an item of `x`
====  ==============================================  ====  ==============================================
v     version, 1                                      g     generic code of the medicine
s     SHABAD                                          l     its short Latin name and strength
n     number within the SHABAD, from 1                a     amount of one dose
r     the number it replaces; absent: none            b     unit of the dose
p     council number of the prescriber                f     frequency code
c     centre (SIAM id)                                h     timing code; absent: none
m     patient: [keyed mark, last 4 digits, year of    w     route code
      birth]; never the whole identifier              y     code of what it is needed for; absent: regularly
i     insurer code; "37" is self-pay                  z     duration in days
t     issued at, seconds since 1970                   q     quantity of one fill, in the prescribing unit
u     redeemable until, seconds, exclusive            j     repeats after the first fill; absent: 0
d     diagnoses: ICD-10 codes, or "system|code"       x     false: no substitution; absent: allowed
k     release of the medicine codings                 n     instruction, at most 120 characters; absent
x     items; their place, from 1, is their number
o     overrides: [finding id, reason code]
e     number of the emergency declaration
w     paper: [SHA-256 of its image, date written]
====  ==============================================  ====  ==============================================
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from codings import jws
from codings.identifiers import CouncilNumber, GenericCode, InsurerCode, Siam
from codings.systems import ICD10, Amount, Coding
from codings.text import normalise, refuse_controls
from prescriber.states import Number

TYP: Final = "rx+jws"
PAPER_TYP: Final = "paper+jws"
LONGEST_INSTRUCTION: Final = 120
MOST_ITEMS: Final = 20
MOST_PAYLOAD_BYTES: Final = 4096  # two QR codes hold less than half of it


class InvalidContent(ValueError):  # noqa: N818  it says what is invalid, not that something broke
    """Bytes that are no prescription of ours, or not in the one form that may be signed."""


# --- What is signed -------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """One line of text in its stored form, with nothing hidden in it."""
    if normalise(text) != text or "\n" in text or "\t" in text:
        raise ValueError("text that is not in its stored form")
    return refuse_controls(text)


def _other_system(text: str) -> str:
    if text.startswith(f"{ICD10}|"):
        raise ValueError("a code of ICD-10 stands without its system")
    return text


Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._/-]{0,39}$")]
Diagnosed = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z][!-{}~]{0,80}\|)?[0-9A-Z][0-9A-Za-z.-]{0,19}$"),
    AfterValidator(_other_system),
]
FindingId = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]+(-[A-Z0-9]+)+(:[0-9]{1,2}(,[0-9]{1,2}){0,19})?$")
]
Mark = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, AfterValidator(_plain)]
Count = Annotated[int, Field(strict=True)]
Instant = Annotated[int, Field(strict=True, ge=1_500_000_000, le=9_999_999_999)]


class _Signed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)


class Item(_Signed):
    """One medicine as ordered; amounts are in its prescribing unit."""

    generic: GenericCode = Field(alias="g")
    name: Annotated[Text, StringConstraints(min_length=1, max_length=120)] = Field(alias="l")
    dose: Amount = Field(alias="a")
    unit: Code = Field(alias="b")
    frequency: Code = Field(alias="f")
    timing: Code | None = Field(default=None, alias="h")
    route: Code = Field(alias="w")
    as_needed: Code | None = Field(default=None, alias="y")
    duration_days: Annotated[Count, Field(ge=1, le=366)] = Field(alias="z")
    quantity: Amount = Field(alias="q")
    repeats: Annotated[Count, Field(ge=0, le=12)] = Field(default=0, alias="j")
    substitution: bool = Field(default=True, alias="x")
    instruction: Annotated[Text, StringConstraints(min_length=1, max_length=LONGEST_INSTRUCTION)] | None = (
        Field(default=None, alias="n")
    )


class Content(_Signed):
    """Everything a signature stands for; the module's table says how each part is written."""

    v: Literal[1] = 1
    shabad: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{8,20}$")] = Field(alias="s")
    n: Annotated[Count, Field(ge=1, le=9999)]
    replaces: Annotated[Count, Field(ge=1, le=9999)] | None = Field(default=None, alias="r")
    practitioner: CouncilNumber = Field(alias="p")
    centre: Siam = Field(alias="c")
    patient: tuple[
        Mark,
        Annotated[str, StringConstraints(pattern=r"^([0-9]{4})?$")],
        Annotated[Count, Field(ge=1850, le=2200)],
    ] = Field(alias="m")
    insurer: InsurerCode = Field(alias="i")
    issued_at: Instant = Field(alias="t")
    redeemable_until: Instant = Field(alias="u")
    diagnoses: Annotated[tuple[Diagnosed, ...], Field(max_length=10)] = Field(alias="d")
    release: Annotated[Text, StringConstraints(min_length=1, max_length=60)] = Field(alias="k")
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=MOST_ITEMS)] = Field(alias="x")
    overrides: Annotated[tuple[tuple[FindingId, Code], ...], Field(max_length=40)] = Field(
        default=(), alias="o"
    )
    declaration: Annotated[Text, StringConstraints(min_length=1, max_length=20)] | None = Field(
        default=None, alias="e"
    )
    paper: tuple[Sha256, date] | None = Field(default=None, alias="w")

    @property
    def number(self) -> Number:
        return Number(self.shabad, self.n)

    @property
    def issued(self) -> datetime:
        return datetime.fromtimestamp(self.issued_at, UTC)

    @property
    def redeemable(self) -> datetime:
        return datetime.fromtimestamp(self.redeemable_until, UTC)

    @property
    def codings(self) -> tuple[Coding, ...]:
        """The diagnoses with their systems."""
        parts = (diagnosis.rpartition("|") for diagnosis in self.diagnoses)
        return tuple(Coding(system or ICD10, code) for system, _, code in parts)


def diagnosis_text(coding: Coding) -> str:
    """A diagnosis as it is signed: the bare code within ICD-10, else "system|code"."""
    return coding.code if coding.system == ICD10 else str(coding)


def plain_json(content: Content) -> bytes:
    """The canonical JSON that is deflated and signed."""
    return jws.canonical(_members(content))


def _members(content: Content) -> dict[str, Any]:
    said = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"v": content.v} | said


def payload(content: Content) -> bytes:
    """The bytes to sign. Another program may deflate the same JSON to other bytes; both are accepted."""
    return jws.deflate(plain_json(content))


@lru_cache(maxsize=256)  # one request reads the same bytes several times
def read(payload: bytes) -> Content:
    """What signed bytes say; InvalidContent unless it is exactly what `plain_json` would write of it.

    So unknown or repeated members, numbers with fractions, written-out defaults, text that is not in its
    stored form, hidden characters and decompression bombs all end here.
    """
    if len(payload) > MOST_PAYLOAD_BYTES:
        raise InvalidContent("too large")
    try:
        plain = jws.inflate(payload)
        content = Content.model_validate(jws.strict_json(plain))
    except jws.InvalidJws as no:
        raise InvalidContent(no.reason) from None
    except ValidationError as no:
        raise InvalidContent("; ".join(_fault(error) for error in no.errors(include_input=False))) from None
    if plain_json(content) != plain:
        raise InvalidContent("not canonical")
    return content


def _fault(error: Any) -> str:
    return f"{'/'.join(str(step) for step in error['loc'])} {error['type']}"


def header(kid: str) -> dict[str, str]:
    """The only header a signed prescription may have."""
    return {"alg": "ES256", "kid": kid, "typ": TYP, "zip": "DEF"}
