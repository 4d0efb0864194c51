"""The pages' words: English in the templates, Persian from a gettext catalogue, Persian the default.

The catalogue is read from its .po file when the process starts; nothing has to be compiled before.
"""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.language import Language

CATALOGUE = Path(__file__).parent / "locale" / "fa" / "LC_MESSAGES" / "noskheh.po"


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """English is what the templates say; Persian is looked up."""
    if language == "en":
        return gettext.NullTranslations()
    packed = io.BytesIO()
    with CATALOGUE.open("rb") as po:
        write_mo(packed, read_po(po, locale="fa"))
    packed.seek(0)
    return gettext.GNUTranslations(packed)
