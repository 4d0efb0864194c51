"""The rules of the counter, each with an order that breaks it and one that does not."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.gs1 import PackCode
from codings.tables import Product
from pharmacy.packs import AuthorityAnswer, CheckedPack, judge
from pharmacy.rules import RULES, Line, Order, Prescribed, findings

TODAY = date(2026, 12, 1)
PARACETAMOL, IBUPROFEN = "60000", "60001"


def product(generic=PARACETAMOL, *, irc="1228012345678901", size="20"):
    return Product(
        irc=irc,
        gtin="06260123456786",
        generic=generic,
        name_fa="فرآوردهٔ نمونه",
        name_en="Sample product",
        maker="Sample",
        pack_size=Decimal(size),
        price=100_000,
        release="demo",
    )


def prescribed(item=1, *, generic=PARACETAMOL, left="40", guarded=False, days=10):
    return Prescribed(
        item=item,
        name="Paracetamol 500 mg",
        generic=generic,
        duration_days=days,
        open=Decimal(left),
        guarded=guarded,
    )


def pack(of=None, verdict="genuine", *, n=1, expiry=date(2028, 1, 31), remaining=None, generic=PARACETAMOL):
    """A pack that was looked at; a verdict of None means that the authority was silent."""
    of = of or product()
    code = PackCode(gtin=of.gtin, uid=f"{n:020}", expiry=expiry, lot="A1", raw="")
    answer = None
    if verdict is not None:
        answer = AuthorityAnswer(
            verdict=verdict,
            request_id="r",
            answered_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
            remaining=None if remaining is None else Decimal(remaining),
            detail={},
        )
    return CheckedPack(
        code=code, product=of, judgement=judge(code, of, answer, item=generic, on=TODAY), answer=answer
    )


UNKNOWN = object()


def line(n=1, *, item=1, quantity="20", counts=(None,), packs=None, of=None):
    shelf = None if of is UNKNOWN else of or product()
    return Line(
        line=n,
        item=item,
        irc="1228012345678901" if shelf is None else shelf.irc,
        product=shelf,
        quantity=Decimal(quantity),
        counts=tuple(None if count is None else Decimal(count) for count in counts),
        packs=packs,
    )


def said(*lines, items=None, not_dispensed=()):
    """(rule, severity, items) of each finding, in order."""
    known = items or [prescribed()]
    order = Order(
        prescribed={one.item: one for one in known}, lines=lines, not_dispensed=not_dispensed, on=TODAY
    )
    return [(found.rule, str(found.severity), found.items) for found in findings(order)]


def test_an_order_that_fits_is_met_with_silence():
    assert said(line(quantity="40", counts=(None, None), packs=(pack(n=1), pack(n=2)))) == []


def test_a_line_for_an_item_that_is_not_prescribed_stops():
    assert ("PH-ITEM", "stop", (7,)) in said(line(item=7))


def test_a_word_about_an_item_that_is_not_prescribed_stops_too():
    assert ("PH-ITEM", "stop", (7,)) in said(line(), not_dispensed=[7])


def test_a_product_that_nobody_knows_stops():
    assert said(line(of=UNKNOWN, quantity="40")) == [("PH-PRODUCT", "stop", (1,))]


def test_another_generic_presentation_stops_even_with_a_reason():
    assert said(line(of=product(IBUPROFEN), quantity="40", counts=(None, None))) == [
        ("PH-GENERIC", "stop", (1,))
    ]


def test_another_product_of_the_same_generic_is_handed_over_freely():
    assert said(line(of=product(irc="1228012345678999"), quantity="40", counts=(None, None))) == []


def test_more_than_what_is_open_stops():
    assert said(line(quantity="60", counts=(None, None, None))) == [("PH-QUANTITY", "stop", (1,))]


def test_the_lines_of_an_item_are_added_up_before_they_are_compared_with_what_is_open():
    lines = (line(1, quantity="20"), line(2, quantity="20"), line(3, quantity="20"))
    assert said(*lines) == [("PH-QUANTITY", "stop", (1,))]
    assert said(*lines[:2]) == []


def test_an_item_of_which_nothing_is_open_says_so_in_other_words():
    order = Order(
        prescribed={1: prescribed(left="0")}, lines=[line(quantity="20")], not_dispensed=(), on=TODAY
    )
    (found,) = findings(order)
    assert "nothing may be dispensed" in found.message.en


@pytest.mark.parametrize(
    ("quantity", "counts", "stops"),
    [
        ("40", (None, None), False),
        ("40", ("20", None), False),
        ("25", (None, "5"), False),
        ("0.5", ("0.5",), False),
        ("40", (None,), True),
        ("20", (None, None), True),
        ("39.999", (None, None), True),
        ("40", ("40",), True),  # adds up, but no pack holds that many
        ("40", ("30", "10"), True),
    ],
)
def test_the_counts_add_up_to_the_quantity_and_none_is_more_than_a_pack_holds(quantity, counts, stops):
    found = said(line(quantity=quantity, counts=counts), not_dispensed=[1])
    assert (("PH-COUNT", "stop", (1,)) in found) is stops


@pytest.mark.parametrize(
    "verdict", ["already_supplied", "unknown", "recalled", "expired", "withdrawn", "stolen", "mismatch"]
)
def test_every_refusing_verdict_stops(verdict):
    assert said(line(quantity="20", packs=(pack(verdict=verdict),)), not_dispensed=[1]) == [
        ("PH-PACK", "stop", (1,))
    ]


def test_a_pack_of_another_medicine_stops():
    other = pack(product(IBUPROFEN, irc="1228012345678999"))
    assert ("PH-PACK", "stop", (1,)) in said(line(packs=(other,)), not_dispensed=[1])


def test_a_pack_of_another_product_than_its_line_says_stops_although_the_medicine_is_the_same():
    other = pack(product(irc="1228012345678999"))
    assert said(line(packs=(other,)), not_dispensed=[1]) == [("PH-PACK", "stop", (1,))]


def test_a_pack_of_which_the_authority_knows_fewer_units_stops():
    found = said(line(quantity="15", counts=("15",), packs=(pack(remaining="10"),)), not_dispensed=[1])
    assert found == [("PH-REMAINING", "stop", (1,))]
    assert said(line(quantity="10", counts=("10",), packs=(pack(remaining="10"),)), not_dispensed=[1]) == []


def test_an_unverified_pack_of_an_ordinary_medicine_is_said_and_goes_through():
    order = Order(
        prescribed={1: prescribed()}, lines=[line(packs=(pack(verdict=None),))], not_dispensed=[1], on=TODAY
    )
    (found,) = findings(order)
    assert (found.rule, found.severity, found.verdict) == ("PH-UNVERIFIED", "tell", "unknown")


def test_an_unverified_pack_of_a_controlled_or_high_risk_medicine_waits():
    found = said(line(packs=(pack(verdict=None),)), items=[prescribed(guarded=True)], not_dispensed=[1])
    assert found == [("PH-UNVERIFIED", "stop", (1,))]


def test_a_verified_pack_of_such_a_medicine_is_handed_over():
    assert said(line(packs=(pack(),)), items=[prescribed(guarded=True)], not_dispensed=[1]) == []


@pytest.mark.parametrize(("expiry", "asks"), [(date(2026, 12, 9), True), (date(2026, 12, 10), False)])
def test_a_pack_that_will_not_last_the_treatment_asks(expiry, asks):
    found = said(line(packs=(pack(expiry=expiry),)), items=[prescribed(days=10)], not_dispensed=[1])
    assert (found == [("PH-EXPIRES", "ask", (1,))]) is asks
    assert bool(found) is asks


def test_two_short_dated_packs_of_an_item_ask_once():
    short = date(2026, 12, 5)
    lines = [line(1, packs=(pack(n=1, expiry=short),)), line(2, packs=(pack(n=2, expiry=short),))]
    assert said(*lines) == [("PH-EXPIRES", "ask", (1,))]


def test_what_remains_without_a_word_is_said():
    assert said(line()) == [("PH-LEFT-OUT", "tell", (1,))]
    assert said(line(), items=[prescribed(), prescribed(2)]) == [
        ("PH-LEFT-OUT", "tell", (1,)),
        ("PH-LEFT-OUT", "tell", (2,)),
    ]
    assert said(line(), items=[prescribed(), prescribed(2)], not_dispensed=[1, 2]) == []


def test_an_item_that_is_used_up_is_not_missed():
    assert said(line(quantity="40", counts=(None, None)), items=[prescribed(), prescribed(2, left="0")]) == []


def test_pack_rules_keep_silent_when_an_order_is_only_priced():
    assert said(line(quantity="40", counts=(None, None), packs=None)) == []


def test_the_gravest_comes_first():
    lines = [line(1, quantity="20", packs=(pack(n=1, expiry=date(2026, 12, 3)),)), line(2, item=9)]
    assert [severity for _, severity, _ in said(*lines)] == ["stop", "ask", "tell"]


def test_ids_tell_findings_apart_and_are_the_same_in_every_call():
    lines = [line(1, quantity="20", counts=("1",)), line(2, quantity="20", counts=("1",))]
    order = Order(prescribed={1: prescribed()}, lines=lines, not_dispensed=(), on=TODAY)
    first = [found.id for found in findings(order)]
    assert first == ["PH-COUNT:1.1", "PH-COUNT:1.2"]
    assert [found.id for found in findings(order)] == first


def test_every_finding_says_something_to_do_in_both_languages():
    short = date(2026, 12, 3)
    lines = [
        line(
            1, quantity="60", counts=("1", "2"), packs=(pack(n=1, verdict="stolen"), pack(n=2, expiry=short))
        ),
        line(2, item=2, quantity="5", counts=("5",), packs=(pack(n=3, remaining="1"),)),
        line(3, item=3, packs=(pack(n=4, verdict=None),)),
        line(4, item=9),
        line(5, item=4, of=UNKNOWN),
        line(6, item=4, of=product(IBUPROFEN)),
    ]
    items = [prescribed(n, guarded=n == 3) for n in range(1, 5)]
    order = Order(prescribed={one.item: one for one in items}, lines=lines, not_dispensed=(), on=TODAY)
    found = findings(order)
    assert {one.rule for one in found} == {f"PH-{name}" for name in WHOLE_TABLE}
    assert len(WHOLE_TABLE) == len(RULES)
    for one in found:
        shown = one.as_json()
        assert shown["message"]["fa"]
        assert shown["message"]["en"]
        assert "{" not in shown["message"]["fa"] + shown["message"]["en"]
        assert all(fix["label"]["fa"] and fix["label"]["en"] for fix in shown["fix"])
        assert shown["fix"]
        assert shown["facts"]
        assert shown["source"] == "noskheh:pharmacy-rules"


WHOLE_TABLE = {
    "ITEM",
    "PRODUCT",
    "GENERIC",
    "QUANTITY",
    "COUNT",
    "PACK",
    "REMAINING",
    "UNVERIFIED",
    "EXPIRES",
    "LEFT-OUT",
}

AMOUNTS = st.decimals(min_value="0.001", max_value="60", places=3)


@given(size=AMOUNTS, counts=st.lists(st.none() | AMOUNTS, min_size=1, max_size=6), off=st.integers(-2, 2))
def test_an_order_passes_exactly_when_its_packs_can_give_exactly_what_it_says(size, counts, off):
    shelf = product(size=str(size))
    taken = [size if count is None else count for count in counts]
    quantity = sum(taken) + off * Decimal("0.001")
    if quantity <= 0:
        return
    order = line(quantity=str(quantity), counts=counts, of=shelf)
    stops = said(order, items=[prescribed(left="1000")], not_dispensed=[1])
    possible = off == 0 and all(count <= size for count in taken)
    assert (stops == []) is possible


@given(left=AMOUNTS, wanted=st.lists(AMOUNTS, min_size=1, max_size=5))
def test_never_more_than_what_is_open_however_it_is_split_over_lines(left, wanted):
    lines = [
        line(n, quantity=str(one), counts=(str(one),), of=product(size="60"))
        for n, one in enumerate(wanted, start=1)
    ]
    stopped = ("PH-QUANTITY", "stop", (1,)) in said(*lines, items=[prescribed(left=str(left))])
    assert stopped is (sum(wanted) > left)
