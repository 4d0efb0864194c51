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


@pytest.fixture
def offered(desk):
    """What the list says for a text."""
    desk.sign_in()
    return lambda text: desk.get("/prescriber/medicines", q=text).text


def test_a_row_found_otherwise_than_by_its_name_says_by_what(offered):
    for typed, said in (
        ("amoxycilin", "Read as “ amoxicillin ”"),
        ("متفرمین", "Read as “ متفورمین ”"),
        ("لازیکس", "Also called لازیکس"),
        ("frusemide", "Also called frusemide"),
        ("lasixx", "Read as “ Lasix ”"),
    ):
        assert said in offered(typed)


def test_a_row_found_by_its_own_name_needs_no_reason(offered):
    assert "furosemide 40 mg tab" in offered("furosemide")
    assert "Read as" not in offered("furosemide")
    assert "Also called" not in offered("furosemide")


def test_what_contains_a_substance_is_not_called_by_its_other_name(offered):
    alone, _, containing = offered("glucophage 500").partition("Contains metformin (Glucophage)")
    assert "Also called Glucophage" in alone
    assert "+ metFORMIN" in alone + containing
    assert "Also called" not in containing


@pytest.mark.parametrize(
    ("mark", "said"),
    [("hospital_only", "Hospital only"), ("specialist_only", "Specialists only"), ("high_risk", "High risk")],
)
def test_a_row_says_for_whom_it_is(offered, mark, said):
    assert said in offered(medicine(**{mark: "1"}))
    assert said not in offered(medicine(**{mark: "0"}))


def test_what_is_not_in_the_formulary_says_so(offered):
    assert "Not in the formulary" in offered(medicine(formulary="0"))
    assert "Not in the formulary" not in offered(medicine(formulary="1"))


def test_names_that_found_no_room_are_told_so_that_no_name_seems_the_only_one(offered):
    shown, _, others = offered("met").partition("Also:")
    assert "metFORMIN" in shown
    assert "metroNIDAZOLE" not in shown
    assert "metroNIDAZOLE" in others
