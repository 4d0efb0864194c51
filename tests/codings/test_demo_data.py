"""The demonstration's insurers, people and places hold together, and nobody real is among them."""

import re
from collections import Counter
from datetime import date

from codings.identifiers import (
    parse_council_number,
    parse_insurer_code,
    parse_mobile,
    parse_national_id,
    parse_siam,
)
from tests.codings.test_data import codes, read

PEOPLE = read("demo_people.csv")


def test_every_plan_belongs_to_an_insurer_and_pays_between_nothing_and_all():
    insurers = {row["code"]: row["kind"] for row in read("insurers.csv")}
    assert sorted(insurers.values()) == ["basic", "basic", "self_pay", "supplementary"]
    for row in read("plans.csv"):
        kind = insurers[parse_insurer_code(row["insurer"])]
        basic, supplementary = int(row["basic_bp"]), int(row["supplementary_bp"])
        assert (basic, supplementary) == {"basic": (7000, 0), "supplementary": (0, 8000)}[kind]
        assert row["supplementary_base"] in {"franchise", "residual"}
        assert row["cob"] in {"parallel", "after_basic"}
        assert date.fromisoformat(row["effective_from"]) < date(2025, 1, 1)
        assert row["source"]


def test_thirty_people_with_valid_national_ids_that_nobody_has():
    assert len(PEOPLE) == 30
    for row in PEOPLE:
        assert parse_national_id(row["national_id"]) == row["national_id"]
        assert row["national_id"].startswith("999")
        remainder = sum(int(row["national_id"][place]) * (10 - place) for place in range(9)) % 11
        assert int(row["national_id"][9]) == (remainder if remainder < 2 else 11 - remainder)
        assert parse_mobile(row["mobile"]) == row["mobile"]
        assert row["mobile"].startswith("0970")
        assert row["sex"] in codes("sex")
        assert date(1920, 1, 1) < date.fromisoformat(row["birth_date"]) < date(2024, 1, 1)


def test_people_have_every_kind_of_cover():
    cover = Counter((row["cover"], row["insurer"]) for row in PEOPLE)
    assert cover["none", ""] == 5
    assert (cover["basic", "1"], cover["basic", "2"]) == (8, 6)
    assert cover["basic+supplementary", "1"] + cover["basic+supplementary", "2"] == 7
    assert cover["expired", "1"] + cover["expired", "2"] == 4


def test_a_cover_is_written_whole_and_in_a_fund_with_a_plan():
    funds = {(row["insurer"], row["fund"]) for row in read("plans.csv")}
    members = Counter((row["insurer"], row["member_no"]) for row in PEOPLE if row["member_no"])
    for row in PEOPLE:
        insured = [row[column] for column in ("insurer", "fund", "member_no", "valid_to")]
        assert all(insured) if row["cover"] != "none" else not any(insured), row
        assert bool(row["supplementary_member_no"]) == (row["cover"] == "basic+supplementary"), row
        if row["cover"] != "none":
            assert (row["insurer"], row["fund"]) in funds
            lapsed = date.fromisoformat(row["valid_to"]) < date(2026, 1, 1)
            assert lapsed == (row["cover"] == "expired"), row
    assert set(members.values()) == {1}
    assert {"1", "2"} == {insurer for insurer, _ in members}


def test_there_are_one_clinic_and_two_pharmacies_and_their_people_work_there():
    centres = {row["siam"]: row for row in read("demo_centres.csv")}
    assert Counter(row["kind"] for row in centres.values()) == {"clinic": 1, "pharmacy": 2}
    for siam, centre in centres.items():
        assert parse_siam(siam) == siam
        assert re.fullmatch("99[0-9]{8}", siam)
        assert centre["province"] in codes("province")
        assert centre["kind"] in codes("centre-kind")
    staff: Counter[tuple[str, str]] = Counter()
    for row in read("demo_practitioners.csv"):
        assert parse_council_number(row["council"]) == row["council"]
        assert row["specialty"] in codes("specialty")
        staff[row["kind"], centres[row["centre"]]["siam"]] += 1
        assert (
            centres[row["centre"]]["kind"] == {"physician": "clinic", "pharmacist": "pharmacy"}[row["kind"]]
        )
    assert sorted(staff.values()) == [1, 1, 2]
