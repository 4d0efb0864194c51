"""Loading releases of code systems from a folder of CSV files, whole or not at all.

    medicines.csv   generic presentations            (system: generic)
    products.csv    packs on the market, with prices (system: product)
    diagnoses.csv   ICD-10                           (system: icd-10)
    lists.csv       the small lists, each a system of its own

A folder may hold some of them, as a price list alone does. A release is named after its edition and its
content, so that the same content is the same release wherever it is loaded, and loading it again does
nothing. Each table is written by one statement. What a new release drops stays, marked by its old release.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sqlalchemy import Table, bindparam, column, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from codings import jws
from codings.base import Actor, Row
from codings.identifiers import GenericCode, Gtin, Irc
from codings.outcomes import ReleaseUnreadable
from codings.queries.terms import system_of
from codings.systems import GENERIC, ICD10, Amount, Rial
from codings.tables import PRODUCT, Concept, Medicine, Product, Release
from codings.text import jalali, normalise

DATA: Final = Path(__file__).parent / "data"
EFFECTIVE_FROM: Final = date(2026, 11, 22)  # 1 Azar 1405
SOURCE: Final = "demonstration data shipped with Noskheh"

_Text = Annotated[str, BeforeValidator(lambda value: normalise(value or "")), Field(max_length=300)]
_Words = Annotated[_Text, Field(min_length=1)]
_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]{0,39}$")]
_Milligrams = Annotated[
    Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6, allow_inf_nan=False)] | None,
    BeforeValidator(lambda value: value or None),
]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _MedicineLine(_Line):
    generic: GenericCode
    ingredients: Annotated[list[_Code], BeforeValidator(lambda value: value.split("+")), Field(min_length=1)]
    atc: _Text
    inn: _Words
    name_fa: _Words
    short: _Words
    form: _Code
    strength: _Text
    route: _Code
    unit: _Code
    strength_per_unit_mg: _Milligrams
    max_daily_mg: _Milligrams
    max_daily_source: _Text
    controlled: bool
    high_risk: bool


class _ProductLine(_Line):
    irc: Irc
    gtin: Gtin
    generic: GenericCode
    name_fa: _Words
    name_en: _Words
    maker: _Words
    pack_size: Amount
    price: Annotated[Rial, BeforeValidator(lambda value: int(value) if value.isdecimal() else value)]


class _DiagnosisLine(_Line):
    code: _Code
    en: _Words
    fa: _Words


class _ListLine(_Line):
    system: Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,40}$")]
    code: _Code
    fa: _Words
    en: _Words
    properties: Annotated[dict[str, Any], BeforeValidator(lambda value: json.loads(value or "{}"))]


def load(session: Session, folder: Path, *, by: Actor) -> dict[str, int]:
    """Make the folder's content the current release of each system it holds.

    Answers the number of rows written by table; all are 0 when nothing is new. Raises ReleaseUnreadable
    for the first line that is wrong, and then has written nothing.
    """
    shelves = [
        _shelve(folder, "medicines.csv", _MedicineLine, lambda _: GENERIC, "generic"),
        _shelve(folder, "products.csv", _ProductLine, lambda _: PRODUCT, "irc", "gtin"),
        _shelve(folder, "diagnoses.csv", _DiagnosisLine, lambda _: ICD10, "code"),
        _shelve(folder, "lists.csv", _ListLine, lambda row: system_of(row.pop("system")), "code"),
    ]
    content = {system: rows for shelf in shelves for system, rows in shelf.items()}
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('codings.load'))"))
    fresh = _fresh(session, content, by=by)
    medicines: list[dict[str, Any]] = []
    products: list[dict[str, Any]] = []
    concepts: list[dict[str, Any]] = []
    for loaded in fresh:
        system, release = loaded["system"], {"release": loaded["release"]}
        if system in (GENERIC, PRODUCT):
            (medicines if system == GENERIC else products).extend(row | release for row in content[system])
            continue
        for position, row in enumerate(content[system]):
            concepts.append({"properties": {}, **row, **release, "system": system, "position": position})
    _require_generics(session, products, medicines)
    tables = ((Medicine, medicines), (Product, products), (Concept, concepts), (Release, fresh))
    written = {table.__tablename__: _upsert(session, table, rows) for table, rows in tables}
    session.expire_all()
    return written


def _shelve(
    folder: Path, file: str, line: type[_Line], system: Callable[[dict[str, Any]], str], *unique: str
) -> dict[str, list[dict[str, Any]]]:
    """The checked rows of a file by system, JSON-safe. Within a system each of `unique` comes once."""
    shelf: dict[str, list[dict[str, Any]]] = {}
    seen: set[tuple[str, str, str]] = set()
    for number, row in _read(folder / file, line):
        name = system(row)
        for key in unique:
            if (name, key, row[key]) in seen:
                raise ReleaseUnreadable(file=file, line=number, why=f"{key} {row[key]} twice")
            seen.add((name, key, row[key]))
        shelf.setdefault(name, []).append(row)
    return shelf


def _read(path: Path, line: type[_Line]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number and the checked values of each line; nothing when there is no such file."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        try:
            for values in reader:
                yield reader.line_num, line.model_validate(values).model_dump(mode="json")
        except (ValidationError, ValueError, AttributeError, csv.Error) as no:
            why = no.errors()[0]["msg"] if isinstance(no, ValidationError) else str(no)
            raise ReleaseUnreadable(file=path.name, line=reader.line_num, why=why) from no


def _fresh(
    session: Session, content: Mapping[str, list[dict[str, Any]]], *, by: Actor
) -> list[dict[str, Any]]:
    """A release row for each system whose content is not the current one already."""
    loaded = select_rows(Release.system, Release.sha256).where(col(Release.system).in_(content))
    current = dict(session.exec(loaded.order_by(col(Release.loaded_at), col(Release.release).desc())).all())
    edition = jalali(EFFECTIVE_FROM)[:7].replace("/", "-")
    fresh = []
    for system, rows in content.items():
        sha256 = hashlib.sha256(jws.canonical(rows)).hexdigest()
        if current.get(system) != sha256:
            fresh.append(
                {
                    "system": system,
                    "release": f"{edition}-{sha256[:8]}",
                    "effective_from": EFFECTIVE_FROM.isoformat(),
                    "sha256": sha256,
                    "source": SOURCE,
                    "loaded_at": by.at.isoformat(),
                }
            )
    return fresh


def _require_generics(
    session: Session, products: list[dict[str, Any]], medicines: list[dict[str, Any]]
) -> None:
    """Every product must be a presentation that is known, or comes in the same folder."""
    if not products:
        return
    known = {row["generic"] for row in medicines}.union(session.exec(select_rows(Medicine.generic)))
    for place, product in enumerate(products, start=2):  # line 1 has the names of the columns
        if product["generic"] not in known:
            why = f"no medicine {product['generic']}"
            raise ReleaseUnreadable(file="products.csv", line=place, why=why)


def _upsert(session: Session, row: type[Row], rows: list[dict[str, Any]]) -> int:
    """Write all rows by one statement: they travel as one JSON document, whatever their number."""
    if not rows:
        return 0
    table: Table = row.__table__  # type: ignore[attr-defined]
    document = bindparam("rows", rows, type_=JSONB)
    given = func.jsonb_populate_recordset(literal_column(f"NULL::{table.name}"), document).table_valued(
        *(column(c.name, c.type) for c in table.columns)
    )
    names = [c.name for c in table.columns]
    statement = insert(table).from_select(names, select(*(given.c[name] for name in names)))
    keys = [c.name for c in table.primary_key]
    session.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in names if name not in keys},
        )
    )
    return len(rows)
