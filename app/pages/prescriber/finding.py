"""Finding a medicine: what a text may mean, in an order that is safe to choose from.

The order is that of the search: what is found by its own name first, then the formulary, the alphabet, form and
strength; never a company. Names that look alike stand in groups of their own, with the letters that differ in
capitals and the class beside them. Every row says by what it was found when its name does not, and above all when
the text was read with another spelling. Nothing is chosen beforehand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
READ: Final = 120
LETTERS: Final = 3
PERSIAN_LETTERS: Final = 2
PUT_IN: Final = frozenset(  # not taken by mouth, marked in words
    {"injection", "powder-for-injection", "infusion", "pen", "cartridge", "implant"}
)
SPECIAL: Final = (
    frozenset(  # tablets and capsules that are not swallowed as the plain ones are, or act longer
        {
            *("gastro-resistant-tablet", "modified-release-tablet", "sublingual-tablet", "chewable-tablet"),
            *("dispersible-tablet", "effervescent-tablet", "orodispersible-tablet", "vaginal-tablet"),
            *("gastro-resistant-capsule", "modified-release-capsule", "inhalation-capsule"),
        }
    )
)
_PERSIAN: Final = re.compile(r"[\u0600-\u06ff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One medicine to choose."""

    medicine: Medicine
    name: str  # Latin, with its tall-man letters
    form: Words
    marked: bool  # a form that is easily taken for another one
    found: Found  # and why


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one substance that stand together, kept apart from the next."""

    name: str
    classes: tuple[Words, ...]
    atc: str
    alike: bool  # another name on this list looks like it
    formulary: bool
    rows: Sequence[Row]

    @property
    def why(self) -> Found | None:
        """What led to all of its rows, when it was one and the same other name or spelling."""
        reasons = {(row.found.why, row.found.matched, row.found.read_as) for row in self.rows}
        first = self.rows[0].found
        return first if len(reasons) == 1 and first.why != "name" else None


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered for a text."""

    groups: Sequence[Group]
    short: bool = False  # too few letters to offer anything
    more: bool = False  # the text fits more than are shown
    others: Sequence[str] = ()  # other names among these, so that none is taken for the only one

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
    shown = found[:SHOWN]
    forms = {row.code: row for row in codings.concept_list(session, FORM)}
    parts = {part for row in shown for part in known[row.code].ingredients}
    ingredients = codings.concepts(session, INGREDIENT, parts)
    kinds = {k for concept in ingredients.values() for k in concept.properties.get("class", ())}
    named = codings.concepts(session, INGREDIENT, kinds)
    groups = [
        _group(name, [(row, known[row.code]) for row in rows], forms, ingredients, named)
        for (name, _), rows in groupby(shown, key=lambda row: _substance(known[row.code]))
    ]
    hidden = dict.fromkeys(known[row.code].inn for row in found[SHOWN:])
    others = [tall_man(name) for name in hidden if name not in {known[row.code].inn for row in shown}]
    return Offer(_apart(groups, others), more=len(found) > SHOWN, others=others)


def _too_short(text: str, hits: int) -> bool:
    signs = [sign for sign in ascii_digits(text) if sign.isalnum()]
    persian = sum(1 for sign in signs if _PERSIAN.match(sign))
    return len(signs) < LETTERS and not (persian == PERSIAN_LETTERS and hits == 1)


def _substance(medicine: Medicine) -> tuple[str, bool]:
    return medicine.inn, medicine.formulary


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
        formulary=first.formulary,
        rows=[_row(found, medicine, forms) for found, medicine in rows],
    )


def _row(found: Found, medicine: Medicine, forms: dict[str, Concept]) -> Row:
    form = forms.get(medicine.form)
    return Row(
        medicine=medicine,
        name=tall_man(medicine.short),
        form=Words(form.fa, form.en) if form else Words(medicine.form, medicine.form),
        marked=medicine.form in PUT_IN | SPECIAL,
        found=found,
    )


def _apart(groups: Sequence[Group], hidden: Sequence[str]) -> list[Group]:
    """The same groups, each saying whether another name, even one not shown, is easily taken for its own."""
    names = [*(group.name for group in groups), *hidden]
    words = [{word.lower() for word in re.findall(r"[A-Za-z]+", name)} for name in names]
    told = []
    for place, group in enumerate(groups):
        others = [other for n, other in enumerate(words) if n != place]
        listed = any(looks_like(word) & other for word in words[place] for other in others)
        shared = any(
            _begin_alike(mine, theirs) for mine in words[place] for other in others for theirs in other
        )
        told.append(replace(group, alike=listed or shared))
    return told


def _begin_alike(one: str, other: str) -> bool:
    return one != other and len(one) > LETTERS and one[:LETTERS] == other[:LETTERS]
