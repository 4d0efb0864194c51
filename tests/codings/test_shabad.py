"""The SHABADs that we issue ourselves, and the numbers of prescriptions within any SHABAD."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.identifiers import (
    SHABAD_ALPHABET,
    InvalidIdentifier,
    make_shabad,
    parse_shabad,
    shabad_check_ok,
    split_prescription_number,
)


def test_the_shabad_alphabet_has_thirty_characters_and_none_that_looks_like_another():
    assert len(set(SHABAD_ALPHABET)) == len(SHABAD_ALPHABET) == 30
    assert not set("ILOQSU") & set(SHABAD_ALPHABET)


SHABADS = st.builds(
    make_shabad,
    st.integers(1, 999).map(str),
    st.integers(1400, 1499),
    st.binary(min_size=16, max_size=16),
    reserved=st.booleans(),
)


@given(SHABADS)
def test_a_shabad_that_we_make_is_one_and_is_ours(shabad):
    assert parse_shabad(shabad) == shabad
    assert shabad_check_ok(shabad)


@given(SHABADS, st.data())
def test_every_single_wrong_character_of_our_shabad_is_noticed(shabad, data):
    place = data.draw(st.integers(0, len(shabad) - 1))
    other = data.draw(
        st.sampled_from([character for character in SHABAD_ALPHABET if character != shabad[place]])
    )
    assert not shabad_check_ok(shabad[:place] + other + shabad[place + 1 :])


@pytest.mark.parametrize(
    "shabad", ["", *["Z", "1057Y3KP0M4A", "105FG2H03CD8", "105fg2h03cd7", "105FG2H03CDI", "1398123456789012"]]
)
def test_a_shabad_of_others_does_not_pass_for_ours(shabad):
    assert not shabad_check_ok(shabad)


def test_the_same_randomness_makes_the_same_shabad_for_ever():
    assert make_shabad("1", 1405, bytes(range(16))) == "105FG2H03CD7"
    assert make_shabad("37", 1405, bytes(range(16)), reserved=True)[:-1] == "Z3705FG2H03CD"


def test_only_a_reserved_shabad_begins_with_z():
    assert make_shabad("1", 1405, reserved=True).startswith("Z105")
    assert make_shabad("1", 1405).startswith("105")


def test_randomness_may_come_from_a_source_that_is_asked():
    asked = []

    def source(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    assert make_shabad("1", 1405, source) == make_shabad("1", 1405, bytes(range(16)))
    assert asked == [16]


def test_too_little_randomness_is_refused():
    with pytest.raises(ValueError, match="random"):
        make_shabad("1", 1405, b"12345678")


def test_a_wrong_insurer_gets_no_shabad():
    with pytest.raises(InvalidIdentifier):
        make_shabad("01", 1405)


def test_the_random_part_uses_every_character_about_as_often():
    source = Random(1405).randbytes
    drawn = Counter("".join(make_shabad("1", 1405, source)[3:11] for _ in range(3000)))
    assert drawn.keys() == set(SHABAD_ALPHABET)
    assert max(drawn.values()) < 1.5 * min(drawn.values())


def test_a_prescription_number_comes_apart():
    assert split_prescription_number("1057y3kp0m4a-2") == ("1057Y3KP0M4A", 2)
    assert split_prescription_number("1057Y3KP0M4A") == ("1057Y3KP0M4A", None)
    assert split_prescription_number("۱۰۵۷Y۳KP۰M۴A-۱۲") == ("1057Y3KP0M4A", 12)
    with pytest.raises(InvalidIdentifier):
        split_prescription_number("1057Y3KP0M4A-1.2")
