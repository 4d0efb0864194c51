"""Two people at one desk: from any page the second one signs in two presses later, and the first one's work waits."""

from sqlmodel import select

from app.db import reading
from prescriber.tables import Draft
from tests.app.conftest import HERE


def test_switching_is_two_presses_and_the_first_ones_draft_waits_for_them(desk):
    desk.sign_in("physician-9990001")
    at = desk.draft()
    desk.press(at, "add:90010", items__0__dose__amount="2")
    page = desk.get(at)
    menu = page.html.split('id="person"')[1].split("</details>", maxsplit=1)[0]  # the first press opens it
    switch = next(form for form in menu.split("<form") if "Switch user" in form)
    assert 'action="/sign-out"' in switch
    assert 'name="next" value="/sign-in"' in switch
    told = desk.browser.post("/sign-out", data={"next": "/sign-in"}, headers=HERE)  # the second
    assert told.headers["location"] == "/sign-in"
    desk.sign_in("physician-9990002")
    assert desk.browser.get(at).status_code == 404
    with reading(desk.service) as session:
        before = session.exec(select(Draft)).one().typed
    desk.browser.post("/sign-out", data={"next": "/sign-in"}, headers=HERE)
    desk.sign_in("physician-9990001")
    again = desk.get(at)
    assert again.status == 200
    with reading(desk.service) as session:
        assert session.exec(select(Draft)).one().typed == before != {}
    assert 'name="items.0.dose.amount"' in again.html
