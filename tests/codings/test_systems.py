"""Amounts in their grammar, money in Rial, codes with their system."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from codings import systems
from codings.systems import (
    ATC,
    ICD10,
    Amount,
    Coding,
    Rial,
    amount_text,
    basis_points,
    line_gross,
    parse_amount,
    round_half_up,
)
from codings.text import persian_digits

THOUSANDTHS = st.integers(1, 999_999_999)
AMOUNTS = THOUSANDTHS.map(lambda thousandths: Decimal(thousandths) / 1000)
MONEY = st.integers(0, 2**63 - 1)


class Line(BaseModel):
    quantity: Amount
    price: Rial


@given(AMOUNTS)
def test_every_amount_prints_and_reads_back_in_both_kinds_of_digits(amount):
    text = amount_text(amount)
    assert parse_amount(text) == amount
    assert parse_amount(persian_digits(text).replace(".", "٫")) == amount
    assert amount_text(parse_amount(text)) == text


@given(st.text(alphabet="0123456789.٫۵٥eE+-_, /٬", max_size=10) | st.text(max_size=5))
def test_whatever_is_accepted_is_the_number_that_was_typed(text):
    try:
        amount = parse_amount(text)
    except ValueError:
        return
    typed = text.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789."))
    assert amount_text(amount) == typed
    assert 0 < amount < 1_000_000


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *[("5", "5"), ("۰٫۵", "0.5"), ("٥", "5"), ("۰.۲۵", "0.25")],
        *[("999999.999", "999999.999"), ("0.001", "0.001"), ("100", "100")],
    ],
)
def test_an_amount_may_be_typed_in_three_kinds_of_digits(text, meaning):
    assert parse_amount(text) == Decimal(meaning)
    assert amount_text(parse_amount(text)) == meaning


@pytest.mark.parametrize(
    "text",
    [
        *["0", "0.0", "0.000", "00", "01", "00.5", ".5", "5.", "5.0", "5.50", "1.2345", "1000000", "1,5"],
        *["1٬000", "1/2", "5e3", "1E1", "1_000", "+5", "-5", "NaN", "Infinity", "½", "²", "0x5", "5..1"],
        *["۵۰/۰", "٫۵", "௫", "", " 5", "5 ", "1 5", "5\n"],
    ],
)
def test_any_other_spelling_of_an_amount_is_refused(text):
    with pytest.raises(ValueError, match="digits"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        *[("20.000", "20"), ("0.250", "0.25"), ("2E+1", "20"), ("1E-3", "0.001"), ("0.000", "0")],
        ("123456789.123", "123456789.123"),
    ],
)
def test_an_amount_from_the_database_is_written_without_exponent_or_needless_zeros(amount, text):
    assert amount_text(Decimal(amount)) == text


@pytest.mark.parametrize("amount", ["-1", "0.0001", "NaN", "Infinity", "-Infinity", "sNaN"])
def test_what_is_no_amount_is_not_written(amount):
    with pytest.raises(ValueError, match="not an amount"):
        amount_text(Decimal(amount))


def test_a_form_takes_amounts_as_text_and_gives_them_back_as_text():
    line = Line.model_validate_json('{"quantity": "۲٫۵", "price": 1000}')
    assert line.quantity == Decimal("2.5")
    assert line.model_dump_json() == '{"quantity":"2.5","price":1000}'
    assert Line.model_validate(line.model_dump()) == line


@pytest.mark.parametrize("quantity", ["2.5", "5", "1e1", "null", "true", '["5"]', '"5.0"', '"0"', '""'])
def test_a_number_of_json_is_no_amount(quantity):
    with pytest.raises(ValidationError) as refused:
        Line.model_validate_json(f'{{"quantity": {quantity}, "price": 1000}}')
    (error,) = refused.value.errors()
    assert error["type"] == "amount"
    assert error["ctx"]["fa"]
    assert error["ctx"]["en"] == error["msg"]


def test_code_may_hand_over_a_decimal_from_the_database():
    assert TypeAdapter(Amount).validate_python(Decimal("20.000")) == Decimal(20)
    for none in (Decimal(0), Decimal("0.0001"), Decimal("NaN"), Decimal(1_000_000), 2.5, 5):
        with pytest.raises(ValidationError):
            TypeAdapter(Amount).validate_python(none)


@pytest.mark.parametrize("price", ["1000.0", "1e3", '"1000"', "true", "null", "-1", str(2**63)])
def test_money_is_a_whole_number_of_rial(price):
    with pytest.raises(ValidationError) as refused:
        Line.model_validate_json(f'{{"quantity": "1", "price": {price}}}')
    (error,) = refused.value.errors()
    assert error["type"] == "rial"
    assert error["ctx"]["fa"]


@given(MONEY)
def test_any_bigint_from_zero_up_is_money(money):
    assert TypeAdapter(Rial).validate_json(str(money)) == money


def test_the_documentation_of_the_api_says_text_for_amounts_and_whole_numbers_for_money():
    for mode in ("validation", "serialization"):
        properties = Line.model_json_schema(mode=mode)["properties"]
        assert properties["quantity"]["type"] == "string"
        assert properties["quantity"]["pattern"].startswith("^(0|[1-9]")
        assert properties["price"]["type"] == "integer"
        assert properties["price"]["minimum"] == 0


@given(st.integers(-(10**24), 10**24), st.integers(-(10**12), 10**12))
def test_rounding_half_up_agrees_with_the_decimal_module(numerator, denominator):
    assume(denominator)
    with localcontext(prec=80):
        expected = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert round_half_up(numerator, denominator) == int(expected)


@given(st.integers(0, 10**18), st.integers(1, 10**6))
def test_a_reversal_rounds_to_the_negative_of_what_it_reverses(numerator, denominator):
    assert round_half_up(-numerator, denominator) == -round_half_up(numerator, denominator)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        *[(1, 2, 1), (-1, 2, -1), (3, 2, 2), (5, 2, 3), (1, 3, 0), (2, 3, 1), (0, 7, 0)],
        *[(Decimal("0.499"), 1, 0), (Decimal("2.5"), Decimal(1), 3)],
    ],
)
def test_a_half_goes_away_from_zero(numerator, denominator, rounded):
    assert round_half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(("numerator", "denominator"), [(1.0, 2), (1, 2.0), (True, 1), ("1", 2)])
def test_no_float_is_ever_divided(numerator, denominator):
    with pytest.raises(TypeError):
        round_half_up(numerator, denominator)


def test_nothing_is_divided_by_zero():
    with pytest.raises(ZeroDivisionError):
        round_half_up(1, 0)


@pytest.mark.parametrize(
    ("price", "quantity", "size", "gross"),
    [
        *[(1_000_000, "20", "30", 666_667), (1_000_001, "15", "30", 500_001), (999_999, "1", "2", 500_000)],
        *[(100, "0.5", "100", 1), (99, "0.5", "100", 0), (7, "3", "1", 21)],
    ],
)
def test_the_gross_of_a_line_is_rounded_once_half_up(price, quantity, size, gross):
    assert line_gross(price, Decimal(quantity), Decimal(size)) == gross


@given(MONEY, AMOUNTS, AMOUNTS)
def test_the_gross_of_a_line_is_exact_however_large_the_numbers(price, quantity, size):
    gross = line_gross(price, quantity, size)
    with localcontext(prec=80):
        assert abs(gross * size - price * quantity) <= size / 2


@given(MONEY, AMOUNTS)
def test_a_whole_pack_costs_the_price_of_the_pack(price, size):
    assert line_gross(price, size, size) == price


@pytest.mark.parametrize(
    ("price", "quantity", "size"), [(-1, "1", "1"), (1, "-1", "1"), (1, "1", "0"), (1, "1", "-1")]
)
def test_a_line_without_price_quantity_or_pack_has_no_gross(price, quantity, size):
    with pytest.raises(ValueError, match="pack"):
        line_gross(price, Decimal(quantity), Decimal(size))


@pytest.mark.parametrize(
    ("amount", "bp", "share"),
    [(1_000_000, 7000, 700_000), (1, 5000, 1), (1, 4999, 0), (-1, 5000, -1), (333, 9000, 300)],
)
def test_a_share_in_basis_points_is_rounded_half_up(amount, bp, share):
    assert basis_points(amount, bp) == share


@given(MONEY)
def test_ten_thousand_basis_points_are_the_whole(amount):
    assert basis_points(amount, 10_000) == amount
    assert basis_points(amount, 0) == 0


def test_a_coding_is_the_same_when_system_and_code_are():
    assert Coding(ICD10, "J02.9") == TypeAdapter(Coding).validate_python({"system": ICD10, "code": "J02.9"})
    assert Coding(ICD10, "J02.9") != Coding(ATC, "J02.9")
    assert str(Coding(ICD10, "J02.9")) == "http://hl7.org/fhir/sid/icd-10|J02.9"
    assert len({Coding(ICD10, "A"), Coding(ICD10, "A"), Coding(ATC, "A")}) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"system": "", "code": "A"},
        {"system": ICD10},
        {"system": ICD10, "code": ""},
        {"system": ICD10, "code": 5},
    ],
)
def test_a_code_without_its_system_is_refused(wrong):
    with pytest.raises(ValidationError):
        TypeAdapter(Coding).validate_python(wrong)


def test_no_two_systems_share_an_address():
    constants = [value for name, value in vars(systems).items() if name.isupper() and isinstance(value, str)]
    addresses = [value for value in constants if value.startswith(("http://", "urn:"))]
    assert len(addresses) == len(set(addresses)) == 26
