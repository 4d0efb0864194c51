"""Every identifier: what is understood, what is refused, in which words, and what a log shows."""

import re
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum import ean

from codings import identifiers
from codings.identifiers import (
    Identifier,
    InvalidIdentifier,
    NationalId,
    Shabad,
    mask_mobile,
    mask_national_id,
    mask_uid,
    parse_council_number,
    parse_fida,
    parse_generic_code,
    parse_gtin,
    parse_insurer_code,
    parse_irc,
    parse_mobile,
    parse_national_id,
    parse_prescription_number,
    parse_shabad,
    parse_siam,
    parse_uid,
)
from codings.text import normalise, persian_digits, refuse_controls

ALL = [value for name, value in vars(identifiers).items() if isinstance(value, Identifier)]
NINE_DIGITS = st.text(alphabet="0123456789", min_size=9, max_size=9)
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def national_id_of(nine: str) -> str | None:
    """The one national ID that begins so, found by trying; None where there is none."""
    valid = []
    for digit in "0123456789":
        try:
            valid.append(parse_national_id(nine + digit))
        except InvalidIdentifier:
            continue
    assert len(valid) <= 1
    return valid[0] if valid else None


def is_refused(parse, text: str) -> bool:
    try:
        parse(text)
    except InvalidIdentifier as invalid:
        return bool(invalid.words.fa and invalid.words.en)
    return False


def test_there_are_twelve_identifiers_and_each_example_is_one():
    assert len(ALL) == 12
    for identifier in ALL:
        assert identifier.parse(identifier.example) == identifier.example


@pytest.mark.parametrize("identifier", ALL, ids=lambda identifier: identifier.name)
def test_persian_and_arabic_digits_mean_the_same(identifier):
    assert identifier.parse(persian_digits(identifier.example)) == identifier.example
    assert identifier.parse(identifier.example.translate(ARABIC_DIGITS)) == identifier.example


@pytest.mark.parametrize("identifier", ALL, ids=lambda identifier: identifier.name)
@pytest.mark.parametrize(
    "text", ["", " ", "'; --", *["{}/", "é{}", "{}²", "①{}"], "\u202e{}", "\u200f{}", "{}\x00", "{}\n{}"]
)
def test_anything_else_is_refused(identifier, text):
    assert is_refused(identifier.parse, text.replace("{}", identifier.example))


@pytest.mark.parametrize("identifier", ALL, ids=lambda identifier: identifier.name)
@given(text=st.text(max_size=30))
def test_what_is_accepted_is_of_the_pattern_and_accepted_again(identifier, text):
    try:
        value = identifier.parse(text)
    except InvalidIdentifier:
        return
    assert re.fullmatch(identifier.pattern, value)
    assert identifier.parse(value) == value


@pytest.mark.parametrize("identifier", ALL, ids=lambda identifier: identifier.name)
def test_the_words_are_clean_persian_and_english(identifier):
    for words in (identifier.words.fa, identifier.words.en):
        assert refuse_controls(words) == words
    assert normalise(identifier.words.fa) == identifier.words.fa
    assert re.search("[آ-ی]{2}", identifier.words.fa)
    assert not re.search("[آ-ی]{3}", identifier.words.en)


@pytest.mark.parametrize("identifier", ALL, ids=lambda identifier: identifier.name)
@pytest.mark.parametrize("wrong", ["!", 1234567891, None, 1.5, ["1234567891"], True])
def test_a_form_gets_the_error_of_the_identifier_with_both_languages(identifier, wrong):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Annotated[str, identifier]).validate_python(wrong)
    (error,) = refused.value.errors()
    assert error["type"] == f"identifier.{identifier.name}"
    assert error["ctx"] == {"fa": identifier.words.fa, "en": identifier.words.en}
    assert error["msg"] == identifier.words.en


def test_a_form_keeps_the_normalised_value():
    assert TypeAdapter(NationalId).validate_python("۱۲۳-۴۵۶۷۸۹-۱") == "1234567891"
    assert TypeAdapter(Shabad | None).validate_json('"1057y3kp0m4a"') == "1057Y3KP0M4A"
    assert TypeAdapter(Shabad | None).validate_json("null") is None


def test_the_documentation_of_the_api_knows_the_pattern():
    schema = TypeAdapter(NationalId).json_schema()
    assert schema["type"] == "string"
    assert schema["pattern"] == "^[0-9]{10}$"
    assert "check digit" in schema["description"]
    assert schema["examples"] == ["1234567891"]


@pytest.mark.parametrize(
    "text",
    [
        *["1234567891", "123-456789-1", "0012345679", "0000000051"],
        "123 456789 1",
        " ۱۲۳\u200c۴۵۶۷۸۹\u200c۱ ",
    ],
)
def test_a_national_id_with_its_check_digit_is_accepted(text):
    assert len(parse_national_id(text)) == 10


@pytest.mark.parametrize(
    "text", ["1234567890", "123456789", "12345678911", "0012345678", *(digit * 10 for digit in "0123456789")]
)
def test_a_national_id_with_a_wrong_digit_or_ten_equal_ones_is_refused(text):
    assert is_refused(parse_national_id, text)


@given(NINE_DIGITS)
def test_nine_digits_have_one_check_digit(nine):
    weighted = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    expected = nine + str(weighted if weighted < 2 else 11 - weighted)
    assert national_id_of(nine) == (None if len(set(expected)) == 1 else expected)


@given(NINE_DIGITS)
def test_a_log_shows_two_digits_of_a_national_id(nine):
    national_id = national_id_of(nine) or "1234567891"
    assert mask_national_id(national_id) == "********" + national_id[-2:]


def test_a_mask_never_shows_what_is_too_short_to_hide():
    assert mask_national_id("12") == "**"
    assert mask_national_id("") == ""
    assert mask_mobile("09121234567") == "*********67"
    assert mask_uid("12345012345678901234") == "****************1234"


SHAPES = [
    (parse_fida, "1234567890 12345678901 123456789012 123-456-7890", "123456789 1234567890123 12345678a0"),
    (parse_council_number, "1 0012345 1234567890 123م 12-ات", "12345678901 م 123ت م123 12* 12M"),
    (parse_siam, "1000000001 ABcd 6f1c2d7e-1f2a-4b3c-8d4e-5f6071829304", f"123 {'a' * 41} a_bc 12.34 سیام"),
    (parse_shabad, "1057Y3KP0M4A 1398123456789012 Z1981234", f"1057Y3K {'1' * 21} 1057Y3KP-1 1057Y3KP.1"),
    (
        parse_prescription_number,
        "1057Y3KP0M4A 1057Y3KP0M4A-1 1057Y3KP0M4A-12",
        "1057Y3KP0M4A-0 1057Y3KP0M4A- 1057Y3KP0M4A-1.2 -1",
    ),
    (parse_irc, "1228012345678901 1228-0123-4567-8901", "122801234567890 12280123456789011 122801234567890A"),
    (parse_uid, "12345012345678901234", "1234501234567890123 123450123456789012345 1234501234567890123A"),
    (parse_mobile, "09123456789 0912-345-6789", "9123456789 +989123456789 08123456789 0912345678"),
    (parse_insurer_code, "1 37 999", "0 01 1000 a 1-2"),
    (parse_generic_code, "1 60000 A1b2C3d4E5", "12345678901 1-2 پ"),
]


@pytest.mark.parametrize(("parse", "good", "bad"), SHAPES)
def test_each_identifier_has_its_own_shape(parse, good, bad):
    assert [text for text in good.split() if is_refused(parse, text)] == []
    assert [text for text in bad.split() if not is_refused(parse, text)] == []


def test_spaces_inside_are_dropped_where_people_put_them():
    assert parse_mobile("0912 345 6789") == "09123456789"
    assert parse_irc("1228 0123 4567 8901") == "1228012345678901"
    for parse in (parse_siam, parse_insurer_code, parse_generic_code):
        assert is_refused(parse, "12 34")


def test_a_council_number_stays_as_typed_with_its_zeros():
    assert parse_council_number(" ۰۰۱۲۳-م ") == "00123م"


def test_a_siam_keeps_its_hyphens_and_its_case():
    assert parse_siam("6f1C-2d7e") == "6f1C-2d7e"


def test_a_shabad_is_written_in_capitals():
    assert parse_shabad("z1057y3kp 0m4a") == "Z1057Y3KP0M4A"


@pytest.mark.parametrize("look_alike", ["ı", "ſ", "ß", "ﬁ", "Ａ"])
def test_no_letter_outside_ascii_turns_into_one_of_a_shabad(look_alike):
    assert is_refused(parse_shabad, f"1057Y3KP0M4{look_alike}")


def test_a_gtin_of_thirteen_digits_gets_its_zero():
    assert parse_gtin("6260123456786") == "06260123456786"
    assert parse_gtin("06260123456786") == "06260123456786"


@pytest.mark.parametrize(
    "text", ["06260123456789", "6260123456789", "626012345678", "006260123456786", "0626012345678A"]
)
def test_a_gtin_that_is_none_is_refused(text):
    assert is_refused(parse_gtin, text)


@given(st.text(alphabet="0123456789", min_size=12, max_size=13), st.integers(0, 13), st.integers(1, 9))
def test_every_single_wrong_digit_of_a_gtin_is_noticed(start, place, shift):
    gtin = parse_gtin(start + ean.calc_check_digit(start))
    wrong = gtin[:place] + str((int(gtin[place]) + shift) % 10) + gtin[place + 1 :]
    assert is_refused(parse_gtin, wrong)
