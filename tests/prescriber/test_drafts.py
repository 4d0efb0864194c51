"""What was typed is kept as it was typed, and nobody writes over somebody else's."""

import pytest
from sqlmodel import select

from prescriber import actions, queries
from prescriber.outcomes import (
    DraftClosed,
    DraftNotFound,
    DraftOfAnother,
    DraftStale,
    DraftTooLarge,
    NotAPrescriber,
)
from prescriber.states import DraftState
from prescriber.tables import DraftStatus
from tests import factories
from tests.prescriber import desk

TYPED = {
    "z": "the order of the fields is kept",
    "items": [{"dose": "۰٫۵ نیم", "quantity": "5e3", "garbage": ["\u202e\x00\ud800", None, 1.50]}],
    "ك": "ي",
}


@pytest.fixture
def patient(session, clinic):
    return desk.patient(session, clinic)


@pytest.fixture
def draft(session, clinic, patient):
    return actions.save_draft(session, patient=patient.id, shabad="1057Y3KP0M4A", typed=TYPED, by=clinic.by())


def save(session, clinic, draft, **changes):
    told = {"patient": draft.patient, "shabad": draft.shabad, "typed": {"a": 1}, "version": draft.version}
    return actions.save_draft(session, draft=draft.id, by=clinic.by(), **(told | changes))


def history(session, draft):
    rows = session.exec(select(DraftStatus).where(DraftStatus.draft == draft.id).order_by(DraftStatus.id))
    return [(row.from_state, row.to_state) for row in rows]


def test_a_draft_comes_back_exactly_as_it_was_typed(session, clinic, draft):
    session.expire_all()
    kept = queries.draft(session, draft=draft.id, by=clinic.by())
    assert kept.typed == TYPED
    assert list(kept.typed) == list(TYPED)
    assert (kept.version, kept.state) == (1, DraftState.OPEN)
    assert history(session, draft) == [(None, "open")]


def test_saving_again_is_the_next_version(session, clinic, draft):
    saved = save(session, clinic, draft)
    assert (saved.id, saved.version, saved.typed) == (draft.id, 2, {"a": 1})
    assert [d.id for d in queries.drafts(session, by=clinic.by())] == [draft.id]


def test_an_older_window_does_not_write_over_a_newer_one(session, clinic, draft):
    version = draft.version
    save(session, clinic, draft)
    with pytest.raises(DraftStale) as no:
        save(session, clinic, draft, version=version, typed={"lost": True})
    assert no.value.facts == {"version": 2}
    assert queries.draft(session, draft=draft.id, by=clinic.by()).typed == {"a": 1}


def test_a_form_opened_for_one_patient_is_not_saved_for_another(session, clinic, draft):
    other = desk.patient(session, clinic)
    for mixed in ({"patient": other.id}, {"shabad": "1057Y3KP0M4B"}, {"shabad": None}):
        with pytest.raises(DraftOfAnother):
            save(session, clinic, draft, **mixed)


def test_a_draft_without_a_shabad_may_get_one_later(session, clinic, patient):
    early = actions.save_draft(session, patient=patient.id, shabad=None, typed={}, by=clinic.by())
    assert save(session, clinic, early, shabad="1057Y3KP0M4A").shabad == "1057Y3KP0M4A"


def test_a_discarded_draft_is_closed_and_discarding_twice_is_once(session, clinic, draft):
    assert actions.discard_draft(session, draft=draft.id, by=clinic.by()).state is DraftState.DISCARDED
    assert actions.discard_draft(session, draft=draft.id, by=clinic.by()).state is DraftState.DISCARDED
    assert history(session, draft) == [(None, "open"), ("open", "discarded")]
    assert queries.drafts(session, by=clinic.by()) == []
    with pytest.raises(DraftClosed):
        save(session, clinic, draft)


def test_nobody_but_its_writer_finds_a_draft(session, clinic, elsewhere, draft):
    colleague = factories.physician(session, clinic.centre)
    for stranger in (elsewhere.by(), factories.working(colleague, clinic.centre), clinic.system()):
        assert queries.drafts(session, by=stranger) == []
        with pytest.raises(DraftNotFound):
            queries.draft(session, draft=draft.id, by=stranger)
        with pytest.raises(DraftNotFound):
            actions.discard_draft(session, draft=draft.id, by=stranger)
    with pytest.raises(DraftNotFound):
        save(session, elsewhere, draft)


def test_only_a_prescriber_at_a_centre_writes_drafts(session, clinic, patient):
    for nobody in (clinic.system(), factories.actor(practitioner=clinic.physician.council)):
        with pytest.raises(NotAPrescriber):
            actions.save_draft(session, patient=patient.id, shabad=None, typed={}, by=nobody)


def test_a_draft_has_a_limit(session, clinic, patient):
    with pytest.raises(DraftTooLarge):
        actions.save_draft(
            session, patient=patient.id, shabad=None, typed={"x": "y" * 65_536}, by=clinic.by()
        )


def test_signing_closes_the_drafts_of_its_encounter_and_no_others(session, clinic, patient):
    shabad = desk.shabad(clinic, patient)
    mine = actions.save_draft(session, patient=patient.id, shabad=shabad.shabad, typed={}, by=clinic.by())
    other = actions.save_draft(session, patient=patient.id, shabad=None, typed={}, by=clinic.by())
    ready = desk.prepare(session, clinic, shabad)
    desk.register(session, clinic, shabad, desk.signed(clinic, ready.payload))
    closed = queries.draft(session, draft=mine.id, by=clinic.by())
    assert (closed.state, closed.signed_n) == (DraftState.SIGNED, 1)
    assert history(session, mine)[-1] == ("open", "signed")
    assert [d.id for d in queries.drafts(session, by=clinic.by())] == [other.id]
    with pytest.raises(DraftClosed):
        actions.discard_draft(session, draft=mine.id, by=clinic.by())
