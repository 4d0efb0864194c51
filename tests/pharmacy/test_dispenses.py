"""Handing over: what is recorded, what it costs, what is left, and who may read it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

import codings.queries as codings
from codings import jws
from codings.base import Role
from codings.systems import line_gross
from pharmacy import actions, queries
from pharmacy.outcomes import (
    AcceptanceReleased,
    DispenseRecorded,
    DispenseRefused,
    DispenseUnknown,
)
from pharmacy.receipt import receipt_content
from pharmacy.states import DispenseNumber, DispenseState, PackUseState
from pharmacy.tables import Dispense, DispenseStatus, WindowUse
from prescriber.outcomes import AlreadyDispensed
from tests import factories
from tests.factories import AT
from tests.pharmacy import counter
from tests.pharmacy.counter import (
    IBUPROFEN,
    IBUPROFEN_TEN,
    TWENTY,
    barcode,
    hand_over,
    item,
    line,
    order,
    prescribe,
)


@pytest.fixture
def held(session, here, number):
    return actions.accept(session, number=number, by=here.by()).acceptance


def rules(no):
    return [(found.rule, str(found.severity)) for found in no.value.findings]


def test_a_dispense_records_who_what_when_and_from_which_packs(session, here, number, held):
    scans = [barcode(session) for _ in range(2)]
    view = hand_over(session, order(held, line(dict.fromkeys(scans), quantity="20")), by=here.by(minutes=5))
    assert view.number == DispenseNumber(number.shabad, number.n, 1)
    assert (view.pharmacy, view.pharmacist) == (here.centre.siam, here.pharmacist.council)
    assert view.dispensed_at == AT + timedelta(minutes=5)
    assert view.state is DispenseState.RECORDED
    (one,) = view.lines
    assert (one.line, one.item, one.generic, one.quantity) == (1, 1, "90001", Decimal(20))
    assert [(pack.uid, pack.count, pack.state) for pack in one.packs] == [
        (uid, Decimal(10), PackUseState.CONSUMED) for uid in sorted(map(counter.uid_of, scans))
    ]
    assert counter.remaining(session, number) == [Decimal(10)]
    assert counter.status(session, number) == "partly_dispensed"


def test_what_dispense_answers_is_what_is_stored(session, clinic, here):
    number = prescribe(session, clinic, item(quantity="30", days=10), item(IBUPROFEN, quantity="30"))
    held = actions.accept(session, number=number, by=here.by()).acceptance
    wanted = order(
        held,
        line({barcode(session): None, barcode(session): "5"}, quantity="15"),
        line(
            {barcode(session, IBUPROFEN_TEN): None},
            n=2,
            irc=IBUPROFEN_TEN,
            substitution_reason="out-of-stock",
        ),
        not_dispensed=[{"item": 2, "reason": "later"}, {"item": 1, "reason": "out-of-stock"}],
    )
    view = hand_over(session, wanted, by=here.by(), generics={2: IBUPROFEN})
    session.expire_all()
    assert queries.dispense(session, number=view.number, by=here.by()) == view


def test_gross_is_decided_once_by_price_quantity_and_pack_size(session, here, number, held):
    wanted = order(held, line({barcode(session, TWENTY): "7"}, irc=TWENTY, quantity="7"))
    view = hand_over(session, wanted, by=here.by())
    product = codings.products(session, {TWENTY})[TWENTY]
    assert view.lines[0].gross == line_gross(product.price, Decimal(7), Decimal(20))
    product.price = 1
    session.flush()
    assert queries.dispense(session, number=view.number, by=here.by()).gross == view.gross


def test_a_birth_is_a_row_of_history_and_an_event_goes_out(session, here, number, held):
    view = hand_over(session, order(held, line({barcode(session): None})), by=here.by())
    (step,) = session.exec(select(DispenseStatus).where(DispenseStatus.shabad == number.shabad)).all()
    assert (step.from_state, step.to_state, step.by) == (None, "recorded", here.by().id)
    assert session.info["events"][-1] == DispenseRecorded(**view.number._asdict())


def test_an_item_may_be_handed_over_as_several_products(session, here, number, held):
    wanted = order(
        held,
        line({barcode(session): None}),
        line({barcode(session, TWENTY): None}, irc=TWENTY, quantity="20"),
    )
    view = hand_over(session, wanted, by=here.by())
    assert [(one.irc, one.quantity) for one in view.lines] == [
        (counter.TEN, Decimal(10)),
        (TWENTY, Decimal(20)),
    ]
    assert counter.remaining(session, number) == [Decimal(0)]
    assert counter.status(session, number) == "dispensed"


def test_a_prescription_is_handed_over_in_parts_and_the_parts_are_numbered(session, here, number, held):
    for d in (1, 2):
        assert hand_over(session, order(held, line({barcode(session): None})), by=here.by()).number.d == d
    assert [view.number.d for view in queries.dispenses_of(session, number=number)] == [1, 2]
    assert counter.remaining(session, number) == [Decimal(10)]


def test_the_last_part_closes_the_acceptance(session, here, number, held):
    scans = dict.fromkeys([barcode(session) for _ in range(3)])
    hand_over(session, order(held, line(scans, quantity="30")), by=here.by())
    assert queries.held(session, number=number, at=AT) is None
    with pytest.raises(AlreadyDispensed):
        hand_over(session, order(held, line({barcode(session): None})), by=here.by())


def test_a_part_keeps_it_open(session, here, number, held):
    hand_over(session, order(held, line({barcode(session): None})), by=here.by())
    assert queries.held(session, number=number, at=AT) is not None


def test_fractions_of_a_tablet_are_exact(session, here, number, held):
    wanted = order(held, line({barcode(session): "2.5"}, quantity="2.5"))
    assert hand_over(session, wanted, by=here.by()).lines[0].quantity == Decimal("2.5")
    assert counter.remaining(session, number) == [Decimal("27.5")]


def test_two_fills_that_are_open_together_are_drawn_together_and_the_windows_are_kept(session, clinic, here):
    number = prescribe(session, clinic, item(quantity="30", days=10, repeats=1))
    later = here.by(days=11)
    held = actions.accept(session, number=number, by=later).acceptance
    scans = dict.fromkeys([barcode(session, TWENTY), barcode(session, TWENTY)])
    view = hand_over(session, order(held, line(scans, irc=TWENTY, quantity="40")), by=later)
    drawn = session.exec(select(WindowUse).where(WindowUse.shabad == number.shabad)).all()
    assert {(row.window, row.quantity) for row in drawn} == {(1, Decimal(30)), (2, Decimal(10))}
    assert view.lines[0].quantity == Decimal(40)


def test_a_fill_that_is_not_open_yet_cannot_be_had(session, clinic, here):
    number = prescribe(session, clinic, item(quantity="30", days=10, repeats=1))
    held = actions.accept(session, number=number, by=here.by()).acceptance
    scans = dict.fromkeys([barcode(session, TWENTY), barcode(session, TWENTY)])
    with pytest.raises(DispenseRefused) as no:
        hand_over(session, order(held, line(scans, irc=TWENTY, quantity="40")), by=here.by())
    assert ("PH-QUANTITY", "stop") in rules(no)


class TestReading:
    @pytest.fixture
    def view(self, session, here, number):
        return counter.dispensed(session, here, number, barcode(session))

    def test_a_dispense_is_its_pharmacy_s_and_the_service_s(self, session, here, elsewhere, view):
        assert queries.dispense(session, number=view.number, by=here.by()) == view
        assert queries.dispense(session, number=view.number, by=factories.actor(role=Role.SERVICE)) == view
        for by, number in (
            (elsewhere.by(), view.number),
            (here.by(), view.number._replace(d=2)),
        ):
            with pytest.raises(DispenseUnknown) as no:
                queries.dispense(session, number=number, by=by)
            assert no.value.facts == {}

    def test_the_newest_dispenses_of_a_pharmacy(self, session, clinic, here, elsewhere, view):
        second = prescribe(session, clinic)
        held = actions.accept(session, number=second, by=here.by(minutes=1))
        wanted = order(
            held.acceptance,
            line({barcode(session): None}),
            line({barcode(session, TWENTY): None}, irc=TWENTY, quantity="20"),
        )
        newest = hand_over(session, wanted, by=here.by(minutes=2))
        counter.dispensed(session, elsewhere, prescribe(session, clinic), barcode(session))
        shown = queries.recent(session, by=here.by())
        assert [row.number for row in shown] == [newest.number, view.number]
        assert (shown[0].lines, shown[0].gross) == (2, newest.gross)
        assert [row.number for row in queries.recent(session, by=here.by(), limit=1)] == [newest.number]

    def test_an_order_is_checked_without_looking_at_packs_and_nothing_is_written(self, session, here, clinic):
        number = prescribe(session, clinic)
        held = actions.accept(session, number=number, by=here.by()).acceptance
        found = actions.check_order(
            session, number=number, order=order(held, line({"whatever": "9"})), packs=None, by=here.by()
        )
        assert [one.rule for one in found] == ["PH-COUNT", "PH-LEFT-OUT"]
        assert session.exec(select(Dispense).where(Dispense.shabad == number.shabad)).first() is None


class TestReceipt:
    @pytest.fixture
    def view(self, session, here, number):
        return counter.dispensed(session, here, number, barcode(session))

    def test_it_is_filed_once(self, session, here, view):
        statement = view.acceptance  # any UUID
        actions.file_statement_and_receipt(
            session, number=view.number, statement=statement, receipt="a.b.c", by=here.by()
        )
        stored = queries.dispense(session, number=view.number, by=here.by())
        assert (stored.statement, stored.receipt) == (statement, "a.b.c")
        with pytest.raises(DispenseUnknown):
            actions.file_statement_and_receipt(
                session, number=view.number, statement=statement, receipt="x.y.z", by=here.by()
            )
        assert queries.dispense(session, number=view.number, by=here.by()).receipt == "a.b.c"

    def test_another_pharmacy_files_nothing(self, session, elsewhere, view):
        with pytest.raises(DispenseUnknown):
            actions.file_statement_and_receipt(
                session, number=view.number, statement=view.acceptance, receipt="a.b.c", by=elsewhere.by()
            )

    def test_its_content_is_canonical_and_holds_no_float(self, view):
        content = receipt_content(view, statement_id=view.acceptance, totals={"gross": view.gross}, at=AT)
        assert jws.canonical(content)
        assert content["dispense"] == str(view.number)
        assert content["lines"][0]["quantity"] == "10"
        pack = view.lines[0].packs[0]
        told = {"uid": pack.uid, "gtin": pack.gtin, "lot": "A1", "expiry": "2028-06-30", "count": "10"}
        assert content["lines"][0]["packs"] == [told]
        assert content["totals"] == {"gross": view.gross}


def test_an_acceptance_that_was_closed_by_the_last_part_says_so_even_when_something_came_back(
    session, here, number, held
):
    scans = dict.fromkeys([barcode(session) for _ in range(3)])
    view = hand_over(session, order(held, line(scans, quantity="30")), by=here.by())
    actions.take_back(session, number=view.number, reason="dispensing-error", by=here.by())
    with pytest.raises(AcceptanceReleased):
        hand_over(session, order(held, line({barcode(session): None})), by=here.by())
