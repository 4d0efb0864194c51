"""Certificates: only a P-256 key that signed its own request, two officers, revoked at once and for ever."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

import codings.queries as codings
from codings.actions import set_licence
from codings.base import Problem, Role, new_id
from codings.certificates import (
    approve_request,
    enter_request,
    refuse_request,
    request_certificate,
    revoke_certificate,
)
from codings.outcomes import (
    CertificateMismatch,
    CertificateRevoked,
    CertificateStateRefused,
    CertificateUnknown,
    CodeUnknown,
    CsrRefused,
    InvalidFromRefused,
    NotHere,
    PractitionerSuspended,
    PractitionerUnknown,
    SameOfficer,
)
from codings.states import CertificateState, HolderKind, LicenceState, RequestState
from codings.tables import Certificate, CertificateRequest, CertificateStatus
from tests.factories import (
    AT,
    actor,
    certify,
    clinic,
    council_officer,
    enrol,
    machine,
    make_csr,
    pharmacist,
    physician,
    working,
)


def ask(session, person, *, csr=None, by=None):
    return request_certificate(
        session,
        holder=person.council,
        holder_kind=person.kind,
        csr=csr or make_csr()[1],
        by=by or actor(role=Role.PHYSICIAN, practitioner=person.council),
    )


def entered(session, person, *, csr):
    request = ask(session, person, csr=csr)
    return enter_request(session, request=request.id, by=council_officer(1))


# --- The request ----------------------------------------------------------------------------------


def test_a_request_waits_for_the_officers(session):
    person = physician(session)
    request = ask(session, person)
    assert request.state is RequestState.REQUESTED
    assert request in codings.requests_waiting(session)
    assert codings.certificates_of(session, person.council) == []


def test_the_same_request_again_is_the_same_request_whatever_became_of_it(session):
    person, (_, csr) = physician(session), make_csr()
    request = ask(session, person, csr=csr)
    assert ask(session, person, csr=csr) == request
    refuse_request(session, request=request.id, why="no identity card", by=council_officer())
    assert ask(session, person, csr=csr).state is RequestState.REFUSED
    assert len(codings.request_history(session, request.id)) == 2


def test_nobody_claims_a_key_that_someone_else_asked_for(session):
    key = ec.generate_private_key(ec.SECP256R1())
    ask(session, physician(session), csr=make_csr(key)[1])
    with pytest.raises(CsrRefused):
        ask(session, physician(session), csr=make_csr(key)[1])  # signed anew, but the same key


def test_another_curve_is_refused(session):
    for curve in (ec.SECP384R1(), ec.SECP256K1()):
        with pytest.raises(CsrRefused) as refused:
            ask(session, physician(session), csr=make_csr(ec.generate_private_key(curve))[1])
        assert "P-256" in refused.value.detail.en


def test_another_hash_is_refused(session):
    with pytest.raises(CsrRefused):
        ask(session, physician(session), csr=make_csr(algorithm=hashes.SHA384())[1])


def test_a_request_that_its_key_did_not_sign_is_refused(session):
    from base64 import b64decode, b64encode

    lines = make_csr()[1].strip().splitlines()
    der = bytearray(b64decode("".join(lines[1:-1])))
    der[-1] ^= 1
    forged = "\n".join([lines[0], b64encode(der).decode(), lines[-1]])
    with pytest.raises(CsrRefused):
        ask(session, physician(session), csr=forged)


@pytest.mark.parametrize(
    "csr",
    [
        "-",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "۱" * 100,
        "x" * 5000,
    ],
)
def test_what_is_not_a_request_is_refused_with_words(session, csr):
    with pytest.raises(CsrRefused) as refused:
        ask(session, physician(session), csr=csr)
    assert refused.value.pointer == "/csr"
    assert refused.value.detail.fa
    assert refused.value.remedy is not None


def test_two_requests_in_one_text_are_refused(session):
    with pytest.raises(CsrRefused):
        ask(session, physician(session), csr=make_csr()[1] + make_csr()[1])


def test_people_ask_for_themselves_only(session):
    person, other = physician(session), physician(session)
    for by in (
        actor(role=Role.PHYSICIAN, practitioner=other.council),
        actor(role=Role.INSURER_OFFICER, insurer="1"),
        actor(role=Role.PATIENT),
    ):
        with pytest.raises(PractitionerUnknown):
            ask(session, person, by=by)


def test_a_clinic_system_asks_for_those_who_practise_there(session):
    here, elsewhere = clinic(session), clinic(session)
    person = physician(session, here)
    assert ask(session, person, by=machine(here, "prescriber")).holder == person.council
    with pytest.raises(NotHere):
        ask(session, person, by=machine(elsewhere, "prescriber"))


def test_only_a_licensed_person_of_that_kind_can_ask(session):
    person = physician(session)
    with pytest.raises(PractitionerUnknown):
        request_certificate(
            session,
            holder=person.council,
            holder_kind=HolderKind.PHARMACIST,
            csr=make_csr()[1],
            by=council_officer(),
        )
    set_licence(session, council=person.council, state=LicenceState.SUSPENDED, by=council_officer())
    with pytest.raises(PractitionerSuspended):
        ask(session, person)


def test_an_officer_holds_a_key_too(session):
    _, csr = make_csr()
    officer = council_officer(3)
    request = request_certificate(
        session, holder=officer.id, holder_kind=HolderKind.OFFICER, csr=csr, by=officer
    )
    enter_request(session, request=request.id, by=council_officer(1))
    issued = certify(csr, holder=officer.id)
    with pytest.raises(SameOfficer):
        approve_request(session, request=request.id, issued=issued, by=officer)
    assert (
        approve_request(session, request=request.id, issued=issued, by=council_officer(2)).holder
        == officer.id
    )


# --- Two officers ---------------------------------------------------------------------------------


def test_two_officers_make_a_certificate_and_the_history_names_them(session):
    person, (_, csr) = physician(session), make_csr()
    request = entered(session, person, csr=csr)
    issued = certify(csr, holder=person.council)
    certificate = approve_request(session, request=request.id, issued=issued, by=council_officer(2))
    assert (certificate.kid, certificate.state) == (issued.kid, CertificateState.ACTIVE)
    assert codings.certificate(session, issued.kid) == certificate
    assert codings.signing_certificate(session, person.council, at=AT) == certificate
    request = session.get_one(CertificateRequest, request.id)
    assert (request.state, request.kid) == (RequestState.APPROVED, issued.kid)
    assert request not in codings.requests_waiting(session)
    assert [(c.from_state, c.to_state, c.by) for c in codings.request_history(session, request.id)] == [
        (None, "requested", f"account:{person.council}"),
        ("requested", "entered", "account:council-1"),
        ("entered", "approved", "account:council-2"),
    ]


def test_the_officer_who_entered_a_request_cannot_approve_it(session):
    person, (_, csr) = physician(session), make_csr()
    request = entered(session, person, csr=csr)
    with pytest.raises(SameOfficer):
        approve_request(session, request=request.id, issued=certify(csr, holder="1"), by=council_officer(1))


def test_the_database_itself_refuses_one_officer_twice(session):
    request = entered(session, physician(session), csr=make_csr()[1])
    with pytest.raises(IntegrityError, match="two_officers"):
        session.execute(
            update(CertificateRequest)
            .where(CertificateRequest.id == request.id)
            .values(state=RequestState.APPROVED, decided_by=request.entered_by)
        )


def test_nobody_approves_what_they_asked_for_or_will_hold(session):
    person, (_, csr) = physician(session), make_csr()
    request = ask(session, person, csr=csr, by=council_officer(2))
    enter_request(session, request=request.id, by=council_officer(1))
    issued = certify(csr, holder=person.council)
    holder = actor(role=Role.COUNCIL_OFFICER, id="account:other-name", practitioner=person.council)
    for by in (council_officer(2), holder):
        with pytest.raises(SameOfficer):
            approve_request(session, request=request.id, issued=issued, by=by)


def test_a_request_cannot_be_approved_before_it_was_entered_nor_decided_twice(session):
    person, (_, csr) = physician(session), make_csr()
    request, issued = ask(session, person, csr=csr), certify(csr, holder=person.council)
    with pytest.raises(CertificateStateRefused):
        approve_request(session, request=request.id, issued=issued, by=council_officer(2))
    enter_request(session, request=request.id, by=council_officer(1))
    with pytest.raises(CertificateStateRefused):
        enter_request(session, request=request.id, by=council_officer(2))
    approve_request(session, request=request.id, issued=issued, by=council_officer(2))
    with pytest.raises(CertificateStateRefused):
        approve_request(session, request=request.id, issued=issued, by=council_officer(3))
    with pytest.raises(CertificateStateRefused):
        refuse_request(session, request=request.id, why="too late", by=council_officer(3))


def test_a_refused_request_says_why(session):
    request = ask(session, physician(session))
    refuse_request(session, request=request.id, why="هویت تأیید نشد", by=council_officer(1))
    assert codings.request_history(session, request.id)[-1].why == "هویت تأیید نشد"
    assert request not in codings.requests_waiting(session)


def test_a_licence_suspended_meanwhile_stops_the_approval(session):
    person, (_, csr) = physician(session), make_csr()
    request = entered(session, person, csr=csr)
    set_licence(session, council=person.council, state=LicenceState.SUSPENDED, by=council_officer())
    with pytest.raises(PractitionerSuspended):
        approve_request(
            session,
            request=request.id,
            issued=certify(csr, holder=person.council),
            by=council_officer(2),
        )


def test_a_certificate_of_another_key_or_with_untrue_facts_does_not_enter(session):
    person, (_, csr) = physician(session), make_csr()
    request = entered(session, person, csr=csr)
    true = certify(csr, holder=person.council)
    other = certify(make_csr()[1], holder=person.council)
    lies = {
        "key": other,
        "kid": replace(true, kid=other.kid),
        "public_pem": replace(true, public_pem=other.public_pem),
        "not_after": replace(true, not_after=true.not_after + timedelta(days=1)),
    }
    for name, lie in lies.items():
        with pytest.raises(CertificateMismatch) as refused:
            approve_request(session, request=request.id, issued=lie, by=council_officer(2))
        assert name in refused.value.facts["why"]


def test_an_unknown_request_does_not_exist(session):
    with pytest.raises(CertificateUnknown):
        enter_request(session, request=new_id(), by=council_officer())


def test_two_officers_deciding_at_once_leave_one_decision(database):
    with Session(database) as session:
        person, (_, csr) = physician(session), make_csr()
        request = entered(session, person, csr=csr).id
        issued = certify(csr, holder=person.council)
        session.commit()
    start = Barrier(2, timeout=10)

    def decide(decision):
        with Session(database) as session:
            codings.certificate_request(session, request)  # both have seen it open
            start.wait()
            try:
                decision(session)
                session.commit()
            except Problem as no:
                return no.code
            return "done"

    def approve(session):
        approve_request(session, request=request, issued=issued, by=council_officer(2))

    def refuse(session):
        refuse_request(session, request=request, why="doubt", by=council_officer(3))

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(decide, (approve, refuse)))
    assert answers == ["certificate.state", "done"]
    with Session(database) as session:
        state = session.get_one(CertificateRequest, request).state
        assert len(codings.request_history(session, request)) == 3
        assert (state is RequestState.APPROVED) == (codings.certificate(session, issued.kid) is not None)


def test_the_same_key_asked_for_at_once_is_one_request(database):
    with Session(database) as session:
        council = physician(session).council
        session.commit()
    csr, start = make_csr()[1], Barrier(4, timeout=10)

    def send(_):
        with Session(database) as session:
            start.wait()
            request = request_certificate(
                session,
                holder=council,
                holder_kind=HolderKind.PHYSICIAN,
                csr=csr,
                by=actor(role=Role.PHYSICIAN, practitioner=council),
            ).id
            session.commit()
            return request

    with ThreadPoolExecutor(4) as threads:
        requests = set(threads.map(send, range(4)))
    assert len(requests) == 1
    with Session(database) as session:
        assert len(codings.request_history(session, requests.pop())) == 1


# --- Revoking -------------------------------------------------------------------------------------


def test_a_revoked_certificate_signs_nothing_from_that_moment_on(session):
    person = physician(session)
    kid = enrol(session, person).kid
    later = AT + timedelta(days=1)
    revoked = revoke_certificate(session, kid=kid, reason="key-lost", by=council_officer(at=later))
    assert (revoked.state, revoked.revoked_at, revoked.invalid_from) == (
        CertificateState.REVOKED,
        later,
        later,
    )
    assert codings.signing_certificate(session, person.council, at=later) is None
    assert session.info["events"] == [CertificateRevoked(kid=kid, holder=person.council)]
    history = session.exec(select(CertificateStatus).where(CertificateStatus.kid == kid)).all()
    assert [(c.from_state, c.to_state, c.why) for c in history] == [
        (None, "active", None),
        ("active", "revoked", "key-lost"),
    ]


def test_what_was_signed_before_the_key_was_lost_stays_believed(session):
    kid = enrol(session, physician(session)).kid
    lost, found_out = AT + timedelta(hours=1), AT + timedelta(hours=5)
    certificate = revoke_certificate(
        session, kid=kid, reason="key-compromise", invalid_from=lost, by=council_officer(at=found_out)
    )
    assert certificate.vouches_at(AT)
    assert not certificate.vouches_at(lost)
    assert not certificate.vouches_at(found_out)


def test_a_signature_is_believed_within_the_dates_of_its_certificate(session):
    kid = enrol(session, physician(session)).kid
    certificate = session.get_one(Certificate, kid)
    assert certificate.vouches_at(certificate.not_after)
    assert not certificate.vouches_at(certificate.not_after + timedelta(seconds=1))
    assert not certificate.vouches_at(certificate.not_before - timedelta(seconds=1))


@pytest.mark.parametrize("hours", [-1, 25])
def test_a_key_is_not_lost_before_it_was_made_nor_in_the_future(session, hours):
    kid = enrol(session, physician(session)).kid
    with pytest.raises(InvalidFromRefused):
        revoke_certificate(
            session,
            kid=kid,
            reason="key-lost",
            invalid_from=AT + timedelta(hours=hours),
            by=council_officer(at=AT + timedelta(hours=24)),
        )


def test_a_certificate_is_revoked_once_with_a_reason_of_the_list(session):
    kid = enrol(session, physician(session)).kid
    with pytest.raises(CodeUnknown):
        revoke_certificate(session, kid=kid, reason="because", by=council_officer())
    revoke_certificate(session, kid=kid, reason="superseded", by=council_officer())
    with pytest.raises(CertificateStateRefused):
        revoke_certificate(session, kid=kid, reason="key-lost", by=council_officer())


def test_holder_and_own_centre_revoke_and_to_others_the_certificate_does_not_exist(session):
    here, elsewhere = clinic(session), clinic(session)
    person, other = physician(session, here), pharmacist(session, here)
    for by in (working(other, here), machine(elsewhere, "prescriber"), actor(role=Role.PATIENT)):
        with pytest.raises(CertificateUnknown):
            revoke_certificate(session, kid=enrol(session, person).kid, reason="key-lost", by=by)
    for by in (working(person, here), machine(here, "prescriber"), actor(role=Role.ADMINISTRATOR)):
        kid = enrol(session, person).kid
        assert revoke_certificate(session, kid=kid, reason="key-lost", by=by).state == "revoked"
    with pytest.raises(CertificateUnknown):
        revoke_certificate(session, kid="AAAAAAAAAAA", reason="key-lost", by=council_officer())


def test_a_suspended_person_can_still_revoke(session):
    here = clinic(session)
    person = physician(session, here)
    kid = enrol(session, person).kid
    set_licence(session, council=person.council, state=LicenceState.SUSPENDED, by=council_officer())
    revoke_certificate(session, kid=kid, reason="key-lost", by=machine(here, "prescriber"))


def test_revoking_at_once_from_two_sides_is_one_revocation(database):
    with Session(database) as session:
        kid = enrol(session, physician(session)).kid
        session.commit()
    start = Barrier(2, timeout=10)

    def revoke(officer):
        with Session(database) as session:
            codings.certificate(session, kid)
            start.wait()
            try:
                revoke_certificate(session, kid=kid, reason="key-lost", by=officer)
                session.commit()
            except CertificateStateRefused:
                return "late"
            return "done"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(revoke, (council_officer(1), council_officer(2)))) == ["done", "late"]
    with Session(database) as session:
        assert len(session.exec(select(CertificateStatus)).all()) == 2
        assert session.exec(select(Certificate.state)).one() is CertificateState.REVOKED


def test_the_newest_certificate_signs(session):
    person = physician(session)
    first = enrol(session, person)
    second = enrol(session, person, at=AT + timedelta(days=300))

    def signing(days):
        found = codings.signing_certificate(session, person.council, at=AT + timedelta(days=days))
        return found and found.kid

    assert [signing(days) for days in (-1, 1, 301, 5000)] == [None, first.kid, second.kid, None]
    assert [c.kid for c in codings.certificates_of(session, person.council)] == [second.kid, first.kid]
