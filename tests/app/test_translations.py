"""Both languages are complete: every sentence of the templates has its Persian, with the same facts in it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from app.i18n import CATALOGUES, persian, translations

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# As the pages' own environment reads them (app/web.py); a template it cannot read is an error here.
OPTIONS = {"encoding": "utf-8", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
FACT = re.compile(r"%\((\w+)\)s")
LATIN_ONLY = re.compile(r"[\W\d_]*(?:%\(\w+\)s[\W\d_]*)*")


def messages() -> Iterator[tuple[str, str]]:
    """Every message of every template, and where it stands."""
    for template in sorted(TEMPLATES.rglob("*.html")):
        with template.open("rb") as source:
            for line, _, message, _ in babel_extract(source, ["_", "gettext", "ngettext"], [], OPTIONS):
                for one in (message,) if isinstance(message, str) else message:
                    yield str(one), f"{template.relative_to(TEMPLATES)}:{line}"


def test_there_are_messages_to_translate():
    assert len({message for message, _ in messages()}) > 200


def test_every_message_of_the_templates_has_its_persian():
    catalogue = persian()
    missing = {
        f"{place}: {message}"
        for message, place in messages()
        if (found := catalogue.get(message)) is None or not found.string or found.fuzzy
    }
    assert not missing


def test_a_translation_holds_the_same_facts_as_its_message():
    wrong = [
        message.id
        for message in persian()
        if isinstance(message.id, str)
        and set(FACT.findall(message.id)) != set(FACT.findall(str(message.string)))
    ]
    assert not wrong


def test_no_translation_is_left_in_english():
    """Only what has no letter of its own may stay as it is."""
    same = [
        message.id
        for message in persian()
        if message.id and message.id == message.string and not LATIN_ONLY.fullmatch(str(message.id))
    ]
    assert not same


def test_persian_is_written_with_persian_letters():
    """No Arabic ye or kaf, no Arabic digits, and no Latin comma, semicolon or question mark after a Persian word."""
    wrong = [
        (message.id, message.string)
        for message in persian()
        if re.search(r"[يك٠-٩]|[\u0600-\u06ff] ?[,;?]", str(message.string))
    ]
    assert not wrong


@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*.po")), ids=lambda path: path.name)
def test_a_catalogue_holds_nothing_that_no_template_says(path):
    said = {message for message, _ in messages()}
    with path.open("rb") as po:
        unused = [message.id for message in read_po(po, locale="fa") if message.id and message.id not in said]
    assert not unused


def test_english_says_what_the_templates_say_and_persian_what_the_catalogue_says():
    assert translations("en").gettext("Sign in") == "Sign in"
    assert translations("fa").gettext("Sign in") == "ورود"
