"""The codings editors' desk: a file is sent, checked whole, compared, published by somebody else, and looked up."""

import csv
import io
import re

import anyio
import pytest
from sqlmodel import select

import codings.queries as codings
from app import jobs, queue, reactions
from app.db import reading
from app.tables import AuditEntry
from codings.loader import DATA
from codings.systems import CENTRE, FORM
from codings.tables import PRODUCT, Release
from tests.app.pages.desk import HERE, PHYSICIAN, Desk
from tests.app.pages.page import Page, fields

FIRST, SECOND = "codings-1", "codings-2"
TODAY, TOMORROW = "1405/09/10", "1405/09/11"
FORMS = [  # three rows that are right, and one of them new
    {"code": "tablet", "fa": "قرص", "en": "tablet", "properties": "{}"},
    {"code": "capsule", "fa": "کپسول", "en": "capsule", "properties": "{}"},
    {"code": "zorbcap", "fa": "زوربک", "en": "zorbular cap", "properties": "{}"},
]
CENTRES = [
    {
        "siam": f"998000000{n}",
        "kind": "clinic",
        "name_fa": f"درمانگاه {n}",
        "name_en": f"Clinic {n}",
        "province": "IR-23",
        "address_fa": "تهران",
        "phone": "021",
        "licence_from": "2020-03-20",
        "state": "active",
    }
    for n in (1, 2, 3)
]


def written(rows: list[dict[str, str]]) -> bytes:
    paper = io.StringIO()
    writer = csv.DictWriter(paper, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return paper.getvalue().encode()


def products() -> list[dict[str, str]]:
    with (DATA / "products.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def send(desk: Desk, system: str, content: bytes, *, name: str = "list.csv", **told: str) -> Page:
    """The upload's form, as a browser sends it."""
    page = desk.get("/codings/upload")
    said = fields(page, "/codings/upload") | {
        "system": system,
        "effective_from": TODAY,
        "source": "Ministry list, edition 7",
        "licence": "by permission",
    }
    said.pop("file", None)
    sent = desk.browser.post(
        "/codings/upload",
        data=said | told,
        files={"file": (name, content, "text/csv")},
        headers=HERE,
    )
    return desk._page(sent)


def run_jobs(desk: Desk) -> None:
    """What waits in the queue, as the worker runs it."""

    async def run() -> None:
        jobs.register()
        async with queue.opened(desk.service):
            await queue.work(desk.service, until_empty=True)

    anyio.run(run)


def received(desk: Desk, system: str, content: bytes, **told: str) -> str:
    """A file sent by the first editor and checked; the address of its release."""
    desk.sign_in(FIRST)
    page = send(desk, system, content, **told)
    assert page.status == 303, page.text
    run_jobs(desk)
    return str(page.location)


def published(desk: Desk, system: str, content: bytes, **told: str) -> str:
    at = received(desk, system, content, **told)
    desk.sign_in(SECOND)
    done = desk.post(f"{at}/publish")
    assert done.status == 303, done.text
    return at


def in_force(desk: Desk, system: str) -> str | None:
    with reading(desk.service) as session:
        found = codings.releases_in_force(session, {system}).get(system)
        return found.release if found else None


def verbs(desk: Desk) -> list[str]:
    with reading(desk.service) as session:
        told = session.exec(select(AuditEntry.verb).order_by(AuditEntry.at, AuditEntry.id)).all()
    return [verb for verb in told if verb.startswith("codings.")]


# --- The road of a release


def test_an_editor_begins_at_what_is_in_force_and_what_waits(desk):
    desk.sign_in(FIRST)
    page = desk.follow(desk.get("/"))
    assert page.url == "/codings"
    assert "Generic medicines" in page.text
    assert "Nothing waits." in page.text
    received(desk, "form", written(FORMS))
    assert "ready, waits for a second person" in desk.get("/codings").text


def test_a_file_is_published_by_somebody_else_and_found_at_once(desk):
    before = in_force(desk, FORM)
    desk.sign_in(FIRST)
    sent = send(desk, "form", written(FORMS))
    at = str(sent.location)
    waiting = desk.get(at)
    assert "The file is being checked" in waiting.text
    assert f'hx-get="{at}"' in waiting.html
    run_jobs(desk)
    ready = desk.get(at)
    assert "hx-get" not in ready.html.partition('id="standing"')[2].partition(">")[0]
    assert "1 added" in ready.text
    assert "You prepared it, so a colleague has to" in ready.text
    assert "<button disabled" in ready.html
    assert desk.post(f"{at}/publish").status == 422
    assert in_force(desk, FORM) == before
    assert "zorbular" not in desk.get("/codings/browse/form", q="zorb").text

    desk.sign_in(SECOND)
    done = desk.follow(desk.post(f"{at}/publish"))
    assert "in force" in done.text
    assert at.endswith(str(in_force(desk, FORM)))
    assert "zorbular cap" in desk.get("/codings/browse/form", q="zorb").text
    assert verbs(desk) == ["codings.upload", "codings.accept", "codings.publish"]


def test_the_person_who_prepared_it_is_told_why_it_is_refused(desk):
    at = received(desk, "form", written(FORMS))
    page = desk.post(f"{at}/publish")
    assert (page.status, "needs two people" in page.text) == (422, True)


def test_progress_is_shown_to_whoever_looks(desk):
    desk.sign_in(FIRST)
    at = str(send(desk, "form", written(FORMS)).location)
    name = at.rpartition("/")[2]
    with desk.service.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE release SET rows = 50000, checked = 20000 WHERE release = %s", (name,)
        )
    part = desk.browser.get(at, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert '<progress value="20000" max="50000"' in part
    assert "20000 of 50000 rows checked" in desk.get(at).text


def test_a_release_for_tomorrow_waits_for_its_day(desk):
    before = in_force(desk, FORM)
    at = published(desk, "form", written(FORMS), effective_from=TOMORROW)
    assert "published, waits for its day" in desk.get(at).text
    assert in_force(desk, FORM) == before
    desk.clock.advance(days=1)
    reactions.sweep(desk.service)
    desk.sign_in(SECOND)
    assert at.endswith(str(in_force(desk, FORM)))
    assert "waits for its day" not in desk.get(at).text


def test_withdrawing_brings_the_one_before_back_with_the_reason(desk):
    before = in_force(desk, FORM)
    at = published(desk, "form", written(FORMS))
    refused = desk.post(f"{at}/withdraw", {"why": ""})
    assert (refused.status, bool(refused.error("why"))) == (422, True)
    page = desk.follow(desk.post(f"{at}/withdraw", {"why": "Half of the <b>forms</b> are missing"}))
    assert "Half of the <b>forms</b> are missing" in page.text
    assert "<b>forms" not in page.html
    assert in_force(desk, FORM) == before
    assert "in force again" in desk.get(f"/codings/releases/form/{before}").text
    assert "zorbular" not in desk.get("/codings/browse/form", q="zorb").text
    assert verbs(desk)[-1] == "codings.withdraw"


def test_the_first_of_a_system_cannot_be_withdrawn_since_none_was_before(desk):
    at = f"/codings/releases/form/{in_force(desk, FORM)}"
    desk.sign_in(FIRST)
    page = desk.post(f"{at}/withdraw", {"why": "it is wrong"})
    assert (page.status, "none to go back to" in page.text) == (409, True)


# --- What is sent


def test_every_field_says_what_is_missing(desk):
    desk.sign_in(FIRST, language="fa")
    page = desk.post("/codings/upload", {"effective_from": "2026-12-01", "source": "وزارت"})
    assert page.status == 422
    assert all(page.error(name) for name in ("system", "file", "effective_from", "licence"))
    assert not page.error("source")
    assert page.value("source") == "وزارت"
    assert send(desk, "no-such-list", written(FORMS)).error("system")


def test_the_columns_of_the_chosen_system_are_shown(desk):
    desk.sign_in(FIRST)
    page = desk.get("/codings/upload", system="product", source="typed before")
    assert "gtin" in page.text
    assert page.value("source") == "typed before"
    part = desk.browser.get("/codings/upload?system=medicine", headers={"HX-Request": "true"}).text
    assert "strength_per_unit_mg" in part
    assert "<form" not in part


def test_the_same_file_again_leads_to_the_release_it_made(desk):
    at = received(desk, "form", written(FORMS))
    again = send(desk, "form", written(FORMS))
    assert again.status == 409
    assert f'href="{at}"' in again.html
    assert again.error("file")


def test_a_code_system_of_fhir_is_a_release_too(desk):
    concepts = (
        '{"code": "zorbcap", "display": "zorbular cap",'
        ' "designation": [{"language": "fa", "value": "زوربک"}]}'
    )
    content = f'{{"resourceType": "CodeSystem", "content": "complete", "concept": [{concepts}]}}'
    at = received(desk, "form", content.encode(), name="form.json")
    page = desk.get(at)
    assert "1 added" in page.text
    assert "form.json" in page.text


def test_a_file_beyond_the_limit_is_refused_with_the_limit(desk):
    desk.sign_in(FIRST)
    headers = HERE | {"Content-Length": "200000000", "Content-Type": "multipart/form-data; boundary=x"}
    told = desk.browser.post("/codings/upload", content=b"", headers=headers)
    assert (told.status_code, "32000000" in told.text) == (413, True)
    api = {"Content-Length": "200000000", "Content-Type": "text/csv"}
    assert desk.browser.post("/api/v1/codings/releases/form", content=b"", headers=api).status_code == 413


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


# --- Looking up


def test_browsing_goes_through_every_code_and_a_few_words_find_one(desk):
    desk.sign_in(FIRST)
    first = desk.get("/codings/browse/medicine")
    on = re.search(r'href="([^"]+after=[^"]+)"', first.html)
    second = desk.get(on[1].replace("&amp;", "&"))
    codes = [re.findall(r'href="/codings/codes/medicine/(\w+)"', page.html) for page in (first, second)]
    assert len(codes[0]) == 100
    assert not set(codes[0]) & set(codes[1])
    assert "amoxicillin 500 mg cap" in desk.get("/codings/browse/medicine", q="اموکسی ۵۰۰").text
    pack = products()[0]
    assert pack["irc"] in desk.get("/codings/browse/product", q=pack["irc"][:14]).text
    assert "No code fits these words" in desk.get("/codings/browse/product", q="% _").text
    assert desk.get("/codings/browse/no-such-list").status == 404


def test_a_code_tells_what_changed_in_which_release(desk):
    old = in_force(desk, FORM)
    at = published(desk, "form", written([{**FORMS[0], "en": "pressed tablet"}, *FORMS[1:]]))
    page = desk.get("/codings/codes/form/tablet")
    assert "in the release in force" in page.text
    assert "pressed tablet" in page.text
    assert old in page.text
    assert at.rpartition("/")[2] in page.text
    assert "in force since 2026-12-01 11:30" in page.text
    assert re.search(r"<del>.*?tablet.*?</del>", page.html)
    dropped = desk.get("/codings/codes/form/syrup")
    assert "retired: not in the release in force" in dropped.text
    assert desk.get("/codings/codes/form/none-such").status == 404


def test_a_medicine_is_told_in_words_with_its_flags(desk):
    desk.sign_in(FIRST, language="fa")
    page = desk.get("/codings/codes/medicine/90010")
    assert "آموکسی‌سیلین" in page.text
    assert "پرخطر خیر" in page.text
    assert "خوراکی" in page.text


def test_everybody_may_know_where_the_codes_come_from(desk):
    page = desk.get("/sources")
    assert page.status == 200
    with reading(desk.service) as session:
        sources = {release.source for release in session.exec(select(Release)).all()}
    assert all(source in page.text for source in sources)
    assert 'href="/sources"' in desk.get("/").html


# --- Who may


@pytest.mark.parametrize("username", [PHYSICIAN, "council-1", "admin"])
def test_nobody_else_enters(desk, username):
    at = f"/codings/releases/form/{in_force(desk, FORM)}"
    desk.sign_in(username)
    for address in ("/codings", "/codings/upload", at, f"{at}/differences", f"{at}/report.csv"):
        assert (address, desk.get(address).status) == (address, 403)
    assert desk.post(f"{at}/withdraw", {"why": "because"}).status == 403
    assert send_refused(desk) == 403


def send_refused(desk: Desk) -> int:
    files = {"file": ("form.csv", written(FORMS), "text/csv")}
    return desk.browser.post(
        "/codings/upload", data={"system": "form"}, files=files, headers=HERE
    ).status_code


def test_a_stranger_signs_in_first(desk):
    assert desk.get("/codings").location == "/sign-in?next=/codings"


def test_a_release_that_is_none_is_missing(desk):
    desk.sign_in(FIRST)
    assert desk.get("/codings/releases/form/1405-01-00000000").status == 404
    assert desk.post("/codings/releases/form/1405-01-00000000/publish").status == 404
