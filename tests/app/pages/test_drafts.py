"""Writing a draft: every press saves, nothing typed is lost, findings stand beside, and the review shows the bytes."""

import re

import pytest
from sqlmodel import select

from app.db import reading
from codings import jws
from insurer.tables.coverage import Shabad
from prescriber.tables import Draft
from tests.app.pages.page import fields

AMOXICILLIN, PARACETAMOL, METHOTREXATE = "90010", "90001", "99999"


def saved(desk, at) -> Draft:
    with reading(desk.service) as session:
        return session.exec(select(Draft).where(Draft.id == at.rpartition("/")[2])).one()


@pytest.fixture
def at(desk):
    desk.sign_in()
    return desk.draft()


def test_a_diagnosis_is_found_by_words_and_added(desk, at):
    page = desk.press(at, "diagnosis", dq="sore throat")
    assert page.location.startswith(f"{at}?dq=sore+throat")
    found = desk.follow(page)
    assert "J02.9 Acute sore throat" in found.text
    desk.press(at, "diagnose:J02.9")
    assert "J02.9 Acute sore throat" in desk.get(at).text
    assert saved(desk, at).typed == {"diagnoses.0.code": "J02.9"}


def test_enter_in_the_search_box_searches_and_saves_what_was_typed(desk, at):
    """Without scripts Enter presses the form's first button, which is "save"."""
    desk.press(at, f"add:{AMOXICILLIN}")
    page = desk.press(at, "save", q="استامین", items__0__dose__amount="2")
    assert page.location.startswith(f"{at}?q=")
    found = desk.follow(page)
    assert 'value="add:90001"' in found.html
    assert found.value("items.0.dose.amount") == "2"


def test_medicines_are_found_by_brand_and_by_either_script(desk, at):
    assert 'value="add:90010"' in desk.get(at, q="آموکسی").html
    assert 'value="add:90010"' in desk.get(at, q="amox 500").html
    page = desk.get(at, q="zzzz")
    assert "Nothing is found for “zzzz”." in page.text


def test_the_list_while_typing_is_the_same_list(desk, at):
    part = desk.browser.get("/prescriber/medicines", params={"q": "amox"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert 'value="add:90010"' in part.text


def test_a_medicine_comes_with_its_unit_and_route_and_no_dose(desk, at):
    page = desk.follow(desk.press(at, f"add:{AMOXICILLIN}"))
    assert saved(desk, at).typed == {
        "items.0.medicine": AMOXICILLIN,
        "items.0.dose.unit": "capsule",
        "items.0.route": "oral",
    }
    assert page.value("items.0.dose.amount") == ""


def test_a_medicine_that_does_not_exist_is_not_added(desk, at):
    desk.press(at, f"add:{METHOTREXATE}")
    assert saved(desk, at).typed == {}


def test_the_quantity_left_open_is_computed_and_one_typed_stays(desk, at):
    page = desk.follow(desk.ordered(at))
    assert page.value("items.0.quantity") == "21"
    desk.press(at, "save", items__0__quantity="30")
    assert desk.get(at).value("items.0.quantity") == "30"


def test_a_complete_order_is_checked_and_priced_beside_the_form(desk, at):
    page = desk.follow(desk.ordered(at))
    assert "Nothing was found against this order." in page.text
    assert "624,750 Rial" in page.text
    assert "187,425 Rial" in page.text


def test_the_cost_in_persian_has_persian_digits(desk, at):
    desk.ordered(at)
    desk.speak("fa")
    page = desk.get(at)
    assert "۶۲۴٬۷۵۰ ریال" in page.text
    assert "هر ۸ ساعت" in page.text


@pytest.mark.parametrize("wrong", ["0,5", "1/2", "5.0", ".5", "-1", "1 0", "۰٫۵۰"])
def test_a_dose_in_a_wrong_grammar_is_kept_as_typed_with_words_beside_it(desk, at, wrong):
    desk.ordered(at)
    page = desk.follow(desk.press(at, "save", items__0__dose__amount=wrong))
    assert page.value("items.0.dose.amount") == wrong
    assert "Write the amount in digits" in page.error("items.0.dose.amount")


def test_what_is_only_missing_is_not_called_wrong_until_the_review(desk, at):
    page = desk.follow(desk.press(at, f"add:{AMOXICILLIN}"))
    assert not page.error("items.0.dose.amount")
    review = desk.follow(desk.press(at, "review"))
    assert review.location == f"{at}?check=true"
    sent_back = desk.follow(review)
    assert sent_back.error("items.0.frequency")
    assert sent_back.error("diagnoses")


def test_the_first_complete_medicines_are_checked_while_the_last_is_written(desk, at):
    desk.press(at, "facts")
    desk.ordered(at)
    page = desk.follow(desk.press(at, f"add:{PARACETAMOL}"))
    assert "About the first 1 of 2 medicines" in page.text
    assert "624,750 Rial" in page.text


def test_a_recorded_allergy_stops_with_what_to_do(desk):
    desk.sign_in()
    visit = desk.visit()
    form = {"facts.allergies.state": "list", "facts.allergies.items.0": "penicillins"}
    at = desk.post(visit, form | {"coverage": "self-pay", "do": "shabad"}).location
    page = desk.follow(desk.ordered(at))
    assert 'data-finding="RX-ALLERGY:1"' in page.html
    assert "Stop Item 1, amoxicillin 500 mg cap" in page.text
    review = desk.get(f"{at}/review")
    assert "This cannot be signed: a check stops it." in review.text


def test_not_asked_stops_and_leads_to_the_questions(desk):
    desk.sign_in()
    at = desk.draft(allergies="not_asked")
    page = desk.follow(desk.ordered(at))
    assert 'data-finding="RX-NOT-ASKED"' in page.html
    questions = desk.press(at, "facts")
    assert questions.location == f"{at}/facts"
    answered = desk.post(f"{at}/facts", {"facts.allergies.state": "none_known"})
    assert "Nothing was found against this order." in desk.follow(answered).text


def test_no_answer_at_all_is_refused_on_the_page_of_the_questions(desk):
    desk.sign_in()
    at = desk.draft(allergies="not_asked")
    page = desk.post(f"{at}/facts", {"facts.allergies.state": "not_asked"})
    assert page.status == 422
    assert "Choose what the patient answered." in page.error("facts.allergies.state")


def test_a_finding_that_asks_is_answered_with_a_reason_from_the_list(desk, at):
    desk.ordered(at)
    page = desk.follow(desk.press(at, "save", items__0__quantity="30"))
    assert 'data-finding="RX-QUANTITY:1"' in page.html
    assert "asks for a reason" in desk.get(f"{at}/review").text
    form = {"reasons.RX-QUANTITY:1": "package-size"}
    desk.post(at, {**fields(desk.get(at), at), **form, "do": "save"})
    review = desk.get(f"{at}/review")
    assert "asks for a reason" not in review.text
    assert "RX-QUANTITY:1 To match the size of the pack" in review.text


@pytest.mark.parametrize("reason", ["because", "package-size<script>", "../x"])
def test_a_reason_outside_the_list_answers_nothing(desk, at, reason):
    desk.ordered(at)
    desk.press(at, "save", items__0__quantity="30")
    desk.post(at, {**fields(desk.get(at), at), "reasons.RX-QUANTITY:1": reason, "do": "save"})
    assert "asks for a reason" in desk.get(f"{at}/review").text


def test_removing_a_medicine_moves_the_reasons_with_the_numbers(desk, at):
    desk.ordered(at)
    desk.press(at, f"add:{PARACETAMOL}")
    complete = {"dose__amount": "1", "frequency": "q6h", "duration_days": "3", "quantity": "50"}
    desk.press(at, "save", **{f"items__1__{name}": value for name, value in complete.items()})
    desk.post(at, {**fields(desk.get(at), at), "reasons.RX-QUANTITY:2": "travel-supply", "do": "save"})
    assert "reasons.RX-QUANTITY:2" in saved(desk, at).typed
    desk.press(at, "remove:0")
    left = saved(desk, at).typed
    assert left["items.0.medicine"] == PARACETAMOL
    assert [name for name in left if name.startswith(("reasons.", "items.1."))] == ["reasons.RX-QUANTITY:1"]
    assert left["reasons.RX-QUANTITY:1"] == "travel-supply"


def test_a_tab_that_was_overtaken_gets_412_and_sees_both(desk, at):
    desk.ordered(at)
    stale = fields(desk.get(at), at)
    desk.press(at, "save", items__0__instruction="with much water")
    page = desk.post(at, {**stale, "items.0.instruction": "before sleep", "do": "save"})
    assert page.status == 412
    assert "What the other window saved" in page.text
    assert "with much water" in page.text
    assert page.value("items.0.instruction") == "before sleep"
    assert saved(desk, at).typed["items.0.instruction"] == "with much water"
    now = desk.post(at, {**fields(page, at), "do": "save"})
    assert now.status == 303
    assert saved(desk, at).typed["items.0.instruction"] == "before sleep"


def test_a_form_of_one_patient_is_refused_on_the_draft_of_another(desk, at):
    other = desk.draft("9990742464")
    mixed = {**fields(desk.get(at), at), "version": "1", "do": "diagnose:J02.9"}
    page = desk.post(other, mixed)
    assert page.status == 409
    assert "opened for another patient" in page.text
    assert saved(desk, other).typed == {}


def test_a_form_without_its_own_fields_is_refused_with_what_was_typed(desk, at):
    page = desk.post(at, {"items.0.medicine": AMOXICILLIN, "items.0.dose.amount": "3", "do": "save"})
    assert page.status == 400
    assert page.value("items.0.dose.amount") == "3"


def test_fields_that_are_no_part_of_an_order_are_not_kept(desk, at):
    stray = {"items.0": "x", "items.0.medicine.0.x": "y", "replaces": "7", "items.0.price": "0"}
    desk.post(at, {**fields(desk.get(at), at), **stray, "do": "save"})
    assert saved(desk, at).typed == {}


def test_the_review_says_every_medicine_in_full_words_and_can_change_nothing(desk, at):
    desk.ordered(at)
    page = desk.get(f"{at}/review")
    assert "amoxicillin 500 mg cap" in page.text
    assert "Take 1 capsule by mouth every 8 hours for 7 days." in page.text
    assert "Total quantity 21 capsule" in page.text
    assert desk.shabad_of(at) in page.text
    main = page.html[page.html.index("<main") : page.html.index("</main>")]
    assert 'name="items.' not in main
    assert re.findall('action="([^"]*)"', main) == ["/prescriber/sign"]


def test_the_review_in_persian(desk, at):
    desk.ordered(at)
    desk.speak("fa")
    page = desk.get(f"{at}/review")
    assert "هر ۸ ساعت، یک کپسول، به مدت ۷ روز بخورید." in page.text


def test_a_physician_without_a_certificate_in_force_is_told_what_to_do(desk, at):
    desk.sign_in("council-1")
    kid = desk.pen().kid
    form = {"holder": "9990001", "reason": "key-lost"}
    assert desk.post(f"/council/certificates/{kid}/revoke", form).status == 303
    desk.sign_in()
    desk.ordered(at)
    page = desk.get(f"{at}/review")
    assert 'data-state="revoked"' in page.html
    assert "No key in this browser can sign for you." in page.text


def test_signing_through_the_api_turns_the_draft_into_its_prescription(desk, at):
    desk.ordered(at)
    view = desk.sign(at)
    page = desk.get(at)
    assert page.location == f"/prescriber/prescriptions/{view.number}"
    late = desk.post(at, {"version": "3", "patient": str(view.patient), "do": "save"})
    assert late.status == 409


def test_discarding_can_give_the_shabad_up_as_well(desk, at):
    page = desk.post(f"{at}/discard", {"eliminate": "visit-cancelled"})
    assert page.location == "/prescriber"
    with reading(desk.service) as session:
        assert session.exec(select(Shabad)).one().state == "eliminated"
    assert desk.get(at).location == "/prescriber"


def test_discarding_keeps_the_shabad_unless_told(desk, at):
    desk.post(f"{at}/discard", {"eliminate": ""})
    with reading(desk.service) as session:
        assert session.exec(select(Shabad)).one().state == "issued"
    assert "You have no open draft." in desk.get("/prescriber").text


def test_a_reason_that_does_not_exist_discards_nothing(desk, at):
    page = desk.post(f"{at}/discard", {"eliminate": "boredom"})
    assert page.status == 422
    assert saved(desk, at).state == "open"


def test_open_drafts_are_listed_with_the_patient(desk, at):
    desk.ordered(at)
    page = desk.get("/prescriber")
    assert "Open drafts (1)" in page.text
    assert f'action="{at}/open"' in page.html
    assert "کاوه سپیدان" in page.text


def test_the_fingerprint_is_of_the_bytes_shown(desk, at):
    desk.ordered(at)
    view = desk.sign(at)
    assert jws.payload_sha256(jws.peek(view.jws)[1]) == view.payload_sha256
