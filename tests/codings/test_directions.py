"""Directions as a native reader would write them: the sentences of `directions.csv` stand for themselves."""

import csv
import re
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.base import Words
from codings.directions import Direction, sentence

TABLE = Path(__file__).parent / "directions.csv"
LISTS = Path(__file__).resolve().parents[2] / "codings" / "data" / "lists.csv"
# What a later release may bring: its words come from its lists.
LATER = {
    "timing": {"with-tea": Words("همراه چای", "with tea")},
    "unit": {"wafer": Words("ویفر", "wafer")},
    "frequency": {"6x1": Words("روزی شش بار", "six times a day")},
    "as-needed": {
        "vertigo": Words("برای سرگیجه", "for dizziness"),
        "dry-eyes": Words("برای خشکی چشم", "for dry eyes"),
    },
    "route": {"intraperitoneal": Words("داخل صفاق", "into the peritoneum")},
    "site": {"left-knee": Words("زانوی چپ", "left knee"), "right-knee": Words("زانوی راست", "right knee")},
}
FORMS = (
    *["tablet", "chewable-tablet", "dispersible-tablet", "effervescent-tablet", "orodispersible-tablet"],
    *["sublingual-tablet", "gastro-resistant-tablet", "modified-release-tablet", "vaginal-tablet", "lozenge"],
    *[
        "capsule",
        "gastro-resistant-capsule",
        "modified-release-capsule",
        "inhalation-capsule",
        "syrup",
        "suspension",
    ],
    *[
        "oral-solution",
        "mouthwash",
        "lotion",
        "shampoo",
        "cutaneous-solution",
        "enema",
        "oral-drops",
        "eye-drops",
    ],
    *[
        "ear-drops",
        "nasal-drops",
        "oral-powder",
        "granules",
        "suppository",
        "pessary",
        "cream",
        "ointment",
        "gel",
        "oral-gel",
    ],
    *[
        "oral-paste",
        "paste",
        "vaginal-cream",
        "vaginal-gel",
        "rectal-ointment",
        "rectal-cream",
        "eye-ointment",
    ],
    *["eye-gel", "nasal-gel", "cutaneous-powder", "cutaneous-foam", "cutaneous-spray", "nasal-spray"],
    *["oromucosal-spray", "inhaler", "dry-powder-inhaler", "nebuliser-solution", "patch", "injection"],
    *["powder-for-injection", "infusion", "pen", "cartridge", "vaccine", "implant", "intrauterine-system"],
    *["vaginal-ring", "medicated-gum", "kit"],
)
UNITS = (
    *["tablet", "capsule", "ml", "drop", "puff", "unit", "gram", "ampoule", "vial", "suppository", "sachet"],
    *["patch", "syringe", "pen", "piece", "lozenge", "bottle", "dose"],
)
ROUTES = (
    *[
        "oral",
        "sublingual",
        "buccal",
        "oromucosal",
        "intramuscular",
        "intravenous",
        "subcutaneous",
        "intradermal",
    ],
    *[
        "intra-articular",
        "intravitreal",
        "epidural",
        "intrathecal",
        "rectal",
        "vaginal",
        "intrauterine",
        "inhalation",
    ],
    *["nasal", "ophthalmic", "otic", "topical", "transdermal"],
)


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def direction(row: dict[str, str]) -> Direction:
    return Direction(
        dose=Decimal(row["dose"]),
        unit=row["unit"],
        form=row["form"],
        route=row["route"],
        frequency=row["frequency"],
        timing=row["timing"] or None,
        as_needed=row["as_needed"] or None,
        days=int(row["days"]) if row["days"] else None,
        site=row["site"] or None,
    )


def told(row: dict[str, str]) -> Words:
    return sentence(direction(row), LATER)


def test_the_table_is_long_enough():
    assert len(rows()) >= 150
    assert {row["form"] for row in rows()} >= set(FORMS)


@pytest.mark.parametrize("row", rows(), ids=lambda row: " ".join(row[n] for n in list(row)[:-2] if row[n]))
def test_directions_read_as_a_native_reader_would_write_them(row):
    said = told(row)
    assert said.fa.replace("\u00a0", " ") == row["fa"]
    assert said.en.replace("\u00a0", " ") == row["en"]


def test_a_number_never_leaves_what_it_counts():
    said = sentence(
        Direction(dose=Decimal(3), unit="ml", form="syrup", route="oral", frequency="q8h", days=7), {}
    )
    assert said.fa == "هر ۸\u00a0ساعت، ۳\u00a0میلی‌لیتر، به مدت ۷\u00a0روز بخورید."
    assert said.en == "Take 3\u00a0millilitres by mouth every 8\u00a0hours for 7\u00a0days."


@pytest.mark.parametrize("unit", UNITS)
def test_every_form_and_route_makes_a_sentence_without_codes(unit):
    """Latin letters in the Persian sentence would be a code that has no words."""
    for form, route in product(FORMS, ROUTES):
        one = Direction(dose=Decimal("1.5"), unit=unit, form=form, route=route, frequency="3x1", days=7)
        said = sentence(one, {})
        assert not re.search(r"[A-Za-z0-9]", said.fa), (form, route)
        assert not re.search(r"[\u0600-\u06ff]", said.en), (form, route)
        assert "  " not in said.fa + said.en
        assert " ." not in said.fa + said.en


def test_every_code_of_the_shipped_lists_is_said_in_words():
    with LISTS.open(encoding="utf-8", newline="") as table:
        listed = [
            row for row in csv.DictReader(table) if row["system"] in {"frequency", "timing", "as-needed"}
        ]
    assert len(listed) > 40
    for row in listed:
        codes = {"frequency": "1x1"} | {row["system"].replace("-", "_"): row["code"]}
        said = sentence(
            Direction(dose=Decimal(1), unit="tablet", form="tablet", route="oral", days=5, **codes),
            {row["system"]: {row["code"]: Words(row["fa"], row["en"])}},
        )
        assert not re.search(r"[A-Za-z]", said.fa), row["code"]
        assert row["code"] not in said.en.split(" ") or row["code"] in row["en"], row["code"]


def test_no_two_doses_read_alike():
    doses = [Decimal(n) / 4 for n in range(1, 60)]
    for unit, form in (("tablet", "tablet"), ("ml", "syrup"), ("gram", "cream"), ("unit", "pen")):
        route = {"gram": "topical", "unit": "subcutaneous"}.get(unit, "oral")
        said = [
            sentence(Direction(dose=d, unit=unit, form=form, route=route, frequency="1x1", days=1), {})
            for d in doses
        ]
        assert len({one.fa for one in said}) == len({one.en for one in said}) == len(doses)


codes = st.from_regex(r"[0-9a-z][0-9a-z-]{0,11}", fullmatch=True)


@given(
    dose=st.decimals("0.001", "9999", places=3),
    unit=codes,
    form=codes | st.just(""),
    route=codes,
    frequency=codes,
    timing=st.none() | codes,
    as_needed=st.none() | codes,
    days=st.none() | st.integers(1, 366),
    site=st.none() | codes,
)
def test_codes_of_a_later_list_are_said_somehow(**given_codes):
    said = sentence(Direction(**given_codes), {})
    for text in said:
        assert text.endswith(".")
        assert "\n" not in text
    assert given_codes["frequency"] in said.en.replace("\u00a0", " ") or given_codes["frequency"] == "once"
