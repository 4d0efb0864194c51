"""What is stored is what was signed: whoever changes a column of any row is seen at the counter."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from codings import jws
from prescriber import actions, queries, signing
from prescriber.outcomes import PrescriptionNotFound, SignatureRefused, Tampered
from prescriber.states import Number
from prescriber.tables import Patient, Prescription, PrescriptionItem
from tests import factories
from tests.factories import AT
from tests.prescriber import desk


def as_administrator(session, statement, **words):
    """What somebody with the database in their hands does."""
    done = session.execute(text(statement), words)
    assert done.rowcount > 0, statement


def tampered(session, view):
    with pytest.raises(Tampered) as no:
        desk.verify(session, view.number)
    return no.value.facts["what"].split(", ")


@pytest.fixture
def other(session, clinic):
    """Another prescription of the same clinic, whose rows can be borrowed from."""
    return desk.prescribe(session, clinic)


@pytest.fixture
def view(session, clinic):
    """Two items, a repeat, an override and a second diagnosis: something in every table."""
    return desk.prescribe(
        session,
        clinic,
        desk.item(repeats=1, quantity="20"),
        desk.PAIN,
        diagnoses=[{"code": "J02.9"}, {"code": "J03.9"}],
    )


def test_an_untouched_prescription_verifies_through_its_whole_life(session, clinic, view):
    content = desk.verify(session, view.number)
    assert content == signing.read(jws.peek(view.jws)[1])
    used = actions.draw_down(
        session, number=view.number, lines=[(1, Decimal(5)), (2, Decimal(10))], by=clinic.by()
    )
    assert desk.verify(session, view.number) == content
    actions.put_back(session, number=view.number, used=used.used[:1], by=clinic.by())
    actions.put_back(session, number=view.number, used=used.used[1:], by=clinic.by())
    assert desk.verify(session, view.number) == content
    actions.cancel(session, number=view.number, reason="entered-in-error", held=True, by=clinic.by())
    assert desk.verify(session, view.number) == content
    actions.settle_cancel(session, number=view.number, by=clinic.by())
    assert desk.verify(session, view.number) == content


def test_a_dispensed_and_a_replaced_prescription_verify(session, clinic):
    done = desk.prescribe(session, clinic)
    actions.draw_down(session, number=done.number, lines=[(1, Decimal(21))], by=clinic.by())
    desk.verify(session, done.number)


def test_a_number_that_does_not_exist_is_not_tampering(session):
    with pytest.raises(PrescriptionNotFound):
        desk.verify(session, Number("1057Y3KP0M4A", 1))


PRESCRIPTION = {
    "insurer": "'2'",
    "jws": "(SELECT jws FROM prescription WHERE shabad = :other)",
    "kid": "'unknown-kid'",
    "payload_sha256": "repeat('0', 64)",
    "issued_at": "issued_at + interval '1 second'",
    "received_at": "received_at + interval '1 second'",
    "redeemable_until": "redeemable_until + interval '1 day'",
    "payable_until": "payable_until + interval '1 day'",
    "practitioner": "(SELECT p.council FROM practitioner p WHERE p.council <> prescription.practitioner LIMIT 1)",
    "centre": "(SELECT c.siam FROM centre c WHERE c.siam <> prescription.centre LIMIT 1)",
    "patient": "(SELECT patient FROM prescription WHERE shabad = :other)",
    "declaration": "(SELECT number FROM declaration LIMIT 1)",
    "coding_release": "'demo-1405-08'",
    "pointer_sha256": "(SELECT pointer_sha256 FROM prescription WHERE shabad = :other)",
    "status": "'partly_dispensed'",
    "source": "'paper', declaration = (SELECT number FROM declaration LIMIT 1)",
}


@pytest.mark.parametrize("column", sorted(PRESCRIPTION))
def test_each_column_of_a_prescription_is_compared(session, view, other, elsewhere, column):
    desk.declared(session)
    statement = f"UPDATE prescription SET {column} = {PRESCRIPTION[column]} WHERE shabad = :shabad"  # noqa: S608
    words = {"shabad": view.number.shabad} | ({"other": other.number.shabad} if ":other" in statement else {})
    as_administrator(session, statement, **words)
    places = tampered(session, view)
    if column in {"jws", "kid"}:  # then nothing is left to compare with: another content, or no key at all
        assert "prescription.shabad" in places or places == ["prescription.jws: key"]
    else:
        assert f"prescription.{column}" in places


def test_every_column_of_a_prescription_is_in_the_list_or_is_its_key():
    keys = {"shabad", "n", "replaces"}  # `replaces` is tried below, the key names the row
    assert set(Prescription.model_fields) == set(PRESCRIPTION) | keys


def test_what_it_replaces_is_compared(session, clinic, view):
    facts = desk.shabad(clinic, session.get(Patient, view.patient), shabad=view.number.shabad)
    ready = desk.prepare(session, clinic, facts, replaces=1)
    second, _ = desk.register(session, clinic, facts, desk.signed(clinic, ready.payload))
    desk.verify(session, second.number)
    as_administrator(
        session, "UPDATE prescription SET replaces = NULL WHERE shabad = :s AND n = 2", s=view.number.shabad
    )
    assert tampered(session, second) == ["prescription.replaces"]


ITEM = {
    "generic": "'90001'",
    "name": "'amoxicillin 250 mg cap'",
    "dose": "dose * 2",
    "unit": "'ml'",
    "frequency": "'q6h'",
    "timing": "'bedtime'",
    "route": "'rectal'",
    "as_needed": "'fever'",
    "duration_days": "duration_days + 1",
    "quantity": "quantity + 1",
    "repeats": "repeats + 1",
    "substitution": "NOT substitution",
    "instruction": "'take all of it'",
}


@pytest.mark.parametrize("column", sorted(ITEM))
@pytest.mark.parametrize("item", [1, 2])
def test_each_column_of_an_item_is_compared(session, view, column, item):
    as_administrator(
        session,
        f"UPDATE prescription_item SET {column} = {ITEM[column]} WHERE shabad = :s AND item = :i",  # noqa: S608
        s=view.number.shabad,
        i=item,
    )
    assert f"prescription_item.{column}" in tampered(session, view)


def test_every_column_of_an_item_is_in_the_list():
    assert set(PrescriptionItem.model_fields) == set(ITEM) | {"shabad", "n", "item"}


ELSEWHERE = {
    'UPDATE item_window SET opens_on = opens_on - 1 WHERE shabad = :s AND item = 1 AND "window" = 2': "item_window",
    "UPDATE item_window SET closes_on = closes_on + 1 WHERE shabad = :s AND item = 2": "item_window",
    "UPDATE item_window SET quantity = quantity + 1 WHERE shabad = :s AND item = 2": "item_window",
    "UPDATE item_window SET quantity = 99, remaining = 99 WHERE shabad = :s AND item = 2": "item_window",
    "UPDATE item_window SET remaining = remaining - 1 WHERE shabad = :s AND item = 2": "item_window.remaining",
    "DELETE FROM item_window WHERE shabad = :s AND item = 2": "item_window",
    "INSERT INTO item_window SELECT shabad, n, item, 9, opens_on, closes_on, 5, 5 FROM item_window"
    " WHERE shabad = :s AND item = 2": "item_window",
    "UPDATE prescription_diagnosis SET code = 'E11.9' WHERE shabad = :s AND position = 1": "prescription_diagnosis",
    "UPDATE prescription_diagnosis SET position = 3 WHERE shabad = :s AND position = 1": "prescription_diagnosis",
    "DELETE FROM prescription_diagnosis WHERE shabad = :s": "prescription_diagnosis",
    "UPDATE prescription_override SET reason = 'guideline' WHERE shabad = :s": "prescription_override",
    "DELETE FROM prescription_override WHERE shabad = :s": "prescription_override",
    "INSERT INTO prescription_override VALUES (:s, 1, 'RX-ALLERGY:1', 'guideline')": "prescription_override",
    "DELETE FROM signature_evidence WHERE shabad = :s": "signature_evidence",
    "UPDATE signature_evidence SET payload = 'x' WHERE shabad = :s": "signature_evidence.payload",
    "UPDATE signature_evidence SET certificate_pem = 'x' WHERE shabad = :s": "signature_evidence.certificate_pem",
    "UPDATE signature_evidence SET chain_pem = 'x' WHERE shabad = :s": "signature_evidence.certificate_pem",
    "UPDATE signature_evidence SET received_at = now() WHERE shabad = :s": "prescription.received_at",
    "UPDATE prescription_status SET to_state = 'cancelled' WHERE shabad = :s": "prescription.status",
    "UPDATE prescription_status SET from_state = 'cancelled' WHERE shabad = :s": "prescription_status",
    "DELETE FROM prescription_status WHERE shabad = :s": "prescription.status",
}


@pytest.mark.parametrize("statement", sorted(ELSEWHERE))
def test_what_belongs_to_a_prescription_is_compared(session, view, statement):
    as_administrator(session, statement, s=view.number.shabad)
    assert ELSEWHERE[statement] in tampered(session, view)


def test_an_item_that_was_added_or_taken_away_is_seen(session, view):
    as_administrator(
        session,
        "INSERT INTO prescription_item SELECT shabad, n, 3, generic, name, dose, unit, frequency, timing, route,"
        " as_needed, duration_days, quantity, repeats, substitution, instruction FROM prescription_item"
        " WHERE shabad = :s AND item = 1",
        s=view.number.shabad,
    )
    assert tampered(session, view) == ["prescription_item"]


def test_a_cancelled_prescription_brought_back_to_life_is_seen(session, clinic, view):
    actions.cancel(session, number=view.number, reason="entered-in-error", held=False, by=clinic.by())
    as_administrator(
        session, "UPDATE prescription SET status = 'active' WHERE shabad = :s", s=view.number.shabad
    )
    assert tampered(session, view) == ["prescription.status"]


def test_counters_filled_up_again_are_seen(session, clinic, view):
    actions.draw_down(session, number=view.number, lines=[(1, Decimal(20))], by=clinic.by())
    as_administrator(
        session, "UPDATE item_window SET remaining = quantity WHERE shabad = :s", s=view.number.shabad
    )
    assert tampered(session, view) == ["item_window.remaining"]


def test_without_the_keys_a_patient_is_still_compared_by_the_last_digits(session, view, other):
    as_administrator(
        session,
        "UPDATE prescription SET patient = (SELECT patient FROM prescription WHERE shabad = :o) WHERE shabad = :s",
        o=other.number.shabad,
        s=view.number.shabad,
    )
    with pytest.raises(Tampered, match="tampered"):
        desk.verify(session, view.number, patient_key=None, pointer_key=None)


# --- Forged from the start ------------------------------------------------------------------------


def forged(session, clinic, view, key, **changes):
    """Content of one's own, signed with another key and put into the row."""
    content = desk.changed(signing.read(jws.peek(view.jws)[1]), **changes)
    token = desk.signed(clinic, content, key=key)
    as_administrator(
        session,
        "UPDATE prescription SET jws = :jws, payload_sha256 = :sha, kid = :kid, insurer = :insurer WHERE shabad = :s",
        jws=token,
        sha=jws.payload_sha256(jws.peek(token)[1]),
        kid=key.kid,
        insurer=content.insurer,
        s=view.number.shabad,
    )
    as_administrator(
        session,
        "UPDATE signature_evidence SET payload = :p WHERE shabad = :s",
        p=jws.peek(token)[1],
        s=view.number.shabad,
    )


def test_content_signed_by_nobodys_key_is_seen(session, clinic, view):
    forged(session, clinic, view, factories.Enrolled("no-such-kid", factories.make_csr()[0]).key, insurer="2")
    assert "prescription.jws" in tampered(session, view)[0]


def test_content_signed_under_the_physicians_kid_with_another_key_is_seen(session, clinic, view):
    forged(
        session, clinic, view, factories.Enrolled(clinic.key.kid, factories.make_csr()[0]).key, insurer="2"
    )
    assert tampered(session, view) == ["prescription.jws: signature"]


def test_a_public_key_swapped_in_the_register_is_seen(session, clinic, view):
    other, _ = factories.make_csr()
    as_administrator(
        session,
        "UPDATE certificate SET public_pem = :pem WHERE kid = :kid",
        pem=jws.public_pem(other),
        kid=clinic.key.kid,
    )
    session.expire_all()
    forged(session, clinic, view, factories.Enrolled(clinic.key.kid, other).key, insurer="2")
    assert tampered(session, view) == ["prescription.jws: key"]


def authority(key):
    """A self-signed certificate under the name of the tests' own authority."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=3650))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
        .decode()
    )


def test_who_knows_the_ca_believes_its_certificates_and_nobody_elses(session, view):
    """An administrator could certify a key alone and put it into the register in a physician's name."""
    ours, strangers = authority(factories._ca_key()), authority(ec.generate_private_key(ec.SECP256R1()))
    desk.verify(session, view.number, ca_pem=ours)
    with pytest.raises(Tampered) as no:
        desk.verify(session, view.number, ca_pem=strangers)
    assert no.value.facts == {"what": "prescription.jws: key"}


def test_a_certificate_of_another_holder_in_the_physicians_name_is_seen(session, clinic, elsewhere, view):
    """The register's rows say it is the physician's; the certificate itself says whose it is."""
    forged(session, clinic, view, elsewhere.key.key, insurer="2")
    as_administrator(
        session,
        "UPDATE certificate SET holder = :holder WHERE kid = :kid",
        holder=clinic.physician.council,
        kid=elsewhere.key.kid,
    )
    as_administrator(
        session,
        "UPDATE signature_evidence SET certificate_pem = (SELECT pem FROM certificate WHERE kid = :kid)"
        " WHERE shabad = :s",
        kid=elsewhere.key.kid,
        s=view.number.shabad,
    )
    with pytest.raises(Tampered) as no:
        desk.verify(session, view.number, ca_pem=authority(factories._ca_key()))
    assert no.value.facts == {"what": "certificate.holder"}


def test_the_seal_signs_no_electronic_prescription(session, clinic, view):
    content = signing.read(jws.peek(view.jws)[1])
    sealed = desk.seal(signing.payload(content), signing.PAPER_TYP)
    as_administrator(
        session,
        "UPDATE prescription SET jws = :jws, kid = :kid WHERE shabad = :s",
        jws=sealed,
        kid=desk.seal_key().kid,
        s=view.number.shabad,
    )
    assert "prescription.source" in tampered(session, view)


# --- A scanned slip -------------------------------------------------------------------------------


def test_a_slip_with_the_physicians_signature_is_believed(session, clinic, view):
    queries.verify_scanned(session, number=view.number, token=view.jws, seal_key=desk.seal_key())
    again = desk.signed(clinic, jws.peek(view.jws)[1])
    queries.verify_scanned(session, number=view.number, token=again, seal_key=desk.seal_key())


def test_a_slip_with_the_right_content_and_a_wrong_signature_is_not(session, clinic, view):
    start = view.jws.rpartition(".")[0]
    other = factories.Enrolled(clinic.key.kid, factories.make_csr()[0]).key
    for token in (f"{start}.{'A' * 86}", desk.signed(clinic, jws.peek(view.jws)[1], key=other)):
        with pytest.raises(SignatureRefused) as no:
            queries.verify_scanned(session, number=view.number, token=token, seal_key=desk.seal_key())
        assert no.value.pointer == "/qr"
    with pytest.raises(PrescriptionNotFound):
        queries.verify_scanned(
            session, number=view.number._replace(n=9), token=view.jws, seal_key=desk.seal_key()
        )


def test_the_words_of_tampering_name_no_place(session, view):
    as_administrator(session, "UPDATE prescription SET insurer = '2' WHERE shabad = :s", s=view.number.shabad)
    with pytest.raises(Tampered) as no:
        desk.verify(session, view.number)
    assert not re.search(r"prescription\.|insurer", no.value.detail.en + no.value.detail.fa)
