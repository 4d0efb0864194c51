"""Verbs on SHABADs: of an encounter, and of the reserves for an outage."""

from insurer.actions.shabads.encounter import (
    VALID_HOURS,
    bind_shabad,
    eliminate_shabad,
    issue_shabad,
    reject_shabad,
    use_shabads,
    verify_shabad,
)
from insurer.actions.shabads.reserves import (
    RESERVE_DAYS,
    RESERVE_QUOTA,
    RESERVE_WHEN_EMPTY,
    Reserved,
    assign_reserved,
    expire_reserved,
    report_stolen,
    reserve_shabads,
    return_reserved,
)
from insurer.actions.shabads.rows import SELF_PAY
from insurer.actions.shabads.rows import lock as lock_shabad

__all__ = [
    "RESERVE_DAYS",
    "RESERVE_QUOTA",
    "RESERVE_WHEN_EMPTY",
    "SELF_PAY",
    "VALID_HOURS",
    "Reserved",
    "assign_reserved",
    "bind_shabad",
    "eliminate_shabad",
    "expire_reserved",
    "issue_shabad",
    "lock_shabad",
    "reject_shabad",
    "report_stolen",
    "reserve_shabads",
    "return_reserved",
    "use_shabads",
    "verify_shabad",
]
