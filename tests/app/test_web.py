"""What the templates' filters make of values."""

from app.web import _environment
from codings.base import Words

NAMED = Words(
    "قلم 1، amoxicillin 500 mg cap: <b>پنی‌سیلین‌ها</b> را ببینید.", "Item 1, amoxicillin 500 mg cap: see <b>."
)


def test_a_name_in_a_persian_sentence_keeps_its_own_direction_and_nothing_else_is_markup():
    persian = _environment("fa").from_string("{{ words|told }}").render(words=NAMED, language="fa")
    assert 'قلم ۱، <bdi class="latin" dir="ltr" lang="en">amoxicillin 500 mg cap</bdi>: &lt;' in persian
    assert "</b>" not in persian
    english = _environment("en").from_string("{{ words|told }}").render(words=NAMED, language="en")
    assert english == "Item 1, amoxicillin 500 mg cap: see &lt;b&gt;."


def test_a_number_of_a_persian_sentence_is_written_in_its_digits_and_one_of_a_name_is_not():
    words = Words("قلم 2، co-amoxiclav 625 mg tab: 1.5 قرص از 1405/09/02.", "")
    persian = _environment("fa").from_string("{{ words|told }}").render(words=words, language="fa")
    assert "قلم ۲، " in persian
    assert "co-amoxiclav 625 mg tab<" in persian
    assert "۱٫۵ قرص از ۱۴۰۵/۰۹/۰۲." in persian
