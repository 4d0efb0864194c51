"""Proofs by force: the real service and the real database, killed again and again while people work on them."""
