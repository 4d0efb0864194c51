"""What insurers may send: read strictly, one bad line at a time, with words for what is wrong."""

import json

import pytest
from pydantic import ValidationError

from insurer.inputs import AckInput, CoverageLine, Failure, RemittanceInput, ResultLine, read_lines

PERSON = {
    "member_no": "M-1",
    "national_id": "1234567891",
    "kind": "basic",
    "fund": "general",
    "name": "سارا نمونه",
    "birth_date": "1990-05-01",
    "sex": "female",
    "valid_from": "2026-03-21",
}
RESULT = {
    "claim": "105XXXXXXXX-1.1-TAM",
    "version": 1,
    "result_no": 1,
    "outcome": "partly",
    "lines": [{"line": 1, "approved": 5, "deductions": [{"reason": "PRC", "amount": 2}]}],
}
ACK = {"manifest_sha256": "a" * 64, "files": [], "receipt_no": "R-1"}
REMITTANCE = {
    "payment_no": "P-1",
    "paid_on": "2026-12-01",
    "amount": 5,
    "lines": [{"claim": "X", "version": 1, "kind": "payment", "amount": 5}],
}


def ndjson(*lines):
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


def test_one_bad_line_spoils_only_itself_and_is_named_by_its_number():
    wrong = PERSON | {"national_id": "1234567890"}
    body = ndjson(PERSON, wrong) + b"\n\n{broken\n" + ndjson(PERSON | {"member_no": "M-2"}) + b"\n"
    read = dict(read_lines(body, CoverageLine))
    assert sorted(read) == [1, 2, 4, 5]
    assert isinstance(read[1], CoverageLine)
    assert isinstance(read[5], CoverageLine)
    assert isinstance(read[2], Failure)
    assert (read[2].line, read[2].pointer) == (2, "/national_id")
    assert "کد ملی" in read[2].words.fa
    assert isinstance(read[4], Failure)
    assert (read[4].line, read[4].code) == (4, "line.unreadable")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fida": "692412781810"}, "line.coverage.identifier"),
        ({"national_id": None}, "line.coverage.identifier"),
        ({"valid_to": "2026-03-20"}, "line.coverage.period"),
        ({"kind": "free"}, "line.enum"),
        ({"surname": "x"}, "line.extra_forbidden"),
        ({"name": ""}, "line.too_short"),
        ({"name": "evil \u202e text"}, "line.value_error"),
    ],
)
def test_a_line_about_an_insured_person_says_what_is_wrong_with_it(change, code):
    [(_, failure)] = read_lines(ndjson(PERSON | change), CoverageLine)
    assert isinstance(failure, Failure)
    assert failure.code == code
    assert failure.words.fa
    assert failure.words.en
    assert failure.as_json()["line"] == 1


def test_names_are_kept_in_persian_letters_and_ids_in_ascii_digits():
    [(_, line)] = read_lines(
        ndjson(PERSON | {"name": " علي كريمي ", "national_id": "۱۲۳۴۵۶۷۸۹۱"}), CoverageLine
    )
    assert isinstance(line, CoverageLine)
    assert (line.name, line.national_id) == ("علی کریمی", "1234567891")


@pytest.mark.parametrize("amount", ["5", 5.0, 5.5, -1, True, None])
def test_money_is_a_whole_number_of_rials_and_nothing_else(amount):
    wrong = RESULT | {"lines": [{"line": 1, "approved": amount}]}
    with pytest.raises(ValidationError):
        ResultLine.model_validate(wrong)


@pytest.mark.parametrize("text", [b'{"claim": 1, "claim": 2}', b'{"amount": 5.0}', b"NaN", b"\xff", b"[]"])
def test_json_that_can_be_read_two_ways_is_not_read(text):
    [(_, failure)] = read_lines(text, ResultLine)
    assert isinstance(failure, Failure)


def test_a_deduction_takes_something_or_is_none():
    wrong = RESULT | {"lines": [{"line": 1, "approved": 5, "deductions": [{"reason": "PRC", "amount": 0}]}]}
    with pytest.raises(ValidationError):
        ResultLine.model_validate(wrong)
    assert ResultLine.model_validate(RESULT).lines[0].deductions[0].amount == 2


@pytest.mark.parametrize(
    "change",
    [
        {"manifest_sha256": "A" * 64},
        {"manifest_sha256": "a" * 63},
        {"receipt_no": ""},
        {"files": [{"name": "claims.ndjson", "sha256": "a" * 64, "count": -1}]},
        {"files": [{"name": "claims.ndjson", "sha256": "a" * 64, "count": "1"}]},
        {"rejected_items": [{"claim": "X", "version": 0, "issue": "?"}]},
    ],
)
def test_a_receipt_is_refused_when_a_hash_or_a_count_cannot_be_one(change):
    assert AckInput.model_validate(ACK).rejected_items == ()
    with pytest.raises(ValidationError):
        AckInput.model_validate(ACK | change)


@pytest.mark.parametrize("change", [{"amount": "5"}, {"amount": 5.0}, {"lines": []}, {"payment_no": " "}])
def test_a_payment_needs_a_number_an_amount_and_lines(change):
    assert RemittanceInput.model_validate(REMITTANCE).amount == 5
    with pytest.raises(ValidationError):
        RemittanceInput.model_validate(REMITTANCE | change)
