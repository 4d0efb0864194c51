"""Reading the ground floor: search as people type, lookups by sets, and who practises where."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

import codings.queries as codings
from codings.actions import (
    add_centre,
    add_practitioner,
    affiliate,
    set_centre_licence,
    set_licence,
)
from codings.base import Actor
from codings.outcomes import (
    CentreExists,
    CentreSuspended,
    CentreUnknown,
    CodeUnknown,
    IdentifierRefused,
    LicenceStateUnchanged,
    NotHere,
    PractitionerExists,
    PractitionerSuspended,
    PractitionerUnknown,
    SystemUnknown,
)
from codings.queries.search.words import tokens
from codings.states import CentreKind, HolderKind, LicenceState
from codings.systems import FREQUENCY, GENERIC, ICD10, PROVINCE
from codings.tables import CentreStatus, PractitionerStatus
from codings.text import fold
from tests.factories import (
    AT,
    LICENSED_SINCE,
    TEHRAN_PROVINCE,
    clinic,
    codings_editor,
    council_officer,
    pharmacist,
    pharmacy,
    physician,
)

EDITOR: Actor = codings_editor()


# --- Search ---------------------------------------------------------------------------------------


def codes(session, text, system="medicine", limit=50):
    return [found.code for found in codings.search(session, system, text, limit)]


@pytest.mark.parametrize(
    "text",
    [
        "paracetamol 500 tab",
        "tab 500 para",
        "500mg PARAC",
        "۵۰۰ parac tab",
        "استامینوفن قرص ۵۰۰",
        "٥٠٠ استامي قرص",  # Arabic digits and an Arabic ye
        "قرص استامین 500",
        "90001",
    ],
)
def test_words_are_found_in_any_order_cut_short_and_in_either_script(session, text):
    assert codes(session, text)[0] == "90001"


@pytest.mark.parametrize(
    ("text", "generic"),
    [
        ("co-trimox", "90021"),
        ("cotrimox", "90021"),
        ("co trimox", "90021"),
        ("سولفامتوکسازول", "90021"),
        ("کوآموکسی", "90012"),
        ("كواموكسي", "90012"),  # Arabic kaf, no madda
        ("aspirin", "90054"),
    ],
)
def test_a_medicine_is_found_by_ingredient_and_with_or_without_hyphen_or_madda(session, text, generic):
    assert generic in codes(session, text)


def test_a_medicine_is_found_by_its_brand_and_the_row_says_which(session):
    (found,) = codings.search(session, "medicine", "demonstration A paracetamol 500", 1)
    assert found.code == "90001"
    assert found.matched == "Paracetamol 500 mg tablet (demonstration A)"


def test_a_row_found_by_its_own_name_needs_no_other_reason(session):
    assert {found.matched for found in codings.search(session, "medicine", "amoxicillin")} == {None}


def test_every_word_must_be_found(session):
    assert codes(session, "paracetamol warfarin") == []
    assert codes(session, "paracetamol") != []


@pytest.mark.parametrize("text", ["", "  ", "+", "\u200c", "!!", "   \n"])
def test_nothing_asked_finds_nothing(session, text):
    assert codes(session, text) == []


@pytest.mark.parametrize(("text", "code"), [("E11.9", "E11.9"), ("e119", "E11.9"), ("j02", "J02")])
def test_a_diagnosis_is_found_by_its_code_with_or_without_the_dot(session, text, code):
    assert codes(session, text, ICD10)[0] == code


def test_small_lists_are_searched_by_their_short_name_too(session):
    assert codes(session, "تهر", "province") == codes(session, "tehr", PROVINCE) == ["IR-23"]


def test_the_exact_code_comes_first(session):
    assert codes(session, "IR-02", PROVINCE)[0] == "IR-02"


def test_no_more_are_answered_than_asked_for_and_always_in_one_order(session):
    everything = codes(session, "tab")
    assert len(everything) > 5
    assert codes(session, "tab", limit=5) == everything[:5]
    assert codes(session, "tab", limit=0) == []


def test_a_found_row_names_its_release(session):
    (found,) = codings.search(session, "medicine", "90001")
    assert found.release == codings.release_of(session, GENERIC)
    assert (found.system, found.en) == (GENERIC, "paracetamol 500 mg tab")


@given(st.text())
def test_folding_is_stable(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(min_size=1))
def test_a_text_is_made_of_tokens_that_can_be_typed(text):
    assert all(token and not token.isspace() for token in tokens(fold(text)))


# --- Lookups --------------------------------------------------------------------------------------


def test_lookups_take_sets_and_leave_out_what_is_unknown(session):
    assert codings.medicines(session, {"90001", "90002", "0"}).keys() == {"90001", "90002"}
    assert codings.products(session, {"9999000090001001", "1"}).keys() == {"9999000090001001"}
    assert codings.products_by_gtin(session, {"02909000100018", "1"}).keys() == {"02909000100018"}
    assert codings.concepts(session, PROVINCE, {"IR-23", "IR-99"}).keys() == {"IR-23"}
    assert codings.practitioners(session, {"0"}) == {}


def test_an_empty_set_costs_no_question(session):
    for lookup in (codings.medicines, codings.products, codings.products_by_gtin, codings.cheapest_products):
        assert lookup(session, set()) == {}


def test_the_cheapest_product_is_the_one_with_the_lowest_price_of_a_unit(session):
    cheapest = codings.cheapest_products(session, {"90001", "90010"})
    assert cheapest.keys() == {"90001", "90010"}
    for generic, product in cheapest.items():
        every = codings.products_of(session, generic)
        assert len(every) > 1
        assert product.price * 1 / product.pack_size == min(p.price * 1 / p.pack_size for p in every)
        assert every[0] == product


def test_a_list_keeps_the_order_of_its_editors(session):
    frequencies = [concept.code for concept in codings.concept_list(session, FREQUENCY)]
    assert frequencies[:3] == ["1x1", "2x1", "3x1"]
    assert frequencies[-1] == "prn"


def test_a_code_that_is_not_in_the_list_is_refused_by_name(session):
    assert codings.require_code(session, PROVINCE, "IR-23").en == "Tehran"
    with pytest.raises(CodeUnknown) as refused:
        codings.require_code(session, PROVINCE, "IR-99", pointer="/province")
    assert refused.value.pointer == "/province"
    assert "IR-99" in refused.value.detail.en


def test_a_system_that_was_never_loaded_has_no_release(session):
    with pytest.raises(SystemUnknown):
        codings.release_of(session, "urn:noskheh:nothing")


# --- Registers ------------------------------------------------------------------------------------


def practises(session, person, centre, at=AT):
    return codings.practises(session, council=person.council, siam=centre.siam, at=at)


def test_a_physician_practises_where_they_are_affiliated_and_nowhere_else(session):
    here, there = clinic(session), clinic(session)
    person = physician(session, here)
    assert practises(session, person, here) == person
    with pytest.raises(NotHere):
        practises(session, person, there)


def test_unknown_people_and_centres_answer_like_people_of_other_centres(session):
    here = clinic(session)
    for council, siam in (("1", here.siam), ("1", "0000")):
        with pytest.raises(NotHere):
            codings.practises(session, council=council, siam=siam, at=AT)


def test_a_suspended_licence_stops_work_at_once_and_reinstating_gives_it_back(session):
    here = clinic(session)
    person = physician(session, here)
    officer = council_officer()
    set_licence(session, council=person.council, state=LicenceState.SUSPENDED, why="complaint 12", by=officer)
    with pytest.raises(PractitionerSuspended):
        practises(session, person, here)
    set_licence(session, council=person.council, state=LicenceState.ACTIVE, by=officer)
    practises(session, person, here)
    history = session.exec(
        select(PractitionerStatus)
        .where(PractitionerStatus.council == person.council)
        .order_by(col(PractitionerStatus.id))
    ).all()
    assert [(change.from_state, change.to_state) for change in history] == [
        (None, "active"),
        ("active", "suspended"),
        ("suspended", "active"),
    ]
    assert (history[1].by, history[1].why) == (officer.id, "complaint 12")


def test_a_suspended_centre_stops_everyone_there(session):
    here = clinic(session)
    person = physician(session, here)
    set_centre_licence(session, siam=here.siam, state=LicenceState.SUSPENDED, by=EDITOR)
    with pytest.raises(CentreSuspended):
        practises(session, person, here)
    assert len(session.exec(select(CentreStatus).where(CentreStatus.siam == here.siam)).all()) == 2


def test_suspending_twice_says_that_nothing_changed(session):
    person = physician(session)
    set_licence(session, council=person.council, state=LicenceState.SUSPENDED, by=EDITOR)
    with pytest.raises(LicenceStateUnchanged):
        set_licence(session, council=person.council, state=LicenceState.SUSPENDED, by=EDITOR)
    with pytest.raises(PractitionerUnknown):
        set_licence(session, council="1", state=LicenceState.SUSPENDED, by=EDITOR)
    with pytest.raises(CentreUnknown):
        set_centre_licence(session, siam="0000", state=LicenceState.SUSPENDED, by=EDITOR)


def test_a_licence_holds_to_the_end_of_its_last_day_in_tehran(session):
    last = date(2026, 12, 1)
    here = clinic(session, licence_to=last)
    person = physician(session, here, licence_to=last)
    one_minute_to_midnight = AT.replace(hour=20, minute=29)  # Tehran is 3:30 ahead
    practises(session, person, here, at=one_minute_to_midnight)
    with pytest.raises(CentreSuspended):
        practises(session, person, here, at=one_minute_to_midnight + timedelta(minutes=1))
    forever = clinic(session)
    affiliate(session, council=person.council, siam=forever.siam, since=LICENSED_SINCE, by=EDITOR)
    with pytest.raises(PractitionerSuspended):
        practises(session, person, forever, at=one_minute_to_midnight + timedelta(minutes=1))


def test_nobody_works_somewhere_before_they_began(session):
    here = clinic(session)
    person = physician(session)
    affiliate(session, council=person.council, siam=here.siam, since=date(2026, 12, 2), by=EDITOR)
    with pytest.raises(NotHere):
        practises(session, person, here)
    practises(session, person, here, at=AT + timedelta(days=1))


def test_the_staff_of_a_centre_are_listed_by_kind(session):
    here = pharmacy(session)
    dispenser, doctor = pharmacist(session, here), physician(session, here)
    assert list(codings.staff(session, here.siam, kind=HolderKind.PHARMACIST)) == [dispenser]
    assert {person.council for person in codings.staff(session, here.siam)} == {
        dispenser.council,
        doctor.council,
    }


def test_centres_are_listed_by_kind(session):
    here, there = pharmacy(session), clinic(session)
    assert here in codings.centres(session, kind=CentreKind.PHARMACY)
    assert there not in codings.centres(session, kind=CentreKind.PHARMACY)
    assert {here.siam, there.siam} <= {centre.siam for centre in codings.centres(session)}


def add_some_centre(session, **changed):
    told: dict[str, Any] = {
        "siam": "7700-A",
        "kind": CentreKind.CLINIC,
        "name_fa": "درمانگاه",
        "name_en": "Clinic",
        "province": TEHRAN_PROVINCE,
        "address_fa": "تهران",
        "phone": "021",
        "licence_from": LICENSED_SINCE,
        "by": EDITOR,
    }
    return add_centre(session, **(told | changed))


def test_adding_a_centre_again_changes_nothing_and_with_other_details_is_refused(session):
    centre = add_some_centre(session)
    assert add_some_centre(session) == centre
    set_centre_licence(session, siam="7700-A", state=LicenceState.SUSPENDED, by=EDITOR)
    assert add_some_centre(session).state is LicenceState.SUSPENDED
    with pytest.raises(CentreExists):
        add_some_centre(session, name_en="Another")


def test_adding_a_person_again_changes_nothing_and_with_other_details_is_refused(session):
    told: dict[str, Any] = {
        "council": "77001",
        "kind": HolderKind.PHYSICIAN,
        "name_fa": "دکتر",
        "name_en": "Dr",
        "by": EDITOR,
    }
    person = add_practitioner(session, **told)
    assert add_practitioner(session, **told) == person
    with pytest.raises(PractitionerExists):
        add_practitioner(session, **(told | {"name_en": "Another"}))


def test_what_is_written_is_normalised_and_what_is_wrong_is_refused(session):
    person = add_practitioner(
        session, council="۷۷۰۰۲", kind=HolderKind.PHYSICIAN, name_fa=" علي كريمي ", name_en="Dr", by=EDITOR
    )
    assert (person.council, person.name_fa) == ("77002", "علی کریمی")
    with pytest.raises(IdentifierRefused) as refused:
        add_practitioner(
            session, council="x!", kind=HolderKind.PHYSICIAN, name_fa="ا", name_en="A", by=EDITOR
        )
    assert refused.value.detail.fa
    with pytest.raises(CodeUnknown):
        add_some_centre(session, siam="7700-B", province="IR-99")


def test_nobody_is_affiliated_who_is_not_registered(session):
    here, person = clinic(session), physician(session)
    with pytest.raises(PractitionerUnknown):
        affiliate(session, council="1", siam=here.siam, since=LICENSED_SINCE, by=EDITOR)
    with pytest.raises(CentreUnknown):
        affiliate(session, council=person.council, siam="0000", since=LICENSED_SINCE, by=EDITOR)
