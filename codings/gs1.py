"""What a pack of medicine says in its GS1 DataMatrix: GTIN, UID, expiry and lot.

biip reads the element strings; this file says which of them a pack must have and refuses to guess.
A scan in which a separator got lost is never split by likelihood: the counter scans again. So is one whose letters
a keyboard layout has changed. What no reader can notice is a letter that is missing from the lot, which has no check
digit; GTIN, UID and expiry are never read otherwise than they were printed, and the authority compares the lot.

Sources: GS1 General Specifications 3 (application identifiers) and 7.8.6 (separators); the label of
directive TT940715 (AI 21 is a UID of 20 digits: four or five of the company, as sixth the level of packaging).
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final

from biip import ParseError
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from codings.base import Words
from codings.identifiers import parse_gtin, parse_uid
from codings.text import ascii_digits

GS: Final = "\x1d"  # how a scanner sends FNC1 between two fields
LONGEST_SCAN: Final = 200
_GTIN, _UID, _EXPIRY, _LOT = "01", "21", "17", "10"
_CASE_IDENTIFIERS: Final = frozenset({"00", "02", "37"})  # logistic unit, contained items and their count
_COMPANY_DIGITS: Final = 5
_UNIT_LEVEL: Final = "0"
_LEVEL_PLACE: Final = 5
_UID_PATTERN: Final = re.compile(r"[0-9]{20}")
_LOT_PATTERN: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")  # GS1 character set 82
_NUMBER_ON_BOX: Final = re.compile(
    r"(?!01)[0-9]{16}"
)  # IRC, or what the patient finds under the scratch layer
# A pack's code, maybe behind a mark that a keyboard layout has changed ("+d2") and with brackets turned around, as a
# Persian layout does. The mark of another kind of code ("]C1") was read well: that is no DataMatrix of a label.
_BEGINS_AS_PACK: Final = re.compile(r"(?!\][A-Za-z][0-9])[^0-9()]{0,2}(?:d2)?[()]?01[()]?[0-9]{14}")
# A lot stands alone, or behind fields of the label whose length is fixed. Behind another one, such as the day of
# making, it may be the rest of a lot that began with 10 and lost a character.
_LOT_IN_PLACE: Final = re.compile(rf"(?:^|{GS})(?:01[0-9]{{14}}|21[0-9]{{20}}|17[0-9]{{6}})*10")
_SWALLOWED: Final = {  # how a field looks inside another one, when the separator between them got lost
    _UID: re.compile(r"21[0-9]*$"),
    _EXPIRY: re.compile(r"17[0-9]{6}"),
    _LOT: re.compile(r"10."),
}

WORDS: Final[Mapping[str, Words]] = {
    "not_gs1": Words(
        "این رمزینهٔ اصالت دارو نیست. رمزینهٔ مربع (DataMatrix) روی برچسب اصالت جعبه را اسکن کنید.",
        "This is not the authenticity code. Scan the square DataMatrix on the label of the box.",
    ),
    "rescan": Words(
        "رمزینه کامل خوانده نشد. صفحه‌کلید را روی انگلیسی بگذارید، Caps Lock را خاموش کنید و جعبه را "
        "دوباره اسکن کنید؛ اگر باز هم نشد، جعبهٔ دیگری بردارید.",
        "The code was not read completely. Set the keyboard to English, turn Caps Lock off and scan the box "
        "again; if that fails, take another box.",
    ),
    "gtin_check_digit": Words(
        "رقم کنترلی GTIN درست نیست. دوباره اسکن کنید؛ اگر تکرار شد، این جعبه را تحویل ندهید و کنار بگذارید.",
        "The GTIN has a wrong check digit. Scan again; if it stays so, do not supply this box and set it aside.",
    ),
    "no_uid": Words(
        "این رمزینه شناسهٔ اصالت ۲۰ رقمی (UID) ندارد. برچسب اصالت همان جعبه را اسکن کنید.",
        "This code has no UID of 20 digits. Scan the authenticity label of the same box.",
    ),
    "aggregated": Words(
        "این رمزینهٔ بستهٔ مادر یا کارتن است. رمزینهٔ تک‌جعبه‌ای را که به بیمار می‌دهید اسکن کنید.",
        "This is the code of a bundle or a carton. Scan the single box that the patient gets.",
    ),
    "no_expiry": Words(
        "تاریخ انقضا در این رمزینه نیست. دوباره اسکن کنید؛ اگر تکرار شد، جعبهٔ دیگری بردارید.",
        "This code has no expiry date. Scan again; if it stays so, take another box.",
    ),
    "no_lot": Words(
        "شمارهٔ سری ساخت در این رمزینه نیست. دوباره اسکن کنید؛ اگر تکرار شد، جعبهٔ دیگری بردارید.",
        "This code has no lot number. Scan again; if it stays so, take another box.",
    ),
    "number_on_box": Words(
        "این شمارهٔ ۱۶ رقمی (کد IRC یا کد زیر برچسب خراشیدنی) خودِ جعبه را نشان نمی‌دهد. رمزینهٔ مربع "
        "(DataMatrix) روی برچسب اصالت را اسکن کنید.",
        "This number of 16 digits (the IRC, or the one under the scratch layer) does not name the box. Scan the "
        "square DataMatrix on the authenticity label.",
    ),
    "too_long": Words(
        "متن خوانده‌شده برای رمزینهٔ یک جعبه بلند است. کادر را خالی کنید و فقط یک جعبه را اسکن کنید.",
        "What was read is too long for one box. Empty the field and scan one box only.",
    ),
}


LEVELS: Final[Mapping[str, Words]] = {  # the sixth digit of a UID
    "0": Words("تک‌جعبه", "single box"),
    "1": Words("بستهٔ چندتایی (شیرینک)", "shrink-wrapped bundle"),
    "2": Words("کارتن", "carton"),
    **{str(level): Words("بستهٔ بزرگ‌تر از کارتن", "larger than a carton") for level in range(3, 10)},
}


class UnreadablePack(Exception):  # noqa: N818  it says what is unreadable, not that something broke
    """A scan that does not name one pack; `code` is one of WORDS, `words` say what to do."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.words = WORDS[code]
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCode:
    """One saleable unit: GTIN of 14 digits, UID of 20, the last day of use, the lot, and the scan itself."""

    gtin: str
    uid: str
    expiry: date
    lot: str
    raw: str

    @property
    def company(self) -> str:
        """The first five digits of the UID. Of a large company only the first four are its own: compare beginnings."""
        return self.uid[:_COMPANY_DIGITS]

    @property
    def level(self) -> Words:
        """What the UID says of the packaging: always a single box, as anything else is refused."""
        return packaging(self.uid)


def packaging(uid: str) -> Words:
    """The level of packaging that a UID names. ValueError for what is no UID."""
    return LEVELS[parse_uid(uid)[_LEVEL_PLACE]]


def parse_pack(raw: str) -> PackCode:
    """The pack that a scan or a typed line names.

    Understands what scanners send: the prefix `]d2`, a leading FNC1, GS or `~` between fields, the
    bracketed text under the code, digits of a Persian keyboard, day 00 for the end of a month. Raises
    UnreadablePack.
    """
    if len(raw) > LONGEST_SCAN:
        raise UnreadablePack("too_long")
    scan = ascii_digits(raw).strip(" \t\r\n").replace("~", GS)
    if not scan.isascii() or scan.startswith(
        "]D2"
    ):  # a Persian keyboard, or Caps Lock: letters are not meant
        raise UnreadablePack("rescan")
    if _NUMBER_ON_BOX.fullmatch(scan):
        raise UnreadablePack("number_on_box")
    fields = _fields(scan.removeprefix("]d2").strip(GS))
    if fields.keys() & _CASE_IDENTIFIERS:
        raise UnreadablePack("aggregated")
    gtin = fields.get(_GTIN)
    if gtin is None:
        raise UnreadablePack("not_gs1")
    if gtin.gtin_error is not None:  # biip reads on after a wrong check digit
        raise UnreadablePack("gtin_check_digit")
    uid = _required(fields, _UID, "no_uid").value
    if _UID_PATTERN.fullmatch(uid) is None:  # with another field missing too, it was cut or has run on
        raise UnreadablePack("no_uid" if {_EXPIRY, _LOT} <= fields.keys() else "rescan")
    expiry = _required(fields, _EXPIRY, "no_expiry").date
    lot = _required(fields, _LOT, "no_lot").value
    if uid[_LEVEL_PLACE] != _UNIT_LEVEL:
        raise UnreadablePack("aggregated")
    if expiry is None:  # for biip only some fields are dates; a 17 that it could read always is
        raise UnreadablePack("rescan")
    return PackCode(gtin=gtin.value, uid=uid, expiry=expiry, lot=lot, raw=raw)


def _fields(scan: str) -> dict[str, GS1ElementString]:
    """The element strings by their application identifier; each may stand there with one value only."""
    bracketed = scan.startswith("(")
    try:
        message = GS1Message.parse_hri(scan) if bracketed else GS1Message.parse(scan)
    except ParseError:
        raise UnreadablePack("rescan" if _BEGINS_AS_PACK.match(scan) else "not_gs1") from None
    if bracketed and message.as_hri() != "".join(scan.split()):  # biip skips brackets that it does not know
        raise UnreadablePack("rescan")
    told = {element.ai.ai for element in message.element_strings}
    if _run_together(scan, told, bracketed=bracketed):
        raise UnreadablePack("rescan")
    fields: dict[str, GS1ElementString] = {}
    for element in message.element_strings:
        if fields.setdefault(element.ai.ai, element).value != element.value:
            raise UnreadablePack("rescan")  # two boxes scanned into one line, or fields run together
    return fields


def _run_together(scan: str, told: AbstractSet[str], *, bracketed: bool) -> bool:
    """Whether what reads as these fields may have been printed as others.

    Brackets may belong to a lot, so between them only the label's own fields are believed. Without any separator
    the order must be the label's, GTIN first: then a missing digit cannot move the rest into another sense.
    """
    label = {_GTIN, _UID, _EXPIRY, _LOT}
    if bracketed:
        return not told <= label
    misplaced = _LOT in told and _LOT_IN_PLACE.search(scan) is None
    return misplaced or (GS not in scan and label <= told and not scan.startswith(_GTIN))


def _required(fields: Mapping[str, GS1ElementString], ai: str, code: str) -> GS1ElementString:
    """The field with this identifier; when another seems to hold it, a separator got lost: scan again."""
    if ai in fields:
        return fields[ai]
    open_ended = [
        field.value for field in fields.values() if field.ai.separator_required and field.ai.ai != _UID
    ]
    raise UnreadablePack("rescan" if any(_SWALLOWED[ai].search(value) for value in open_ended) else code)


def write_pack(gtin: str, uid: str, expiry: date, lot: str) -> str:
    """The element strings of a pack as a scanner sends them, with GS after the UID.

    ValueError for a GTIN or UID that is not one and for a lot outside GS1's characters or length.
    """
    if _LOT_PATTERN.fullmatch(lot) is None:
        raise ValueError("a lot has 1 to 20 characters of GS1 character set 82")
    return f"01{parse_gtin(gtin)}21{parse_uid(uid)}{GS}17{expiry:%y%m%d}10{lot}"
