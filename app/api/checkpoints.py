"""The audit's signed checkpoints, for whoever keeps them elsewhere, and the proof that one continues another.

They hold sizes, hashes and times, and nothing of anybody.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.access import Anyone
from app.audit_tree import checkpoints, proofs
from app.db import GivesBack, Reading
from app.tables import AuditCheckpoint
from codings.base import Kind, Problem, Words

router = APIRouter(route_class=GivesBack, prefix="/api/v1/audit", tags=["everyone"], dependencies=[Anyone()])

Size = Annotated[int, Query(ge=1, le=2**62)]


class CheckpointUnknown(Problem):
    code = "audit.no_checkpoint"
    kind = Kind.MISSING
    words = Words(
        fa="چنین نقطهٔ مهرشده‌ای در رخدادنگاری نیست.",
        en="The audit has no such checkpoint.",
    )
    fix = Words(
        fa="اندازه‌ها را از /api/v1/audit/checkpoints بردارید؛ نخستین آن‌ها نباید از دومی بزرگ‌تر باشد.",
        en="Take sizes from /api/v1/audit/checkpoints, the first not larger than the second.",
    )


class CheckpointOut(BaseModel):
    size: int = Field(description="rows sealed, numbered from 0")
    root: str = Field(description="RFC 6962 root over them, hex")
    at: datetime
    signed: str = Field(description="the same as compact JWS by the service's seal, typ checkpoint+jws")


class CheckpointsOut(BaseModel):
    items: list[CheckpointOut]


class ConsistencyOut(BaseModel):
    first: int
    second: int
    path: list[str] = Field(description="RFC 6962 consistency proof, hex")


@router.get("/checkpoints")
def listed(
    session: Reading,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> CheckpointsOut:
    """The checkpoints of more than `after` rows, the smallest first."""
    return CheckpointsOut(items=[_out(one) for one in checkpoints.after(session, after, most=limit)])


@router.get("/checkpoints/latest")
def latest(session: Reading) -> CheckpointOut:
    """The newest checkpoint."""
    last = checkpoints.newest(session)
    if last is None:
        raise CheckpointUnknown
    return _out(last)


@router.get("/consistency")
def consistency(session: Reading, first: Size, second: Size) -> ConsistencyOut:
    """What shows that the tree of `second` rows begins with the very rows of `first`."""
    path = proofs.consistency(session, first=first, second=second)
    if path is None:
        raise CheckpointUnknown
    return ConsistencyOut(first=first, second=second, path=path)


def _out(checkpoint: AuditCheckpoint) -> CheckpointOut:
    return CheckpointOut(
        size=checkpoint.size, root=checkpoint.root.hex(), at=checkpoint.at, signed=checkpoint.signed
    )
