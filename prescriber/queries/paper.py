"""Pictures of paper prescriptions, and how many were transcribed under which declaration."""

import hashlib
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from codings.base import Actor, Role
from codings.tables import Centre
from prescriber.outcomes import ImageNotFound, Tampered
from prescriber.states import Source
from prescriber.tables import PaperImage, Prescription


class PaperCount(NamedTuple):
    declaration: str
    province: str
    centre: str
    prescriptions: int


def image(session: Session, *, id: uuid.UUID, by: Actor) -> PaperImage:
    """A picture of the actor's own centre, as it was uploaded; supervisors see every centre's.

    Raises ImageNotFound, and Tampered when the bytes are not those whose hash was kept.
    """
    query = select(PaperImage).where(PaperImage.id == id)
    if by.role not in {Role.SERVICE, Role.REGULATOR}:
        query = query.where(PaperImage.centre == (by.centre or ""))
    found = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise ImageNotFound
    if hashlib.sha256(found.content).hexdigest() != found.sha256:
        raise Tampered(what="paper_image.content")
    return found


def paper_counts(session: Session) -> Sequence[PaperCount]:
    """How many paper prescriptions were transcribed, by declaration, province and centre."""
    query = (
        select(Prescription.declaration, Centre.province, Centre.siam, func.count())
        .join(Centre, col(Centre.siam) == col(Prescription.centre))
        .where(Prescription.source == Source.PAPER)
        .group_by(col(Prescription.declaration), col(Centre.province), col(Centre.siam))
        .order_by(col(Prescription.declaration), col(Centre.province), col(Centre.siam))
    )
    return [
        PaperCount(str(declaration), province, centre, prescriptions)
        for declaration, province, centre, prescriptions in session.exec(query)
    ]
