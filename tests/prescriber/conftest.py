"""A clinic in the rolled-back session, and a prescription of two items signed there."""

import pytest
from sqlmodel import Session

from prescriber.queries import PrescriptionView
from tests.prescriber import desk
from tests.prescriber.desk import Clinic


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return desk.open_clinic(session)


@pytest.fixture
def elsewhere(session: Session) -> Clinic:
    return desk.open_clinic(session)


@pytest.fixture
def view(session: Session, clinic: Clinic) -> PrescriptionView:
    """Amoxicillin and ibuprofen, with one repeat of the amoxicillin."""
    return desk.prescribe(session, clinic, desk.item(repeats=1), desk.PAIN)
