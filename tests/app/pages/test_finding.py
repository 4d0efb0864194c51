"""The list of medicines says why each row stands there, and for whom it is meant."""

import csv

import pytest

from codings.loader import DATA


def medicine(**wanted):
    """The code of a shipped medicine that is as wanted."""
    with (DATA / "medicines.csv").open(encoding="utf-8", newline="") as lines:
        return next(
            row["generic"]
            for row in csv.DictReader(lines)
            if all(row[name] == value for name, value in wanted.items())
        )


def offered(desk, text):
    return desk.get("/prescriber/medicines", q=text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("amoxycilin", "Read as “amoxicillin”"),
        ("متفرمین", "Read as “متفورمین”"),
        ("لازیکس", "Also called لازیکس"),
        ("frusemide", "Also called frusemide"),
        ("lasixx", "Read as “Lasix”"),
    ],
)
def test_a_row_found_otherwise_than_by_its_name_says_by_what(desk, typed, said):
    page = offered(desk, typed)
    assert said in page.text
    assert 'value="add:' in page.html


def test_a_row_found_by_its_own_name_needs_no_reason(desk):
    page = offered(desk, "furosemide").text
    assert "Read as" not in page
    assert "Also called" not in page


def test_what_contains_a_substance_is_not_called_by_its_other_name(desk):
    page = offered(desk, "glucophage").text
    first, _, rest = page.partition("Also called Glucophage")
    assert first.endswith("A10BA02 ")  # metformin alone
    assert "Also called Glucophage" not in rest


@pytest.mark.parametrize(
    ("mark", "said"),
    [("hospital_only", "Hospital only"), ("specialist_only", "Specialists only"), ("high_risk", "High risk")],
)
def test_a_row_says_for_whom_it_is(desk, mark, said):
    assert said in offered(desk, medicine(**{mark: "1"})).text
    assert said not in offered(desk, medicine(**{mark: "0"})).text


def test_what_is_not_in_the_formulary_says_so(desk):
    assert "Not in the formulary" in offered(desk, medicine(formulary="0")).text
    assert "Not in the formulary" not in offered(desk, medicine(formulary="1")).text


def test_names_that_found_no_room_are_told_so_that_no_name_seems_the_only_one(desk):
    page = offered(desk, "ceft").text
    assert "More names fit" in page
    assert "cefTRIAXone" in page.partition("More names fit")[2] + page
    assert "Also:" in page
