"""Each night: do the dispenses of the last month and their claims still fit? What does not is an alarm in the log."""

import logging
from datetime import timedelta

from app.db import reading
from app.service import Service
from codings.text import tehran_day
from insurer.queries import reconciling
from insurer.queries.reconciling import Balance

log = logging.getLogger("noskheh.reconciliation")
_DAYS = 31  # a claim or a dispense that is changed later than this is found by whoever asks for its days


def reconcile(service: Service) -> Balance:
    """Compare the last month; an error in the log, with counts and no names, when anything does not fit."""
    last = tehran_day(service.clock())
    first = last - timedelta(days=_DAYS - 1)
    with reading(service) as session:
        found = reconciling.balance(session, first=first, last=last)
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
