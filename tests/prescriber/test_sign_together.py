"""Several prescriptions of one encounter, each from a draft of its own, and which key a system is told to use."""

import pytest
from sqlmodel import select

import codings.queries as codings
from codings.certificates import approve_request, enter_request, request_certificate, revoke_certificate
from codings.states import HolderKind
from prescriber import actions, queries
from prescriber.outcomes import DraftOfAnother, NoCertificate
from prescriber.outcomes.prescriptions import NumberAhead
from prescriber.states import DraftState
from prescriber.tables import SignatureEvidence
from tests import factories
from tests.factories import AT
from tests.prescriber import desk


@pytest.fixture
def patient(session, clinic):
    return desk.patient(session, clinic)


@pytest.fixture
def shabad(clinic, patient):
    return desk.shabad(clinic, patient)


@pytest.fixture
def drafts(session, clinic, patient, shabad):
    """Two drafts of one encounter."""
    told = {"patient": patient.id, "shabad": shabad.shabad, "typed": {}, "by": clinic.by()}
    return [actions.save_draft(session, **told).id for _ in range(2)]


def prepared(session, clinic, shabad, *items, ahead):
    request = desk.order(shabad, *items)
    return queries.prepare(
        session,
        request=request,
        shabad=shabad,
        patient_key=desk.PATIENT_KEY,
        with_key=False,
        ahead=ahead,
        by=clinic.by(),
    )


def sign(session, clinic, shabad, token, draft, **more):
    return actions.sign(
        session,
        jws=token,
        shabad=shabad,
        patient_key=desk.PATIENT_KEY,
        pointer_key=desk.POINTER_KEY,
        draft=draft,
        by=clinic.by(),
        **more,
    )


def state(session, clinic, draft):
    return queries.draft(session, draft=draft, by=clinic.by()).state


def test_two_prepared_ahead_of_each_other_are_signed_one_after_the_other(session, clinic, shabad, drafts):
    ready = [prepared(session, clinic, shabad, ahead=ahead) for ahead in (0, 1)]
    assert [one.content.n for one in ready] == [1, 2]
    tokens = [desk.signed(clinic, one.payload) for one in ready]
    for token, draft in zip(tokens, drafts, strict=True):
        _, created = sign(session, clinic, shabad, token, draft)
        assert created
    assert [state(session, clinic, draft) for draft in drafts] == [DraftState.SIGNED] * 2


def test_a_number_may_not_be_skipped(session, clinic, shabad, drafts):
    second = prepared(session, clinic, shabad, ahead=1)
    with pytest.raises(NumberAhead):
        sign(session, clinic, shabad, desk.signed(clinic, second.payload), drafts[0])


def test_signing_one_draft_leaves_the_other_open(session, clinic, shabad, drafts):
    token = desk.signed(clinic, prepared(session, clinic, shabad, ahead=0).payload)
    sign(session, clinic, shabad, token, drafts[1])
    assert [state(session, clinic, draft) for draft in drafts] == [DraftState.OPEN, DraftState.SIGNED]


def test_a_draft_of_another_encounter_does_not_become_this_prescription(session, clinic, shabad, patient):
    other = desk.shabad(clinic, patient)
    draft = actions.save_draft(session, patient=patient.id, shabad=other.shabad, typed={}, by=clinic.by()).id
    token = desk.signed(clinic, prepared(session, clinic, shabad, ahead=0).payload)
    with pytest.raises(DraftOfAnother):
        sign(session, clinic, shabad, token, draft)


def test_how_the_signer_proved_themselves_is_kept_with_the_evidence(session, clinic, shabad, drafts):
    token = desk.signed(clinic, prepared(session, clinic, shabad, ahead=0).payload)
    sign(session, clinic, shabad, token, drafts[0], approval={"method": "passkey", "challenge": "abc"})
    kept = session.exec(select(SignatureEvidence).where(SignatureEvidence.shabad == shabad.shabad)).one()
    assert kept.approval == {"method": "passkey", "challenge": "abc"}


# --- Which key


@pytest.fixture
def browser_key(session, clinic):
    """A newer key of the same physician, made in a browser."""
    later = AT.replace(minute=AT.minute + 1)
    _, csr = factories.make_csr()
    asked = request_certificate(
        session,
        holder=clinic.physician.council,
        holder_kind=HolderKind.PHYSICIAN,
        csr=csr,
        device="Room 2",
        by=clinic.by(later),
    )
    enter_request(session, request=asked.id, by=factories.council_officer(1, at=later))
    issued = factories.certify(csr, holder=clinic.physician.council, at=later)
    approve_request(session, request=asked.id, issued=issued, by=factories.council_officer(2, at=later))
    return issued.kid, later


def test_a_system_is_told_its_own_key_and_not_the_newer_one_of_a_browser(
    session, clinic, shabad, browser_key
):
    _, later = browser_key
    assert desk.prepare(session, clinic, shabad, at=later).header["kid"] == clinic.key.kid


def test_a_key_may_be_named(session, clinic, shabad, browser_key):
    kid, later = browser_key
    assert desk.prepare(session, clinic, shabad, at=later, kid=kid).header["kid"] == kid


def test_where_there_is_only_a_browsers_key_it_is_the_one(session, clinic, browser_key):
    kid, later = browser_key
    revoke_certificate(session, kid=clinic.key.kid, reason="key-lost", by=clinic.by(later))
    found = codings.signing_certificate(session, clinic.physician.council, at=later)
    assert found is not None
    assert found.kid == kid


def test_a_key_that_may_not_sign_is_not_prepared_for(session, clinic, shabad):
    with pytest.raises(NoCertificate):
        desk.prepare(session, clinic, shabad, kid="AAAAAAAAAAA")
