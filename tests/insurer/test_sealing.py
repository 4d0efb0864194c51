"""The bytes an insurer is given: lines, manifests, their hashes and their chain."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings import jws
from insurer import sealing
from insurer.sealing import Tally

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
TALLY = Tally(claims=2, reversals=1, amount=1_400_000, file_bytes=9_000, file_sha256="ab" * 32)


def make(**changes):
    given: dict[str, Any] = {
        "insurer": "1",
        "seq": 1,
        "at": AT,
        "previous": sealing.NO_PREDECESSOR,
        "tally": TALLY,
    } | changes
    return sealing.manifest(**given)


def test_a_line_carries_the_hash_of_all_the_rest_of_it():
    line = sealing.claim_line({"claim": "X", "note": "نسخه‌ای", "amounts": {"requested": 5}})
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    content = json.loads(line)
    told = content.pop("evidence_sha256")
    assert told == hashlib.sha256(jws.canonical(content)).hexdigest()
    assert content == {"claim": "X", "note": "نسخه‌ای", "amounts": {"requested": 5}}


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.integers(-(2**53) + 1, 2**53 - 1))
)
def test_a_line_is_the_same_bytes_in_whatever_order_its_content_was_put_together(content):
    turned = dict(reversed(content.items()))
    assert sealing.claim_line(content) == sealing.claim_line(turned)


def test_a_reversal_names_the_line_it_takes_back_and_asks_for_less_than_nothing():
    original = sealing.claim_line({"claim": "X", "version": 1})
    content = json.loads(
        sealing.reversal_line(
            claim="X",
            version=2,
            kind="basic",
            insurer="1",
            amount=700_000,
            reason="returned",
            reverses=1,
            original=original,
        )
    )
    assert content["kind"] == "reversal"
    assert (content["version"], content["reverses"]) == (2, 1)
    assert content["reverses_line_sha256"] == hashlib.sha256(original).hexdigest()
    assert content["amounts"] == {"requested": -700_000}


def test_a_manifest_says_what_the_contract_says_and_hashes_its_own_bytes():
    sealed = make()
    assert json.loads(sealed.manifest) == sealed.content
    assert sealed.sha256 == hashlib.sha256(sealed.manifest).hexdigest()
    assert sealed.content == {
        "insurer": "1",
        "seq": 1,
        "sealed_at": "2026-11-22T08:30:00Z",
        "claim_count": 2,
        "reversal_count": 1,
        "amount_total": 1_400_000,
        "prev_manifest_sha256": "0" * 64,
        "files": [
            {
                "name": "claims.ndjson",
                "type": "application/x-ndjson",
                "count": 3,
                "bytes": 9_000,
                "sha256": "ab" * 32,
                "url": "/api/v1/claim-batches/1/files/claims.ndjson",
            }
        ],
        "retained_until": "2031-11-22",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"insurer": "2"},
        {"seq": 2},
        {"at": AT + timedelta(microseconds=1)},
        {"previous": "1" * 64},
        {"tally": Tally(2, 1, 1_400_001, 9_000, "ab" * 32)},
        {"tally": Tally(2, 1, 1_400_000, 9_000, "ac" * 32)},
    ],
)
def test_whatever_is_changed_in_a_manifest_changes_its_hash(change):
    assert make(**change).sha256 != make().sha256


def test_a_chain_of_manifests_breaks_when_one_is_left_out_or_changed():
    first = make()
    second = make(seq=2, previous=first.sha256)
    third = make(seq=3, previous=second.sha256)
    assert third.content["prev_manifest_sha256"] == second.sha256
    forged = make(seq=2, previous=first.sha256, tally=Tally(2, 1, 1, 9_000, "ab" * 32))
    assert third.content["prev_manifest_sha256"] != forged.sha256
    assert second.content["prev_manifest_sha256"] == first.sha256


def test_an_instant_has_one_spelling_whatever_its_zone():
    tehran = timezone(timedelta(hours=3, minutes=30))
    assert make(at=AT.astimezone(tehran)).manifest == make().manifest


def test_a_leap_day_is_kept_until_a_day_that_exists():
    assert sealing.retained_until(datetime(2028, 2, 29, 12, tzinfo=UTC)) == date(2033, 2, 28)


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)), st.integers(-5, 220), st.integers(-5, 220))
def test_the_parts_of_the_lines_put_together_are_the_range_of_the_file(data, cuts, start, end):
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = b""
    for offset, following in pairwise(edges):
        line = data[offset:following]
        part = sealing.overlap(offset, len(line), start, end)
        if part is not None:
            pieces += line[part]
    assert pieces == data[max(start, 0) : max(end, 0)]
