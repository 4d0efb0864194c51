"""What the index of a system is made of: rows of the release in force, in the order in which they are safe to offer.

Medicines: those of the formulary first, then the alphabet of the generic name, the form as the list of forms has it
(so that a plain tablet comes before a special one), strength; never a company, never popularity. Diagnoses: those
with Persian words of ours first, which are the ones of ambulatory care, then the code. Everything else stands as
its editors ordered it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from codings.queries.search.found import Found
from codings.queries.search.index import Entry, Index, Name
from codings.queries.search.kinds import every_kind, typed_for
from codings.queries.search.words import tokens
from codings.queries.terms import current_release
from codings.systems import FORM, GENERIC, ICD10, INGREDIENT, ROUTE, UNIT
from codings.tables import PRODUCT, Concept, Medicine, Product
from codings.text import fold

READ_FOR: Final[Mapping[str, frozenset[str]]] = {  # the systems whose releases an index is made from
    GENERIC: frozenset({GENERIC, PRODUCT, INGREDIENT}),
    PRODUCT: frozenset({GENERIC, PRODUCT}),
}
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Ingredient:
    """An active ingredient by all its names."""

    fa: str
    en: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kinds:
    """Words of form, unit and route, which name no substance; and the forms as their editors ordered them."""

    words: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    def place(self, form: str) -> tuple[int, str]:
        """Where a form stands among the others."""
        return (self.forms.index(form) if form in self.forms else len(self.forms), form)


NO_KINDS: Final = Kinds()


@dataclass(frozen=True, slots=True)
class Packet:
    """A product as far as it is searched."""

    irc: str
    gtin: str
    generic: str
    fa: str
    en: str
    release: str = ""


def read_index(session: Session, system: str) -> Index:
    """The index of what is in force in a system."""
    if system == GENERIC:
        return medicine_index(_medicines(session), _ingredients(session), _packs(session), _kinds(session))
    if system == PRODUCT:
        return product_index(_packs(session), _medicines(session), _kinds(session))
    return Index(_concepts(session, system), by_name=False)


def medicine_index(
    medicines: Iterable[Medicine],
    ingredients: Mapping[str, Ingredient],
    packs: Iterable[Packet],
    kinds: Kinds = NO_KINDS,
) -> Index:
    """The index of generic presentations, found by ingredient, synonym and brand too."""
    brands: defaultdict[str, list[str]] = defaultdict(list)
    for pack in packs:
        brands[pack.generic] += [pack.fa, pack.en]
    entries = [
        Entry(
            found=Found(GENERIC, one.generic, one.release, one.name_fa, one.short),
            codes=(fold(one.generic),),
            names=(one.short, one.inn, one.name_fa),
            kinds=tokens(typed_for(one.form, one.strength)),
            others=tuple(_other_names(one.ingredients, ingredients)),
            brands=tuple(dict.fromkeys(brands[one.generic])),
            alone=len(one.ingredients) == 1,
        )
        for one in _safest(medicines, kinds)
    ]
    return Index(entries, (*every_kind(), *kinds.words))


def product_index(packs: Iterable[Packet], medicines: Iterable[Medicine], kinds: Kinds = NO_KINDS) -> Index:
    """The index of packs, in the order of the medicines in them."""
    known = {medicine.generic: medicine for medicine in medicines}
    order = {medicine.generic: place for place, medicine in enumerate(_safest(known.values(), kinds))}
    listed = sorted(
        (pack for pack in packs if pack.generic in known), key=lambda p: (order[p.generic], p.irc)
    )
    entries = []
    for pack in listed:
        medicine = known[pack.generic]
        entries.append(
            Entry(
                found=Found(PRODUCT, pack.irc, pack.release, pack.fa, pack.en),
                codes=(pack.irc, pack.gtin),
                names=(pack.en, pack.fa),
                kinds=tokens(typed_for(medicine.form, medicine.strength)),
                others=tuple(
                    Name(name, "ingredient") for name in (medicine.short, medicine.inn, medicine.name_fa)
                ),
            )
        )
    return Index(entries, (*every_kind(), *kinds.words))


def _safest(medicines: Iterable[Medicine], kinds: Kinds) -> list[Medicine]:
    def order(one: Medicine) -> tuple[Any, ...]:
        mg = one.strength_per_unit_mg
        numbers = tuple(Decimal(number) for number in _NUMBER.findall(one.strength.replace(",", "")))
        strength = (mg is None, mg or Decimal(0), numbers)
        return (not one.formulary, fold(one.inn), kinds.place(one.form), strength, one.generic)

    return sorted(medicines, key=order)


def _other_names(codes: Sequence[str], ingredients: Mapping[str, Ingredient]) -> Iterable[Name]:
    """Names of what is in it. What one substance is also called is no name of a combination with it."""
    known = [ingredients[code] for code in codes if code in ingredients]
    for one in known:
        yield from (Name(one.en, "ingredient"), Name(one.fa, "ingredient"))
    for one in known:
        for synonym in one.synonyms:
            if len(codes) == 1:
                yield Name(synonym, "synonym")
            else:
                yield Name(synonym, "ingredient", f"{one.en} ({synonym})")


# --- Rows -------------------------------------------------------------------------------------------


def _medicines(session: Session) -> Sequence[Medicine]:
    return session.exec(select(Medicine).where(Medicine.release == current_release(GENERIC))).all()


def _ingredients(session: Session) -> dict[str, Ingredient]:
    query = select(Concept.code, Concept.fa, Concept.en, Concept.properties).where(
        Concept.system == INGREDIENT
    )
    return {
        code: Ingredient(fa, en, tuple(properties.get("synonyms", ())))
        for code, fa, en, properties in session.exec(query)
    }


def _packs(session: Session) -> list[Packet]:
    names = (col(Product.name_fa), col(Product.name_en), col(Product.release))
    query = columns(col(Product.irc), col(Product.gtin), col(Product.generic), *names)
    current = query.where(col(Product.release) == current_release(PRODUCT)).order_by(col(Product.irc))
    return [Packet(*row) for row in session.execute(current)]


def _kinds(session: Session) -> Kinds:
    query = select(Concept.system, Concept.code, Concept.fa, Concept.en).order_by(col(Concept.position))
    rows = session.exec(query.where(col(Concept.system).in_([FORM, UNIT, ROUTE]))).all()
    words = tuple(label for _, _, fa, en in rows for label in (fa, en))
    return Kinds(words, tuple(code for system, code, _, _ in rows if system == FORM))


def _concepts(session: Session, system: str) -> list[Entry]:
    shown = (col(Concept.code), col(Concept.release), col(Concept.fa), col(Concept.en))
    query = columns(*shown, col(Concept.properties), col(Concept.position)).where(
        col(Concept.system) == system, col(Concept.release) == current_release(system)
    )
    rows: Sequence[Any] = session.execute(query).all()
    if system == ICD10:
        rows = sorted(rows, key=lambda row: (bool(row[4].get("untranslated")), row[0]))
    else:
        rows = sorted(rows, key=lambda row: (row[5], row[0]))
    return [
        Entry(
            found=Found(system, code, release, fa, en),
            codes=(_code(code),),
            names=(fa, en) if fa != en else (en,),
            kinds=frozenset({_code(code)}),
            others=tuple(Name(synonym, "synonym") for synonym in properties.get("synonyms", ())),
        )
        for code, release, fa, en, properties, _ in rows
    ]


def _code(code: str) -> str:
    """A code without dots and hyphens, as it is typed as well."""
    return "".join(character for character in fold(code) if character.isalnum())
