"""What the counter lets in, and what it says about the rest."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from pharmacy.inputs import AcceptInput, DispenseInput, PackCheckInput

ACCEPTANCE = "019e0000-0000-7000-8000-000000000001"
LINE = {"item": 1, "irc": "1228012345678901", "quantity": "20", "packs": [{"barcode": "x"}]}


def refusal(model, **given):
    with pytest.raises(ValidationError) as no:
        model.model_validate(given)
    return [error["type"] for error in no.value.errors()]


@pytest.mark.parametrize(
    "proof",
    [
        {"qr": "NSK1:/123"},
        {"qr": ["NSK1:1/2:/1", "NSK1:2/2:/2"]},
        {"pointer": "http://localhost:8000/q/1057Y3KP0M4A-1#secret"},
        {"shabad": "1057Y3KP0M4A", "national_id": "1234567891"},
        {"shabad": "1057y3kp0m4a-2", "national_id": "۱۲۳۴۵۶۷۸۹۱"},
        {"shabad": "1057Y3KP0M4A", "national_id": "692412781810"},
    ],
)
def test_each_proof_of_possession_is_understood_alone(proof):
    given = AcceptInput.model_validate(proof)
    assert given.model_dump(exclude_none=True).keys() == proof.keys()


def test_typed_details_are_normalised():
    given = AcceptInput.model_validate({"shabad": "1057y3kp0m4a", "national_id": "۱۲۳-۴۵۶۷۸۹-۱"})
    assert (given.shabad, given.national_id) == ("1057Y3KP0M4A", "1234567891")


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"qr": "NSK1:/1", "pointer": "http://localhost/q/A#b"},
        {"qr": "NSK1:/1", "shabad": "1057Y3KP0M4A", "national_id": "1234567891"},
        {"pointer": "http://localhost/q/A#b", "national_id": "1234567891"},
    ],
)
def test_no_proof_and_two_proofs_are_refused(proof):
    assert refusal(AcceptInput, **proof) == ["accept.one_proof"]


@pytest.mark.parametrize("proof", [{"shabad": "1057Y3KP0M4A"}, {"national_id": "1234567891"}])
def test_a_national_id_alone_leads_nowhere_and_neither_does_a_shabad(proof):
    assert refusal(AcceptInput, **proof) == ["accept.both"]


def test_quantities_are_exact_texts():
    order = DispenseInput.model_validate(
        {
            "acceptance": ACCEPTANCE,
            "lines": [LINE | {"quantity": "۲٫۵", "packs": [{"barcode": "x", "count": "2.5"}]}],
        }
    )
    assert order.lines[0].quantity == Decimal("2.5")
    assert order.lines[0].packs[0].count == Decimal("2.5")


@pytest.mark.parametrize(
    "quantity", [20, 2.5, "0", "-1", "1e1", "02", "2.50", "", "NaN", " 2", "1,000", True]
)
def test_a_quantity_that_could_be_misread_is_refused(quantity):
    assert refusal(DispenseInput, acceptance=ACCEPTANCE, lines=[LINE | {"quantity": quantity}]) == ["amount"]


def test_a_count_left_out_means_the_whole_pack():
    assert (
        DispenseInput.model_validate({"acceptance": ACCEPTANCE, "lines": [LINE]}).lines[0].packs[0].count
        is None
    )


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"lines": [LINE | {"packs": []}]},
        {"lines": [LINE | {"item": 0}]},
        {"lines": [LINE | {"colour": "red"}]},
        {"acceptance": "mine"},
    ],
)
def test_an_order_that_hands_over_nothing_or_says_something_unknown_is_refused(change):
    assert refusal(DispenseInput, **{"acceptance": ACCEPTANCE, "lines": [LINE]} | change)


@pytest.mark.parametrize(
    "twice",
    [
        {"not_dispensed": [{"item": 2, "reason": "later"}, {"item": 2, "reason": "price"}]},
        {
            "overrides": [
                {"finding": "PH-EXPIRES:1", "reason": "a"},
                {"finding": "PH-EXPIRES:1", "reason": "b"},
            ]
        },
    ],
)
def test_an_item_or_a_finding_is_answered_once(twice):
    assert refusal(DispenseInput, acceptance=ACCEPTANCE, lines=[LINE], **twice) == ["dispense.said_twice"]


def test_an_item_means_nothing_without_its_prescription():
    assert refusal(PackCheckInput, barcode="x", item=1) == ["pack_check.item"]
