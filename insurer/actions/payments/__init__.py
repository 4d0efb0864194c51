"""Verbs on what comes back: files an insurer sends, its decisions, the pharmacy's answer, and the money."""

from insurer.actions.payments.answers import accept_result, appeal_result, confirm_paid
from insurer.actions.payments.remittances import record_remittance
from insurer.actions.payments.results import record_results
from insurer.actions.payments.submissions import receive_file, record_coverages

__all__ = [
    "accept_result",
    "appeal_result",
    "confirm_paid",
    "receive_file",
    "record_coverages",
    "record_remittance",
    "record_results",
]
