"""Code systems by release, and the codes of diagnoses and small lists."""

from collections.abc import Collection, Sequence

from sqlalchemy import ScalarSelect
from sqlmodel import Session, col, select

from codings.outcomes import CodeUnknown
from codings.queries.kept import CONCEPTS, reigns
from codings.systems import GENERIC, ICD10
from codings.tables import PRODUCT, Concept, ReleaseInForce

OURS = "urn:noskheh:"
SHORT_NAMES = {"medicine": GENERIC, "product": PRODUCT, "icd-10": ICD10, "diagnosis": ICD10}


def system_of(name: str) -> str:
    """The URI of a system by its short name, as files and addresses spell it; a URI is its own."""
    return SHORT_NAMES.get(name, name if ":" in name else f"{OURS}{name}")


def short_name(system: str) -> str:
    """The short name of a system, as addresses spell it; `system_of` turns it back."""
    named = {uri: name for name, uri in reversed(SHORT_NAMES.items())}
    return named.get(system, system.removeprefix(OURS))


def current_release(system: str) -> ScalarSelect[str]:
    """The release of a system that is in force, as a subquery, for those who select codes of it."""
    now = select(ReleaseInForce.release).where(
        ReleaseInForce.system == system, col(ReleaseInForce.ended_at).is_(None)
    )
    return now.scalar_subquery()


def concepts(session: Session, system: str, codes: Collection[str]) -> dict[str, Concept]:
    """Codes of one system, those included that a newer release has dropped; unknown ones are absent."""
    return CONCEPTS.rows(session, system, set(codes)) if codes else {}


def is_current(session: Session, concept: Concept) -> bool:
    """Whether the release in force has it."""
    reign = reigns(session).get(concept.system)
    return reign is not None and concept.release == reign.release


def concept_list(session: Session, system: str) -> Sequence[Concept]:
    """The whole current release of a list, in the order its editors gave it."""
    query = select(Concept).where(Concept.system == system, Concept.release == current_release(system))
    return session.exec(query.order_by(col(Concept.position), Concept.code)).all()


def require_code(session: Session, system: str, code: str, *, pointer: str | None = None) -> Concept:
    """The concept, when the current release has it; CodeUnknown otherwise."""
    found = concepts(session, system, {code}).get(code)
    if found is None or not is_current(session, found):
        raise CodeUnknown(pointer=pointer, system=system, value=code)
    return found
