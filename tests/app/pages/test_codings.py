"""The codings editors' desk: a file is sent, published by somebody else, withdrawn, and its codes looked up."""

import re

import pytest
from sqlmodel import select

from app import reactions
from app.db import reading
from codings.systems import FORM
from codings.tables import Release
from tests.app.pages.desk import HERE, PHYSICIAN, Desk
from tests.app.pages.editing import (
    FIRST,
    FORMS,
    SECOND,
    TOMORROW,
    in_force,
    products,
    published,
    received,
    run_jobs,
    send,
    verbs,
    written,
)

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
