"""Nothing acknowledged is lost and nothing is done twice, by force: promises 1, 2, 4, 5, 11 to 13 and 15 of safety.md.

`crash` says what happens, `checking` what must hold afterwards. NOSKHEH_CRASH_PRESCRIPTIONS makes it larger than
what fits into every run of the tests.
"""

import os

from tests.proof.crash import CARELESS, run

PRESCRIPTIONS = int(os.environ.get("NOSKHEH_CRASH_PRESCRIPTIONS", "8"))


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice_whatever_is_killed():
    report = run(prescriptions=PRESCRIPTIONS)
    assert report.good, report
    assert report.counts["dispenses acknowledged"] == 2 * PRESCRIPTIONS
    assert report.counts["signatures acknowledged"] == PRESCRIPTIONS
    assert min(report.counts["processes killed"], report.counts["databases crashed"]) > 0


def test_a_database_that_forgets_is_found_out():
    report = run(prescriptions=4, database_every=1, options=CARELESS, settle_within=0)
    assert report.lost, "the database lost what it had acknowledged, and nobody noticed"
