"""Favourites: an item under a name of the prescriber's own. Nothing of a patient is kept with it."""

import uuid
from collections.abc import Mapping
from typing import Final

from sqlmodel import Session, select

from codings.base import Actor
from codings.text import normalise, refuse_controls
from prescriber.outcomes import (
    FavouriteIncomplete,
    FavouriteNameTaken,
    FavouritesFull,
    FavouriteUnnamed,
    NotAPrescriber,
)
from prescriber.queries.favourites import favourite as own_favourite
from prescriber.queries.favourites import favourites
from prescriber.tables import Favourite

LONGEST_NAME: Final = 80
MOST: Final = 60
# The free instruction is left out on purpose: it may speak of one patient.
KEPT: Final = (
    "medicine",
    "dose.amount",
    "dose.unit",
    "frequency",
    "timing",
    "as_needed",
    "duration_days",
    "quantity",
    "repeats",
    "substitution",
)
NEEDED: Final = ("medicine", "dose.amount", "frequency", "duration_days")


def keep_favourite(session: Session, *, name: str, typed: Mapping[str, str], by: Actor) -> Favourite:
    """Keep an item under a name. `typed` are its fields as they stand in a draft, complete ones.

    Raises NotAPrescriber, FavouriteUnnamed, FavouriteIncomplete, FavouriteNameTaken, FavouritesFull.
    """
    if by.practitioner is None:
        raise NotAPrescriber
    if not all(typed.get(field) for field in NEEDED):
        raise FavouriteIncomplete
    plain = _free_name(session, name, by=by)
    if len(favourites(session, by=by)) >= MOST:
        raise FavouritesFull(most=MOST)
    kept = Favourite(
        practitioner=by.practitioner,
        name=plain,
        typed={field: typed[field] for field in KEPT if typed.get(field)},
        created_at=by.at,
    )
    session.add(kept)
    session.flush()
    return kept


def rename_favourite(session: Session, *, favourite: uuid.UUID, name: str, by: Actor) -> Favourite:
    """Another name for it. Raises FavouriteNotFound, FavouriteUnnamed, FavouriteNameTaken."""
    found = own_favourite(session, favourite=favourite, by=by)
    found.name = _free_name(session, name, besides=favourite, by=by)
    session.add(found)
    session.flush()
    return found


def remove_favourite(session: Session, *, favourite: uuid.UUID, by: Actor) -> None:
    """Take it off the list. Raises FavouriteNotFound."""
    session.delete(own_favourite(session, favourite=favourite, by=by))
    session.flush()


def use_favourite(session: Session, *, favourite: uuid.UUID, by: Actor) -> Favourite:
    """Note that it was used. Raises FavouriteNotFound."""
    found = own_favourite(session, favourite=favourite, by=by)
    found.used += 1
    found.used_at = by.at
    session.add(found)
    session.flush()
    return found


def _free_name(session: Session, name: str, *, besides: uuid.UUID | None = None, by: Actor) -> str:
    try:
        plain = refuse_controls(normalise(" ".join(name.split())))
    except ValueError:
        raise FavouriteUnnamed(longest=LONGEST_NAME) from None
    if not 0 < len(plain) <= LONGEST_NAME:
        raise FavouriteUnnamed(longest=LONGEST_NAME)
    same = select(Favourite.id).where(
        Favourite.practitioner == (by.practitioner or ""), Favourite.name == plain
    )
    if session.exec(same).first() not in {None, besides}:
        raise FavouriteNameTaken(name=plain)
    return plain
