"""The physician's form beyond one item: undo, order, favourites, repeating, two patients, and who the patient is."""

import pytest
from sqlmodel import select

from app.db import reading
from codings.base import new_id
from prescriber.tables import Draft, Favourite
from tests.app.pages.desk import HERE
from tests.app.pages.page import fields

AMOXICILLIN, PARACETAMOL, METHOTREXATE = "90010", "90001", "90067"
OTHER = "9990742464"


def typed(desk, at) -> dict[str, str]:
    with reading(desk.service) as session:
        return dict(session.exec(select(Draft).where(Draft.id == at.rpartition("/")[2])).one().typed)


def medicines(desk, at) -> list[str]:
    return [
        value
        for name, value in sorted(typed(desk, at).items())
        if name.endswith(".medicine") and "items" in name
    ]


@pytest.fixture
def at(desk):
    desk.sign_in()
    return desk.draft()


def test_a_removed_medicine_is_put_back_where_it_was_with_everything(desk, at):
    desk.ordered(at)
    desk.press(at, f"add:{PARACETAMOL}")
    desk.press(at, "save")
    before = typed(desk, at)
    page = desk.follow(desk.press(at, "remove:0"))
    assert "Removed: amoxicillin 500 mg cap" in page.text
    assert medicines(desk, at) == [PARACETAMOL]
    desk.press(at, "restore:0")
    now = typed(desk, at)
    assert {name: now.get(name) for name, value in before.items() if value} == {
        n: v for n, v in before.items() if v
    }


def test_medicines_change_places_and_their_reasons_go_along(desk, at):
    desk.ordered(at)
    desk.press(at, "save", items__0__quantity="30")
    desk.post(at, {**fields(desk.get(at), at), "reasons.RX-QUANTITY:1": "travel-supply", "do": "save"})
    desk.press(at, f"add:{PARACETAMOL}")
    desk.press(at, "down:0")
    assert medicines(desk, at) == [PARACETAMOL, AMOXICILLIN]
    assert typed(desk, at)["reasons.RX-QUANTITY:2"] == "travel-supply"
    desk.press(at, "down:1")  # there is nothing below
    assert medicines(desk, at) == [PARACETAMOL, AMOXICILLIN]


def test_a_computed_quantity_follows_the_dose_and_a_typed_one_does_not(desk, at):
    desk.ordered(at)
    page = desk.follow(desk.press(at, "save", items__0__duration_days="5"))
    assert page.value("items.0.quantity") == "15"
    desk.press(at, "save", items__0__quantity="20")
    page = desk.follow(desk.press(at, "save", items__0__duration_days="3"))
    assert page.value("items.0.quantity") == "20"
    assert 'data-finding="RX-QUANTITY:1"' in page.html


def test_a_number_is_said_again_in_words_and_both_digits(desk, at):
    desk.ordered(at)
    page = desk.follow(desk.press(at, "save", items__0__dose__amount="۲٫۵"))
    assert "two and a half capsule" in page.text
    assert "۲٫۵" in page.text
    assert "1250 mg" in page.text


def test_a_weekly_medicine_offers_nothing_daily_and_stops_without_its_day(desk, at):
    desk.press(at, "diagnose:J02.9")
    page = desk.follow(desk.press(at, f"add:{METHOTREXATE}"))
    select = page.html.partition('id="items.0.frequency"')[2].partition("</select>")[0]
    assert 'value="weekly"' in select
    assert 'value="1x1"' not in select
    order = {"dose__amount": "4", "frequency": "weekly", "duration_days": "28"}
    page = desk.follow(desk.press(at, "save", **{f"items__0__{n}": v for n, v in order.items()}))
    assert 'data-finding="RX-WEEKLY:1"' in page.html
    page = desk.follow(desk.press(at, "save", items__0__timing="monday"))
    assert "RX-WEEKLY" not in page.html
    daily = fields(desk.get(at), at) | {"items.0.frequency": "1x1", "do": "save"}  # a form made up by hand
    assert 'data-finding="RX-WEEKLY:1"' in desk.follow(desk.post(at, daily)).html


# --- Favourites -----------------------------------------------------------------------------------


def favourites(desk) -> list[Favourite]:
    with reading(desk.service) as session:
        return list(session.exec(select(Favourite)))


def test_a_favourite_keeps_the_order_and_never_the_instruction(desk, at):
    desk.ordered(at)
    desk.press(at, "save", items__0__instruction="as told to Kaveh")
    desk.press(at, "keep:0", favourite_name="Throat")
    [kept] = favourites(desk)
    assert kept.name == "Throat"
    assert "instruction" not in kept.typed
    second = desk.draft(OTHER)
    desk.press(second, f"use:{kept.id}")
    assert typed(desk, second)["items.0.dose.amount"] == "1"


def test_a_favourite_of_a_high_risk_medicine_is_confirmed_before_it_counts(desk, at):
    desk.press(at, f"add:{METHOTREXATE}")
    order = {"dose__amount": "4", "frequency": "weekly", "timing": "monday", "duration_days": "28"}
    desk.press(at, "save", **{f"items__0__{n}": v for n, v in order.items()})
    desk.press(at, "keep:0", favourite_name="MTX")
    desk.press(at, f"use:{favourites(desk)[0].id}")
    assert "items.1.dose.amount" not in typed(desk, at)
    desk.press(at, "take:1")
    assert typed(desk, at)["items.1.dose.amount"] == "4"


def test_favourites_are_renamed_and_removed_and_two_cannot_have_one_name(desk, at):
    desk.ordered(at)
    desk.press(at, "keep:0", favourite_name="Throat")
    again = desk.press(at, "keep:0", favourite_name="Throat")
    assert again.status == 409
    assert "is called “Throat”" in again.text
    [kept] = favourites(desk)
    desk.post(f"/prescriber/favourites/{kept.id}/rename", {"name": "Angina"})
    assert "Angina" in desk.get("/prescriber/favourites").text
    desk.post(f"/prescriber/favourites/{kept.id}/remove")
    assert favourites(desk) == []


def test_a_colleagues_favourite_is_not_there(desk, at):
    desk.ordered(at)
    desk.press(at, "keep:0", favourite_name="Throat")
    [kept] = favourites(desk)
    desk.hire("colleague", centre="9900000001")
    desk.sign_in("colleague")
    assert "Throat" not in desk.get("/prescriber/favourites").text
    assert desk.post(f"/prescriber/favourites/{kept.id}/remove").status == 404
    assert favourites(desk)


# --- Repeating, several drafts --------------------------------------------------------------------


def test_an_earlier_prescription_is_repeated_as_choices_and_only_for_its_patient(desk):
    desk.sign_in()
    view = desk.signed()
    at = desk.draft()
    assert str(view.number) in desk.get(at).text
    desk.press(at, f"repeat:{view.number}")
    now = typed(desk, at)
    assert now["items.0.medicine"] == AMOXICILLIN
    assert "items.0.dose.amount" not in now
    assert now["items.0.suggested.dose.amount"] == "1"
    desk.press(at, "take:0")
    assert typed(desk, at)["items.0.quantity"] == "21"
    other = desk.draft(OTHER)
    assert desk.press(other, f"repeat:{view.number}").status == 404
    assert typed(desk, other) == {}


def test_repeating_without_a_visit_says_what_to_do(desk):
    desk.sign_in()
    view = desk.signed()
    page = desk.post(f"/prescriber/prescriptions/{view.number}/repeat")
    assert page.status == 409
    assert "Open a visit for the patient first" in page.text


def test_a_second_draft_for_the_visit_has_its_diagnoses_and_is_counted(desk, at):
    desk.ordered(at)
    second = desk.post(f"{at}/another").location
    assert typed(desk, second) == {"diagnoses.0.code": "J02.9"}
    assert "Unsigned drafts: 2" in desk.get(second).text
    assert desk.shabad_of(second) == desk.shabad_of(at)


# --- The right patient ----------------------------------------------------------------------------


def test_opening_a_second_patient_makes_the_first_window_read_only_and_loses_nothing(desk, at):
    form = fields(desk.get(at), at)
    other = desk.draft(OTHER)
    assert "This window is read-only" in desk.get(at).text
    late = desk.post(
        at, {**form, "dq": "", "items.0.medicine": AMOXICILLIN, "items.0.dose.amount": "3", "do": "save"}
    )
    assert late.status == 409
    assert late.value("items.0.dose.amount") == "3"
    assert typed(desk, at) == {}
    here = desk.post(at, {**fields(late, at), "do": "here"})
    assert here.status == 303
    assert typed(desk, at)["items.0.dose.amount"] == "3"
    assert "This window is read-only" in desk.get(other).text


@pytest.mark.parametrize(("initials", "year"), [("ک س", "1353"), ("کس", "1975"), ("ك.س", "۱۳۵۳")])
def test_a_high_risk_medicine_asks_who_the_patient_is_before_the_review(desk, at, initials, year):
    desk.press(at, "diagnose:J02.9")
    desk.press(at, f"add:{METHOTREXATE}")
    order = {"dose__amount": "4", "frequency": "weekly", "timing": "monday", "duration_days": "28"}
    desk.press(at, "save", **{f"items__0__{n}": v for n, v in order.items()})
    asked = desk.follow(desk.follow(desk.get(f"{at}/review")))
    assert "a high-risk medicine is ordered" in asked.text
    wrong = desk.post(f"{at}/identity", {"initials": "ب ب", "year": "1300"})
    assert wrong.status == 422
    assert wrong.error("initials")
    assert wrong.error("year")
    assert desk.post(f"{at}/identity", {"initials": initials, "year": year}).location == f"{at}/review"
    assert desk.get(f"{at}/review").status == 200


def test_another_patient_in_between_asks_again_and_after_ten_minutes_no_more(desk, at):
    desk.ordered(at)
    assert desk.get(f"{at}/review").status == 200
    desk.draft(OTHER)
    desk.post(f"{at}/open")
    assert desk.get(f"{at}/review").status == 303
    desk.clock.advance(minutes=9)
    desk.get(at)  # the physician works, so the session stays open
    desk.clock.advance(minutes=2)
    assert desk.get(f"{at}/review").status == 200


# --- Sent by a script -----------------------------------------------------------------------------


def test_a_save_by_script_is_answered_with_the_page_and_a_repeated_one_changes_nothing(desk, at):
    form = {**fields(desk.get(at), at), "do": f"add:{AMOXICILLIN}", "key": str(new_id())}
    first = desk.browser.post(at, data=form, headers=HERE | {"X-Live": "1"})
    assert first.status_code == 200
    assert 'id="item-1"' in first.text
    again = desk.browser.post(at, data=form, headers=HERE | {"X-Live": "1"}, follow_redirects=True)
    assert again.status_code == 200
    assert medicines(desk, at) == [AMOXICILLIN]


@pytest.mark.parametrize("q", ["a", "am", "۵۰"])
def test_too_few_letters_offer_nothing(desk, at, q):
    page = desk.get("/prescriber/medicines", q=q)
    assert 'value="add:' not in page.html


def test_rows_of_look_alikes_stand_apart_with_tall_letters(desk, at):
    page = desk.get("/prescriber/medicines", q="met")
    assert "metFORMIN" in page.text
    assert "metroNIDAZOLE" in page.text
    assert "Another name here looks alike" in page.text
    assert "checked" not in page.html
    assert 'aria-selected="true"' not in desk.get("/prescriber/medicines", q="met", listbox="true").html
