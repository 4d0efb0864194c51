"""The pages' words: English in the templates, Persian from gettext catalogues, Persian the default.

The catalogues are read from their .po files when the process starts; nothing has to be compiled before. There may be
several, one for each set of pages; a word that two of them translate must be translated alike.
"""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.language import Language

CATALOGUES = Path(__file__).parent / "locale" / "fa" / "LC_MESSAGES"


def persian() -> Catalog:
    """Every Persian translation, from all catalogues."""
    whole = Catalog(locale="fa")
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as po:
            for message in read_po(po, locale="fa"):
                if message.id:
                    whole[message.id] = message
    return whole


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """English is what the templates say; Persian is looked up."""
    if language == "en":
        return gettext.NullTranslations()
    packed = io.BytesIO()
    write_mo(packed, persian())
    packed.seek(0)
    return gettext.GNUTranslations(packed)
