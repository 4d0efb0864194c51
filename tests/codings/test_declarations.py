"""Declared emergencies: two officers, three days at most, in their provinces, ended by the clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

import codings.queries as codings
from codings import jws
from codings.declarations import approve_declaration, content, draft_declaration, refuse_declaration
from codings.outcomes import (
    CodeUnknown,
    DeclarationApproved,
    DeclarationBackdated,
    DeclarationEndsBeforeStart,
    DeclarationIncomplete,
    DeclarationOver,
    DeclarationSameOfficer,
    DeclarationStateRefused,
    DeclarationTooLong,
    DeclarationUnknown,
)
from codings.states import DeclarationState
from codings.tables import Declaration, DeclarationStatus
from tests.factories import AT, make_csr, regulator

HOUR = timedelta(hours=1)
SEAL_KEY = jws.Key("seal", "ES256", make_csr(ec.generate_private_key(ec.SECP256R1()))[0])


def seal(payload, typ):
    return jws.sign(payload, key=SEAL_KEY, typ=typ)


def draft(session, **changed):
    told: dict[str, Any] = {
        "provinces": ["IR-23", "IR-25"],
        "cause": "network-outage",
        "words": "قطع شبکه در استان تهران و قم",
        "starts_at": AT,
        "ends_at": AT + 12 * HOUR,
        "by": regulator(1),
    }
    return draft_declaration(session, **(told | changed))


def approve(session, declaration, *, by=None):
    return approve_declaration(session, number=declaration.number, seal=seal, by=by or regulator(2))


def test_a_draft_has_no_effect(session):
    declaration = draft(session)
    assert declaration.state is DeclarationState.DRAFTED
    assert codings.in_force(session, AT) == []


def test_the_second_officer_puts_it_in_force_sealed(session):
    declaration = approve(session, draft(session))
    assert declaration.state is DeclarationState.IN_FORCE
    assert (declaration.approved_by, declaration.approved_at) == ("account:regulator-2", AT)
    sealed = jws.verify(declaration.seal, key=SEAL_KEY, typ="declaration+jws")
    assert sealed == content(declaration)
    assert jws.strict_json(sealed) == {
        "number": declaration.number,
        "provinces": ["IR-23", "IR-25"],
        "cause": "network-outage",
        "words": "قطع شبکه در استان تهران و قم",
        "starts_at": "2026-12-01T08:00:00Z",
        "ends_at": "2026-12-01T20:00:00Z",
        "drafted_by": "account:regulator-1",
        "approved_by": "account:regulator-2",
    }
    assert session.info["events"] == [DeclarationApproved(number=declaration.number)]


def test_the_seal_still_fits_what_is_read_back_from_the_database(session):
    number = approve(session, draft(session, starts_at=AT + timedelta(microseconds=123))).number
    session.flush()
    session.expire_all()
    declaration = session.get_one(Declaration, number)
    assert jws.verify(declaration.seal or "", key=SEAL_KEY, typ="declaration+jws") == content(declaration)


def test_the_officer_who_drafted_it_cannot_approve_it(session):
    declaration = draft(session)
    with pytest.raises(DeclarationSameOfficer):
        approve(session, declaration, by=regulator(1))
    assert codings.in_force(session, AT) == []


def test_the_database_itself_refuses_one_officer_twice(session):
    declaration = draft(session)
    with pytest.raises(IntegrityError, match="two_officers"):
        session.execute(
            update(Declaration)
            .where(Declaration.number == declaration.number)
            .values(state=DeclarationState.IN_FORCE, approved_by=declaration.drafted_by, seal="x")
        )


def test_it_is_in_force_by_the_clock_from_its_start_up_to_but_without_its_end(session):
    declaration = approve(session, draft(session, starts_at=AT + HOUR, ends_at=AT + 3 * HOUR))
    tick = timedelta(microseconds=1)
    for at, stands in (
        (AT, False),
        (AT + HOUR - tick, False),
        (AT + HOUR, True),
        (AT + 3 * HOUR - tick, True),
        (AT + 3 * HOUR, False),
    ):
        assert (declaration in codings.in_force(session, at)) is stands, at


def test_it_is_in_force_in_its_own_provinces_only(session):
    declaration = approve(session, draft(session, provinces=["IR-23"]))
    assert codings.in_force(session, AT, "IR-23") == [declaration]
    assert codings.in_force(session, AT, "IR-07") == []
    assert codings.in_force(session, AT, "IR-2") == []


def test_seventy_two_hours_are_the_most(session):
    draft(session, ends_at=AT + 72 * HOUR)
    with pytest.raises(DeclarationTooLong) as refused:
        draft(session, ends_at=AT + 72 * HOUR + timedelta(seconds=1))
    assert "72" in refused.value.detail.en


@pytest.mark.parametrize("ends", [AT, AT - HOUR])
def test_it_ends_after_it_starts(session, ends):
    with pytest.raises(DeclarationEndsBeforeStart):
        draft(session, ends_at=ends)


def test_it_may_start_a_day_before_it_was_drafted_and_no_earlier(session):
    draft(session, starts_at=AT - 24 * HOUR)
    with pytest.raises(DeclarationBackdated):
        draft(session, starts_at=AT - 24 * HOUR - timedelta(seconds=1))


def test_what_is_over_is_neither_drafted_nor_approved(session):
    with pytest.raises(DeclarationOver):
        draft(session, starts_at=AT - 3 * HOUR, ends_at=AT)
    declaration = draft(session)
    with pytest.raises(DeclarationOver):
        approve(session, declaration, by=regulator(2, at=declaration.ends_at))


def test_provinces_and_cause_come_from_their_lists(session):
    with pytest.raises(CodeUnknown) as refused:
        draft(session, provinces=["IR-23", "IR-77"])
    assert refused.value.pointer == "/provinces/1"
    with pytest.raises(CodeUnknown) as refused:
        draft(session, cause="boredom")
    assert refused.value.pointer == "/cause"


@pytest.mark.parametrize("changed", [{"provinces": []}, {"words": " \u200c "}, {"words": "ا" * 201}])
def test_it_needs_a_province_and_a_few_words(session, changed):
    with pytest.raises(DeclarationIncomplete):
        draft(session, **changed)


def test_words_are_normalised_and_provinces_named_once(session):
    declaration = draft(session, words=" قطعي شبكه ", provinces=["IR-25", "IR-23", "IR-25"])
    assert declaration.words == "قطعی شبکه"
    assert declaration.provinces == ["IR-23", "IR-25"]


def test_numbers_follow_each_other_within_the_jalali_year(session):
    numbers = [draft(session).number for _ in range(3)]
    assert numbers == ["D1405-0001", "D1405-0002", "D1405-0003"]
    new_year = AT + timedelta(days=150)
    next_year = draft(session, starts_at=new_year, ends_at=new_year + HOUR, by=regulator(1, at=new_year))
    assert next_year.number == "D1406-0001"
    assert [d.number for d in codings.declarations(session)] == ["D1406-0001", *reversed(numbers)]


def test_a_refused_draft_stays_refused_with_its_reason(session):
    declaration = draft(session)
    refuse_declaration(session, number=declaration.number, why="شبکه برگشت", by=regulator(1))
    with pytest.raises(DeclarationStateRefused):
        approve(session, declaration)
    history = session.exec(
        select(DeclarationStatus)
        .where(DeclarationStatus.number == declaration.number)
        .order_by(col(DeclarationStatus.id))
    ).all()
    assert [(c.from_state, c.to_state, c.by, c.why) for c in history] == [
        (None, "drafted", "account:regulator-1", None),
        ("drafted", "refused", "account:regulator-1", "شبکه برگشت"),
    ]


def test_what_is_in_force_cannot_be_approved_again_or_refused(session):
    declaration = approve(session, draft(session))
    with pytest.raises(DeclarationStateRefused):
        approve(session, declaration, by=regulator(3))
    with pytest.raises(DeclarationStateRefused):
        refuse_declaration(session, number=declaration.number, why="no", by=regulator(3))


def test_an_unknown_number_is_unknown(session):
    with pytest.raises(DeclarationUnknown):
        approve_declaration(session, number="D1405-9999", seal=seal, by=regulator(2))
    assert codings.declaration(session, "D1405-9999") is None


def test_a_draft_has_no_content_to_show_as_sealed(session):
    with pytest.raises(DeclarationStateRefused):
        content(draft(session))


def test_drafts_written_at_once_get_numbers_of_their_own(database):
    start = Barrier(4, timeout=10)

    def write(_):
        with Session(database) as session:
            start.wait()
            number = draft(session).number
            session.commit()
            return number

    with ThreadPoolExecutor(4) as threads:
        numbers = sorted(threads.map(write, range(4)))
    assert numbers == [f"D1405-000{n}" for n in range(1, 5)]


def test_approving_and_refusing_at_once_leaves_one_decision(database):
    with Session(database) as session:
        number = draft(session).number
        session.commit()
    start = Barrier(2, timeout=10)

    def decide(verb):
        with Session(database) as session:
            codings.declaration(session, number)  # both have seen the draft
            start.wait()
            try:
                verb(session)
                session.commit()
            except DeclarationStateRefused:
                return "late"
            return "done"

    verbs = (
        lambda session: approve_declaration(session, number=number, seal=seal, by=regulator(2)),
        lambda session: refuse_declaration(session, number=number, why="no", by=regulator(3)),
    )
    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(decide, verbs)) == ["done", "late"]
    with Session(database) as session:
        assert len(session.exec(select(DeclarationStatus)).all()) == 2
