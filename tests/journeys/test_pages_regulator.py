"""The regulator's page: a declaration takes two officers, and paper is counted under it."""

import pytest

from tests.journeys.browser import Person
from tests.journeys.test_paper import declare, paper

DRAFT = {
    "province.IR-23": "on",
    "province.IR-30": "on",
    "cause": "network-outage",
    "words": "قطع شبکه در پی توفان",
    "starts_on": "۱۴۰۵/۹/۱۰",
    "starts_time": "۱۱:۰۰",
    "ends_on": "1405/09/11",
    "ends_time": "20:00",
}


@pytest.fixture
def first(world) -> Person:
    return Person(world, "regulator-1")


@pytest.fixture
def second(world) -> Person:
    return Person(world, "regulator-2")


def draft(officer: Person, **changed: str):
    fields = officer.get("/regulator").form("/regulator/declarations").fields
    return officer.post("/regulator/declarations", {**fields, **DRAFT, **changed})


def test_one_officer_drafts_and_another_brings_it_into_force(world, first, second):
    page = draft(first)
    assert (page.status, page.path) == (200, "/regulator")
    assert "another officer has to approve it" in page.text
    page = second.get("/regulator").send("/regulator/declarations/D1405-0001/approve")
    assert (page.status, page.path) == (200, "/regulator")
    (told,) = world.browser.get("/api/v1/declarations").json()
    assert told["provinces"] == ["IR-23", "IR-30"]
    assert told["starts_at"] == "2026-12-01T07:30:00Z"
    assert told["ends_at"] == "2026-12-02T16:30:00Z"
    assert "In force D1405-0001" in page.text


def test_whoever_drafted_it_is_refused_in_words_where_the_draft_stands(first):
    draft(first)
    page = first.get("/regulator")
    assert not [form for form in page.read.forms if form.action.endswith("/approve")]
    refused = first.post("/regulator/declarations/D1405-0001/approve", {})
    assert refused.status == 422
    assert "whoever drafted it cannot approve it" in refused.text
    assert "Ask another officer" in refused.text


def test_an_empty_draft_is_refused_at_every_field(first):
    page = first.get("/regulator").send("/regulator/declarations")
    assert page.status == 422
    assert {"provinces", "cause", "words", "starts_on", "starts_time", "ends_on", "ends_time"} <= set(
        page.read.errors
    )


@pytest.mark.parametrize(
    ("field", "typed"),
    [("starts_on", "2026-12-01"), ("starts_on", "1405/13/01"), ("ends_time", "25:00"), ("words", "x" * 201)],
)
def test_a_bad_field_is_named_and_everything_typed_is_kept(first, field, typed):
    page = draft(first, **{field: typed})
    assert page.status == 422
    assert page.read.errors[field]
    kept = page.form("/regulator/declarations").fields
    assert kept == kept | {**DRAFT, field: typed}


def test_more_than_three_days_are_refused_at_the_end(first):
    page = draft(first, ends_on="1405/09/14")
    assert page.status == 422
    assert "72 hours" in page.read.errors["ends_on"]


def test_a_start_too_long_ago_is_refused_at_the_start(first):
    page = draft(first, starts_on="1405/09/08", ends_on="1405/09/10", ends_time="20:00")
    assert "24 hours" in page.read.errors["starts_on"]


def test_a_draft_is_put_aside_with_a_reason(first, second):
    draft(first)
    page = second.get("/regulator")
    refused = page.send("/regulator/declarations/D1405-0001/refuse")
    assert (refused.status, bool(refused.read.errors["why"])) == (422, True)
    page = refused.send("/regulator/declarations/D1405-0001/refuse", why="شبکه برگشت")
    assert page.status == 200
    assert "No draft is waiting" in page.text
    assert "put aside" in page.text
    again = second.post("/regulator/declarations/D1405-0001/approve", {})
    assert again.status == 409


def test_two_clicks_on_approve_are_one_approval(first, second):
    draft(first)
    page = second.get("/regulator")
    assert page.send("/regulator/declarations/D1405-0001/approve").status == 200
    assert page.send("/regulator/declarations/D1405-0001/approve").status == 200


def test_it_ends_by_the_clock(world, first, second):
    draft(first)
    second.get("/regulator").send("/regulator/declarations/D1405-0001/approve")
    world.clock.advance(hours=34)
    page = Person(world, "regulator-1").get("/regulator")
    assert "No emergency is in force" in page.text
    assert "status-ended" in page.html


def test_paper_is_counted_under_its_declaration_and_beside_what_was_electronic(world, first):
    declared = declare(world).json()
    world.clinic.post("/paper", paper(world, declared["number"]), ok=201)
    for _ in range(3):
        world.prescribe()
    assert "Paper prescriptions transcribed under it: 1" in first.get("/regulator").text
    page = first.get("/regulator/paper")
    assert "Tehran Sepid Demonstration Clinic 3 1 25 %" in page.text
    assert "2026-12-01 3 1 25 %" in page.text
    assert page.html.count('<svg class="plot"') == 2
    assert "the oldest day stands first" in page.text
    assert "style=" not in page.html


def test_the_share_of_paper_is_had_as_a_file(world, first):
    declared = declare(world).json()
    world.clinic.post("/paper", paper(world, declared["number"]), ok=201)
    told = first.tab.get("/regulator/paper.csv?province=IR-23").content.decode("utf-8-sig")
    head, row = told.split("\r\n")[:2]
    assert head.startswith(
        "Province,Centre id,Centre,Electronic,Paper,Paper share,From day,From day (Jalali)"
    )
    assert row.endswith(",0,1,100 %,2026-11-04,1405/08/13,2026-12-01,1405/09/10")
    other = first.tab.get("/regulator/paper.csv?province=IR-30").content.decode("utf-8-sig")
    assert other.count("\r\n") == 1


@pytest.mark.parametrize("sort", ["province", "centre", "electronic", "paper", "-paper", "nonsense"])
def test_centres_are_sorted_and_days_chosen_in_the_jalali_calendar(world, first, sort):
    world.prescribe()
    page = first.get(f"/regulator/paper?sort={sort}&day_from=۱۴۰۵/۰۹/۱۰&day_to=1405/09/10")
    assert "Sepid Demonstration Clinic 1 0 0 %" in page.text
    assert ("no such column to sort by" in page.text) is (sort == "nonsense")
    assert "Nothing was written in these days" in first.get("/regulator/paper?day_to=1405/09/09").text


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("day_from=1405/09/11&day_to=1405/09/10", "after the last"),
        ("day_from=1405/01/01&day_to=1405/09/10", "At most 92 days"),
        ("day_from=2026-12-01", "Jalali"),
    ],
)
def test_days_that_make_no_span_are_told_at_their_field(first, days, words):
    page = first.get(f"/regulator/paper?{days}")
    assert page.status == 422
    assert words in page.read.errors["day_from"]


def test_a_long_span_is_drawn_by_weeks(world, first):
    world.prescribe()
    page = first.get("/regulator/paper?day_from=1405/07/20&day_to=1405/09/10")
    assert "Prescriptions by week" in page.text
    assert "Week from" in page.text


def test_the_page_is_persian_by_default(first):
    draft(first)
    page = first.speaking("fa").get("/regulator")
    assert (page.read.root["lang"], page.read.root["dir"]) == ("fa", "rtl")
    assert "تهران، البرز" in page.text or "تهران" in page.text
    assert "۱۴۰۵/۰۹/۱۰" in page.text
    assert "قطع شبکه یا اینترنت" in page.text


def test_paper_against_electronic_in_persian(world, first):
    world.prescribe()
    page = first.speaking("fa").get("/regulator/paper")
    assert page.read.root["dir"] == "rtl"
    assert "۱۴۰۵/۰۹/۱۰ ۱ ۰ ۰٪" in page.text


def test_nobody_else_declares(world):
    assert Person(world, "physician-9990001").get("/regulator").status == 403
    assert Person(world, "insurer-tam").get("/regulator/paper").status == 403
    assert Person(world, "pharmacist-9990011").post("/regulator/declarations", DRAFT).status == 403
