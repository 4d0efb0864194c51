"""The door that signatures come in by: a right signature is not enough, and nothing is half signed."""

import hashlib
import json
from typing import Any

import pytest
from sqlmodel import select

from app.db import reading
from app.flows import prescribing
from app.pages.prescriber import order as orders
from app.tables import Idempotency
from codings import jws
from codings.base import Actor, Role
from prescriber import signing
from prescriber.tables import Draft, Prescription
from tests.app.pages.desk import COLLEAGUE


@pytest.fixture
def at(desk) -> str:
    desk.sign_in()
    at = desk.draft()
    desk.ordered(at)
    return at


def proved(desk: Any) -> None:
    told = desk.post("/account/signing-session", {"method": "password", "password": desk.folder.password()})
    assert told.status in {200, 303}


def token(desk: Any, at: str) -> str:
    """What the physician's own key makes of the draft's bytes: right in everything."""
    with reading(desk.service) as session:
        found = session.exec(select(Draft).where(Draft.id == at.rpartition("/")[2])).one()
        whole = orders.read_order(found.typed, shabad=found.shabad or "").whole
        by = Actor(
            id="account:physician-9990001",
            role=Role.PHYSICIAN,
            at=desk.clock(),
            centre=found.centre,
            practitioner=found.practitioner,
        )
        prepared, _ = prescribing.prepare(session, desk.service, request=whole, by=by)
    return jws.sign(prepared.payload, key=desk.pen(), typ=signing.TYP, extra={"zip": "DEF"})


def fields(desk: Any, *drafts: str, tokens: tuple[str, ...] = ()) -> dict[str, str]:
    sent: dict[str, str] = {}
    with reading(desk.service) as session:
        for place, at in enumerate(drafts):
            found = session.exec(select(Draft).where(Draft.id == at.rpartition("/")[2])).one()
            sent |= {f"drafts.{place}.id": str(found.id), f"drafts.{place}.version": str(found.version)}
            sent[f"drafts.{place}.jws"] = tokens[place] if tokens else token(desk, at)
    return sent


def refused(desk: Any, sent: dict[str, str], status: int, *drafts: str) -> None:
    """Nothing is signed, and every draft is still open."""
    assert desk.post("/prescriber/sign", sent).status == status
    with reading(desk.service) as session:
        assert session.exec(select(Prescription)).first() is None
        assert {str(draft.state) for draft in session.exec(select(Draft))} == {"open"}, drafts


def test_a_right_signature_after_a_proof_is_registered(desk, at):
    proved(desk)
    assert desk.post("/prescriber/sign", fields(desk, at)).location.endswith("/slip")


def test_without_a_proof_it_is_refused(desk, at):
    refused(desk, fields(desk, at), 403)


def test_after_five_minutes_it_is_refused(desk, at):
    proved(desk)
    desk.clock.advance(minutes=5, seconds=1)
    refused(desk, fields(desk, at), 403)


def test_a_proof_in_another_browser_does_not_count(desk, at):
    proved(desk)
    desk.browser.cookies.clear()
    desk.sign_in()
    refused(desk, fields(desk, at), 403)


def test_a_proof_before_the_lock_does_not_count_after_it(desk, at):
    proved(desk)
    desk.post("/account/lock")
    sent = fields(desk, at)
    assert desk.post("/prescriber/sign", sent).status in {303, 401}
    desk.post("/account/unlock", {"method": "password", "password": desk.folder.password()})
    refused(desk, sent, 403)


def test_a_draft_that_was_changed_meanwhile_is_refused(desk, at):
    sent = fields(desk, at)
    desk.press(at, "save", items__0__duration_days="5")
    proved(desk)
    refused(desk, sent, 412)


def test_bytes_of_another_order_do_not_close_this_draft(desk, at):
    right = token(desk, at)
    desk.press(at, "save", items__0__dose__amount="2", items__0__quantity="42")
    proved(desk)
    refused(desk, fields(desk, at, tokens=(right,)), 412)


def test_two_patients_are_not_signed_in_one_go(desk, at):
    other = desk.draft("9990742464")
    desk.ordered(other)
    proved(desk)
    refused(desk, fields(desk, at, other), 409)


def test_another_physicians_draft_does_not_exist(desk, at):
    sent = fields(desk, at)
    desk.sign_in(COLLEAGUE)
    proved(desk)
    refused(desk, sent, 404)


def test_a_draft_that_is_signed_already_says_so(desk, at):
    proved(desk)
    sent = fields(desk, at)
    desk.post("/prescriber/sign", sent)
    assert desk.post("/prescriber/sign", sent).status == 409


def test_nothing_secret_can_be_guessed_from_the_kept_requests(desk):
    """A form that holds a password is remembered by a keyed hash only."""
    desk.sign_in()
    sent = {"old": desk.folder.password(), "new": "a new long password", "again": "a new long password"}
    desk.post("/account/password", sent)
    plain = json.dumps(sorted(sent.items())).encode()
    guess = hashlib.sha256(b"POST /account/password?\n" + plain).hexdigest()
    with reading(desk.service) as session:
        kept = [row.fingerprint for row in session.exec(select(Idempotency))]
    assert kept
    assert guess not in kept
