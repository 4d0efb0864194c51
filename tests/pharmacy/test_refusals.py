"""What is not handed over, what needs a reason first, and who answers for it; a refusal leaves nothing behind."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, select

import codings.queries as codings
from codings.actions import affiliate, set_licence
from codings.outcomes import CodeUnknown, NotHere, PractitionerSuspended
from codings.states import LicenceState
from pharmacy import actions
from pharmacy.outcomes import (
    DispenseRefused,
    NoPharmacist,
    OverrideNeeded,
    PackRepeated,
)
from pharmacy.states import PackUseState
from pharmacy.tables import AuthenticityCheck, Dispense, Pack, PackUse, WindowUse
from prescriber import actions as prescriber_actions
from prescriber.outcomes import CancelRequested
from tests import factories
from tests.factories import AT
from tests.pharmacy import counter
from tests.pharmacy.counter import (
    ANOTHER_TEN,
    IBUPROFEN_TEN,
    TWENTY,
    WARFARIN,
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


class TestRefused:
    """Each refusal says which rule, and leaves nothing behind."""

    @pytest.fixture(autouse=True)
    def nothing_is_left(self, session, number):
        yield
        for table in (Dispense, Pack, PackUse, AuthenticityCheck, WindowUse):
            assert session.exec(select(table)).first() is None
        assert counter.remaining(session, number)[0] == Decimal(30)

    def test_more_than_remains(self, session, here, held):
        scans = dict.fromkeys([barcode(session, TWENTY), barcode(session, TWENTY)])
        with pytest.raises(DispenseRefused) as no:
            hand_over(session, order(held, line(scans, irc=TWENTY, quantity="40")), by=here.by())
        assert rules(no) == [("PH-QUANTITY", "stop")]

    def test_another_medicine(self, session, here, held):
        scan = barcode(session, IBUPROFEN_TEN)
        with pytest.raises(DispenseRefused) as no:
            hand_over(session, order(held, line({scan: None}, irc=IBUPROFEN_TEN)), by=here.by())
        assert {("PH-GENERIC", "stop"), ("PH-PACK", "stop")} <= set(rules(no))

    def test_a_pack_that_is_not_the_product_of_its_line(self, session, here, held):
        scan = barcode(session, ANOTHER_TEN)
        with pytest.raises(DispenseRefused) as no:
            hand_over(session, order(held, line({scan: None})), by=here.by())
        assert ("PH-PACK", "stop") in rules(no)

    def test_counts_that_do_not_add_up(self, session, here, held):
        with pytest.raises(DispenseRefused) as no:
            hand_over(session, order(held, line({barcode(session): "9"})), by=here.by())
        assert ("PH-COUNT", "stop") in rules(no)

    @pytest.mark.parametrize(
        "verdict", ["already_supplied", "unknown", "recalled", "expired", "withdrawn", "stolen", "mismatch"]
    )
    def test_a_pack_with_a_refusing_verdict(self, session, here, held, verdict):
        scan = barcode(session)
        with pytest.raises(DispenseRefused) as no:
            hand_over(session, order(held, line({scan: None})), by=here.by(), verdicts={scan: verdict})
        assert ("PH-PACK", "stop") in rules(no)

    def test_an_expired_pack_whatever_the_authority_says(self, session, here, held):
        scan = barcode(session, expiry=AT.date() - timedelta(days=1))
        with pytest.raises(DispenseRefused) as no:
            hand_over(session, order(held, line({scan: None})), by=here.by())
        assert ("PH-PACK", "stop") in rules(no)

    def test_the_same_pack_twice(self, session, here, held):
        scan = barcode(session)
        wanted = order(held, line({scan: "5"}, quantity="5"), line({scan: "5"}, quantity="5"))
        with pytest.raises(PackRepeated) as no:
            hand_over(session, wanted, by=here.by())
        assert no.value.pointer == "/lines/1/packs/0/barcode"

    def test_the_same_pack_twice_by_two_spellings_of_its_code(self, session, here, held):
        scan = barcode(session)
        wanted = order(held, line({scan: "5", f"]d2{scan}": "5"}))
        with pytest.raises(PackRepeated):
            hand_over(session, wanted, by=here.by())

    def test_a_reason_that_is_in_no_list(self, session, here, held):
        wanted = order(
            held,
            line({barcode(session): None}, substitution_reason="out-of-stock"),
            not_dispensed=[{"item": 1, "reason": "i-felt-like-it"}],
        )
        with pytest.raises(CodeUnknown) as no:
            hand_over(session, wanted, by=here.by())
        assert no.value.pointer == "/not_dispensed/0/reason"

    def test_while_a_cancellation_waits(self, session, clinic, here, number, held):
        prescriber_actions.cancel(session, number=number, reason="wrong-patient", held=True, by=clinic.by())
        with pytest.raises(CancelRequested):
            hand_over(session, order(held, line({barcode(session): None})), by=here.by())

    def test_by_nobody(self, session, here, held):
        suspend(session, here)
        with pytest.raises(PractitionerSuspended):
            hand_over(session, order(held, line({barcode(session): None})), by=here.by())


def suspend(session: Session, pharmacy):
    set_licence(
        session,
        council=pharmacy.pharmacist.council,
        state=LicenceState.SUSPENDED,
        by=factories.council_officer(),
    )


class TestAsk:
    """A pack that will not last the treatment: the pharmacist decides, and says why."""

    @pytest.fixture
    def short(self, session):
        return barcode(session, expiry=AT.date() + timedelta(days=3))

    def test_without_a_reason_it_stops(self, session, here, held, short):
        with pytest.raises(OverrideNeeded) as no:
            hand_over(session, order(held, line({short: None})), by=here.by())
        assert [found.id for found in no.value.findings if found.severity == "ask"] == ["PH-EXPIRES:1"]

    def test_with_a_reason_it_goes_through_and_the_reason_stays(self, session, here, held, short):
        wanted = order(
            held, line({short: None}), overrides=[{"finding": "PH-EXPIRES:1", "reason": "no-alternative"}]
        )
        view = hand_over(session, wanted, by=here.by())
        assert view.overrides == (("PH-EXPIRES:1", "no-alternative"),)

    def test_the_reason_comes_from_the_list(self, session, here, held, short):
        wanted = order(
            held, line({short: None}), overrides=[{"finding": "PH-EXPIRES:1", "reason": "why not"}]
        )
        with pytest.raises(CodeUnknown):
            hand_over(session, wanted, by=here.by())

    def test_a_reason_never_answers_a_stop(self, session, here, held):
        wanted = order(
            held,
            line({barcode(session): "9"}),
            overrides=[{"finding": "PH-COUNT:1.1", "reason": "no-alternative"}],
        )
        with pytest.raises(DispenseRefused):
            hand_over(session, wanted, by=here.by())

    def test_a_reason_for_nothing_is_not_kept(self, session, here, held):
        wanted = order(
            held,
            line({barcode(session): None}),
            overrides=[{"finding": "PH-EXPIRES:1", "reason": "no-alternative"}],
        )
        assert hand_over(session, wanted, by=here.by()).overrides == ()


class TestUnverified:
    def test_an_ordinary_medicine_is_handed_over_and_verified_later(self, session, here, held):
        scan = barcode(session)
        view = hand_over(session, order(held, line({scan: None})), by=here.by(), verdicts={scan: None})
        assert [pack.state for pack in view.lines[0].packs] == [PackUseState.PENDING_VERIFY]

    def test_a_high_risk_one_waits(self, session, clinic, here):
        number = prescribe(session, clinic, item(WARFARIN, quantity="30"))
        held = actions.accept(session, number=number, by=here.by()).acceptance
        product = codings.products_of(session, WARFARIN)[0]
        scan = barcode(session, product.irc)
        wanted = order(held, line({scan: "1"}, irc=product.irc, quantity="1"))
        with pytest.raises(DispenseRefused) as no:
            hand_over(session, wanted, by=here.by(), verdicts={scan: None}, generics={1: WARFARIN})
        assert ("PH-UNVERIFIED", "stop") in rules(no)
        assert hand_over(session, wanted, by=here.by(), generics={1: WARFARIN}).number.d == 1


class TestWhoAnswersForIt:
    @pytest.fixture
    def till(self, here):
        return factories.machine(here.centre, "pharmacy")

    def test_a_machine_may_name_the_pharmacist(self, session, here, held, till):
        second = factories.pharmacist(session, here.centre)
        wanted = order(held, line({barcode(session): None}), pharmacist=second.council)
        assert hand_over(session, wanted, by=till).pharmacist == second.council

    def test_left_out_it_is_the_pharmacy_s_own(self, session, here, held, till):
        factories.pharmacist(session, here.centre)
        wanted = order(held, line({barcode(session): None}))
        assert hand_over(session, wanted, by=till).pharmacist == here.pharmacist.council

    def test_a_suspended_one_is_passed_over(self, session, here, held, till):
        second = factories.pharmacist(session, here.centre)
        suspend(session, here)
        wanted = order(held, line({barcode(session): None}))
        assert hand_over(session, wanted, by=till).pharmacist == second.council

    def test_one_who_starts_tomorrow_is_passed_over(self, session, till, clinic, number):
        young = factories.pharmacy(session)
        newcomer = factories.pharmacist(session)
        affiliate(
            session,
            council=newcomer.council,
            siam=young.siam,
            since=AT.date() + timedelta(days=1),
            by=factories.codings_editor(),
        )
        by = factories.machine(young, "pharmacy")
        held = actions.accept(session, number=number, by=by).acceptance
        with pytest.raises(NoPharmacist):
            hand_over(session, order(held, line({barcode(session): None})), by=by)

    def test_a_person_signed_in_answers_for_their_own_dispense(self, session, here, held):
        second = factories.pharmacist(session, here.centre)
        wanted = order(held, line({barcode(session): None}), pharmacist=second.council)
        assert hand_over(session, wanted, by=here.by()).pharmacist == here.pharmacist.council

    def test_a_pharmacist_of_another_pharmacy_does_not(self, session, elsewhere, held, till):
        wanted = order(held, line({barcode(session): None}), pharmacist=elsewhere.pharmacist.council)
        with pytest.raises(NotHere):
            hand_over(session, wanted, by=till)

    def test_a_physician_of_the_place_does_not_either(self, session, here, held, till):
        physician = factories.physician(session, here.centre)
        wanted = order(held, line({barcode(session): None}), pharmacist=physician.council)
        with pytest.raises(NoPharmacist):
            hand_over(session, wanted, by=till)
