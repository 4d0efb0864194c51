"""Insurers, plans and the insured: what a person is covered by on a service day, and what a plan pays then."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from codings.base import Role
from insurer.actions import coverage, payments, shabads
from insurer.inputs import MOST_LINES
from insurer.outcomes import (
    InquiryUnknown,
    InsurerUnknown,
    PlanEditionTaken,
    PlanMissing,
    SubmissionTooLarge,
    SubmissionUnknown,
)
from insurer.queries import coverage as queries
from insurer.queries import payments as payment_queries
from insurer.queries.coverage import CoverageFact
from insurer.share import Cover, PlanShare, SupplementaryBase
from insurer.states import Cob, CoverageState, InsurerKind, SubmissionKind, SubmissionState
from insurer.tables.coverage import Coverage, Insurer
from tests import factories
from tests.factories import AT
from tests.insurer import factories as make
from tests.insurer.factories import SERVICE

TODAY = date(2026, 12, 1)


@pytest.fixture
def desk(session):
    return make.desk(session)


def put(session, *people, insurer="1", by=SERVICE):
    return coverage.put_coverages(session, insurer=insurer, rows=people, by=by)


# --- The insured ----------------------------------------------------------------------------------


def test_the_same_list_again_changes_nothing_and_a_new_name_changes_one(session, desk):
    people = [make.insured(make.national_id(), "1") for _ in range(5)]
    assert put(session, *people).counts == {"lines": 5, "added": 5, "changed": 0, "unchanged": 0, "failed": 0}
    again = put(session, *people, by=make.later(SERVICE, days=1))
    assert again.counts == {"lines": 5, "added": 0, "changed": 0, "unchanged": 5, "failed": 0}
    renamed = people[0].model_copy(update={"name": "مریم نمونه"})
    assert put(session, renamed, *people[1:]).counts["changed"] == 1
    row = session.exec(select(Coverage).where(Coverage.member_no == renamed.member_no)).one()
    assert row.name == "مریم نمونه"


def test_more_than_one_statement_holds_are_taken_all(session, desk):
    people = [make.insured(make.national_id(), "1") for _ in range(1_001)]
    assert put(session, *people).counts["added"] == 1_001


def test_a_member_named_twice_in_a_file_is_taken_once_and_told(session, desk):
    one = make.insured(make.national_id(), "1")
    taken = put(session, one, one.model_copy(update={"name": "کسی دیگر"}))
    assert (taken.counts["added"], taken.counts["failed"]) == (1, 1)
    assert (taken.failures[0].line, taken.failures[0].code) == (2, "coverage.twice")


def test_an_insurer_speaks_of_its_own_insured_only(session, desk):
    one = make.insured(make.national_id(), "1")
    with pytest.raises(InsurerUnknown):
        put(session, one, by=make.officer("2"))
    assert put(session, one, by=make.officer("1")).counts["added"] == 1
    with pytest.raises(InsurerUnknown):
        put(session, one, insurer="999")


def test_every_cover_of_a_person_is_told_with_why_it_does_not_count(session, desk):
    facts = {fact.insurer: fact for fact in desk.facts}
    assert [fact.insurer for fact in desk.facts] == [
        "1",
        "20",
        "2",
    ]  # those in force first, basic before the other
    assert facts["1"].in_force
    assert facts["1"].reason is None
    assert not facts["2"].in_force
    assert "2026-11-30" in facts["2"].reason.en


@pytest.mark.parametrize(
    ("changes", "in_force"),
    [
        ({"valid_from": TODAY, "valid_to": TODAY}, True),
        ({"valid_to": None}, True),
        ({"valid_from": TODAY + timedelta(days=1), "valid_to": None}, False),
        ({"valid_to": TODAY - timedelta(days=1)}, False),
        ({"state": CoverageState.SUSPENDED}, False),
    ],
)
def test_a_cover_counts_from_its_first_day_to_its_last_unless_suspended(session, desk, changes, in_force):
    person = make.national_id()
    put(session, make.insured(person, "1", **changes))
    [fact] = queries.coverages_of(session, national_id=person, on=TODAY)
    assert fact.in_force is in_force
    assert (fact.reason is None) is in_force
    assert CoverageFact.from_json(fact.as_json()) == fact


def test_a_foreigner_is_found_by_fida_and_an_unknown_person_has_no_cover_at_all(session, desk):
    put(session, make.insured("692412781810", "1", national_id=None, fida="692412781810"))
    [fact] = queries.coverages_of(session, fida="692412781810", on=TODAY)
    assert fact.member_no == "M-1-692412781810"
    assert queries.coverages_of(session, national_id=make.national_id(), on=TODAY) == []
    with pytest.raises(ValueError, match="one identifier"):
        queries.coverages_of(session, on=TODAY)


# --- A file of the insured -------------------------------------------------------------------------


def ndjson(*people):
    return b"\n".join(person.model_dump_json().encode() for person in people)


def test_a_file_of_insured_is_kept_then_read_and_only_failures_are_told(session, desk):
    people = [make.insured(make.national_id(), "1") for _ in range(3)]
    body = ndjson(people[0]) + b"\n{nonsense\n" + ndjson(*people[1:])
    officer = make.officer("1")
    job = payments.receive_file(session, insurer="1", kind=SubmissionKind.COVERAGES, body=body, by=officer)
    assert payment_queries.unread(session, kind=SubmissionKind.COVERAGES, limit=5) == [("1", job.id)]
    done = payments.record_coverages(session, insurer="1", job=job.id, by=SERVICE)
    assert done.state is SubmissionState.DONE
    assert done.counts == {"lines": 4, "added": 3, "changed": 0, "unchanged": 0, "failed": 1}
    assert [failure["line"] for failure in done.failures or []] == [2]
    again = payments.record_coverages(session, insurer="1", job=job.id, by=make.later(SERVICE, days=1))
    assert again.done_at == AT
    assert payment_queries.unread(session, kind=SubmissionKind.COVERAGES, limit=5) == []


def test_a_file_is_seen_by_who_sent_it_and_nobody_else(session, desk):
    job = payments.receive_file(
        session, insurer="1", kind=SubmissionKind.COVERAGES, body=b"", by=make.officer("1")
    )
    assert payment_queries.submission(session, job=job.id, by=make.officer("1")).body == b""
    with pytest.raises(SubmissionUnknown):
        payment_queries.submission(session, job=job.id, by=make.officer("2"))
    with pytest.raises(SubmissionUnknown):
        payments.record_results(session, insurer="1", job=job.id, by=SERVICE)
    with pytest.raises(InsurerUnknown):
        payments.receive_file(
            session, insurer="1", kind=SubmissionKind.RESULTS, body=b"", by=make.officer("2")
        )


def test_a_file_too_long_to_read_at_once_is_refused_whole(session, desk):
    with pytest.raises(SubmissionTooLarge):
        payments.receive_file(
            session,
            insurer="1",
            kind=SubmissionKind.COVERAGES,
            body=b"\n" * (MOST_LINES + 1),
            by=make.officer("1"),
        )


# --- Plans ----------------------------------------------------------------------------------------


def plan(session, **changes):
    told: dict[str, Any] = {
        "insurer": "1",
        "fund": make.FUND,
        "code": "1406",
        "basic_bp": 9000,
        "effective_from": date(2026, 12, 2),
        "source": "test",
        "by": SERVICE,
    }
    return coverage.put_plan(session, **(told | changes))


def test_a_plan_holds_from_its_first_day_and_the_past_keeps_its_own(session, desk):
    plan(session)
    assert queries.plan_of(session, insurer="1", fund=make.FUND, on=TODAY).basic_bp == 7000
    assert queries.plan_of(session, insurer="1", fund=make.FUND, on=date(2026, 12, 2)).basic_bp == 9000
    with pytest.raises(PlanMissing):
        queries.plan_of(session, insurer="1", fund=make.FUND, on=date(2026, 3, 20))


def test_an_edition_is_never_rewritten(session, desk):
    assert plan(session) == plan(session)
    with pytest.raises(PlanEditionTaken):
        plan(session, basic_bp=5000)
    with pytest.raises(PlanEditionTaken):
        plan(session, code="1406-b", basic_bp=5000)  # another edition of the same day
    with pytest.raises(InsurerUnknown):
        plan(session, by=make.officer("2"))


def test_the_cover_of_a_shabad_follows_the_plans_of_the_service_day(session, desk):
    made = shabads.issue_shabad(
        session, inquiry=make.inquire(session, desk).id, coverage=desk.basic, by=desk.by
    )
    plan(session)
    assert queries.cover_of(session, shabad=made.shabad, on=TODAY) == Cover(
        basic=PlanShare("1", "general/1405", 7000),
        supplementary=PlanShare("20", "general/1405", 8000, base=SupplementaryBase.FRANCHISE),
    )
    next_day = queries.cover_of(session, shabad=made.shabad, on=date(2026, 12, 2))
    assert next_day.basic == PlanShare("1", "general/1406", 9000)
    alone = shabads.issue_shabad(session, inquiry=make.inquire(session, desk).id, by=desk.by)
    assert queries.cover_of(session, shabad=alone.shabad, on=TODAY) == Cover()


def test_plan_data_says_whether_the_second_insurer_waits_for_the_first(session, desk):
    assert not queries.waits_for_basic(session, insurer="20", fund=make.FUND, on=TODAY)
    plan(session, insurer="20", basic_bp=0, cob=Cob.AFTER_BASIC)
    assert queries.waits_for_basic(session, insurer="20", fund=make.FUND, on=date(2026, 12, 2))


def test_an_insurers_name_can_be_mended_and_its_abbreviation_stays(session, desk):
    for name in ("تامین", "تأمین اجتماعی"):
        coverage.put_insurer(
            session,
            code="1",
            name_fa=name,
            name_en="Social Security",
            kind=InsurerKind.BASIC,
            abbr="TAM",
            by=SERVICE,
        )
    assert session.get_one(Insurer, "1").name_fa == "تأمین اجتماعی"
    assert [(insurer.code, insurer.abbr) for insurer in queries.insurers(session)] == [
        ("1", "TAM"),
        ("2", "SLM"),
        ("20", "BSN"),
        ("37", "AZD"),
    ]


# --- Inquiries ------------------------------------------------------------------------------------


def test_an_inquiry_is_kept_as_it_was_answered_and_seen_by_its_centre(session, desk):
    asked = make.inquire(session, desk)
    assert asked.expires_at == AT + timedelta(minutes=60)
    kept = queries.inquiry(session, inquiry=asked.id, by=desk.by)
    assert [CoverageFact.from_json(told) for told in kept.result] == list(desk.facts)
    with pytest.raises(InquiryUnknown):
        queries.inquiry(
            session, inquiry=asked.id, by=factories.actor(role=Role.PHYSICIAN, centre="9999999999")
        )


def test_the_last_good_answer_stands_in_while_nobody_answers_for_as_long_as_asked(session, desk):
    asked = make.inquire(session, desk)
    day = timedelta(hours=24)
    assert queries.last_answer(session, patient=desk.patient.id, after=AT - day) == asked
    assert queries.last_answer(session, patient=desk.patient.id, after=AT + timedelta(seconds=1)) is None
