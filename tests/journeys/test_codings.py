"""The codings office's own system: it sends a release, reads the report, and a person publishes."""

from datetime import timedelta

import codings.queries as codings
from app.db import reading, writing
from codings import actions
from codings.base import Actor, Role
from codings.systems import FORM
from tests.app.pages.editing import FORMS, written

ASKED = {"effective_from": "2026-11-22", "source": "Ministry list, edition 7", "licence": "by permission"}


def sent(world, content, *, system="form", key=None, caller="codings-office", **asked):
    headers = {"Content-Type": "text/csv"} | ({"Idempotency-Key": key} if key else {})
    path = f"/codings/releases/{system}"
    return world.machine(caller).send("POST", path, content=content, headers=headers, params=ASKED | asked)


def test_a_machine_sends_a_release_and_a_person_publishes_it(world):
    answer = sent(world, written(FORMS), key="forms-1")
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["state"], told["in_force"], told["prepared_by"]) == (
        "importing",
        False,
        "client:codings-office",
    )
    again = sent(world, written(FORMS), key="forms-1")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (202, "true")
    assert sent(world, written(FORMS)).status_code == 409

    world.work()
    office, name = world.machine("codings-office"), told["release"]
    ready = office.get(f"/codings/releases/form/{name}")
    assert (ready["state"], ready["rows"], ready["checked"], ready["problems"]) == ("ready", 3, 3, 0)
    assert office.send("GET", "/codings/form/zorbcap").status_code == 404
    person = Actor(id="account:codings-1", role=Role.CODINGS_EDITOR, at=world.clock.now)
    with writing(world.service) as session:
        actions.publish_release(session, system=FORM, release=name, by=person)
    assert office.get("/codings/form/zorbcap")["en"] == "zorbular cap"
    assert [found["code"] for found in office.get("/codings/form/search", q="zorb")["items"]] == ["zorbcap"]
    [first, *_] = [r for r in office.get("/codings/releases") if r["system"] == FORM]
    assert (first["release"], first["in_force"]) == (name, True)


def test_a_broken_file_changes_nothing_and_says_what_to_mend(world):
    before = world.machine("codings-office").get("/codings/releases")
    told = sent(world, b"code,fa,en\ntablet,,tablet\ntab let,x,y\n").json()
    world.work()
    office = world.machine("codings-office")
    assert office.get(f"/codings/releases/form/{told['release']}")["state"] == "refused"
    report = office.get(f"/codings/releases/form/{told['release']}/report")["items"]
    assert [(fault["line"], fault["column"]) for fault in report] == [(2, "fa"), (3, "code")]
    assert all(fault["what"]["fa"] and fault["mend"]["en"] for fault in report)
    after = {(r["system"], r["release"]): r for r in office.get("/codings/releases")}
    assert [after[r["system"], r["release"]] for r in before] == before


def test_only_the_office_may_send_and_only_what_is_known(world):
    assert sent(world, b"x", caller="clinic-sepid").status_code == 403
    assert sent(world, b"x", system="colours").status_code == 404
    assert sent(world, b"  ").json()["code"] == "release.file"
    assert sent(world, b"x", source="").status_code == 400
    assert (
        world.machine("clinic-sepid").send("GET", "/codings/releases/form/1405-09-x/report").status_code
        == 403
    )
    assert world.machine("codings-office").send("GET", "/codings/releases/form/1405-09-x").status_code == 404


def test_a_code_is_answered_as_an_old_release_has_it(world):
    with reading(world.service) as session:
        shipped = codings.release_of(session, FORM)
    told = sent(world, written([{**FORMS[0], "en": "round tablet"}, *FORMS[1:]])).json()
    world.work()
    at = world.clock.now + timedelta(minutes=1)
    person = Actor(id="account:codings-1", role=Role.CODINGS_EDITOR, at=at)
    with writing(world.service) as session:
        actions.publish_release(session, system=FORM, release=told["release"], by=person)
    office = world.machine("codings-office")
    assert office.get("/codings/form/tablet")["en"] == "round tablet"
    assert office.get("/codings/form/tablet", release=shipped)["en"] == "tablet"
    old = office.get("/codings/medicine/90010", release=office.get("/codings/medicine/90010")["release"])
    assert (old["en"], old["properties"]["unit"]) == ("amoxicillin 500 mg cap", "capsule")
    assert office.send("GET", "/codings/form/zorbcap", params={"release": shipped}).status_code == 404
