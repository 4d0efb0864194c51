"""The life of a release: received, checked, published by a second person, in force from its day, taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import exc, insert, update
from sqlmodel import Session, col, select

import codings.queries as codings
from codings import actions
from codings.base import Actor, Role, new_id
from codings.outcomes import (
    CentreSuspended,
    PractitionerSuspended,
    ReleaseAlone,
    ReleaseExists,
    ReleaseFileEmpty,
    ReleaseReasonMissing,
    ReleaseSamePerson,
    ReleaseSourceMissing,
    ReleaseStateRefused,
    ReleaseUnknown,
    SystemUnknown,
)
from codings.queries import Change
from codings.sheets import sheet_of
from codings.sheets.faults import fault
from codings.states import LicenceState, ReleaseState
from codings.systems import CENTRE, PRACTITIONER, PROVINCE
from codings.tables import (
    PRODUCT,
    Centre,
    CentreStatus,
    PractitionerStatus,
    Product,
    Release,
    ReleaseInForce,
    ReleaseProblem,
)
from codings.text import tehran_day
from tests.factories import AT, clinic, physician

DAY = tehran_day(AT)


def editor(name, *, later=timedelta(0)):
    return Actor(id=f"account:{name}", role=Role.CODINGS_EDITOR, at=AT + later)


FIRST, SECOND = editor("first"), editor("second")


def province(code, fa="نام", **properties):
    return {"code": code, "fa": fa, "en": f"Province {code}", "properties": properties}


def sent(session, rows, *, system=PROVINCE, on=DAY, by=FIRST, what=None):
    """A release that is ready."""
    content = repr((rows, what)).encode()
    release = actions.receive_release(
        session,
        system=system,
        name="a.csv",
        content=content,
        effective_from=on,
        source="a test",
        licence="none",
        by=by,
    )
    return actions.accept_rows(session, system=system, release=release.release, rows=rows, by=by)


def published(session, rows, *, by=SECOND, **more):
    ready = sent(session, rows, **more)
    return actions.publish_release(session, system=ready.system, release=ready.release, by=by)


def labels(session):
    return {row.code: row.fa for row in codings.concept_list(session, PROVINCE)}


def test_a_release_is_received_checked_published_by_another_and_in_force_at_once(session):
    ready = sent(session, [province("A"), province("B")])
    assert (ready.state, ready.rows, ready.prepared_by) == (ReleaseState.READY, 2, "account:first")
    assert "A" not in labels(session)
    actions.publish_release(session, system=PROVINCE, release=ready.release, by=SECOND)
    assert labels(session) == {"A": "نام", "B": "نام"}
    assert codings.release_of(session, PROVINCE) == ready.release
    told = codings.release_history(session, system=PROVINCE, release=ready.release)
    assert [(s.from_state, s.to_state, s.by) for s in told] == [
        (None, "importing", "account:first"),
        ("importing", "ready", "account:first"),
        ("ready", "published", "account:second"),
    ]


def test_whoever_prepared_it_can_not_publish_it_and_the_database_holds_that_too(session):
    ready = sent(session, [province("A")])
    with pytest.raises(ReleaseSamePerson):
        actions.publish_release(session, system=PROVINCE, release=ready.release, by=FIRST)
    forced = update(Release).where(col(Release.release) == ready.release)
    with pytest.raises(exc.IntegrityError, match="two_people"), session.begin_nested():
        session.execute(forced.values(state=ReleaseState.PUBLISHED, published_by="account:first"))


def test_what_is_not_ready_is_not_published(session):
    with pytest.raises(ReleaseUnknown):
        actions.publish_release(session, system=PROVINCE, release="1405-09-00000000", by=SECOND)
    once = published(session, [province("A")])
    with pytest.raises(ReleaseStateRefused):
        actions.publish_release(session, system=PROVINCE, release=once.release, by=SECOND)


def test_a_release_for_a_later_day_waits_for_it_and_the_latest_one_wins(session):
    before = labels(session)
    later = published(session, [province("L")], on=DAY + timedelta(days=1))
    latest = published(session, [province("M")], on=DAY + timedelta(days=2))
    assert later.state is latest.state is ReleaseState.PUBLISHED
    assert actions.take_effect(session, by=SECOND) == []
    assert labels(session) == before
    [came] = actions.take_effect(session, by=editor("job", later=timedelta(days=1)))
    assert came.release == later.release
    assert set(labels(session)) == {"L"}
    actions.take_effect(session, by=editor("job", later=timedelta(days=5)))
    assert set(labels(session)) == {"M"}
    assert actions.take_effect(session, by=editor("job", later=timedelta(days=6))) == []


def test_taking_back_what_is_in_force_puts_the_one_before_it_back(session):
    shipped, before = codings.release_of(session, PROVINCE), labels(session)
    wrong = published(session, [province("IR-23", "نادرست")])
    assert labels(session) == {"IR-23": "نادرست"}
    with pytest.raises(ReleaseReasonMissing):
        actions.withdraw_release(session, system=PROVINCE, release=wrong.release, why="  ", by=FIRST)
    gone = actions.withdraw_release(
        session, system=PROVINCE, release=wrong.release, why="one province only", by=FIRST
    )
    assert (gone.state, gone.withdrawn_why) == (ReleaseState.WITHDRAWN, "one province only")
    assert codings.release_of(session, PROVINCE) == shipped
    assert labels(session) == before
    assert codings.release(session, system=PROVINCE, release=shipped).state is ReleaseState.PUBLISHED


def test_what_was_never_in_force_is_taken_back_too_and_the_only_one_is_not(session):
    ready = sent(session, [province("A")])
    before = labels(session)
    actions.withdraw_release(session, system=PROVINCE, release=ready.release, why="a mistake", by=FIRST)
    assert labels(session) == before
    shipped = codings.release_of(session, PROVINCE)
    with pytest.raises(ReleaseAlone), session.begin_nested():
        actions.withdraw_release(session, system=PROVINCE, release=shipped, why="none", by=FIRST)
    assert codings.release_of(session, PROVINCE) == shipped


def test_a_retired_one_can_be_published_again(session):
    shipped = codings.release_of(session, PROVINCE)
    published(session, [province("A")])
    again = actions.publish_release(session, system=PROVINCE, release=shipped, by=SECOND)
    assert again.state is ReleaseState.PUBLISHED
    assert codings.release_of(session, PROVINCE) == shipped
    assert len(labels(session)) == 31


def test_the_same_file_is_the_same_release_and_nothing_is_not_a_file(session):
    ready = sent(session, [province("A")])
    with pytest.raises(ReleaseExists) as no:
        sent(session, [province("A")], by=SECOND)
    assert no.value.facts["release"] == ready.release
    told = {"system": PROVINCE, "name": "a", "effective_from": DAY, "licence": "none", "by": FIRST}
    with pytest.raises(ReleaseFileEmpty):
        actions.receive_release(session, content=b" \n", source="a", **told)
    with pytest.raises(ReleaseSourceMissing):
        actions.receive_release(session, content=b"x", source=" ", **told)


def test_a_refused_file_keeps_its_report_and_nothing_else(session):
    release = actions.receive_release(
        session,
        system=PROVINCE,
        name="a.csv",
        content=b"broken",
        effective_from=DAY,
        source="a",
        licence="b",
        by=FIRST,
    ).release
    found = [fault(3, "code", "x", "empty"), fault(9, "", "", "cells")]
    refused = actions.refuse_file(session, system=PROVINCE, release=release, faults=found, total=12, by=FIRST)
    assert (refused.state, refused.problems, refused.rows) == (ReleaseState.REFUSED, 2, 12)
    told = codings.release_problems(session, system=PROVINCE, release=release)
    assert [(p.line, p.column) for p in told] == [(3, "code"), (9, "")]
    with pytest.raises(ReleaseStateRefused):
        actions.accept_rows(session, system=PROVINCE, release=release, rows=[province("A")], by=FIRST)
    with pytest.raises(ReleaseStateRefused):
        actions.publish_release(session, system=PROVINCE, release=release, by=SECOND)
    assert session.exec(select(ReleaseProblem)).first() is not None


def test_the_difference_names_what_is_added_changed_and_retired_with_its_replacement(session):
    old = published(session, [province("A"), province("B"), province("C", replaced_by="D")])
    new = sent(session, [province("A"), province("B", "نام تازه"), province("D")])
    assert codings.compared_with(session, new) == old.release
    names = {"system": PROVINCE, "old": old.release, "new": new.release}
    assert codings.differences(session, **names) == {Change.ADDED: 1, Change.CHANGED: 1, Change.RETIRED: 1}
    told = {d.code: (d.change, d.fields, d.replacement) for d in codings.differing(session, **names)}
    assert told["B"] == (Change.CHANGED, ["fa"], None)
    assert told["C"][::2] == (Change.RETIRED, "D")
    assert told["D"][0] is Change.ADDED
    assert [d.code for d in codings.differing(session, **names, change=Change.ADDED)] == ["D"]
    assert [d.code for d in codings.differing(session, **names, after="B", limit=1)] == ["C"]


def test_an_old_release_answers_for_ever_and_so_does_an_earlier_instant(session):
    old = published(session, [province("A", "پیشین")])
    later = timedelta(days=3)
    new = published(session, [province("A", "تازه")], by=editor("second", later=later))
    assert labels(session) == {"A": "تازه"}
    for release, fa in ((old, "پیشین"), (new, "تازه")):
        told = codings.entries(session, system=PROVINCE, codes={"A", "Z"}, release=release.release)
        assert {code: row["fa"] for code, row in told.items()} == {"A": fa}
    read = [
        codings.lists_at(session, {PROVINCE}, at=AT + when)[PROVINCE][0].fa for when in (later / 2, later)
    ]
    assert read == ["پیشین", "تازه"]
    assert codings.entries_at(session, {(PROVINCE, "A")}, at=AT + later / 2)[PROVINCE, "A"]["fa"] == "پیشین"
    assert [e.row["fa"] for e in codings.code_history(session, system=PROVINCE, code="A")] == [
        "تازه",
        "پیشین",
    ]


def test_one_release_of_a_system_is_in_force_whatever_is_tried(session):
    published(session, [province("A")])
    twice = insert(ReleaseInForce).values(id=new_id(), system=PROVINCE, release="another", began_at=AT)
    with pytest.raises(exc.IntegrityError, match="ix_release_in_force_now"), session.begin_nested():
        session.execute(twice)


def test_a_product_keeps_its_number_also_after_it_was_dropped(session):
    one = session.exec(select(Product).order_by(col(Product.irc)).limit(1)).one()
    rows = [one.model_dump(mode="json", exclude={"release"}) | {"irc": "9999000090001999"}]
    assert codings.taken_values(session, sheet_of(PRODUCT))["gtin"][one.gtin] == one.irc
    with pytest.raises(exc.IntegrityError, match="gtin"), session.begin_nested():
        published(session, rows, system=PRODUCT)


def test_files_are_sent_for_systems_that_are_known(session):
    assert codings.require_system(session, "province") == PROVINCE
    assert codings.require_system(session, "centre") == CENTRE
    with pytest.raises(SystemUnknown):
        codings.require_system(session, "colours")


# --- Registers ------------------------------------------------------------------------------------


def centre(siam, **changed):
    return {
        "siam": siam,
        "kind": "clinic",
        "name_fa": "درمانگاه",
        "name_en": "Clinic",
        "province": "IR-23",
        "address_fa": "",
        "phone": "",
        "licence_from": "2020-03-20",
        "licence_to": None,
        "state": "active",
        "parent": None,
    } | changed


def doctor(council, *centres, **changed):
    return {
        "council": council,
        "kind": "physician",
        "name_fa": "پزشک",
        "name_en": "Doctor",
        "specialty": "paediatrics",
        "licence_state": "active",
        "licence_to": None,
        "fida": None,
        "centres": list(centres),
    } | changed


def test_a_register_of_centres_enters_changes_and_drops_them(session):
    by_hand = clinic(session)
    published(session, [centre("9911"), centre("9912", parent="9911")], system=CENTRE)
    assert session.get(Centre, "9912").parent == "9911"
    published(session, [centre("9911", name_en="Renamed", licence_to="2027-03-20")], system=CENTRE)
    kept, dropped = session.get(Centre, "9911"), session.get(Centre, "9912")
    assert (kept.name_en, kept.licence_to, kept.state) == ("Renamed", date(2027, 3, 20), LicenceState.ACTIVE)
    assert dropped.state is LicenceState.SUSPENDED
    told = session.exec(
        select(CentreStatus).where(CentreStatus.siam == "9912").order_by(col(CentreStatus.at))
    )
    assert sorted((s.from_state or "", s.to_state) for s in told) == [("", "active"), ("active", "suspended")]
    assert session.get(Centre, by_hand.siam).state is LicenceState.ACTIVE


def test_a_register_of_people_says_who_works_where_and_stops_them_at_the_next_request(session):
    published(session, [centre("9911")], system=CENTRE)
    published(session, [doctor("99771", "9911"), doctor("99772", "9911")], system=PRACTITIONER)
    at = {"siam": "9911", "at": AT + timedelta(days=1)}
    assert codings.practises(session, council="99771", **at).name_en == "Doctor"
    published(session, [doctor("99771", "9911", licence_state="suspended")], system=PRACTITIONER, what="next")
    for council in ("99771", "99772"):
        with pytest.raises(PractitionerSuspended):
            codings.practises(session, council=council, **at)
    why = select(PractitionerStatus.why).where(PractitionerStatus.council == "99772")
    assert any("not in register" in (told or "") for told in session.exec(why))


def test_a_licence_that_ends_in_the_register_ends_the_work(session):
    place = clinic(session)
    person = physician(session, place)
    published(session, [centre(place.siam, licence_to=(DAY - timedelta(days=1)).isoformat())], system=CENTRE)
    with pytest.raises(CentreSuspended):
        codings.practises(session, council=person.council, siam=place.siam, at=AT)


def test_publishing_at_once_leaves_one_in_force_and_one_release_is_published_once(database):
    with Session(database) as session:
        names = [sent(session, [province(code)]).release for code in ("A", "B", "C")]
        session.commit()
    start = Barrier(6, timeout=10)

    def publish(release):
        start.wait()
        try:
            with Session(database) as session:
                actions.publish_release(session, system=PROVINCE, release=release, by=SECOND)
                session.commit()
        except ReleaseStateRefused as no:
            return no.code
        return "published"

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(publish, names * 2))
    assert told.count("published") >= 3  # one that was retired meanwhile may be published again
    assert set(told) <= {"published", "release.state"}
    with Session(database) as session:
        current = codings.release_of(session, PROVINCE)
        assert current in names
        assert len(codings.concept_list(session, PROVINCE)) == 1
        states = [r.state for r in codings.releases(session, system=PROVINCE)]
        assert states.count(ReleaseState.PUBLISHED) == 1
