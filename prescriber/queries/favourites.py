"""What a prescriber writes often; nobody else's."""

import uuid
from collections.abc import Sequence

from sqlmodel import Session, col, select

from codings.base import Actor
from prescriber.outcomes import FavouriteNotFound
from prescriber.tables import Favourite


def favourites(session: Session, *, by: Actor) -> Sequence[Favourite]:
    """The actor's favourites by name, so that each keeps its place however often it is used."""
    query = select(Favourite).where(Favourite.practitioner == (by.practitioner or ""))
    return session.exec(query.order_by(col(Favourite.name), col(Favourite.id))).all()


def favourite(session: Session, *, favourite: uuid.UUID, by: Actor) -> Favourite:
    """One of the actor's favourites. Raises FavouriteNotFound."""
    found = session.exec(
        select(Favourite).where(Favourite.id == favourite, Favourite.practitioner == (by.practitioner or ""))
    ).one_or_none()
    if found is None:
        raise FavouriteNotFound
    return found
