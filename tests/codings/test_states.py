"""The tables of states: what may follow what, and what only the clock decides."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from codings.states import (
    CERTIFICATE_ALLOWED,
    DECLARATION_ALLOWED,
    LICENCE_ALLOWED,
    REQUEST_ALLOWED,
    CertificateState,
    DeclarationState,
    LicenceState,
    RequestState,
    declaration_state,
)
from tests.factories import AT

TABLES: dict[type[StrEnum], Mapping[Any, frozenset[Any]]] = {
    RequestState: REQUEST_ALLOWED,
    CertificateState: CERTIFICATE_ALLOWED,
    DeclarationState: DECLARATION_ALLOWED,
    LicenceState: LICENCE_ALLOWED,
}


@pytest.mark.parametrize("states", TABLES)
def test_every_state_stands_in_its_table(states: type[StrEnum]):
    assert set(TABLES[states]) == set(states)


def test_a_request_needs_to_be_entered_before_it_is_approved():
    assert RequestState.APPROVED not in REQUEST_ALLOWED[RequestState.REQUESTED]
    assert RequestState.APPROVED in REQUEST_ALLOWED[RequestState.ENTERED]


@pytest.mark.parametrize("end", [RequestState.APPROVED, RequestState.REFUSED])
def test_a_decided_request_stays_decided(end):
    assert REQUEST_ALLOWED[end] == frozenset()


def test_a_revoked_certificate_stays_revoked():
    assert CERTIFICATE_ALLOWED[CertificateState.REVOKED] == frozenset()


@pytest.mark.parametrize(
    ("stored", "before_its_end", "state"),
    [
        (DeclarationState.IN_FORCE, timedelta(microseconds=1), DeclarationState.IN_FORCE),
        (DeclarationState.IN_FORCE, timedelta(0), DeclarationState.ENDED),
        (DeclarationState.IN_FORCE, timedelta(days=-9), DeclarationState.ENDED),
        (DeclarationState.DRAFTED, timedelta(days=-9), DeclarationState.DRAFTED),
        (DeclarationState.REFUSED, timedelta(days=-9), DeclarationState.REFUSED),
    ],
)
def test_only_an_approved_declaration_ends_and_at_its_last_instant(stored, before_its_end, state):
    assert declaration_state(stored, AT, AT - before_its_end) is state
