"""The one judgement of a pack: our own checks, then the authority's word, then silence."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.gs1 import PackCode
from codings.tables import Product
from pharmacy.packs import ADVICE, LEVELS, AuthorityAnswer, judge
from pharmacy.states import DispenseNumber, Verdict

TODAY = date(2026, 12, 1)
PARACETAMOL, IBUPROFEN = "60000", "60001"
PRODUCT = Product(
    irc="1228012345678901",
    gtin="06260123456786",
    generic=PARACETAMOL,
    name_fa="استامینوفن نمونه ۵۰۰",
    name_en="Sample paracetamol 500",
    maker="Sample",
    pack_size=Decimal(20),
    price=100_000,
    release="demo",
)


def code(*, expiry=date(2028, 1, 31)):
    return PackCode(gtin=PRODUCT.gtin, uid="12345012345678901234", expiry=expiry, lot="A1", raw="")


def said(verdict, *, remaining=None):
    return AuthorityAnswer(
        verdict=verdict,
        request_id="r-1",
        answered_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
        remaining=remaining,
        detail={},
    )


def judged(verdict=None, *, product=PRODUCT, item=PARACETAMOL, expiry=date(2028, 1, 31), earlier=None):
    answer = None if verdict is None else said(verdict)
    return judge(code(expiry=expiry), product, answer, item=item, on=TODAY, earlier=earlier)


@pytest.mark.parametrize(
    ("verdict", "level", "refuses"),
    [
        ("genuine", 0, False),
        ("already_supplied", 5, True),
        ("unknown", 5, True),
        ("recalled", 2, True),
        ("expired", 2, True),
        ("withdrawn", 2, True),
        ("stolen", 5, True),
        ("mismatch", 5, True),
    ],
)
def test_the_authority_s_word_decides_about_a_pack_that_passes_our_own_checks(verdict, level, refuses):
    judgement = judged(verdict)
    assert (judgement.verdict, judgement.level, judgement.refuses) == (verdict, level, refuses)
    assert judgement.source == "authority"


def test_silence_is_unverified_and_refuses_nothing_by_itself():
    judgement = judged(None)
    assert (judgement.verdict, judgement.level, judgement.refuses) == ("unverified", 1, False)
    assert judgement.source == "local"


def test_a_word_we_do_not_know_is_no_answer():
    assert judged("perfectly_fine").verdict is Verdict.UNVERIFIED


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_a_pack_past_its_date_is_expired_whatever_the_authority_says(verdict):
    judgement = judged(verdict, expiry=TODAY - timedelta(days=1))
    assert (judgement.verdict, judgement.source) == (Verdict.EXPIRED, "local")


def test_a_pack_may_be_handed_over_on_its_last_day():
    assert judged("genuine", expiry=TODAY).verdict is Verdict.GENUINE


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_a_product_outside_the_catalogue_is_unknown_but_no_alarm(verdict):
    judgement = judged(verdict, product=None)
    assert (judgement.verdict, judgement.level) == (Verdict.UNKNOWN, 3)
    assert PRODUCT.gtin in judgement.words.fa
    assert PRODUCT.gtin in judgement.words.en


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_a_pack_of_another_medicine_does_not_match_the_item(verdict):
    judgement = judged(verdict, item=IBUPROFEN)
    assert (judgement.verdict, judgement.level) == (Verdict.MISMATCH, 2)
    assert PRODUCT.name_fa in judgement.words.fa
    assert PRODUCT.name_en in judgement.words.en


def test_a_pack_scanned_by_itself_is_compared_with_no_item():
    assert judged("genuine", item=None).verdict is Verdict.GENUINE


def test_a_pack_that_this_pharmacy_handed_over_itself_is_a_message_and_not_an_alarm():
    earlier = DispenseNumber("1057Y3KP0M4A", 1, 2)
    judgement = judged("already_supplied", earlier=earlier)
    assert (judgement.verdict, judgement.level, judgement.refuses) == ("already_supplied", 2, True)
    assert str(earlier) in judgement.words.fa
    assert str(earlier) in judgement.words.en


def test_an_earlier_dispense_softens_nothing_but_already_supplied():
    assert judged("stolen", earlier=DispenseNumber("1057Y3KP0M4A", 1, 2)).level == 5


def test_every_verdict_has_a_level_and_words_that_say_what_to_do_with_the_pack_and_to_the_patient():
    assert set(LEVELS) == set(ADVICE) == set(Verdict)
    for verdict, words in ADVICE.items():
        if verdict is not Verdict.GENUINE:
            assert "به بیمار بگویید" in words.fa
            assert "Tell the patient" in words.en
        if verdict.refuses:
            assert "تحویل ندهید" in words.fa
            assert "not supply" in words.en


@given(
    expiry=st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 1, 1)),
    product=st.sampled_from([None, PRODUCT]),
    item=st.sampled_from([None, PARACETAMOL, IBUPROFEN]),
    verdict=st.one_of(st.none(), st.sampled_from(Verdict), st.text(max_size=12)),
)
def test_a_pack_is_handed_over_only_if_nothing_at_all_speaks_against_it(expiry, product, item, verdict):
    judgement = judged(verdict, product=product, item=item, expiry=expiry)
    harmless = verdict is None or verdict not in set(Verdict) or not Verdict(verdict).refuses
    fits = expiry >= TODAY and product is not None and item in {None, PARACETAMOL}
    assert judgement.refuses is not (fits and harmless)
    assert 0 <= judgement.level <= 5
    assert judgement.words.fa
    assert judgement.words.en
