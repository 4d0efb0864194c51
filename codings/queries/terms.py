"""Code systems by release, and the codes of diagnoses and small lists."""

from collections.abc import Collection, Sequence

from sqlalchemy import ScalarSelect
from sqlmodel import Session, col, select

from codings import sql
from codings.outcomes import CodeUnknown, SystemUnknown
from codings.systems import GENERIC, ICD10
from codings.tables import PRODUCT, Concept, ReleaseInForce

_IN_FORCE = "SELECT release FROM release_in_force WHERE system = %(system)s AND ended_at IS NULL"
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


def release_of(session: Session, system: str) -> str:
    """The name of the release in force. Raises SystemUnknown."""
    found = sql.run(session, _IN_FORCE, {"system": system})
    if not found:
        raise SystemUnknown(system=system)
    release: str = found[0].release
    return release


def concepts(session: Session, system: str, codes: Collection[str]) -> dict[str, Concept]:
    """Codes of one system, those included that a newer release has dropped; unknown ones are absent."""
    if not codes:
        return {}
    query = select(Concept).where(Concept.system == system, col(Concept.code).in_(set(codes)))
    return {concept.code: concept for concept in session.exec(query)}


def concept_list(session: Session, system: str) -> Sequence[Concept]:
    """The whole current release of a list, in the order its editors gave it."""
    query = select(Concept).where(Concept.system == system, Concept.release == current_release(system))
    return session.exec(query.order_by(col(Concept.position), Concept.code)).all()


def require_code(session: Session, system: str, code: str, *, pointer: str | None = None) -> Concept:
    """The concept, when the current release has it; CodeUnknown otherwise."""
    query = select(Concept).where(
        Concept.system == system, Concept.code == code, Concept.release == current_release(system)
    )
    found = session.exec(query).first()
    if found is None:
        raise CodeUnknown(pointer=pointer, system=system, value=code)
    return found
