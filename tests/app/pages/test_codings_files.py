"""What a file of codes holds: every fault told line by line, and in what it differs from the release in force."""

import csv
import io
import re

import pytest

from codings.systems import CENTRE
from codings.tables import PRODUCT
from tests.app.pages.editing import (
    CENTRES,
    FORMS,
    SECOND,
    in_force,
    products,
    published,
    received,
    verbs,
    written,
)

# --- What is wrong with a file


def broken(name: str) -> tuple[str, bytes]:
    rows = products()[:6]
    if name == "price":
        rows[1]["price"] = "12,000"
    elif name == "twice":
        rows[2] = dict(rows[0])
    elif name == "digit":
        rows[0]["gtin"] = rows[0]["gtin"][:-1] + str((int(rows[0]["gtin"][-1]) + 1) % 10)
    elif name == "bidi":
        rows[3]["name_fa"] += "\u202e"
    elif name == "column":
        rows = [{k: v for k, v in row.items() if k != "maker"} for row in rows]
    elif name == "parent":
        return "centre", written([{**CENTRES[0], "parent": "9980000009"}])
    elif name == "encoding":
        return "product", written(rows).decode().encode("cp1256", "replace")
    return "product", written(rows)


@pytest.mark.parametrize(
    ("name", "line", "column", "words"),
    [
        ("price", "3", "price", "12000, not 12,000"),
        ("twice", "4", "irc", "stands in line 2 already"),
        ("digit", "2", "gtin", "GTIN"),
        ("bidi", "5", "name_fa", "U+202E"),
        ("column", "1", "maker", "The header has no column maker"),
        ("parent", "2", "parent", "is not in the list"),
        ("encoding", "2", "", "not UTF-8"),
    ],
)
def test_a_broken_file_changes_nothing_and_is_told_line_by_line(desk, name, line, column, words):
    system, content = broken(name)
    before = in_force(desk, PRODUCT), in_force(desk, CENTRE)
    at = received(desk, system, content)
    page = desk.get(at)
    assert "file refused" in page.text
    assert "Nothing was loaded" in page.text
    assert words in page.text
    file = desk.browser.get(f"{at}/report.csv")
    assert file.headers["content-type"].startswith("text/csv")
    told = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert told[0] == ["Line", "Column", "Value", "What is wrong", "How to mend it"]
    assert any(row[0] == line and row[1] == column and words in " ".join(row[3:]) for row in told[1:])
    assert "\u202e" not in page.html + file.text
    assert (in_force(desk, PRODUCT), in_force(desk, CENTRE)) == before
    desk.sign_in(SECOND)
    assert desk.post(f"{at}/publish").status == 409
    assert "codings.report" in verbs(desk)


def test_a_report_is_no_formula_for_a_spreadsheet_and_no_tag_for_a_browser(desk):
    rows = [
        FORMS[0],
        {**FORMS[1], "code": '=HYPERLINK("x")'},
        {**FORMS[2], "code": "<script>alert(1)</script>"},
    ]
    at = received(desk, "form", written(rows))
    page = desk.get(at)
    assert "<script>alert" not in page.html
    assert "<script>alert(1)</script>" in page.text or "&lt;script&gt;" in page.html
    told = list(csv.reader(io.StringIO(desk.browser.get(f"{at}/report.csv").text.removeprefix("\ufeff"))))
    assert {row[2] for row in told[1:]} == {'\'=HYPERLINK("x")', "<script>alert(1)</script>"}


def test_fifty_faults_stand_on_the_page_and_all_in_the_file(desk):
    rows = [{**row, "price": "12,000"} for row in products()[:60]]
    at = received(desk, "product", written(rows))
    page = desk.get(at)
    assert "60 faults were found" in page.text
    assert page.html.count("12000, not 12,000") == 50
    assert desk.browser.get(f"{at}/report.csv").text.count("12000, not 12,000") == 60


# --- What a release changes


def test_the_differences_name_only_what_changed(desk):
    rows = products()
    rows[0]["price"] = str(int(rows[0]["price"]) + 1500)
    gone = rows.pop(1)
    at = received(desk, "product", written(rows))
    page = desk.get(at)
    assert "1 changed" in page.text
    assert "1 retired" in page.text
    assert "shrinks" not in page.text
    changed = desk.get(f"{at}/differences", change="changed")
    old, new = int(rows[0]["price"]) - 1500, int(rows[0]["price"])
    assert f"{old:,}" in changed.text
    assert f"{new:,}" in changed.text
    assert rows[0]["maker"] not in changed.text
    assert gone["irc"] not in changed.text
    retired = desk.get(f"{at}/differences", change="retired")
    assert gone["irc"] in retired.text
    assert "No code is named to use instead." in retired.text


def test_a_price_list_that_shrinks_by_more_than_a_tenth_warns(desk):
    rows = products()
    at = received(desk, "product", written(rows[: len(rows) * 8 // 10]))
    assert "by more than a tenth" in desk.get(at).text


def test_differences_go_on_page_by_page_without_losing_or_repeating_a_code(desk):
    rows = [{**row, "price": str(int(row["price"]) + 500)} for row in products()[:250]] + products()[250:]
    at = received(desk, "product", written(rows))
    address, seen = f"{at}/differences?change=changed", []
    while address:
        page = desk.get(address)
        seen += re.findall(r'<h2><a href="/codings/codes/product/(\w+)"', page.html)
        on = re.search(r'href="([^"]+after=[^"]+)"', page.html)
        address = on[1].replace("&amp;", "&") if on else ""
    assert len(seen) == 250
    assert sorted(seen) == sorted(row["irc"] for row in rows[:250])


def test_a_register_says_how_many_lose_their_licence(desk):
    published(desk, "centre", written(CENTRES))
    rows = [CENTRES[0], {**CENTRES[1], "state": "suspended"}]
    at = received(desk, "centre", written(rows))
    assert "2 in this register lose their licence" in desk.get(at).text
    at = received(desk, "centre", written([*CENTRES, {**CENTRES[0], "siam": "9980000004"}]))
    assert "Nobody in this register loses a licence." in desk.get(at).text
