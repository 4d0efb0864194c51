"""The service speaks to its database and to the partners that were configured, and to nobody else: promise 33."""

import sys
import threading
from urllib.parse import urlsplit

import pytest

_HEARD: list[object] = []
_LISTENING = threading.Event()


def _hear(event, arguments):
    if event == "socket.connect" and _LISTENING.is_set():
        _HEARD.append(arguments[1])


sys.addaudithook(_hear)  # for ever, as such hooks are; it only writes down while somebody listens


@pytest.fixture
def connected_to():
    """Every address a socket of this process was connected to meanwhile; libpq's own sockets are its database's."""
    _HEARD.clear()
    _LISTENING.set()
    yield _HEARD
    _LISTENING.clear()


def test_a_whole_day_connects_to_the_configured_partner_alone(world, connected_to):
    dispensed = world.dispense(world.prescribe())
    world.work()
    world.pharmacy.post(f"/dispenses/{dispensed['dispense']}/return", {"reason": "wrong-item"})
    world.work()
    partner = urlsplit(str(world.service.settings.authenticity_url))
    assert {tuple(one)[:2] for one in connected_to if isinstance(one, tuple)} == {
        (partner.hostname, partner.port)
    }
    assert [one for one in connected_to if not isinstance(one, tuple)] == []
