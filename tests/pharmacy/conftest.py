"""A clinic and two pharmacies in the rolled-back session, and a prescription for thirty tablets."""

import pytest
from sqlmodel import Session

from prescriber.states import Number
from tests.pharmacy import counter
from tests.pharmacy.counter import Clinic, Pharmacy


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return counter.open_clinic(session)


@pytest.fixture
def here(session: Session) -> Pharmacy:
    return counter.open_pharmacy(session)


@pytest.fixture
def elsewhere(session: Session) -> Pharmacy:
    return counter.open_pharmacy(session)


@pytest.fixture
def number(session: Session, clinic: Clinic) -> Number:
    return counter.prescribe(session, clinic)
