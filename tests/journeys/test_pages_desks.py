"""The insurer's lists and the pharmacy's answers: sorted, filtered, saved as a file, and each only whose it is."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.journeys.browser import Person
from tests.journeys.conftest import Seeded, World, drop, living
from tests.journeys.insurer_hand import decision, pay, pull, send_results

OFFICER, OTHER = "insurer-tam", "insurer-sal"
PHARMACIST, OTHER_PHARMACIST = "pharmacist-9990011", "pharmacist-9990012"


@pytest.fixture(scope="module")
def three_days(cluster, seeded, authority) -> Iterator[tuple[Seeded, list[dict[str, Any]]]]:
    """A world with three claims of one insurer, of three days and amounts, acknowledged; and their lines."""
    with living(cluster, seeded, authority, keep=True) as world:
        for quantity in ("21", "10", "15"):
            item = world.item(quantity=quantity, duration_days=int(quantity), frequency="1x1")
            world.dispense(world.prescribe([item]))
            world.work()
            world.clock.advance(days=1)
        world.work()
        told = pull(world.tamin)
    assert len(told) == 3
    name = world.service.engine.url.database
    yield replace(seeded, database=name, now=world.clock.now), told
    drop(cluster, name)


@pytest.fixture
def world(cluster, three_days, authority) -> Iterator[World]:
    """On the day after, a copy for each test."""
    with living(cluster, three_days[0], authority) as world:
        yield world


@pytest.fixture
def lines(three_days):
    """The lines of the three claims, the oldest first."""
    return three_days[1]


@pytest.fixture
def officer(world, lines) -> Person:
    return Person(world, OFFICER)


@pytest.fixture
def pharmacist(world, lines) -> Person:
    return Person(world, PHARMACIST)


def numbers(page) -> list[str]:
    """The claims of a list, in the order they stand there."""
    return re.findall(r'role="cell" data-head="[^"]*" class="first"><a href="[^"]*/([0-9A-Z.-]+)"', page.html)


def file(person: Person, path: str) -> list[dict[str, str]]:
    """A list as a spreadsheet would read it."""
    answer = person.tab.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.csv"', answer.headers["content-disposition"])
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


# --- The insurer


@pytest.mark.parametrize("sort", ["made", "-made", "day", "-day", "amount", "-amount"])
def test_claims_are_sorted_by_each_of_their_columns(officer, lines, sort):
    page = officer.get(f"/insurer/claims?sort={sort}")
    by = {"made": "service_day", "day": "service_day", "amount": "amounts"}[sort.removeprefix("-")]
    place = {line["claim"]: line[by] if by != "amounts" else line[by]["requested"] for line in lines}
    assert numbers(page) == sorted(place, key=lambda claim: place[claim], reverse=sort.startswith("-"))
    told = "descending" if sort.startswith("-") else "ascending"
    assert page.html.count(f'aria-sort="{told}"') == 1
    assert page.html.count('aria-sort="none"') == 2


def test_an_unknown_column_changes_nothing_and_is_told(officer, lines):
    page = officer.get("/insurer/claims?sort=patient")
    assert "no such column to sort by" in page.text
    assert numbers(page) == numbers(officer.get("/insurer/claims"))


def test_claims_are_filtered_by_jalali_days_and_amounts_in_any_digits(officer, lines):
    first, second, third = (line["claim"] for line in lines)
    assert numbers(officer.get("/insurer/claims?day_from=۱۴۰۵/۰۹/۱۱&day_to=1405/9/11")) == [second]
    assert numbers(officer.get("/insurer/claims?day_from=1405/09/11&sort=day")) == [second, third]
    least = lines[2]["amounts"]["requested"]
    assert set(numbers(officer.get(f"/insurer/claims?least={least}"))) == {first, third}
    assert numbers(officer.get(f"/insurer/claims?most={least - 1}")) == [second]
    pharmacy = lines[0]["pharmacy"]
    assert len(numbers(officer.get(f"/insurer/claims?pharmacy={pharmacy}&kind=basic"))) == 3
    assert numbers(officer.get("/insurer/claims?kind=supplementary")) == []


def test_a_wrong_day_is_told_at_its_field_and_stays_as_typed(officer, lines):
    page = officer.get("/insurer/claims?day_from=2026-12-01")
    assert page.status == 422
    assert "Jalali" in page.read.errors["day_from"]
    assert page.form("/insurer/claims").fields["day_from"] == "2026-12-01"
    assert numbers(page) == []
    assert officer.tab.get("/insurer/claims.csv?day_from=2026-12-01").url.path == "/insurer/claims"


def test_the_sums_are_those_of_the_filter(officer, lines):
    asked = [line["amounts"]["requested"] for line in lines]
    assert f"Claims 3 Requested (Rial) {sum(asked):,}" in officer.get("/insurer/claims").text
    page = officer.get("/insurer/claims?day_to=1405/09/10")
    assert f"Claims 1 Requested (Rial) {asked[0]:,}" in page.text


def test_the_file_holds_the_rows_of_the_page_in_its_order(officer, lines):
    query = "?sort=amount&day_from=1405/09/11"
    rows = file(officer, f"/insurer/claims.csv{query}")
    assert [row["Claim"] for row in rows] == numbers(officer.get(f"/insurer/claims{query}"))
    assert [row["Requested (Rial)"] for row in rows] == [
        str(line["amounts"]["requested"]) for line in (lines[1], lines[2])
    ]
    assert (rows[0]["Service day"], rows[0]["Service day (Jalali)"]) == ("2026-12-02", "1405/09/11")
    persian = file(officer.speaking("fa"), f"/insurer/claims.csv{query}")
    assert [row["صورت‌حساب"] for row in persian] == [row["Claim"] for row in rows]
    assert persian[0]["وضعیت"] == "دریافت‌شده از سوی بیمه"


def test_saving_a_file_is_written_down(world, officer, lines):
    file(officer, "/insurer/claims.csv?state=received")
    admin = Person(world, "admin")
    told = admin.get("/admin/audit?verb=claims.export")
    assert "account:insurer-tam" in told.text
    assert "state=received" in told.text


def test_with_scripts_only_the_list_is_drawn_again(officer, lines):
    answer = officer.tab.get("/insurer/claims?state=received", headers={"HX-Request": "true"})
    assert answer.text.strip().startswith('<section id="list">')
    assert "<html" not in answer.text
    assert lines[0]["claim"] in answer.text


def test_another_insurers_rows_are_in_no_list_and_no_file(world, lines):
    other = Person(world, OTHER)
    for path in ("claims", "batches", "appeals", "payments", "files"):
        assert lines[0]["claim"] not in other.get(f"/insurer/{path}").text
        assert file(other, f"/insurer/{path}.csv") == []
    assert numbers(other.get(f"/insurer/claims?pharmacy={lines[0]['pharmacy']}")) == []
    assert other.tab.get("/insurer/batches/1.csv").status_code == 404


def test_batches_are_listed_both_ways_with_their_downloads_and_lines(officer, lines):
    assert numbers(officer.get("/insurer/batches")) == ["3", "2", "1"]
    assert numbers(officer.get("/insurer/batches?sort=number")) == ["1", "2", "3"]
    assert numbers(officer.get("/insurer/batches?day_from=1405/09/10&state=acknowledged")) == ["3", "2", "1"]
    assert "No batch fits this filter" in officer.get("/insurer/batches?day_to=1405/09/09").text
    assert [row["Batch"] for row in file(officer, "/insurer/batches.csv?sort=number")] == ["1", "2", "3"]
    page = officer.get("/insurer/batches/2")
    assert "client:insurer-tamin" in page.text
    assert "Nobody has fetched this file" not in page.text
    (row,) = file(officer, "/insurer/batches/2.csv")
    assert (row["Claim"], row["Claim now"]) == (lines[1]["claim"], "received by the insurer")


def test_the_first_page_draws_open_claims_by_age_with_their_numbers_in_words(officer, lines):
    page = officer.get("/insurer")
    assert page.html.count('<svg class="plot"') == 2
    assert "today and yesterday" in page.text
    assert "received by the insurer 1 2 0 0 0 3" in page.text
    assert "style=" not in page.html


def test_a_file_of_decisions_tells_which_line_was_refused(world, officer, lines):
    job = send_results(world, world.tamin, decision(lines[0]), "{}")
    page = officer.get(f"/insurer/files/{job}")
    assert "Lines 2 Lines taken 1 Lines refused 1" in page.text
    assert job in officer.get("/insurer/files?kind=results&state=done").html
    assert job not in officer.get("/insurer/files?kind=coverages").html
    (row,) = file(officer, "/insurer/files.csv")
    assert (row["Lines"], row["Failed lines"]) == ("2", "1")
    assert Person(world, OTHER).get(f"/insurer/files/{job}").status == 404


def test_a_claim_tells_every_step_of_its_share(officer, lines):
    page = officer.get(f"/insurer/claims/{lines[0]['claim']}")
    asked = lines[0]["amounts"]["requested"]
    assert f"Basic insurer: 70 % of the recognised amount plan 1/1403 {asked:,}" in page.text
    assert "Patient: what is left of the price" in page.text


# --- The pharmacy's answer, and what comes of it


@pytest.fixture
def decided(world, lines):
    """Three decisions: nothing off, a part off, everything off."""
    told = [
        decision(lines[0]),
        decision(lines[1], deducted=1000, note="=1+1"),
        decision(lines[2], deducted=10**9),
    ]
    send_results(world, world.tamin, *told)
    return [line["claim"] for line in lines]


def test_a_pharmacist_accepts_a_decision_and_it_becomes_payable(pharmacist, decided):
    _, partly, _ = decided
    page = pharmacist.get("/pharmacy/claims?state=partly_approved")
    assert numbers(page) == [partly]
    page = pharmacist.get(f"/pharmacy/claims/{partly}")
    assert "Rial become payable" in page.text
    page = page.send(f"/pharmacy/claims/{partly}/accept")
    assert (page.status, page.path) == (200, f"/pharmacy/claims/{partly}")
    assert "payable" in page.text
    assert not [form for form in page.read.forms if form.action.startswith("/pharmacy/claims/")]


def test_an_appeal_needs_words_and_reaches_the_insurer_with_them(officer, pharmacist, decided):
    *_, rejected = decided
    page = pharmacist.get(f"/pharmacy/claims/{rejected}")
    empty = page.send(f"/pharmacy/claims/{rejected}/appeal", reason=" ")
    assert (empty.status, bool(empty.read.errors["reason"])) == (422, True)
    done = page.send(f"/pharmacy/claims/{rejected}/appeal", reason="سقف قیمت بالا رفته است")
    assert "appealed" in done.text
    assert "Appeals that wait for your answer: 1" in officer.get("/insurer").text
    told = officer.get("/insurer/appeals?answer=waits")
    assert "سقف قیمت بالا رفته است" in told.text
    assert numbers(told) == [f"{rejected}#decisions"] or rejected in told.html
    assert "No appeal fits this filter" in officer.get("/insurer/appeals?answer=given").text
    (row,) = file(officer, "/insurer/appeals.csv")
    assert (row["Claim"], row["The pharmacy's reason"]) == (rejected, "سقف قیمت بالا رفته است")


def test_two_clicks_are_one_answer_and_a_stale_page_is_told_so(pharmacist, decided):
    _, partly, _ = decided
    page = pharmacist.get(f"/pharmacy/claims/{partly}")
    other_tab = pharmacist.get(f"/pharmacy/claims/{partly}")
    assert page.send(f"/pharmacy/claims/{partly}/accept").status == 200
    assert page.send(f"/pharmacy/claims/{partly}/accept").status == 200
    late = other_tab.send(f"/pharmacy/claims/{partly}/appeal", reason="too late")
    assert late.status == 409
    assert "payable" in late.text


def test_another_pharmacy_sees_none_of_it(world, decided):
    other = Person(world, OTHER_PHARMACIST)
    assert numbers(other.get("/pharmacy/claims")) == []
    assert "No claim yet" in other.get("/pharmacy/claims").text
    assert file(other, "/pharmacy/claims.csv") == []
    assert other.get(f"/pharmacy/claims/{decided[1]}").status == 404
    assert other.post(f"/pharmacy/claims/{decided[1]}/accept", {}).status == 404
    assert other.post(f"/pharmacy/claims/{decided[1]}/appeal", {"reason": "ours"}).status == 404


def test_the_pharmacys_list_is_sorted_filtered_and_saved(pharmacist, decided, lines):
    assert numbers(pharmacist.get("/pharmacy/claims?sort=amount&insurer=1")) == sorted(
        decided, key=lambda claim: next(x["amounts"]["requested"] for x in lines if x["claim"] == claim)
    )
    assert numbers(pharmacist.get("/pharmacy/claims?insurer=1&day_to=۱۴۰۵/۰۹/۱۰")) == [decided[0]]
    assert [row["Claim"] for row in file(pharmacist, "/pharmacy/claims.csv?sort=day&insurer=1")] == decided


def test_a_payment_is_listed_with_its_claims(world, officer, decided, lines):
    amount = lines[0]["amounts"]["requested"]
    pay(world.tamin, "P-117/1", "2026-12-03", {decided[0]: amount})
    page = officer.get("/insurer/payments?day_from=1405/09/12&day_to=1405/09/12")
    assert f"{amount:,}" in page.text
    (link,) = [link for link in page.read.links if link.startswith("/insurer/payments/P-117")]
    assert decided[0] in officer.get(link).text
    (row,) = file(officer, f"{link}.csv")
    assert (row["Claim"], row["Amount (Rial)"]) == (decided[0], str(amount))
    assert "No payment fits this filter" in officer.get("/insurer/payments?day_to=1405/09/11").text
    assert Person(world, OTHER).get(link).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/insurer",
        "/insurer/claims",
        "/insurer/batches/1",
        "/insurer/files",
        "/insurer/appeals",
        "/insurer/payments",
    ],
)
def test_the_insurers_pages_are_whole_in_persian(officer, decided, path):
    page = officer.speaking("fa").get(path)
    assert (page.status, page.read.root["dir"]) == (200, "rtl")
    assert not re.search(r"\b(Claim|Amount|State|Show|Save|Received|Paid)\b", page.text)
