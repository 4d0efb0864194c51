"""Browsing what is in force, and everything that is known of one code: now, and through its releases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from sqlmodel import Session
from starlette.responses import Response

import codings.queries as codings
from app.db import Reading
from app.flows.problems import CodeMissing
from app.pages import labels
from app.pages.codings.cells import Cell, cell, cells, title
from app.pages.codings.words import STATES, Editor, System, address, system_words
from app.web import page
from codings.base import Words
from codings.queries.browsing import rows_of
from codings.queries.editions import Edition
from codings.sheets import SHEETS, sheet_of
from codings.systems import CENTRE, FREQUENCY, GENERIC, ICD10, TIMING
from codings.tables import Dosing, Interaction, Medicine
from codings.text import normalise

router = APIRouter(prefix="/codings")
AT_ONCE = 100
_NAMES = frozenset({"code", "fa", "en", "name_fa", "name_en", "short"})


@dataclass(frozen=True, slots=True)
class Row:
    """A code of a list, with why it was found where its own names do not show it."""

    code: str
    fa: str
    en: str
    matched: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A code in one release, and what that changed against the release before it."""

    edition: Edition
    changes: Sequence[tuple[Cell, Cell]]  # old, new
    first: bool


@router.get("/browse/{system}")
def browse(
    request: Request,
    system: System,
    by: Editor,
    session: Reading,
    q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The codes of the release in force, in the order of their codes, or those a few words find."""
    uri = codings.require_system(session, system)
    found = codings.releases_in_force(session, {uri}).get(uri)
    words = normalise(q.replace("\0", ""))
    rows = [] if found is None else _rows(session, uri, found.release, words, after.replace("\0", ""))
    return page(
        request,
        "codings/browse.html",
        block="list",
        by=by,
        release=found,
        system=uri,
        short=codings.short_name(uri),
        q=words,
        after=after,
        rows=rows[:AT_ONCE],
        next=rows[AT_ONCE - 1].code if len(rows) > AT_ONCE and not _searched(uri, words) else None,
        more=len(rows) > AT_ONCE,
        address=address,
        system_words=system_words,
    )


@router.get("/codes/{system}/{code:path}")
def code(
    request: Request,
    system: System,
    code: Annotated[str, Path(max_length=200)],
    by: Editor,
    session: Reading,
) -> Response:
    """One code: how it reads now, what it changed and when; for a medicine also what is known of its use."""
    uri = codings.system_of(system)
    editions = codings.code_history(session, system=uri, code=code)
    if not editions:
        raise CodeMissing(system=system, value=code)
    now = next((e for e in editions if e.began_at and e.ended_at is None), None)
    last = now or next((e for e in editions if e.began_at), editions[0])
    sheet = sheet_of(uri)
    medicine = codings.medicines(session, {code}).get(code) if uri == GENERIC else None
    return page(
        request,
        "codings/code.html",
        by=by,
        code=code,
        now=now,
        last=last,
        names=title(last.row),
        told=cells(last.row, columns=sheet.columns, without=_NAMES | {sheet.key}),
        labels=_labels(session, uri, last.row),
        steps=_steps(editions),
        short=codings.short_name(uri),
        system=uri,
        system_words=system_words,
        state_words=STATES,
        use=_use(session, medicine),
        packs=codings.products_of(session, code)[:AT_ONCE] if medicine else (),
    )


def _searched(system: str, words: str) -> bool:
    """Whether the index of the search has this system; the others are looked through word by word."""
    return bool(words) and (system in {GENERIC, ICD10} or system not in SHEETS)


def _rows(session: Session, system: str, release: str, words: str, after: str) -> list[Row]:
    if _searched(system, words):
        found = codings.search(session, system, words, AT_ONCE + 1)
        return [Row(one.code, one.fa, one.en, one.matched) for one in found]
    told = rows_of(session, system=system, release=release, words=words, after=after, limit=AT_ONCE + 1)
    return [Row(code, *title(row)) for code, row in told]


def _labels(session: Session, system: str, row: Mapping[str, Any]) -> dict[str, dict[str, Words]]:
    """What the codes of other lists mean that stand in a row, by column."""
    told: dict[str, dict[str, Words]] = {}
    for column, other in sheet_of(system).known.items():
        value = row.get(column)
        codes = set(value if isinstance(value, list) else [value]) - {None, ""}
        if other == GENERIC:
            named = codings.medicines(session, codes).items()
            told[column] = {code: Words(one.name_fa, one.short) for code, one in named}
        elif other == CENTRE:
            told[column] = labels.centre_names(session, codes)
        else:
            told[column] = labels.labels(session, other, codes)
    return told


def _steps(editions: Sequence[Edition]) -> list[Step]:
    """The releases that have a code, the newest first, each with what it changed."""
    steps = []
    for place, edition in enumerate(editions):
        older = editions[place + 1].row if place + 1 < len(editions) else None
        changes = _changes(older, edition.row) if older is not None else []
        steps.append(Step(edition, changes, older is None))
    return steps


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[Cell, Cell]]:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [(cell(name, old.get(name)), cell(name, new.get(name))) for name in names]


def _use(session: Session, medicine: Medicine | None) -> dict[str, Any] | None:
    """What the releases in force know of the use of a medicine: its doses, and what it harms together with."""
    if medicine is None:
        return None
    known = codings.knowledge(session, {medicine.generic: medicine}.values())
    dosing = (known.dosings or {}).get(medicine.generic)
    return {
        "dosing": cells(_figures(dosing), without=_DOSING_ASIDE) if dosing else [],
        "suggestions": _suggestions(session, dosing) if dosing else [],
        "interactions": [i for i in known.interactions or () if _names(i, medicine.atc)],
    }


_DOSING_ASIDE = frozenset({"code", "release", "suggestions"})


def _figures(dosing: Dosing) -> dict[str, Any]:
    """The columns of a dosing, amounts without needless zeros."""
    return {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else value
        for name, value in dosing.model_dump().items()
    }


def _suggestions(session: Session, dosing: Dosing) -> list[tuple[str, list[Words], str]]:
    """Usual directions: milligrams, when, for how many days."""
    said = labels.labels(session, FREQUENCY, (s.get("frequency") for s in dosing.suggestions))
    said |= labels.labels(session, TIMING, (s.get("timing") for s in dosing.suggestions))
    said |= labels.labels(session, labels.AS_NEEDED, (s.get("as_needed") for s in dosing.suggestions))
    return [
        (
            str(one["mg"]),
            [said.get(c, Words(c, c)) for c in map(one.get, ("frequency", "timing", "as_needed")) if c],
            str(one.get("days") or ""),
        )
        for one in dosing.suggestions
    ]


def _names(interaction: Interaction, atc: str) -> bool:
    return bool(atc) and atc.startswith((*interaction.a, *interaction.b))
