"""Opening a visit: who the patient is, what covers them, what they answered, and the SHABAD."""

import re

import pytest
from sqlmodel import col, select

from app.db import reading
from app.tables import AuditEntry
from insurer.tables.coverage import Inquiry, Shabad
from prescriber.tables import Draft, PatientFacts
from tests.app.pages.desk import COLLEAGUE, EXPIRED, INSURED, UNINSURED
from tests.app.pages.page import fields

DECLARED = {
    "patient.declared.name": "مهمان ناشناس",
    "patient.declared.birth_date": "۱۳۶۷/۰۲/۲۴",
    "patient.declared.sex": "female",
}


def count(desk, table) -> int:
    with reading(desk.service) as session:
        return len(session.exec(select(table)).all())


def test_a_visit_opens_with_the_patient_and_every_cover(desk):
    desk.sign_in()
    page = desk.get(desk.visit())
    assert "کاوه سپیدان" in page.text
    assert "51 years · 1975-02-08" in page.text
    assert "Social Security Organization" in page.text
    assert "999 •••• 922" in page.text
    assert INSURED not in page.html


def test_the_same_visit_in_persian_shows_jalali_days_and_persian_digits(desk):
    desk.sign_in(language="fa")
    page = desk.get(desk.visit())
    assert "۵۱ سال · ۱۳۵۳/۱۱/۱۹" in page.text
    assert 'datetime="1975-02-08" title="1975-02-08"' in page.html
    assert "سازمان تأمین اجتماعی" in page.text


def test_persian_digits_are_a_national_id_too(desk):
    desk.sign_in()
    page = desk.post("/prescriber/visits", {"patient.national_id": "۹۹۹۱۴۸۴۹۲۲"})
    assert page.status == 303


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_wrong_national_id_is_said_beside_its_field_and_stays_typed(desk, language):
    desk.sign_in(language=language)
    page = desk.post("/prescriber/visits", {"patient.national_id": "9991484923"})
    assert page.status == 422
    assert page.error("patient.national_id")
    assert page.value("patient.national_id") == "9991484923"
    assert count(desk, Inquiry) == 0


def test_national_id_and_fida_together_are_refused(desk):
    desk.sign_in()
    page = desk.post("/prescriber/visits", {"patient.national_id": INSURED, "patient.fida": "692412781810"})
    assert page.status == 422
    assert "not both" in page.error("patient")


def test_an_unknown_person_is_declared_on_the_same_page_and_marked(desk):
    desk.sign_in()
    page = desk.post("/prescriber/visits", {"patient.fida": "692412781810"})
    assert page.status == 422
    assert "none of the insurers' registers" in page.text
    assert re.search(r"<details open>\s*<summary>The patient is in no register", page.html)
    told = desk.post("/prescriber/visits", {"patient.fida": "692412781810", **DECLARED})
    visit = desk.follow(told)
    assert "Not verified by a register" in visit.text
    assert "38 years · 1988-05-14" in visit.text


def test_a_birth_date_that_no_calendar_has_keeps_everything_typed(desk):
    desk.sign_in()
    typed = DECLARED | {"patient.declared.birth_date": "1367/13/01"}
    page = desk.post("/prescriber/visits", typed)
    assert page.status == 422
    assert page.error("patient.declared.birth_date")
    assert page.value("patient.declared.birth_date") == "1367/13/01"
    assert page.value("patient.declared.name") == "مهمان ناشناس"


def test_a_cover_at_its_end_is_listed_with_its_reason_and_cannot_be_chosen(desk):
    desk.sign_in()
    page = desk.get(desk.visit(EXPIRED))
    assert "This cover ended on 2024-09-21." in page.text
    assert re.search(r'name="coverage" value="[0-9a-f-]{36}" disabled', page.html)
    assert 'value="self-pay" checked' in page.html


def test_forging_the_choice_of_an_ended_cover_is_refused_and_writes_nothing(desk):
    desk.sign_in()
    at = desk.visit(EXPIRED)
    cover = re.search(r'name="coverage" value="([0-9a-f-]{36})" disabled', desk.get(at).html)[1]
    page = desk.post(at, {"facts.allergies.state": "none_known", "coverage": cover, "do": "shabad"})
    assert page.status == 422
    assert "not a basic cover in force" in page.text
    assert (count(desk, Shabad), count(desk, Draft), count(desk, PatientFacts)) == (0, 0, 0)


def test_without_any_insurer_self_pay_is_chosen(desk):
    desk.sign_in()
    page = desk.get(desk.visit(UNINSURED))
    assert "only self-pay is possible" in page.text
    at = desk.draft(UNINSURED)
    assert "Self-pay" in desk.get(at).text


def test_one_press_keeps_the_answers_issues_the_shabad_and_begins_the_draft(desk):
    desk.sign_in()
    at = desk.draft()
    page = desk.get(at)
    assert re.search(r"SHABAD 1\w{11}", page.text)
    assert "None known (asked 2026-12-01)" in re.sub(r"\s+\)", ")", page.text)
    assert (count(desk, Shabad), count(desk, Draft), count(desk, PatientFacts)) == (1, 1, 1)


def test_pressing_twice_is_one_shabad_and_one_draft(desk):
    desk.sign_in()
    at = desk.visit()
    form = fields(desk.get(at), at) | {"facts.allergies.state": "none_known", "coverage": "self-pay"}
    first = desk.post(at, form | {"do": "shabad"}, key=form["key"])
    again = desk.post(at, form | {"do": "shabad"}, key=form["key"])
    assert first.location == again.location
    assert (count(desk, Shabad), count(desk, Draft)) == (1, 1)


def test_allergies_are_recorded_with_the_medicines_ticked(desk):
    desk.sign_in()
    at = desk.visit()
    page = desk.post(
        at,
        {
            "facts.allergies.state": "list",
            "facts.allergies.items.0": "penicillins",
            "facts.allergies.items.13": "ibuprofen",
            "facts.weight_kg": "۷۱٫۵",
            "do": "answers",
        },
    )
    visit = desk.follow(page)
    assert "penicillins , ibuprofen" in visit.text or "ibuprofen , penicillins" in visit.text.replace(
        ", ", " , "
    )
    assert "71.5 kg" in visit.text
    assert "As recorded on 2026-12-01" in visit.text


def test_a_list_without_any_medicine_is_refused_at_the_question(desk):
    desk.sign_in()
    at = desk.visit()
    page = desk.post(at, {"facts.allergies.state": "list", "facts.weight_kg": "70", "do": "answers"})
    assert page.status == 422
    assert "at least one entry" in page.error("facts.allergies.state")
    assert page.value("facts.weight_kg") == "70"


def test_a_weight_in_a_wrong_grammar_is_refused_as_typed(desk):
    desk.sign_in()
    at = desk.visit()
    page = desk.post(at, {"facts.allergies.state": "none_known", "facts.weight_kg": "70,5", "do": "answers"})
    assert page.status == 422
    assert page.error("facts.weight_kg")
    assert page.value("facts.weight_kg") == "70,5"


def test_weight_is_never_kept_without_asking_about_allergies(desk):
    desk.sign_in()
    at = desk.visit()
    page = desk.post(at, {"facts.allergies.state": "not_asked", "facts.weight_kg": "70", "do": "answers"})
    assert page.status == 422
    assert page.error("facts.allergies.state")
    assert count(desk, PatientFacts) == 0


def test_an_answer_that_has_grown_old_says_so_and_issues_nothing(desk):
    desk.sign_in()
    at = desk.visit()
    for _ in range(8):  # people go on working meanwhile, so their session stays open
        desk.clock.advance(minutes=8)
        page = desk.get(at)
    assert "no longer fresh" in page.text
    page = desk.post(at, {"facts.allergies.state": "none_known", "coverage": "self-pay", "do": "shabad"})
    assert page.status == 422
    assert count(desk, Shabad) == 0


def test_a_visit_of_another_centre_looks_like_none(desk):
    desk.sign_in()
    at = desk.visit()
    elsewhere = at[:-6] + "abcdef"
    assert desk.get(elsewhere).status == 404
    desk.sign_in("pharmacist-9990011")
    assert desk.get(at).status == 403


def test_looking_at_a_visit_is_written_down(desk):
    desk.sign_in()
    at = desk.visit()
    desk.get(at)
    with reading(desk.service) as session:
        seen = session.exec(
            select(AuditEntry).where(AuditEntry.verb == "visit.read").order_by(col(AuditEntry.id).desc())
        ).first()
    assert seen is not None
    assert (seen.actor, seen.subject, seen.purpose) == (
        "account:physician-9990001",
        at.rpartition("/")[2],
        "treatment",
    )
    assert seen.patient


def test_a_colleague_of_the_same_centre_sees_neither_visit_nor_draft(desk):
    """The SHABAD of a visit is issued in the name of who asked."""
    desk.sign_in()
    at = desk.visit()
    draft = desk.draft()
    desk.sign_in(COLLEAGUE)
    assert desk.get(at).status == 404
    assert desk.get(draft).status == 404
    assert desk.post(draft, {"do": "save", "version": "1"}).status == 404
