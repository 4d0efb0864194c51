"""The index of each system, kept in process memory while the releases that it was made from are in force.

One short question at each search tells whether they still are. A new index is made aside and put in its place when
it is whole; meanwhile everybody else goes on with the one that is there.
"""

from threading import Lock

from sqlmodel import Session, col, select

from codings.queries.search.index import Index
from codings.queries.search.reading import READ_FOR, read_index
from codings.tables import ReleaseInForce

Edition = tuple[tuple[str, str], ...]

_kept: dict[str, tuple[Edition, Index]] = {}
_making = Lock()


def current_index(session: Session, system: str) -> Index:
    """The index of what is in force now; of what was a moment ago, while another thread makes the new one."""
    edition = _edition(session, system)
    known = _kept.get(system)
    if known is not None and known[0] == edition:
        return known[1]
    if not _making.acquire(blocking=known is None) and known is not None:
        return known[1]
    try:
        known = _kept.get(system)  # somebody may have made it while this one waited
        if known is None or known[0] != edition:
            known = _kept[system] = (edition, read_index(session, system))
        return known[1]
    finally:
        _making.release()


def _edition(session: Session, system: str) -> Edition:
    read = READ_FOR.get(system, frozenset({system}))
    query = select(ReleaseInForce.system, ReleaseInForce.release).where(
        col(ReleaseInForce.system).in_(read), col(ReleaseInForce.ended_at).is_(None)
    )
    return tuple(session.exec(query.order_by(ReleaseInForce.system)))
