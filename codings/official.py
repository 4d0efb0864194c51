"""Mapping the country's own drug list onto the shipped presentations.

The shipped medicines have demonstration codes, since the real ones may not be copied. Whoever holds an export of the
drug registry (a product a line, with the columns of COLUMNS) gets three files from it: the medicines with their real
generic codes, the real products, and a report of every line that was not matched, with the reason. The first two are
then uploaded and published like any release; nothing is put into force here.

A line is matched by what its generic name says: the same ingredients, the same numbers of the strength, the same
form. Nothing is matched by likelihood: two candidates are none, and both are named.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from codings.identifiers import GENERIC_CODE, GTIN, IRC, InvalidIdentifier
from codings.sheets import sheet_of
from codings.systems import GENERIC
from codings.tables import PRODUCT
from codings.text import ascii_digits, normalise

DATA: Final = Path(__file__).parent / "data"
# Our name of a column -> how exports head it (national services and public lists write them in several ways).
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "irc": ("irc", "nationalnumber", "کد irc"),
    "gtin": ("gtin", "کد gtin"),
    "generic_code": ("genericcode", "generic code", "کد ژنریک"),
    "erx_code": ("erxcode", "erx code", "erx", "کد erx"),
    "generic_name": ("druggenericname", "generic name", "genericname", "نام ژنریک"),
    "name_fa": ("fafulltradename", "fafullname", "persian trade name", "نام تجاری فارسی"),
    "name_en": ("enfulltradename", "enfullname", "latin trade name", "نام تجاری لاتین"),
    "licence_owner": ("licenseowner", "licence owner", "صاحب پروانه"),
    "price": ("consumerprice", "consumer price", "قیمت مصرف‌کننده"),
    "pack_size": ("packagecount", "pack size", "تعداد در بسته"),
}
NEEDED: Final = ("irc", "gtin", "generic_code", "generic_name", "name_fa", "name_en", "price", "pack_size")

_PLAIN: Final = ("tablet", "capsule")
_FORMS: Final[Mapping[str, frozenset[str]]] = {  # a word of a generic name -> the forms it may mean
    word: frozenset(forms.split())
    for words, forms in {
        "tab tablet": "tablet",
        "cap capsule": "capsule",
        "chewable": "chewable-tablet",
        "effervescent": "effervescent-tablet",
        "dispersible": "dispersible-tablet orodispersible-tablet",
        "orodispersible odt": "orodispersible-tablet",
        "sublingual": "sublingual-tablet",
        "enteric ec": "gastro-resistant-tablet gastro-resistant-capsule",
        "xr er sr cr mr la retard": "modified-release-tablet modified-release-capsule",
        "syrup syr": "syrup",
        "susp suspension": "suspension",
        "solution sol": "oral-solution cutaneous-solution nebuliser-solution",
        "drop drops": "oral-drops eye-drops ear-drops nasal-drops",
        "amp ampoule inj injection": "injection powder-for-injection",
        "vial": "powder-for-injection injection",
        "pen": "pen",
        "cartridge": "cartridge",
        "supp suppository": "suppository",
        "vag vaginal": "vaginal-tablet vaginal-cream vaginal-gel pessary",
        "cream": "cream vaginal-cream rectal-cream",
        "oint ointment": "ointment eye-ointment rectal-ointment",
        "gel": "gel eye-gel oral-gel",
        "lotion": "lotion",
        "shampoo": "shampoo",
        "spray": "nasal-spray cutaneous-spray oromucosal-spray inhaler",
        "inhaler inhalation mdi": "inhaler dry-powder-inhaler inhalation-capsule",
        "sachet": "oral-powder granules",
        "patch": "patch",
        "infusion": "infusion",
    }.items()
    for word in words.split()
}
_ROUTES: Final[Mapping[str, str]] = {
    "oral": "oral",
    "ophthalmic": "ophthalmic",
    "otic": "otic",
    "nasal": "nasal",
    "topical": "topical",
    "rectal": "rectal",
    "vaginal": "vaginal",
}
_TOKEN: Final = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?|[^\W\d_]+")
_NUMBER: Final = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_MICRO: Final = re.compile(r"\b(mcg|µg|μg)\b")


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A line of the export that became nothing: its number, its IRC, and why."""

    line: int
    irc: str
    name: str
    why: str


@dataclass(slots=True)
class Mapped:
    """What an export became. `medicines` are all the shipped ones, with real codes where one was matched."""

    medicines: list[dict[str, Any]] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)  # demonstration code -> real generic code
    unmatched: list[Unmatched] = field(default_factory=list)


def map_official(
    export: str, medicines: Sequence[Mapping[str, str]], names: Mapping[str, Iterable[str]]
) -> Mapped:
    """The export's products on our presentations. `names` are all names of each ingredient by its code.

    Raises ValueError when the export lacks a column.
    """
    reader = csv.DictReader(io.StringIO(export.removeprefix("\ufeff"), newline=""))
    columns = _columns(reader.fieldnames or ())
    known = _Known(medicines, names)
    mapped = Mapped()
    real: defaultdict[str, set[str]] = defaultdict(set)
    lines = []
    for cells in reader:
        told = {name: normalise(cells.get(head) or "") for name, head in columns.items()}
        found = known.presentation(told["generic_name"]) if told["generic_name"] else "no generic name"
        why = found if isinstance(found, str) else _fault(told)
        if why or isinstance(found, str):
            mapped.unmatched.append(Unmatched(reader.line_num, told["irc"], told["generic_name"], why))
            continue
        real[found["generic"]].add(GENERIC_CODE.parse(told["generic_code"]))
        lines.append((reader.line_num, told, found))
    mapped.codes = {ours: min(codes) for ours, codes in real.items() if len(codes) == 1}
    for line, told, found in lines:
        if found["generic"] not in mapped.codes:
            several = ", ".join(sorted(real[found["generic"]]))
            why = f"several generic codes for {found['short']}: {several}"
            mapped.unmatched.append(Unmatched(line, told["irc"], told["generic_name"], why))
            continue
        mapped.products.append(_product(told, mapped.codes[found["generic"]]))
    mapped.medicines = [
        {**row, "generic": mapped.codes.get(row["generic"], row["generic"])} for row in medicines
    ]
    return mapped


def map_shipped(export: str) -> Mapped:
    """The export on the medicines that are shipped, by all the names of their ingredients. Raises ValueError."""
    medicines, ingredients = _shipped("medicines.csv"), _shipped("ingredients.csv")
    names = {row["code"]: [row["en"], row["fa"], *_synonyms(row["properties"])] for row in ingredients}
    return map_official(export, medicines, names)


def _shipped(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def _synonyms(properties: str) -> list[str]:
    named: list[str] = json.loads(properties or "{}").get("synonyms", [])
    return named


def as_files(mapped: Mapped) -> dict[str, str]:
    """The three files: two to upload, and the report."""
    report = [{"line": u.line, "irc": u.irc, "name": u.name, "why": u.why} for u in mapped.unmatched]
    return {
        "medicines.csv": _csv(sheet_of(GENERIC).columns, mapped.medicines),
        "products.csv": _csv(sheet_of(PRODUCT).columns, mapped.products),
        "unmatched.csv": _csv(("line", "irc", "name", "why"), report),
    }


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: row.get(name, "") for name in columns} for row in rows)
    return text.getvalue()


def _columns(header: Sequence[str]) -> dict[str, str]:
    """Our names of the columns to those of this export. Raises ValueError naming what is missing."""
    heads = {normalise(head).casefold(): head for head in header}
    found = {
        name: heads[spelling]
        for name, spellings in COLUMNS.items()
        for spelling in spellings
        if spelling in heads
    }
    missing = [f"{name} ({COLUMNS[name][0]})" for name in NEEDED if name not in found]
    if missing:
        raise ValueError(f"the export has no column for: {', '.join(missing)}")
    return found


def _fault(told: Mapping[str, str]) -> str:
    """What is wrong with the numbers of a line; nothing when they are right."""
    for name, identifier in (("irc", IRC), ("gtin", GTIN), ("generic_code", GENERIC_CODE)):
        try:
            identifier.parse(told[name])
        except InvalidIdentifier as no:
            return f"{name} “{told[name]}”: {no.words.en}"
    for name in ("price", "pack_size"):
        if not ascii_digits(told[name]).isdecimal() or int(ascii_digits(told[name])) == 0:
            return f"{name} “{told[name]}” is not a whole number in digits"
    return ""


def _product(told: Mapping[str, str], generic: str) -> dict[str, str]:
    return {
        "irc": IRC.parse(told["irc"]),
        "gtin": GTIN.parse(told["gtin"]),
        "generic": generic,
        "name_fa": told["name_fa"] or told["name_en"],
        "name_en": told["name_en"] or told["name_fa"],
        "maker": told.get("licence_owner") or "not told",
        "pack_size": ascii_digits(told["pack_size"]),
        "price": ascii_digits(told["price"]),
    }


class _Known:
    """The presentations by what a generic name can say of one."""

    def __init__(self, medicines: Sequence[Mapping[str, str]], names: Mapping[str, Iterable[str]]) -> None:
        self._by_parts: defaultdict[frozenset[str], list[Mapping[str, str]]] = defaultdict(list)
        for medicine in medicines:
            self._by_parts[frozenset(medicine["ingredients"].split("+"))].append(medicine)
        spelled = {_spelling(name): code for code, several in names.items() for name in several if name}
        self._names = sorted(spelled.items(), key=lambda told: -len(told[0]))

    def presentation(self, name: str) -> Mapping[str, str] | str:
        """The one presentation that a generic name means, or why there is none."""
        text = f" {_spelling(name)} "
        parts, rest = self._ingredients(text)
        if not parts:
            return "no ingredient of the list is named in it"
        rows = self._by_parts.get(frozenset(parts), [])
        if not rows:
            return f"no presentation of {' + '.join(sorted(parts))}"
        numbers = _numbers(rest)
        rows = [row for row in rows if _numbers(_spelling(row["strength"])) == numbers]
        if not rows:
            return f"no presentation of {' + '.join(sorted(parts))} in this strength"
        rows = list(_of_form(rows, rest.split()))
        if len(rows) != 1:
            candidates = "; ".join(row["short"] for row in rows)
            return f"several may be meant: {candidates}" if rows else "no presentation in this form"
        return rows[0]

    def _ingredients(self, text: str) -> tuple[set[str], str]:
        """The ingredients named in a text, the longest names first, and what is left of it."""
        found = set()
        for name, code in self._names:
            if f" {name} " in text:
                found.add(code)
                text = text.replace(f" {name} ", " ")
        return found, text


def _spelling(text: str) -> str:
    """Lower-case words and numbers with single spaces: "Amoxicillin 500MG/5ML" is "amoxicillin 500 mg 5 ml"."""
    plain = _MICRO.sub("microgram", ascii_digits(normalise(text)).casefold())
    return " ".join(_TOKEN.findall(plain))


def _numbers(text: str) -> list[Decimal]:
    """The numbers of a strength in milligrams where it is said in grams or micrograms, in order of size."""
    found = []
    tokens = text.split()
    for place, token in enumerate(tokens):
        if _NUMBER.fullmatch(token):
            unit = tokens[place + 1] if place + 1 < len(tokens) else ""
            scale = {"g": Decimal(1000), "gr": Decimal(1000), "microgram": Decimal("0.001")}.get(
                unit, Decimal(1)
            )
            found.append((Decimal(token.replace(",", "")) * scale).normalize())
    return sorted(found)


def _of_form(rows: Sequence[Mapping[str, str]], words: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Those whose form and route the words allow; a special form has to be said, a plain one does not."""
    meant = [_FORMS[word] for word in words if word in _FORMS]
    special = [forms for forms in meant if not forms <= set(_PLAIN)]
    wanted = frozenset.intersection(*(special or meant)) if meant else None
    routes = {_ROUTES[word] for word in words if word in _ROUTES}
    for row in rows:
        if wanted is not None and row["form"] not in wanted:
            continue
        if routes and row["route"] not in routes and row["route"] in _ROUTES.values():
            continue
        yield row
