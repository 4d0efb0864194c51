"""The audit as a tree of hashes (RFC 6962), so that no row of it can be changed, added or taken out unnoticed.

`merkle` is the tree itself, `leaves` what is hashed of a row, `sealing` the job that adds rows and signs a checkpoint,
`checkpoints` how those are published, `proofs` what is given to a patient, `verifying` the whole check.
"""

from app.audit_tree.sealing import seal
from app.audit_tree.verifying import Check, Finding

__all__ = ["Check", "Finding", "seal"]
