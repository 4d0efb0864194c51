"""The signed form can be read in one way only, and nothing else is read as it."""

import json
import zlib
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from codings import jws
from codings.systems import ICD10, Coding
from prescriber import signing
from prescriber.signing import InvalidContent
from tests.prescriber import orders


def packed(value, **changes):
    """The deflated bytes of a JSON value that somebody else wrote, canonical or not."""
    told = value if isinstance(value, bytes) else jws.canonical(value | changes)
    return jws.deflate(told)


def plain(content=None):
    return json.loads(signing.plain_json(content or orders.content()))


@given(orders.contents())
@settings(max_examples=150, deadline=None)
def test_whatever_may_be_signed_is_read_back_as_it_was(content):
    signed = signing.payload(content)
    assert signing.read(signed) == content
    assert jws.inflate(signed) == signing.plain_json(content)


@given(orders.contents())
@settings(max_examples=50, deadline=None)
def test_the_plain_form_is_canonical_json_without_a_fraction(content):
    told = signing.plain_json(content)
    assert jws.canonical(jws.strict_json(told)) == told


@given(orders.contents(), st.integers(0, 9), st.sampled_from([zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED]))
@settings(max_examples=60, deadline=None)
def test_another_programs_deflate_is_read_as_well(content, level, strategy):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    other = packer.compress(signing.plain_json(content)) + packer.flush()
    assert signing.read(other) == content


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_are_refused_and_never_crash(content):
    with pytest.raises(InvalidContent):
        signing.read(content)


@given(orders.contents(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_flipped_bit_is_never_read_as_the_same(content, data):
    signed = bytearray(signing.payload(content))
    place = data.draw(st.integers(0, 8 * len(signed) - 1))
    signed[place // 8] ^= 1 << place % 8
    with suppress(InvalidContent):
        read = signing.read(bytes(signed))
        assert read != content or jws.inflate(bytes(signed)) == signing.plain_json(content)


def test_the_keys_are_the_documented_ones():
    whole = orders.content(
        orders.item(
            timing="after-meal", as_needed="pain", repeats=1, substitution=False, instruction="با آب"
        ),
        n=2,
        replaces=1,
        overrides=(("RX-QUANTITY:1", "travel-supply"),),
        declaration="D1405-0001",
        paper=("0" * 64, date(2026, 12, 1)),
    )
    told = plain(whole)
    assert set(told) == set("vsnrpcmitudkxoew")
    assert set(told["x"][0]) == set("glabfhwyzqjxn")
    table = signing.content.__doc__.split("====\n")[2]
    rows = [line for line in table.splitlines() if line[1:6] == "     "]
    assert {line[0] for line in rows} - {" "} == set(told)
    assert {line[54:55] for line in rows} - {" ", ""} == set(told["x"][0])


def test_defaults_are_left_out():
    assert set(plain()) == set("vsnpcmitudkx")
    assert set(plain()["x"][0]) == set("glabfwzq")


@pytest.mark.parametrize(
    "change",
    [
        {"replaces": None, "r": None},
        {"o": []},
        {"e": None},
        {"zz": 1},
        {"v": 2},
        {"v": True},
        {"v": "1"},
        {"n": "1"},
        {"n": True},
        {"n": 0},
        {"t": "1796112000"},
        {"t": 0},
        {"s": "1057y3kp0m4a"},
        {"s": "1057Y3KP0M4A "},
        {"p": "۹۰۰۱۰۱"},
        {"c": "9900000001\u200e"},
        {"i": "01"},
        {"m": ["short", "7891", 1980]},
        {"m": ["Kq3v9Zx0pT7mWc2yLh8sBf", "78910", 1980]},
        {"m": ["Kq3v9Zx0pT7mWc2yLh8sBf", "7891", "1980"]},
        {"d": [f"{ICD10}|J02.9"]},
        {"d": ["j02.9"]},
        {"d": "J02.9"},
        {"k": ""},
        {"x": []},
        {"o": [["RX-QUANTITY:1"]]},
        {"o": [["rx-quantity:1", "travel-supply"]]},
        {"w": ["0" * 64, "1405/09/10"]},
        {"w": ["0" * 64, 1796112000]},
        {"w": ["Z" * 64, "2026-12-01"]},
    ],
    ids=repr,
)
def test_a_prescription_that_is_not_in_its_one_form_is_refused(change):
    with pytest.raises(InvalidContent):
        signing.read(packed(plain(), **change))


@pytest.mark.parametrize(
    "change",
    [
        {"a": "1.0"},
        {"a": "01"},
        {"a": "۱"},
        {"a": "0"},
        {"a": 1},
        {"a": "1e3"},
        {"a": ".5"},
        {"q": "21.0000"},
        {"q": "-21"},
        {"z": "7"},
        {"z": 0},
        {"z": 367},
        {"j": 0},
        {"x": True},
        {"x": "no"},
        {"h": None},
        {"n": ""},
        {"n": "x" * 121},
        {"n": " with water"},
        {"n": "با آب\u202e"},
        {"n": "with\u200bwater"},
        {"n": "two\nlines"},
        {"n": "مصرف كنيد"},
        {"n": "e\u0301"},
        {"l": "amoxicillin\u0000"},
        {"f": "q8h; DROP"},
        {"unknown": "1"},
    ],
    ids=repr,
)
def test_an_item_that_is_not_in_its_one_form_is_refused(change):
    told = plain()
    told["x"][0] |= change
    with pytest.raises(InvalidContent):
        signing.read(packed(told))


def test_an_instruction_of_120_characters_is_read():
    told = orders.content(orders.item(instruction="ن" * 120))
    assert signing.read(signing.payload(told)) == told


@pytest.mark.parametrize(
    "told",
    [
        b'{"v":1,"v":1}',
        b'{ "v":1}',
        b'{"v":1.0}',
        b'{"v":NaN}',
        b"[]",
        b"1",
        b"",
        b"\xff",
        b'{"n":1,"n":2}',
    ],
)
def test_json_that_can_be_read_in_two_ways_is_refused(told):
    with pytest.raises(InvalidContent):
        signing.read(packed(told))


def test_members_in_another_order_or_with_spaces_are_refused():
    told = plain()
    backwards = json.dumps(dict(reversed(told.items())), separators=(",", ":"), ensure_ascii=False).encode()
    spaced = json.dumps(told, sort_keys=True, ensure_ascii=False).encode()
    escaped = signing.plain_json(orders.content()).replace(b'"oral"', b'"\\u006fral"')
    for other in (backwards, spaced, escaped):
        with pytest.raises(InvalidContent, match="canonical"):
            signing.read(packed(other))


def test_a_bomb_is_refused_before_it_is_opened():
    bomb = jws.deflate(b" " * 10_000_000)
    assert len(bomb) > 4096
    with pytest.raises(InvalidContent, match="large"):
        signing.read(bomb)
    with pytest.raises(InvalidContent, match="bomb"):
        signing.read(jws.deflate(b" " * 1_000_000))


def test_bytes_after_the_stream_and_half_a_stream_are_refused():
    signed = signing.payload(orders.content())
    with pytest.raises(InvalidContent, match="trailing"):
        signing.read(signed + b"\x00")
    with pytest.raises(InvalidContent, match="truncated"):
        signing.read(signed[:-3])


def test_content_that_could_not_be_read_back_cannot_be_made():
    for wrong in ({"dose": "1.0"}, {"instruction": "x" * 121}, {"instruction": "a\u202eb"}, {"dose": 1.5}):
        with pytest.raises(ValidationError):
            orders.item(**wrong)


def test_amounts_print_as_they_will_be_signed():
    told = plain(orders.content(orders.item(dose=Decimal("0.500"), quantity=Decimal("20.000"))))
    assert (told["x"][0]["a"], told["x"][0]["q"]) == ("0.5", "20")


def test_a_diagnosis_of_icd_10_stands_bare_and_others_carry_their_system():
    other = Coding("urn:example", "42")
    texts = tuple(signing.diagnosis_text(coding) for coding in (Coding(ICD10, "J02.9"), other))
    assert texts == ("J02.9", "urn:example|42")
    assert orders.content(diagnoses=texts).codings == (Coding(ICD10, "J02.9"), other)


def test_the_header_has_its_four_members_and_no_more():
    assert signing.header("abcdefghijk") == {
        "alg": "ES256",
        "kid": "abcdefghijk",
        "typ": "rx+jws",
        "zip": "DEF",
    }


def test_a_mark_needs_the_key_and_tells_patients_apart():
    mark = signing.patient_mark(b"k" * 32, "national_id:9990371237")
    assert len(mark) == 22
    assert mark == signing.patient_mark(b"k" * 32, "national_id:9990371237")
    assert mark != signing.patient_mark(b"l" * 32, "national_id:9990371237")
    assert mark != signing.patient_mark(b"k" * 32, "fida:9990371237")


def test_a_pointer_has_80_bits_and_belongs_to_one_number():
    number = orders.content().number
    secret = signing.pointer_secret(b"p" * 32, number)
    assert len(jws.unb64(secret)) == 10
    assert secret != signing.pointer_secret(b"p" * 32, number._replace(n=2))
    url = signing.pointer_url("https://rx.example/", number, secret)
    assert url == f"https://rx.example/q/1057Y3KP0M4A-1#{secret}"
