"""Paper in an emergency: its picture is kept, and what is typed from it is sealed and dispensed like any other."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from codings import jws
from codings.actions import set_licence
from codings.outcomes import CodeUnknown
from codings.states import LicenceState
from prescriber import actions, queries, signing
from prescriber.inputs import FactsInput, PaperInput
from prescriber.outcomes import (
    AlreadyElectronic,
    DeclarationNotFor,
    ImageKind,
    ImageNotFound,
    ImageTooLarge,
    ImageUsed,
    MedicineUnknown,
    OtherCentre,
    OtherShabad,
    PaperOrderRefused,
    PaperPrescriberUnknown,
    PrescriptionTranscribed,
    ShabadNotUsable,
    Tampered,
)
from prescriber.rules.periods import REDEEMABLE_DAYS
from prescriber.states import PrescriptionState, Source
from prescriber.tables import PaperImage, Patient, Prescription, SignatureEvidence, Transcription
from tests import factories
from tests.factories import AT
from tests.prescriber import desk

PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"picture", b"\xff\xd8\xff\xe0" + b"picture"
WRITTEN = date(2026, 11, 30)


@pytest.fixture
def declaration(session):
    return desk.declared(session)


@pytest.fixture
def image(session, clinic):
    return actions.store_image(session, content=PNG, media_type="image/png", by=clinic.by())


@pytest.fixture
def shabad(session, clinic, declaration):
    """Assigned from a reserve, for a patient whom nobody asked about allergies."""
    untold = actions.register_patient(session, identity=desk.person(), by=clinic.by())
    return desk.shabad(clinic, untold, state="assigned_offline", offline=True, declaration=declaration.number)


def typed(clinic, emergency, picture, **changes):
    told = {
        "declaration": emergency.number,
        "practitioner": clinic.physician.council,
        "patient": {"national_id": "9990371237"},
        "written_on": WRITTEN,
        "items": [desk.item()],
        "image": picture.id,
    }
    return PaperInput.model_validate(told | changes)


def transcribe(session, clinic, shabad, declaration, paper, *, by=None):
    return actions.transcribe(
        session,
        paper=paper,
        shabad=shabad,
        declaration=declaration,
        patient_key=desk.PATIENT_KEY,
        pointer_key=desk.POINTER_KEY,
        seal=desk.seal,
        seal_certificate="-----BEGIN CERTIFICATE-----\nseal\n-----END CERTIFICATE-----\n",
        by=by or clinic.by(),
    )


@pytest.fixture
def refused(session, clinic, shabad, declaration, image):
    """Transcribing this is refused with this problem; nothing is registered and the picture stays unused."""

    def check(problem, *, facts=shabad, by=None, **changes):
        paper = typed(clinic, declaration, image, **changes)
        with pytest.raises(problem) as no, session.begin_nested():
            transcribe(session, clinic, facts, declaration, paper, by=by)
        assert session.exec(select(Prescription).where(Prescription.source == Source.PAPER)).all() == []
        assert queries.image(session, id=image.id, by=clinic.by()).transcribed_as is None
        return no.value

    return check


# --- Pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_a_picture_is_kept_byte_for_byte(session, clinic, content, kind):
    stored = actions.store_image(session, content=content, media_type="text/html", by=clinic.by())
    kept = queries.image(session, id=stored.id, by=clinic.by())
    assert (kept.content, kept.media_type, kept.sha256) == (
        content,
        kind,
        hashlib.sha256(content).hexdigest(),
    )
    assert (kept.centre, kept.uploaded_at) == (clinic.centre.siam, AT)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.7", b"\x89PNG", b" " + PNG])
def test_what_is_no_picture_is_refused_whatever_it_says_it_is(session, clinic, content):
    with pytest.raises(ImageKind):
        actions.store_image(session, content=content, media_type="image/png", by=clinic.by())


def test_a_picture_has_a_limit(session, clinic):
    actions.store_image(session, content=PNG.ljust(10 * 1024 * 1024, b"."), media_type="", by=clinic.by())
    with pytest.raises(ImageTooLarge):
        actions.store_image(
            session, content=PNG.ljust(10 * 1024 * 1024 + 1, b"."), media_type="", by=clinic.by()
        )


def test_the_same_picture_again_is_the_same_row_and_another_centres_is_its_own(
    session, clinic, elsewhere, image
):
    assert actions.store_image(session, content=PNG, media_type="", by=clinic.by()).id == image.id
    assert actions.store_image(session, content=PNG, media_type="", by=elsewhere.by()).id != image.id


def test_a_picture_is_seen_by_its_centre_and_the_regulator(session, clinic, elsewhere, image):
    for by in (clinic.by(), clinic.system(), factories.regulator(), factories.actor()):
        assert queries.image(session, id=image.id, by=by).id == image.id
    for by in (elsewhere.by(), elsewhere.system(), factories.council_officer()):
        with pytest.raises(ImageNotFound):
            queries.image(session, id=image.id, by=by)


def test_a_picture_that_was_exchanged_is_seen(session, clinic, image):
    session.execute(text("UPDATE paper_image SET content = 'x' WHERE id = :id"), {"id": image.id})
    with pytest.raises(Tampered):
        queries.image(session, id=image.id, by=clinic.by())


# --- Transcribing ---------------------------------------------------------------------------------


def test_a_paper_becomes_a_prescription_sealed_by_the_service(session, clinic, shabad, declaration, image):
    view = transcribe(session, clinic, shabad, declaration, typed(clinic, declaration, image))
    assert (view.source, view.status, view.kid) == (
        Source.PAPER,
        PrescriptionState.ACTIVE,
        desk.seal_key().kid,
    )
    assert (view.declaration, view.written_on, view.issued_at) == (declaration.number, WRITTEN, AT)
    header, payload = jws.peek(view.jws)
    assert header == {"alg": "ES256", "kid": desk.seal_key().kid, "typ": "paper+jws"}
    content = signing.read(payload)
    assert content.paper == (image.sha256, WRITTEN)
    assert desk.verify(session, view.number) == content
    row = session.get(Transcription, tuple(view.number))
    assert (row.image, row.image_sha256, row.transcribed_by) == (image.id, image.sha256, clinic.by().id)
    assert session.get(SignatureEvidence, tuple(view.number)).certificate_pem.startswith("-----BEGIN")
    assert session.info["events"][-1] == PrescriptionTranscribed(shabad=shabad.shabad, n=1)
    assert queries.prescription(session, number=view.number, by=clinic.by()) == view
    assert signing.jws_from_qr(signing.qr_texts(view.jws)) == view.jws


def test_its_time_counts_from_the_day_it_was_written(session, clinic, shabad, declaration, image):
    view = transcribe(session, clinic, shabad, declaration, typed(clinic, declaration, image))
    (window,) = view.items[0].windows
    assert (window.opens_on, window.closes_on) == (WRITTEN, WRITTEN + timedelta(days=REDEEMABLE_DAYS))


def test_safety_findings_do_not_undo_what_the_physician_wrote(session, clinic, shabad, declaration, image):
    twice = typed(clinic, declaration, image, items=[desk.item(), desk.item(quantity="90")])
    view = transcribe(session, clinic, shabad, declaration, twice)
    assert [item.quantity for item in view.items] == [21, 90]


def test_a_pharmacy_may_transcribe_what_a_physician_of_no_centre_wrote(session, declaration, clinic):
    pharmacy = factories.pharmacy(session)
    pharmacist = factories.working(factories.pharmacist(session, pharmacy), pharmacy)
    doctor = factories.physician(session)
    picture = actions.store_image(session, content=JPEG, media_type="image/jpeg", by=pharmacist)
    known = actions.register_patient(session, identity=desk.person(), by=pharmacist)
    facts = replace(
        desk.shabad(clinic, known, state="assigned_offline", offline=True, declaration=declaration.number),
        practitioner=doctor.council,
        centre=pharmacy.siam,
    )
    paper = typed(clinic, declaration, picture, practitioner=doctor.council)
    view = transcribe(session, clinic, facts, declaration, paper, by=pharmacist)
    assert (view.practitioner, view.centre) == (doctor.council, pharmacy.siam)
    desk.verify(session, view.number)


def test_it_is_dispensed_like_any_other(session, clinic, shabad, declaration, image):
    view = transcribe(session, clinic, shabad, declaration, typed(clinic, declaration, image))
    done = actions.draw_down(session, number=view.number, lines=[(1, Decimal(21))], by=factories.actor())
    assert done.status is PrescriptionState.DISPENSED


def test_one_picture_makes_one_prescription(session, clinic, shabad, declaration, image):
    first = transcribe(session, clinic, shabad, declaration, typed(clinic, declaration, image))
    other = replace(shabad, shabad="Z1057Y3KP0M4A")
    with pytest.raises(ImageUsed) as no:
        transcribe(session, clinic, other, declaration, typed(clinic, declaration, image))
    assert no.value.facts["number"] == str(first.number)


def test_a_physician_who_also_signed_that_day_wrote_it_once(session, clinic, shabad, declaration, image):
    known = session.get(Patient, shabad.patient)
    morning = AT - timedelta(days=1)
    desk_patient = desk.shabad(clinic, known, at=morning)
    asked = FactsInput.model_validate({"allergies": {"state": "none_known"}, "as_of": WRITTEN})
    actions.record_facts(session, patient=known.id, facts=asked, by=clinic.by())
    earlier = factories.enrol(session, clinic.physician, at=morning - timedelta(hours=1))
    ready = desk.prepare(session, clinic, desk_patient, at=morning)
    electronic, _ = desk.register(
        session, clinic, desk_patient, desk.signed(clinic, ready.payload, key=earlier.key), at=morning
    )
    paper = typed(clinic, declaration, image)
    with pytest.raises(AlreadyElectronic) as no:
        transcribe(session, clinic, shabad, declaration, paper)
    assert no.value.facts["number"] == electronic.number
    actions.cancel(session, number=electronic.number, reason="entered-in-error", held=False, by=clinic.by())
    assert transcribe(session, clinic, shabad, declaration, paper)


def test_what_cannot_be_meant_as_typed_is_refused(refused):
    no = refused(PaperOrderRefused, items=[desk.item(dose={"amount": "1", "unit": "tablet"})])
    assert [found.id for found in no.findings] == ["RX-UNIT:1"]
    refused(PaperOrderRefused, items=[desk.item(repeats=4)])
    assert refused(MedicineUnknown, items=[desk.item(medicine="1")]).pointer == "/items/0/medicine"
    assert refused(CodeUnknown, items=[desk.item(frequency="q7h")]).pointer == "/items/0/frequency"
    assert refused(CodeUnknown, diagnoses=[{"code": "Z99.99"}]).pointer == "/diagnoses/0/code"


def test_the_stamp_has_to_be_a_licensed_physicians(refused, session, clinic):
    refused(PaperPrescriberUnknown, practitioner="1")
    refused(PaperPrescriberUnknown, practitioner=factories.pharmacist(session, clinic.centre).council)
    suspended = factories.physician(session, clinic.centre)
    by = factories.council_officer()
    set_licence(session, council=suspended.council, state=LicenceState.SUSPENDED, by=by)
    refused(PaperPrescriberUnknown, practitioner=suspended.council)


def test_shabad_declaration_centre_and_picture_have_to_be_the_papers(refused, session, elsewhere, shabad):
    other = desk.declared(session)
    refused(DeclarationNotFor, declaration=other.number)
    refused(DeclarationNotFor, facts=replace(shabad, declaration=None))
    refused(OtherShabad, shabad="1057Y3KP0M4A")
    refused(OtherCentre, by=elsewhere.by())
    refused(ShabadNotUsable, facts=replace(shabad, state="stolen"))
    theirs = actions.store_image(session, content=PNG, media_type="image/png", by=elsewhere.by())
    refused(ImageNotFound, image=theirs.id)


def test_paper_is_counted_by_declaration_province_and_centre(session, clinic, shabad, declaration, image):
    transcribe(session, clinic, shabad, declaration, typed(clinic, declaration, image))
    desk.prescribe(session, clinic)
    counts = queries.paper_counts(session)
    assert counts == [(declaration.number, "IR-23", clinic.centre.siam, 1)]


def test_changes_of_a_transcription_are_seen_at_the_counter(session, clinic, shabad, declaration, image):
    other = desk.declared(session)
    view = transcribe(session, clinic, shabad, declaration, typed(clinic, declaration, image))
    desk.verify(session, view.number)
    for table, column, value in (
        ("transcription", "image_sha256", "'0'"),
        ("transcription", "written_on", "'2026-11-29'"),
        ("transcription", "declaration", f"'{other.number}'"),
        ("prescription", "declaration", f"'{other.number}'"),
        ("prescription", "source", "'electronic'"),
        ("paper_image", "sha256", "'0'"),
    ):
        with session.begin_nested() as changed:
            where = "" if table == "paper_image" else f" WHERE shabad = '{view.number.shabad}'"
            session.execute(text(f"UPDATE {table} SET {column} = {value}{where}"))  # noqa: S608
            with pytest.raises(Tampered):
                desk.verify(session, view.number)
            changed.rollback()
    desk.verify(session, view.number)


def test_two_desks_with_one_picture_make_one_prescription(database):
    gate = Barrier(2)
    with Session(database, expire_on_commit=False) as session:
        clinic = desk.open_clinic(session)
        declaration = desk.declared(session)
        image = actions.store_image(session, content=PNG, media_type="image/png", by=clinic.by())
        facts = [
            desk.shabad(
                clinic,
                actions.register_patient(session, identity=desk.person(), by=clinic.by()),
                state="assigned_offline",
                offline=True,
                declaration=declaration.number,
            )
            for _ in range(2)
        ]
        session.commit()

    def type_it(shabad):
        with Session(database) as session:
            gate.wait()
            try:
                transcribe(session, clinic, shabad, declaration, typed(clinic, declaration, image))
            except ImageUsed:
                session.rollback()
                return False
            session.commit()
            return True

    with ThreadPoolExecutor(2) as desks:
        assert sorted(desks.map(type_it, facts)) == [False, True]
    with Session(database) as session:
        (row,) = session.exec(select(Prescription)).all()
        assert session.exec(select(PaperImage.transcribed_as)).one() == f"{row.shabad}-1"


def test_paper_sealed_with_another_key_is_seen(session, clinic, shabad, declaration, image):
    view = transcribe(session, clinic, shabad, declaration, typed(clinic, declaration, image))
    stranger = factories.Enrolled(desk.seal_key().kid, factories.make_csr()[0]).key
    token = jws.sign(jws.peek(view.jws)[1], key=stranger, typ=signing.PAPER_TYP)
    session.execute(
        text("UPDATE prescription SET jws = :jws WHERE shabad = :s"), {"jws": token, "s": shabad.shabad}
    )
    with pytest.raises(Tampered) as no:
        desk.verify(session, view.number)
    assert no.value.facts == {"what": "prescription.jws: signature"}
