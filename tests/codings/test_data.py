"""The shipped reference data is whole: it reads, resolves, counts and keeps to its reserved ranges."""

import csv
import json
import re
import runpy
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from stdnum import ean, verhoeff

from codings.identifiers import parse_generic_code, parse_gtin, parse_irc
from codings.systems import parse_amount
from codings.text import ascii_digits, normalise, refuse_controls

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "codings" / "data"
KEYS = {
    "medicines.csv": ("generic",),
    "products.csv": ("irc",),
    "diagnoses.csv": ("code",),
    "lists.csv": ("system", "code"),
    "ingredients.csv": ("code",),
    "dosing.csv": ("code",),
    "interactions.csv": ("code",),
    "releases.csv": ("file",),
    "insurers.csv": ("code",),
    "tallman.csv": ("name",),
    "plans.csv": ("insurer", "fund", "code"),
    "demo_people.csv": ("national_id",),
    "demo_centres.csv": ("siam",),
    "demo_practitioners.csv": ("council",),
}
ALSO_UNIQUE = [
    ("medicines.csv", "short"),
    ("medicines.csv", "name_fa"),
    ("products.csv", "gtin"),
    ("products.csv", "name_en"),
    ("ingredients.csv", "en"),
    ("ingredients.csv", "fa"),
    ("insurers.csv", "abbr"),
    ("demo_people.csv", "mobile"),
    ("demo_people.csv", "name_fa"),
]
LISTS = {
    "unit",
    "form",
    "route",
    "frequency",
    "timing",
    "as-needed",
    "cancel-reason",
    "override-reason",
    "substitution-reason",
    "not-dispensed-reason",
    "return-reason",
    "elimination-reason",
    "revocation-reason",
    "declaration-cause",
    "province",
    "specialty",
    "centre-kind",
    "sex",
    "site",
    "duration",
    "fund",
    "claim-reason",
    "adjustment-group",
    "emergency-condition",
    "relation",
    "role",
    "diagnosis-status",
    "prescription-type",
    "service-type",
    "admission-type",
    "message-type",
    "authenticity-status",
    "source",
}


@cache
def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def codes(system: str) -> set[str]:
    return {row["code"] for row in read("lists.csv") if row["system"] == system}


def properties(system: str) -> dict[str, dict[str, Any]]:
    rows = [row for row in read("lists.csv") if row["system"] == system]
    return {row["code"]: json.loads(row["properties"] or "{}") for row in rows}


def numbers(text: str) -> set[str]:
    plain = ascii_digits(text).replace("٫", ".").replace("٬", "").replace(",", "")
    return set(re.findall(r"[0-9]+(?:\.[0-9]+)?", plain))


MEDICINES = read("medicines.csv")
PRODUCTS = read("products.csv")


def test_every_shipped_file_is_known_here_and_described_in_the_readme():
    described = (DATA / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in DATA.glob("*.csv")} == set(KEYS)
    assert [name for name in KEYS if f"`{name}`" not in described] == []


@pytest.mark.parametrize("name", KEYS)
def test_a_file_is_utf8_with_a_header_and_rows_of_one_width(name):
    raw = (DATA / name).read_bytes()
    lines = list(csv.reader(raw.decode("utf-8").splitlines(), strict=True))
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert len(lines) > 1
    assert {len(line) for line in lines} == {len(lines[0])}


@pytest.mark.parametrize("name", KEYS)
def test_every_text_is_stored_in_its_normal_form_with_persian_letters(name):
    for row in read(name):
        for column, text in row.items():
            assert normalise(text) == text, (name, column, text)
            assert refuse_controls(text) == text
            assert not set(text) & set("يىك٠١٢٣٤٥٦٧٨٩ة"), (name, column, text)


@pytest.mark.parametrize("name", KEYS)
def test_persian_labels_are_persian_with_persian_digits_and_english_ones_are_english(name):
    for row in read(name):
        for column, text in row.items():
            if column in {"fa", "name_fa", "address_fa"}:
                assert re.search("[آ-ی]", text), (name, column, text)
                assert not re.search("(?<![A-Za-z0-9])[0-9]", text), (name, column, text)  # G6PD is a name
            elif column in {"en", "name_en", "inn", "short"}:
                assert text or (name, column) == ("diagnoses.csv", "en"), (name, column)  # WHO's title then
                assert text.isascii(), (name, column, text)


@pytest.mark.parametrize("name", KEYS)
def test_no_key_stands_twice(name):
    keys = Counter(tuple(row[column] for column in KEYS[name]) for row in read(name))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize(("name", "column"), ALSO_UNIQUE)
def test_what_people_choose_by_stands_once(name, column):
    found = Counter(row[column] for row in read(name))
    assert [text for text, count in found.items() if count > 1] == []


def test_the_lists_are_all_there_and_their_labels_tell_the_codes_apart():
    rows = read("lists.csv")
    assert {row["system"] for row in rows} == LISTS
    for label in ("fa", "en"):
        found = Counter((row["system"], row[label]) for row in rows)
        assert [key for key, count in found.items() if count > 1] == []


def test_properties_are_json_objects_without_floats():
    def no_float(text):
        raise AssertionError(text)

    for row in [*read("lists.csv"), *read("ingredients.csv")]:
        if row["properties"]:
            assert isinstance(json.loads(row["properties"], parse_float=no_float), dict), row


def test_every_frequency_but_when_needed_says_how_often():
    for code, found in properties("frequency").items():
        often = [found[key] for key in ("per_day", "per_week", "every_days") if key in found]
        assert len(often) == (0 if code in {"prn", "once"} else 1), code
        assert all(parse_amount(amount) > 0 for amount in often)


def test_snomed_concepts_carry_a_valid_check_digit():
    found = [
        one["snomed"]
        for system in ("route", "frequency")
        for one in properties(system).values()
        if "snomed" in one
    ]
    assert found
    assert [concept for concept in found if not verhoeff.is_valid(concept)] == []


def test_the_provinces_are_the_31_of_iso_3166_2_since_2020():
    provinces = {row["code"]: row["en"] for row in read("lists.csv") if row["system"] == "province"}
    assert list(provinces) == [f"IR-{number:02d}" for number in range(31)]
    assert (provinces["IR-00"], provinces["IR-23"], provinces["IR-30"]) == ("Markazi", "Tehran", "Alborz")


def ingredients() -> dict[str, dict[str, Any]]:
    return {row["code"]: json.loads(row["properties"] or "{}") for row in read("ingredients.csv")}


def test_every_ingredient_class_is_itself_an_ingredient_of_kind_class():
    found = ingredients()
    classes = {code for code, one in found.items() if one.get("kind") == "class"}
    members = [name for one in found.values() for name in one.get("class", [])]
    assert set(members) == classes


def test_every_code_of_a_medicine_resolves():
    for row in MEDICINES:
        assert parse_generic_code(row["generic"]) == row["generic"]
        assert re.fullmatch("9[0-9]{4}", row["generic"])
        assert re.fullmatch("[A-Z][0-9]{2}[A-Z]{2}([0-9]{2})?", row["atc"]), row  # mixtures end at level 4
        for column in ("form", "route", "unit"):
            assert row[column] in codes(column), row
        assert row["inn"] == row["inn"].lower()
        assert len(row["short"]) <= 80
        flags = ("controlled", "high_risk", "hospital_only", "specialist_only", "formulary")
        assert {row[flag] for flag in flags} <= {"0", "1"}


def test_the_ingredients_are_those_of_the_medicines_and_the_classes():
    found = ingredients()
    used = {code for row in MEDICINES for code in row["ingredients"].split("+")}
    assert used == {code for code, one in found.items() if one.get("kind") != "class"}


def test_there_are_controlled_and_high_risk_medicines_to_show():
    assert any(row["controlled"] == "1" for row in MEDICINES)
    assert any(row["high_risk"] == "1" for row in MEDICINES)


MILLIGRAMS = {
    "g": Decimal(1000),
    "mg": Decimal(1),
    "microgram": Decimal("0.001"),
    "nanogram": Decimal("0.000001"),
}
STRENGTH = re.compile(
    r"(?P<amount>[0-9,.]+) (?P<unit>g|mg|microgram|nanogram)\b[^/]*(?:/(?P<per>[0-9.]+)? ?(?P<what>[a-z]+).*)?"
)
WHOLE = {"ampoule", "vial", "syringe", "bottle", "sachet", "piece", "pen", "dose", "patch"}  # told as a whole


def strength_per_unit(medicine: dict[str, str]) -> Decimal | None:
    """Milligrams of the main ingredient in a prescribing unit, worked out from the strength's text, where it tells."""
    unit = medicine["unit"]
    percent = re.match(r"([0-9.]+)%", medicine["strength"])
    if percent and unit in {"gram", "ml", "drop"}:  # grams in 100 g or 100 ml
        in_one = Decimal(percent[1]) * 10
        return in_one / 20 if unit == "drop" else in_one
    found = STRENGTH.fullmatch(medicine["strength"])
    if not found or (unit in WHOLE and found["what"] and not found["per"]) or unit in {"gram", "unit"}:
        return None
    in_one = Decimal(found["amount"].replace(",", "")) * MILLIGRAMS[found["unit"]]
    if unit in {"ml", "drop"}:
        in_one /= Decimal(found["per"] or 1)
    return in_one / 20 if unit == "drop" else in_one


def test_the_strength_in_words_and_in_milligrams_is_one():
    checked = 0
    for medicine in MEDICINES:
        expected, stated = strength_per_unit(medicine), medicine["strength_per_unit_mg"]
        assert not stated or Decimal(stated) > 0, medicine
        if expected is not None and stated:
            checked += 1
            assert abs(Decimal(stated) - expected) <= expected * Decimal("0.01"), (
                medicine["short"],
                expected,
            )
        assert numbers(medicine["strength"]) <= numbers(medicine["name_fa"]), medicine
        assert numbers(medicine["strength"]) <= numbers(medicine["short"]), medicine
    assert checked > len(MEDICINES) * 3 // 4


def test_a_daily_maximum_has_a_source_and_is_one_for_all_presentations():
    stated: dict[str, set[str]] = {}
    for row in MEDICINES:
        assert bool(row["max_daily_mg"]) == bool(row["max_daily_source"]), row
        if row["max_daily_mg"]:
            assert Decimal(row["max_daily_mg"]) >= Decimal(row["strength_per_unit_mg"]), row
            stated.setdefault(f"{row['ingredients']}/{row['route']}", set()).add(row["max_daily_mg"])
    assert stated["paracetamol/oral"] == {"4000"}
    assert [name for name, figures in stated.items() if len(figures) > 1] == []


def test_there_are_as_many_as_a_physician_needs():
    """The counts that the shipped release promises."""
    kinds = [one for one in ingredients().values() if one.get("kind") != "class"]
    named = [row for row in read("diagnoses.csv") if row["fa"]]
    dosed = {code.rpartition("/")[0] for code in (row["code"] for row in read("dosing.csv"))}
    assert len(kinds) >= 450
    assert len(MEDICINES) >= 1200
    assert len(PRODUCTS) >= 2500
    assert len(dosed) >= 200
    assert len(read("interactions.csv")) >= 180
    assert len(named) >= 300


def test_everything_that_limits_or_flags_names_known_works():
    """Every source begins with the code of a work in the list of sources, perhaps with where in it."""
    works = codes("source")
    for row in MEDICINES:
        told = [part.strip() for part in re.split("[;:]", row["source"])]
        assert told[0] in works, row
        if row["high_risk"] == "1":
            assert "ISMP" in told, row
        if row["controlled"] == "1":
            assert {"UNSC", "IRNFI"} & set(told), row
    for name in ("dosing.csv", "interactions.csv"):
        for row in read(name):
            for source in row["source"].split(";"):
                assert source.partition(":")[0].strip() in works, row


def test_doses_are_of_presentations_that_are_there_and_their_directions_are_of_the_lists():
    known = {f"{row['ingredients']}/{row['route']}" for row in MEDICINES}
    for row in read("dosing.csv"):
        assert row["code"] in known, row
        assert row["source"], row
        for words in ("age", "pregnancy"):
            told = row["min_age_months" if words == "age" else words]
            assert bool(told) == bool(row[f"{words}_fa"]) == bool(row[f"{words}_en"]), row
        for suggestion in json.loads(row["suggestions"]):
            assert suggestion["frequency"] in codes("frequency"), row
            assert suggestion.get("timing") in codes("timing") | {None}, row
            assert suggestion.get("as_needed") in codes("as-needed") | {None}, row
            most = row["max_single_mg"] or row["max_daily_mg"]
            assert not most or Decimal(suggestion["mg"]) <= Decimal(most), row


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("max_single_mg", "max_daily_mg"),
        ("kg_low", "kg_high"),
        ("kg_high", "kg_max_daily"),
        ("kg_max_single", "kg_max_daily"),
    ],
)
def test_limits_of_one_use_agree(smaller, larger):
    for row in read("dosing.csv"):
        if row[smaller] and row[larger]:
            assert Decimal(row[smaller]) <= Decimal(row[larger]), row


def test_an_interaction_is_of_two_groups_that_medicines_of_the_list_belong_to():
    atc = {row["atc"] for row in MEDICINES}
    for row in read("interactions.csv"):
        for side in ("a", "b"):
            groups = row[side].split("|")
            assert [
                g for g in groups if not re.fullmatch("[A-Z][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?", g)
            ] == [], row
    reached = [
        row["code"]
        for row in read("interactions.csv")
        if all(any(a.startswith(g) for a in atc for g in row[side].split("|")) for side in ("a", "b"))
    ]
    assert len(reached) >= 180


def test_there_are_products_two_to_five_of_each_medicine_by_different_makers():
    makers = Counter((row["generic"], row["maker"]) for row in PRODUCTS)
    per_medicine = Counter(row["generic"] for row in PRODUCTS)
    assert set(per_medicine) == {row["generic"] for row in MEDICINES}
    assert set(per_medicine.values()) <= {2, 3, 4, 5}
    assert set(makers.values()) == {1}


def test_product_numbers_are_valid_and_in_the_reserved_ranges():
    for row in PRODUCTS:
        assert parse_irc(row["irc"]) == row["irc"]
        assert row["irc"].startswith("9999")
        assert parse_gtin(row["gtin"]) == row["gtin"]
        assert ean.is_valid(row["gtin"])
        assert re.fullmatch("02[0-9]{12}", row["gtin"]), "GS1 keeps 200 to 299 for restricted distribution"
        assert "(demonstration " in row["name_en"]
        assert "(نمونهٔ " in row["name_fa"]


def test_packs_and_prices_are_whole_and_plausible():
    for row in PRODUCTS:
        assert parse_amount(row["pack_size"]) > 0
        assert re.fullmatch("[1-9][0-9]*", row["price"])
        assert 10_000 <= int(row["price"]) <= 15_000_000, row


def test_the_products_are_what_the_script_makes():
    script = runpy.run_path(str(ROOT / "scripts" / "make_products.py"))
    forms = {row["code"]: row["en"] for row in read("lists.csv") if row["system"] == "form"}
    made = script["as_csv"](script["products"](MEDICINES, forms))
    assert made == (DATA / "products.csv").read_text(encoding="utf-8")


def test_diagnoses_look_like_icd_10():
    assert [
        row for row in read("diagnoses.csv") if not re.fullmatch(r"[A-Z][0-9]{2}(\.[0-9])?", row["code"])
    ] == []
