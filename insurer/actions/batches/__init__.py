"""Verbs on batches: seal what is ready, note what was fetched, acknowledge."""

from insurer.actions.batches.receipts import acknowledge, record_download
from insurer.actions.batches.sealer import seal_batch

__all__ = ["acknowledge", "record_download", "seal_batch"]
