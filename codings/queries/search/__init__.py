"""Finding a code by a few words, the way people type them.

    search(session, GENERIC, "اموکسی ۵۰۰", 12)

Words come in any order, each may be cut short, in Persian or Latin letters, with the digits of either, written apart
or together. A medicine is found by its name, its ingredients, their synonyms and its brands. A word with a mistake
in it is read as what it may have meant only when nothing else is found, and the row says so; a number never is.
"""

from sqlmodel import Session

from codings.queries.search.asking import answer
from codings.queries.search.found import Found, Why
from codings.queries.search.kept import current_index
from codings.queries.terms import system_of

__all__ = ["Found", "Why", "search"]


def search(session: Session, system: str, text: str, limit: int = 20) -> list[Found]:
    """What a text may mean in the current release of a system, in the order in which it is safe to offer.

    `system` is a URI or its short name ("medicine", "diagnosis", "province"). Every word of the text must begin a
    word of the row. The same question always gets the same answer, and fewer are the first of more.
    """
    return answer(current_index(session, system_of(system)), text, limit)
