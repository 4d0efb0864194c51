"""Names that look alike: the list agrees with itself, and changes nothing but the size of letters."""

import csv

import pytest

from codings.tallman import LIST, looks_like, tall_man, tall_names


def test_a_tall_name_is_the_name_in_other_letters_only():
    for name, tall in tall_names().items():
        assert tall.shown.lower() == name
        assert tall.shown != name, "without a capital it tells nothing apart"
        assert tall.source in {"FDA", "ISMP"}


def test_no_name_stands_twice_or_is_mistaken_for_itself():
    with LIST.open(encoding="utf-8", newline="") as rows:
        names = [row["name"] for row in csv.DictReader(rows)]
    assert names == [*dict.fromkeys(names)]
    assert not [name for name in names if name in looks_like(name)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("metformin 500 mg tab", "metFORMIN 500 mg tab"),
        ("metronidazole 250 mg tab", "metroNIDAZOLE 250 mg tab"),
        ("amoxicillin 500 mg cap", "amoxicillin 500 mg cap"),
        ("Prednisolone", "prednisoLONE"),
        ("", ""),
    ],
)
def test_a_text_keeps_everything_but_the_listed_names(text, shown):
    assert tall_man(text) == shown
