"""A drug registry's export on the shipped medicines: what is one and the same is matched, all else is told."""

from pathlib import Path

import pytest

from app import cli
from codings import official, sheets
from codings.loader import DATA
from codings.systems import FORM, GENERIC, INGREDIENT, ROUTE, UNIT
from codings.tables import PRODUCT
from tests.codings.test_data import codes, ingredients

EXPORT = Path(__file__).with_name("official.csv")


@pytest.fixture(scope="module")
def mapped():
    return official.map_shipped(EXPORT.read_text(encoding="utf-8"))


def test_a_line_with_the_same_ingredients_strength_and_form_becomes_a_product_with_its_real_codes(mapped):
    made = {row["irc"]: row for row in mapped.products}
    one = made["1228012345678901"]
    assert (one["generic"], one["gtin"], one["price"]) == ("10041", "06260123456786", "1250000")
    assert mapped.codes["90010"] == "10041"
    assert mapped.codes["90001"] == "10042"  # a synonym
    assert mapped.codes["90047"] == "10043"  # "100 mcg" is 100 microgram
    assert made["1228012345678904"]["pack_size"] == "100"
    assert {"10044", "10045"} <= set(mapped.codes.values())  # 1 g, and a combination


@pytest.mark.parametrize(
    ("irc", "why"),
    [
        ("1228012345678907", "no ingredient"),
        ("1228012345678908", "in this strength"),
        ("1228012345678909", "in this form"),
        ("1228012345678910", "GTIN"),
        ("122801234567891", "16 digits"),
        ("1228012345678912", "whole number"),
        ("1228012345678913", "several generic codes"),
        ("1228012345678914", "several generic codes"),
        ("1228012345678915", "no generic name"),
    ],
)
def test_a_line_that_is_not_matched_says_why(mapped, irc, why):
    assert irc not in {row["irc"] for row in mapped.products}
    [told] = [one for one in mapped.unmatched if one.irc == irc]
    assert why in told.why
    assert told.line > 1


def test_the_command_writes_two_files_to_upload_and_the_report(tmp_path, capsys):
    assert cli.main(["codings", "map-official", str(EXPORT), "--out", str(tmp_path)]) == 0
    assert "5 generic codes and 6 products matched, 9 lines not" in capsys.readouterr().out
    known = {
        system: frozenset(codes(name)) for system, name in ((FORM, "form"), (ROUTE, "route"), (UNIT, "unit"))
    }
    known[INGREDIENT] = frozenset(ingredients())
    medicines = sheets.read((tmp_path / "medicines.csv").read_bytes(), sheets.sheet_of(GENERIC), known=known)
    assert medicines.faults == []
    known[GENERIC] = frozenset(row["generic"] for row in medicines.rows)
    assert {"10041", "10045"} <= known[GENERIC]
    assert "90010" not in known[GENERIC]
    products = sheets.read((tmp_path / "products.csv").read_bytes(), sheets.sheet_of(PRODUCT), known=known)
    assert products.faults == []
    assert len(products.rows) == 6
    assert "1228012345678907" in (tmp_path / "unmatched.csv").read_text(encoding="utf-8")


def test_an_export_without_a_column_says_which(tmp_path, capsys):
    broken = tmp_path / "export.csv"
    broken.write_text("IRC,GTIN\n1,2\n", encoding="utf-8")
    assert cli.main(["codings", "map-official", str(broken), "--out", str(tmp_path)]) == 1
    assert "generic_code (genericcode)" in capsys.readouterr().err


def test_what_is_shipped_is_found_again_by_its_own_name():
    """Each shipped medicine, told by its own ingredients, strength and form, is itself or is told to be ambiguous."""
    rows = official._shipped("medicines.csv")
    plain = [row for row in rows if row["form"] in {"tablet", "capsule"} and "+" not in row["ingredients"]]
    head = "irc,gtin,genericcode,druggenericname,fafulltradename,enfulltradename,consumerprice,packagecount"
    lines = [
        f'1228012345678901,06260123456786,{row["generic"]},"{row["inn"]} {row["strength"]} {row["form"]}",x,x,1,1'
        for row in plain
    ]
    mapped = official.map_shipped("\n".join([head, *lines]))
    wrong = {ours: real for ours, real in mapped.codes.items() if ours != real}
    assert wrong == {}
    assert len(mapped.codes) > len(plain) * 0.9
    assert DATA.name == "data"
