"""What the insurer's room stores, by noun: coverage and SHABADs, claims, batches, decisions and payments.

Distribution keys, should the schema be laid over several machines: `insurer` and `plan` are reference tables;
`coverage`, the ready queue, batches, submissions, results and remittances go by insurer; `shabad`, its history,
cost statements and claims go by SHABAD; `inquiry` and `shabad_pool` by their own id. No foreign key crosses.
"""

from insurer.tables import batches, claims, coverage, payments

__all__ = ["batches", "claims", "coverage", "payments"]
