"""Verbs on cost statements and claims: make, open a gate, hold, send again, unwind."""

from insurer.actions.claims.gates import hold, open_gate, release_after_basic, resubmit_claim
from insurer.actions.claims.making import STATEMENT_MINUTES, make_claims, make_statement
from insurer.actions.claims.unwinding import unwind_claims

__all__ = [
    "STATEMENT_MINUTES",
    "hold",
    "make_claims",
    "make_statement",
    "open_gate",
    "release_after_basic",
    "resubmit_claim",
    "unwind_claims",
]
