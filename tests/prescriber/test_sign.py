"""Signing: what is registered, once and for ever, and the same answer to the same signature."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlmodel import Session, select

from codings import jws
from codings.certificates import revoke_certificate
from codings.systems import ICD10, Coding
from prescriber import actions, queries, signing
from prescriber.outcomes import (
    CannotReplace,
    NumberTaken,
    PrescriptionNotFound,
    PrescriptionSigned,
    Replaced,
)
from prescriber.states import Number, PrescriptionState, Source
from prescriber.tables import (
    ItemWindow,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    SignatureEvidence,
)
from tests import factories
from tests.factories import AT
from tests.prescriber import desk

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture
def shabad(session, clinic):
    return desk.shabad(clinic, desk.patient(session, clinic))


def other_signature(token):
    """The same content and key with the other valid s: another text, the same prescription."""
    start, _, signature = token.rpartition(".")
    raw = jws.unb64(signature)
    s = P256_ORDER - int.from_bytes(raw[32:], "big")
    return f"{start}.{jws.b64(raw[:32] + s.to_bytes(32, 'big'))}"


def test_a_signed_prescription_is_read_back_as_it_was_signed(session, clinic, view):
    assert queries.prescription(session, number=view.number, by=clinic.by()) == view
    assert (view.status, view.source, view.replaces) == (PrescriptionState.ACTIVE, Source.ELECTRONIC, None)
    assert (view.practitioner, view.practitioner_name) == (clinic.physician.council, clinic.physician.name_fa)
    assert (view.centre, view.centre_name) == (clinic.centre.siam, clinic.centre.name_fa)
    assert (view.issued_at, view.received_at, view.kid) == (AT, AT, clinic.key.kid)
    assert view.diagnoses == (Coding(ICD10, "J02.9"),)
    first, second = view.items
    assert (first.medicine, first.quantity, first.remaining, first.repeats) == ("90010", 21, 21, 1)
    assert (second.timing, second.as_needed, second.substitution) == ("after-meal", "pain", False)
    assert (second.dose, second.instruction) == (Decimal(1), "با یک لیوان آب")
    assert [(change.from_state, change.to_state) for change in view.history] == [(None, "active")]
    assert view.history[0].by == f"account:{clinic.physician.council}"


def test_the_patient_is_shown_without_the_whole_identifier(view):
    brief = view.patient_brief()
    assert brief["name"] == "نیلوفر نمونه"
    assert view.national_id not in str(brief)
    assert brief["identifier"].endswith(view.national_id[-2:])


def test_every_repeat_has_its_own_counter(session, view):
    rows = session.exec(
        select(ItemWindow)
        .where(ItemWindow.shabad == view.number.shabad)
        .order_by(ItemWindow.item, ItemWindow.window)
    ).all()
    assert [(w.item, w.window, w.quantity, w.remaining) for w in rows] == [
        (1, 1, 21, 21),
        (1, 2, 21, 21),
        (2, 1, 10, 10),
    ]
    assert rows[1].opens_on - rows[0].opens_on == timedelta(days=7)
    total = queries.prescription_unscoped(session, number=view.number)
    assert [item.remaining for item in total.items] == [42, 10]


def test_the_evidence_is_kept_as_it_came(session, clinic, view):
    evidence = session.get(SignatureEvidence, tuple(view.number))
    header, payload = jws.peek(view.jws)
    assert evidence.payload == payload
    assert view.payload_sha256 == jws.payload_sha256(payload)
    assert evidence.certificate_pem.startswith("-----BEGIN CERTIFICATE-----")
    assert evidence.chain_pem == ""
    assert evidence.revocation == {"checked_at": AT.isoformat(), "state": "active"}
    assert header == signing.header(clinic.key.kid)
    key = jws.Key(clinic.key.kid, "ES256", jws.public_pem(clinic.key.private_pem))
    assert jws.verify(view.jws, key=key, typ="rx+jws", extra={"zip": "DEF"}) == payload


def test_of_the_pointer_only_its_hash_is_kept(session, view):
    secret = signing.pointer_secret(desk.POINTER_KEY, view.number)
    identity = queries.identity_unscoped(session, number=view.number)
    assert identity.pointer_sha256 == signing.pointer_sha256(secret)
    assert identity.identifiers == (view.national_id,)
    assert (identity.kid, identity.payload_sha256) == (view.kid, view.payload_sha256)
    assert queries.identity_unscoped(session, number=view.number._replace(n=2)) is None


def test_the_event_is_emitted_once(session, clinic, shabad):
    token = desk.signed(clinic, desk.prepare(session, clinic, shabad).payload)
    desk.register(session, clinic, shabad, token)
    desk.register(session, clinic, shabad, token)
    assert session.info["events"] == [PrescriptionSigned(shabad=shabad.shabad, n=1)]


def test_the_same_signature_again_is_the_same_answer(session, clinic, shabad):
    token = desk.signed(clinic, desk.prepare(session, clinic, shabad).payload)
    first, new = desk.register(session, clinic, shabad, token)
    again, new_again = desk.register(session, clinic, shabad, token)
    assert (new, new_again) == (True, False)
    assert again == first
    assert (
        len(session.exec(select(PrescriptionStatus).where(PrescriptionStatus.shabad == shabad.shabad)).all())
        == 1
    )


def test_another_valid_signature_over_the_same_bytes_is_the_same_prescription(session, clinic, shabad):
    token = desk.signed(clinic, desk.prepare(session, clinic, shabad).payload)
    first, _ = desk.register(session, clinic, shabad, token)
    for other in (other_signature(token), desk.signed(clinic, jws.peek(token)[1])):
        assert other != token
        again, new = desk.register(session, clinic, shabad, other)
        assert (again, new) == (first, False)
    assert again.jws == token


def test_a_lost_answer_can_be_asked_for_long_after_everything_has_changed(session, clinic, shabad):
    token = desk.signed(clinic, desk.prepare(session, clinic, shabad).payload)
    first, _ = desk.register(session, clinic, shabad, token)
    officer = factories.council_officer()
    revoke_certificate(session, kid=clinic.key.kid, reason="key-lost", invalid_from=None, by=officer)
    used = replace(shabad, state="used")
    again, new = desk.register(session, clinic, used, token, at=AT + timedelta(days=400))
    assert (again.number, again.jws, new) == (first.number, first.jws, False)


def test_another_prescription_for_a_taken_number_is_refused_and_changes_nothing(session, clinic, shabad):
    first, _ = desk.register(
        session, clinic, shabad, desk.signed(clinic, desk.prepare(session, clinic, shabad).payload)
    )
    content = signing.read(jws.peek(first.jws)[1])
    other = desk.changed(content, items=(content.items[0].model_copy(update={"substitution": False}),))
    with pytest.raises(NumberTaken):
        desk.register(session, clinic, shabad, desk.signed(clinic, other))
    newer = factories.enrol(session, clinic.physician)
    with pytest.raises(NumberTaken):  # the same bytes under another key are another signature
        desk.register(session, clinic, shabad, desk.signed(clinic, content, key=newer.key))
    assert queries.prescription(session, number=first.number, by=clinic.by()) == first


def test_a_correction_replaces_the_first_and_both_stay_readable(session, clinic, shabad):
    first, _ = desk.register(
        session, clinic, shabad, desk.signed(clinic, desk.prepare(session, clinic, shabad).payload)
    )
    ready = desk.prepare(session, clinic, shabad, desk.item(duration_days=5, quantity="15"), replaces=1)
    second, _ = desk.register(session, clinic, shabad, desk.signed(clinic, ready.payload))
    assert (second.number, second.replaces, second.status) == (
        Number(shabad.shabad, 2),
        1,
        PrescriptionState.ACTIVE,
    )
    before = queries.prescription(session, number=first.number, by=clinic.by())
    assert (before.status, before.history[-1].why) == (PrescriptionState.REPLACED, "2")
    assert queries.next_n(session, shabad.shabad) == 3
    with pytest.raises(Replaced):
        actions.draw_down(session, number=first.number, lines=[(1, Decimal(1))], by=clinic.by())


def test_what_was_dispensed_from_cannot_be_replaced_even_when_prepared_before(session, clinic, shabad):
    desk.register(session, clinic, shabad, desk.signed(clinic, desk.prepare(session, clinic, shabad).payload))
    ready = desk.prepare(session, clinic, shabad, replaces=1)
    actions.draw_down(session, number=Number(shabad.shabad, 1), lines=[(1, Decimal(1))], by=clinic.by())
    with pytest.raises(CannotReplace):
        desk.register(session, clinic, shabad, desk.signed(clinic, ready.payload))
    assert queries.next_n(session, shabad.shabad) == 2


def test_a_prescription_is_found_by_its_centre_and_by_nobody_else(session, clinic, elsewhere, view):
    assert queries.prescription(session, number=view.number, by=clinic.system()).number == view.number
    assert queries.history(session, number=view.number, by=clinic.by()) == view.history
    for stranger in (elsewhere.by(), elsewhere.system(), factories.regulator()):
        for unknown in (view.number, view.number._replace(n=9), Number("1057Y3KP0M4A", 1)):
            with pytest.raises(PrescriptionNotFound):
                queries.prescription(session, number=unknown, by=stranger)
            with pytest.raises(PrescriptionNotFound):
                queries.history(session, number=unknown, by=stranger)
    with pytest.raises(PrescriptionNotFound):
        queries.prescription(session, number=view.number._replace(n=9), by=clinic.by())


def test_a_list_of_prescriptions_goes_on_where_it_stopped(session, clinic, elsewhere):
    made = [desk.prescribe(session, clinic, at=AT + timedelta(minutes=m)).number for m in (0, 0, 1, 2, 2)]
    desk.prescribe(session, elsewhere)
    colleague = factories.physician(session, clinic.centre)
    seen, before = [], None
    while page := queries.by_practitioner(session, by=clinic.by(), limit=2, before=before):
        seen += [brief.number for brief in page]
        before = page[-1].cursor
    assert sorted(seen) == sorted(made)
    assert [queries.status_unscoped(session, number=n) for n in seen] == [PrescriptionState.ACTIVE] * 5
    assert len(queries.by_practitioner(session, by=clinic.system())) == 5
    assert queries.by_practitioner(session, by=factories.working(colleague, clinic.centre)) == []


def test_a_message_to_the_patient_knows_where_to_go(session, view):
    told = queries.contact(session, number=view.number)
    assert (told.mobile, told.redeemable_until) == ("09700000001", view.redeemable_until)
    assert queries.contact(session, number=view.number._replace(n=2)) is None


def test_eight_devices_that_send_the_same_signature_at_once_make_one_prescription(database):
    gate = Barrier(8)
    with Session(database, expire_on_commit=False) as session:
        clinic = desk.open_clinic(session)
        shabad = desk.shabad(clinic, desk.patient(session, clinic))
        token = desk.signed(clinic, desk.prepare(session, clinic, shabad).payload)
        session.commit()

    def send(_):
        with Session(database) as session:
            gate.wait()
            view, new = desk.register(session, clinic, shabad, token)
            session.commit()
            return view, new

    with ThreadPoolExecutor(8) as devices:
        answers = list(devices.map(send, range(8)))
    assert sorted(new for _, new in answers) == [False] * 7 + [True]
    assert len({view.jws for view, _ in answers}) == 1
    with Session(database) as session:
        assert len(session.exec(select(Prescription)).all()) == 1
        assert len(session.exec(select(PrescriptionItem)).all()) == 1


def test_eight_different_prescriptions_for_one_number_leave_one_whole(database):
    gate = Barrier(8)
    with Session(database, expire_on_commit=False) as session:
        clinic = desk.open_clinic(session)
        shabad = desk.shabad(clinic, desk.patient(session, clinic))
        content = desk.prepare(session, clinic, shabad).content
        session.commit()
    tokens = [
        desk.signed(clinic, desk.changed(content, issued_at=content.issued_at + second))
        for second in range(8)
    ]

    def send(token):
        with Session(database) as session:
            gate.wait()
            try:
                view, new = desk.register(session, clinic, shabad, token)
            except NumberTaken:
                session.rollback()
                return None
            session.commit()
            return view.jws if new else "not new"

    with ThreadPoolExecutor(8) as devices:
        answers = list(devices.map(send, tokens))
    (won,) = [answer for answer in answers if answer is not None]
    with Session(database) as session:
        (row,) = session.exec(select(Prescription)).all()
        assert row.jws == won
        assert len(session.exec(select(PrescriptionItem)).all()) == 1
        desk.verify(session, Number(row.shabad, row.n))
