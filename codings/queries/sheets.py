"""What the lines of a file may name, and what they may not take: codes and numbers as they are known now."""

from sqlmodel import Session, select

from codings.queries.terms import current_release
from codings.sheets import Sheet
from codings.systems import CENTRE, GENERIC
from codings.tables import Centre, Concept, Medicine, Product


def known_codes(session: Session, sheet: Sheet) -> dict[str, frozenset[str]]:
    """The codes of each system that a kind of file refers to."""
    found = {}
    for system in set(sheet.known.values()):
        if system == CENTRE:
            codes = session.exec(select(Centre.siam)).all()
        elif system == GENERIC:  # dropped ones too: a pack may outlive the presentation on the shelf
            codes = session.exec(select(Medicine.generic)).all()
        else:
            listed = select(Concept.code).where(
                Concept.system == system, Concept.release == current_release(system)
            )
            codes = session.exec(listed).all()
        found[system] = frozenset(codes)
    return found


def taken_values(session: Session, sheet: Sheet) -> dict[str, dict[str, str]]:
    """Values that stay with the code that had them first, also when a release dropped it: column, value, code."""
    if "gtin" not in sheet.unique:
        return {}
    return {"gtin": dict(session.exec(select(Product.gtin, Product.irc)).all())}
