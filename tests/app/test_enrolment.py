"""A physician's key from a browser: two officers as ever, or at once where a demonstration says so by name."""

import pytest
from pydantic import ValidationError
from sqlmodel import select

import codings.queries as codings
from app.db import reading, writing
from app.flows import enrolment
from app.settings import Settings
from codings.base import Actor, Role
from codings.tables import Centre, CertificateRequestStatus
from tests import factories


@pytest.fixture
def settings(settings, request) -> Settings:
    """Those of the other tests; officers are left out where a test asks for it."""
    return settings.model_copy(update={"approve_keys_at_once": "at_once" in request.fixturenames})


@pytest.fixture
def physician(service, clinic) -> Actor:
    with writing(service) as session:
        person = factories.physician(session, session.get_one(Centre, clinic))
        return Actor(
            id="account:physician",
            role=Role.PHYSICIAN,
            at=service.clock(),
            centre=clinic,
            practitioner=person.council,
        )


def ask(service, by, csr=None):
    with writing(service) as session:
        return enrolment.ask(session, service, csr=csr or factories.make_csr()[1], device="Room 2", by=by).id


def certificates(service, by):
    with reading(service) as session:
        return codings.certificates_of(session, by.practitioner)


def test_a_key_waits_for_two_officers(service, physician):
    asked = ask(service, physician)
    with reading(service) as session:
        waiting = codings.certificate_request(session, asked)
    assert (waiting.state, waiting.device) == ("requested", "Room 2")
    assert not certificates(service, physician)


@pytest.fixture
def at_once() -> None:
    """Asked for by the tests of a deployment that leaves the officers out."""


@pytest.mark.usefixtures("at_once")
def test_a_demonstration_certifies_at_once_and_its_history_says_who(service, physician):
    asked = ask(service, physician)
    [certificate] = certificates(service, physician)
    assert (certificate.state, certificate.request) == ("active", asked)
    with reading(service) as session:
        steps = session.exec(
            select(CertificateRequestStatus).where(CertificateRequestStatus.request == asked)
        ).all()
    assert {step.by for step in steps} == {physician.id, enrolment.ENTERS, enrolment.CONFIRMS}


@pytest.mark.usefixtures("at_once")
def test_asking_again_for_the_same_key_gives_the_same_certificate(service, physician):
    _, csr = factories.make_csr()
    assert ask(service, physician, csr) == ask(service, physician, csr)
    assert len(certificates(service, physician)) == 1


def test_a_deployment_with_patients_can_not_leave_the_officers_out():
    with pytest.raises(ValidationError, match="two officers decide"):
        Settings(database_url="postgresql://", approve_keys_at_once=True)
