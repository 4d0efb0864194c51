"""Each night: do the dispenses of the last month and their claims still fit?

What does not is an alarm in the log. What was found is kept as numbers, for the status page and the counters.
"""

import logging
from datetime import timedelta

from app import compared
from app.db import reading, side_session
from app.service import Service
from codings.text import tehran_day
from insurer.queries import reconciling
from insurer.queries.reconciling import Balance

log = logging.getLogger("noskheh.reconciliation")
_KEPT = ("dispenses", "claims", "unclaimed", "undispensed", "faults")
_DAYS = 31  # a claim or a dispense that is changed later than this is found by whoever asks for its days


def reconcile(service: Service) -> Balance:
    """Compare the last month; an error in the log, with counts and no names, when anything does not fit."""
    at = service.clock()
    last = tehran_day(at)
    first = last - timedelta(days=_DAYS - 1)
    with reading(service) as session:
        found = reconciling.balance(session, first=first, last=last)
    kept = {name: getattr(found, name) for name in _KEPT}
    with side_session(service) as session:
        compared.remember(session, at=at, first=first, last=last, counts=kept)
    if found.faults:
        log.error(
            "dispenses and claims do not fit: %d from %s to %s, owed %d, claimed %d; see /reconciliation",
            found.faults,
            first,
            last,
            found.owed,
            found.claimed,
        )
    return found
