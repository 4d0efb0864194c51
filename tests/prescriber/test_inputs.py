"""What may come in, and in which words the rest is refused."""

import json
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from prescriber.inputs import FactsInput, ItemInput, PaperInput, PatientInput, PrepareInput

ITEM = {
    "medicine": "90010",
    "dose": {"amount": "1", "unit": "capsule"},
    "frequency": "q8h",
    "route": "oral",
    "duration_days": 7,
    "quantity": "21",
}
ORDER = {"shabad": "1057Y3KP0M4A", "diagnoses": [{"code": "J02.9"}], "items": [ITEM]}
DECLARED = {"name": "نیلوفر", "birth_date": "1988-05-14", "sex": "female"}


def faults(model, value):
    with pytest.raises(ValidationError) as refused:
        model.model_validate_json(json.dumps(value))
    return {".".join(str(step) for step in error["loc"]): error["type"] for error in refused.value.errors()}


def test_an_order_as_the_api_documents_it_is_taken():
    told = PrepareInput.model_validate_json(json.dumps(ORDER))
    assert (told.items[0].quantity, told.items[0].dose.amount) == (Decimal(21), Decimal(1))
    assert (told.items[0].repeats, told.items[0].substitution) == (0, True)
    assert told.diagnoses[0].system == "http://hl7.org/fhir/sid/icd-10"


@pytest.mark.parametrize(
    "amount", [1, 1.5, "1.0", "1,5", "5e3", ".5", "5.", "0", "-1", "1/2", "+1", "01", "", None]
)
def test_an_amount_is_text_of_the_strict_grammar(amount):
    assert set(faults(ItemInput, ITEM | {"quantity": amount})) == {"quantity"}


def test_persian_digits_mean_the_same_amount():
    told = ItemInput.model_validate(ITEM | {"quantity": "۱۲٫۵"})
    assert told.quantity == Decimal("12.5")
    assert told.signed("x").model_dump(mode="json", by_alias=True)["q"] == "12.5"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"medicine": "«amox»"}, "medicine"),
        ({"duration_days": 0}, "duration_days"),
        ({"duration_days": "7"}, "duration_days"),
        ({"duration_days": 367}, "duration_days"),
        ({"repeats": -1}, "repeats"),
        ({"repeats": 13}, "repeats"),
        ({"frequency": "q8h;"}, "frequency"),
        ({"instruction": "x" * 121}, "instruction"),
        ({"instruction": "با\u202eآب"}, "instruction"),
        ({"instruction": "با\u200bآب"}, "instruction"),
        ({"strength": "500"}, "strength"),
    ],
)
def test_what_does_not_belong_into_an_item_is_refused_at_its_place(change, place):
    assert set(faults(ItemInput, ITEM | change)) == {place}


def test_free_text_becomes_one_normal_line():
    told = ItemInput.model_validate(ITEM | {"instruction": "  مصرف كنيد\r\n\tبا  آب "})
    assert told.instruction == "مصرف کنید با آب"
    assert ItemInput.model_validate(ITEM | {"instruction": "  "}).signed("x").instruction is None


@pytest.mark.parametrize(
    "change", [{"items": []}, {"items": [ITEM] * 21}, {"diagnoses": []}, {"shabad": "short"}]
)
def test_an_order_has_items_diagnoses_and_a_shabad(change):
    assert set(faults(PrepareInput, ORDER | change)) == set(change)


@pytest.mark.parametrize(
    "value", [{"national_id": "9990371237"}, {"fida": "692412781810"}, {"declared": DECLARED}]
)
def test_a_patient_comes_by_one_identifier_or_declared(value):
    told = PatientInput.model_validate(value)
    assert told.model_dump(exclude_none=True, mode="json") == value


@pytest.mark.parametrize(
    "value", [{}, {"mobile": "09120000000"}, {"national_id": "9990371237", "fida": "692412781810"}]
)
def test_no_identifier_and_two_identifiers_are_refused_in_words(value):
    with pytest.raises(ValidationError) as refused:
        PatientInput.model_validate(value)
    (error,) = refused.value.errors()
    assert error["type"] == "patient.identifier"
    assert "کد ملی" in error["ctx"]["fa"]


def test_a_wrong_national_id_is_refused_by_its_check_digit():
    assert faults(PatientInput, {"national_id": "9990371238"}) == {"national_id": "identifier.national_id"}


def test_facts_have_one_of_two_answers_and_items_only_with_a_list():
    told = {
        "allergies": {"state": "list", "items": ["penicillins"]},
        "as_of": "2026-12-01",
        "weight_kg": "62.5",
    }
    assert FactsInput.model_validate_json(json.dumps(told)).weight_kg == Decimal("62.5")
    for allergies in (
        {"state": "list"},
        {"state": "none_known", "items": ["penicillins"]},
        {"state": "not_asked"},
        {"state": "perhaps"},
    ):
        assert faults(FactsInput, told | {"allergies": allergies})
    for weight in ("0", "501", 62.5):
        assert faults(FactsInput, told | {"weight_kg": weight})


def test_a_paper_names_its_day_its_declaration_and_its_picture():
    told = {
        "declaration": "D1405-0001",
        "practitioner": "900101",
        "patient": {"national_id": "9990371237"},
        "written_on": "2026-12-01",
        "items": [ITEM],
        "image": "01890a5d-ac96-774b-bcce-b302099a8057",
    }
    taken = PaperInput.model_validate_json(json.dumps(told))
    assert (taken.written_on, taken.shabad, taken.diagnoses) == (date(2026, 12, 1), None, ())
    for needed in ("declaration", "practitioner", "patient", "written_on", "items", "image"):
        assert needed in faults(PaperInput, {k: v for k, v in told.items() if k != needed})
