"""What was signed under one release reads the same after the next is in force; what is written now uses the new one."""

from datetime import timedelta

import codings.queries as codings
from app.db import reading, writing
from codings import actions
from codings.base import Actor, Role
from codings.systems import FREQUENCY, GENERIC
from codings.text import tehran_day


def release_anew(service, system, changed):
    """Publish the next release of a system an hour from now, with some rows changed."""
    at = service.clock() + timedelta(hours=1)
    first, second = (Actor(id=f"account:{n}", role=Role.CODINGS_EDITOR, at=at) for n in ("first", "second"))
    with writing(service) as session:
        now = codings.releases_in_force(session, {system})[system]
        rows = codings.differing(session, system=system, old=None, new=now.release, limit=10_000)
        sent = actions.receive_release(
            session,
            system=system,
            name="next.csv",
            content=b"the next edition",
            effective_from=tehran_day(at),
            source="a test",
            licence="none",
            by=first,
        )
        told = [{**(row.new or {}), **changed.get(row.code, {})} for row in rows]
        actions.accept_rows(session, system=system, release=sent.release, rows=told, by=first)
        actions.publish_release(session, system=system, release=sent.release, by=second)


def test_a_signed_prescription_reads_the_same_after_the_next_release_is_published(desk):
    desk.sign_in(language="fa")
    view = desk.signed()
    addresses = [f"/prescriber/prescriptions/{view.number}", f"/prescriber/prescriptions/{view.number}/slip"]
    before = [desk.get(at).text for at in addresses]
    assert all("هر ۸ ساعت" in page and "آموکسی‌سیلین کپسول ۵۰۰" in page for page in before)

    release_anew(desk.service, GENERIC, {"90010": {"name_fa": "نامی دیگر", "form": "tablet"}})
    release_anew(desk.service, FREQUENCY, {"q8h": {"fa": "به گونه‌ای دیگر"}})

    assert [desk.get(at).text for at in addresses] == before
    with reading(desk.service) as session:
        assert codings.medicines(session, {"90010"})["90010"].name_fa == "نامی دیگر"
        assert codings.concepts(session, FREQUENCY, {"q8h"})["q8h"].fa == "به گونه‌ای دیگر"
    assert "نامی دیگر" in desk.get(desk.draft("9990742464") + "?q=amox 500").text
