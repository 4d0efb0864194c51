"""A cost in the API's shape: who pays what of each line, and why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.flows.prescribing import Estimate
from insurer.tables.claims import CostStatement


class CostLineOut(BaseModel):
    """For every line basic + supplementary + patient = gross, in Rial."""

    item: int
    gross: int
    allowed: int
    basic: int
    supplementary: int
    patient: int
    explanation: list[dict[str, Any]]


class CostOut(BaseModel):
    statement: UUID | None = Field(description="the kept statement; none for an estimate before signing")
    expires_at: datetime | None
    lines: list[CostLineOut]
    totals: dict[str, int]
    rules: str = Field(description="sha256 of the plan data that was applied")
    prices: str = Field(description="release of the price list")


def estimate_out(estimate: Estimate) -> CostOut:
    said = estimate.cost.as_json()
    return CostOut(
        statement=None,
        expires_at=None,
        lines=said["lines"],
        totals=said["totals"],
        rules=estimate.rules_sha256,
        prices=estimate.prices,
    )


def statement_out(statement: CostStatement) -> CostOut:
    return CostOut(
        statement=statement.id,
        expires_at=statement.expires_at,
        lines=[CostLineOut.model_validate(line) for line in statement.lines],
        totals=statement.totals,
        rules=statement.rules_sha256,
        prices=statement.prices_release,
    )
