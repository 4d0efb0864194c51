"""Finding a medicine: what a text may mean, in an order that is safe to choose from.

Order and grouping follow `ui.md` 7 to 9: rows found by their own name first, then the alphabet, then form and
strength; never a company. Names that look alike stand in groups of their own, with the letters that differ in
capitals and the class beside them. Nothing is chosen beforehand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final

from sqlmodel import Session

import codings.queries as codings
from codings.base import Words
from codings.queries import Found
from codings.systems import FORM, GENERIC, INGREDIENT
from codings.tables import Concept, Medicine
from codings.tallman import looks_like, tall_man
from codings.text import ascii_digits

MOST_TYPED: Final = 100
SHOWN: Final = 12
READ: Final = 60
LETTERS: Final = 3
PERSIAN_LETTERS: Final = 2
PUT_IN: Final = frozenset({"injection", "powder-for-injection", "pen"})  # not taken by mouth, marked in words
SPECIAL: Final = frozenset({"gastro-resistant-tablet", "sublingual-tablet", "chewable-tablet"})
_PERSIAN: Final = re.compile(r"[\u0600-\u06ff]")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One medicine to choose."""

    medicine: Medicine
    name: str  # Latin, with its tall-man letters
    form: Words
    marked: bool  # a form that is easily taken for another one
    matched: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """All rows of one substance, kept apart from the next."""

    name: str
    classes: tuple[Words, ...]
    atc: str
    alike: bool  # another name on this list looks like it
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered for a text."""

    groups: Sequence[Group]
    short: bool = False  # too few letters to offer anything
    more: bool = False  # the text fits more than are shown

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in self.groups)


def offer(session: Session, text: str) -> Offer:
    """The medicines a text may mean; none while it is too short to tell them apart."""
    asked = text.strip()[:MOST_TYPED]
    if not asked:
        return Offer([])
    found = codings.search(session, GENERIC, asked, READ)
    if _too_short(asked, len(found)):
        return Offer([], short=True)
    known = codings.medicines(session, {row.code for row in found})
    ordered = sorted(found, key=lambda row: _key(row, known[row.code]))
    shown = ordered[:SHOWN]
    forms = {row.code: row for row in codings.concept_list(session, FORM)}
    parts = {part for row in shown for part in known[row.code].ingredients}
    ingredients = codings.concepts(session, INGREDIENT, parts)
    kinds = {k for concept in ingredients.values() for k in concept.properties.get("class", ())}
    named = codings.concepts(session, INGREDIENT, kinds)
    groups = [
        _group(inn, [(row, known[row.code]) for row in rows], forms, ingredients, named)
        for inn, rows in groupby(shown, key=lambda row: known[row.code].inn)
    ]
    return Offer(_apart(groups), more=len(ordered) > SHOWN)


def _too_short(text: str, hits: int) -> bool:
    signs = [sign for sign in ascii_digits(text) if sign.isalnum()]
    persian = sum(1 for sign in signs if _PERSIAN.match(sign))
    return len(signs) < LETTERS and not (persian == PERSIAN_LETTERS and hits == 1)


def _key(row: Found, medicine: Medicine) -> tuple[bool, str, str, tuple[Decimal, ...], str]:
    numbers = tuple(Decimal(number) for number in _NUMBER.findall(medicine.strength.replace(",", "")))
    return (row.matched is not None, medicine.inn, medicine.form, numbers, medicine.generic)


def _group(
    inn: str,
    rows: Sequence[tuple[Found, Medicine]],
    forms: dict[str, Concept],
    ingredients: dict[str, Concept],
    named: dict[str, Concept],
) -> Group:
    first = rows[0][1]
    kinds = [
        k
        for part in first.ingredients
        if part in ingredients
        for k in ingredients[part].properties.get("class", ())
    ]
    return Group(
        name=tall_man(inn),
        classes=tuple(Words(named[k].fa, named[k].en) for k in dict.fromkeys(kinds) if k in named),
        atc=first.atc or "",
        alike=False,
        rows=[_row(found, medicine, forms) for found, medicine in rows],
    )


def _row(found: Found, medicine: Medicine, forms: dict[str, Concept]) -> Row:
    form = forms.get(medicine.form)
    return Row(
        medicine=medicine,
        name=tall_man(medicine.short),
        form=Words(form.fa, form.en) if form else Words(medicine.form, medicine.form),
        marked=medicine.form in PUT_IN | SPECIAL,
        matched=found.matched,
    )


def _apart(groups: Sequence[Group]) -> list[Group]:
    """The same groups, each saying whether another one of them is easily taken for it."""
    words = [{word.lower() for word in re.findall(r"[A-Za-z]+", group.name)} for group in groups]
    told = []
    for place, group in enumerate(groups):
        others = [other for n, other in enumerate(words) if n != place]
        listed = any(looks_like(word) & other for word in words[place] for other in others)
        shared = any(
            _begin_alike(mine, theirs) for mine in words[place] for other in others for theirs in other
        )
        told.append(Group(group.name, group.classes, group.atc, listed or shared, group.rows))
    return told


def _begin_alike(one: str, other: str) -> bool:
    return one != other and len(one) > LETTERS and one[:LETTERS] == other[:LETTERS]
