"""Bytes and values in one way only: base64url, canonical JSON, strict JSON, DEFLATE."""

import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings import jws
from codings.jws import InvalidJws


def reason(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(InvalidJws) as refused:
        call(*args, **kwargs)
    return refused.value.reason


@given(st.binary(max_size=100))
def test_base64url_has_one_text_for_each_content(content):
    text = jws.b64(content)
    assert jws.unb64(text) == content
    assert "=" not in text


@given(st.text(alphabet="ABCDabcd0123-_", max_size=12))
def test_no_two_texts_mean_the_same_bytes(text):
    try:
        content = jws.unb64(text)
    except InvalidJws:
        return
    assert jws.b64(content) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_canonical_json_reads_back_the_same_and_is_a_fixed_point(value):
    content = jws.canonical(value)
    assert jws.strict_json(content) == value
    assert jws.canonical(jws.strict_json(content)) == content


def test_canonical_json_sorts_and_has_no_blanks():
    assert (
        jws.canonical({"b": ["۱", True], "a": {"\u200c": None}})
        == '{"a":{"\u200c":null},"b":["۱",true]}'.encode()
    )


@pytest.mark.parametrize(
    "value",
    [
        *[1.0, 0.5, float("nan"), 2**53, -(2**53), "\ud800", b"x", {1, 2}],
        *[{1: "x"}, {None: 1}, [{"a": 1.5}], {"a": object()}],
    ],
)
def test_what_two_programs_might_read_differently_is_not_signed(value):
    with pytest.raises(ValueError):  # noqa: PT011  the message tells the type, which differs
        jws.canonical(value)


@pytest.mark.parametrize(
    "content",
    [
        *[b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'[{"a":1,"\\u0061":2}]'],  # a member told twice
        *[
            b"1.0",
            b"[1e3]",
            b"NaN",
            b"[-Infinity]",
            b"Infinity",
            b"9007199254740992",
            b"-9007199254740992",
            b"-0",
        ],
        *[b'"\\ud800"', b'{"\\udc00":1}', b"\xef\xbb\xbf1", b'"\xff"', b'"\xed\xa0\x80"'],
        *[b"", b"{", b"{}{}", b"01", b"'a'", b'"\x01"', "۱".encode()],
        *[b"[" * 8000, b"[" * 8000 + b"]" * 8000, b"1" * 5000],
    ],
    ids=lambda content: content[:20].decode("latin-1"),
)
def test_json_that_can_be_read_in_two_ways_is_refused(content):
    assert reason(jws.strict_json, content) == "json"


def test_a_pair_of_surrogates_is_one_character():
    assert jws.strict_json(b'"\\ud83d\\udc8a"') == "\U0001f48a"


@given(st.binary(max_size=2000))
def test_what_was_deflated_inflates(content):
    assert jws.inflate(jws.deflate(content)) == content


def test_a_bomb_is_refused_without_being_inflated():
    bomb = jws.deflate(bytes(100_000_000))
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        assert reason(jws.inflate, bomb) == "bomb"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert jws.inflate(jws.deflate(bytes(16384))) == bytes(16384)
    assert reason(jws.inflate, jws.deflate(bytes(16385))) == "bomb"
    assert reason(jws.inflate, jws.deflate(b"abc"), limit=2) == "bomb"


def test_a_broken_or_prolonged_stream_is_refused():
    whole = jws.deflate(b"payload" * 9)
    assert reason(jws.inflate, whole + b"\0") == "trailing"
    assert reason(jws.inflate, whole + whole) == "trailing"
    assert reason(jws.inflate, whole[:-1]) == "truncated"
    assert reason(jws.inflate, b"") == "truncated"
    assert reason(jws.inflate, b"\xff\xff") == "malformed"
    assert reason(jws.inflate, zlib.compress(b"payload")) in {"malformed", "trailing"}
