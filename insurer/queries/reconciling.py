"""Dispenses against claims: every dispense has one claim at each insurer that owes a part of it, and none beside.

What an insurer owes is read from the dispense's own cost statement and from the cover its SHABAD was issued on, not
from the claims. Each part owed and each claim is one row of `parts`; a row with a `fault` does not fit. Returned
dispenses owe nothing any more, and their claims are void or reversed. The days are Tehran's: of the dispense, or of
the service where only a claim is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Date,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    select,
    text,
)
from sqlmodel import Session

from codings.base import Words
from codings.text import tehran_midnight

Listed: TypeAlias = Select[*tuple[Any, ...]]  # rows of whatever kind


class Fault(StrEnum):
    MISSING = "missing"  # an insurer owes a part, and there is no claim
    SURPLUS = "surplus"  # a claim, and nothing is owed by that insurer
    AMOUNT = "amount"  # the claim asks for another sum than the statement says
    UNWOUND = "unwound"  # the claim was taken back, the dispense was not
    RETURNED = "returned"  # the dispense came back, and its claim still stands
    PRICELESS = "priceless"  # a dispense without the statement that says who owes what


FAULT_WORDS: Final[Mapping[Fault, Words]] = {
    Fault.MISSING: Words("صورت‌حساب ندارد", "No claim"),
    Fault.SURPLUS: Words("صورت‌حساب بدون بدهی", "Claim without a debt"),
    Fault.AMOUNT: Words("مبلغ نابرابر", "Another amount"),
    Fault.UNWOUND: Words("صورت‌حساب پس گرفته شده، تحویل نه", "Claim taken back, dispense not"),
    Fault.RETURNED: Words("تحویل برگشته، صورت‌حساب مانده", "Dispense returned, claim not"),
    Fault.PRICELESS: Words("بدون صورت هزینه", "No cost statement"),
}


class Part(NamedTuple):
    """One part owed, or one claim, or both: a row of `faults`."""

    dispense: str  # SHABAD-1.2
    day: date
    pharmacy: str
    insurer: str  # empty when nobody can say
    owed: int  # Rial
    claimed: int  # Rial
    fault: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What some days come to. Sums in Rial, of dispenses that were not returned and claims that were not taken back."""

    dispenses: int
    claimed_for: int  # with a claim at some insurer
    self_pay: int  # without a claim, since no insurer covers the patient
    nothing_owed: int  # without a claim, since the insurers' part is nothing
    returned: int  # came back
    claims: int
    owed: int
    claimed: int
    faults: int
    unclaimed: int  # of the faults: a part owed, and neither a claim nor a reason
    undispensed: int  # of the faults: a claim, and nothing owed

    @property
    def difference(self) -> int:
        return self.claimed - self.owed


_PARTS = """
WITH handed AS (
    SELECT d.shabad, d.n, d.d, d.pharmacy, d.state, d.dispensed_at, c.totals, s.basic, s.supplementary
    FROM dispense d
    JOIN shabad s ON s.shabad = d.shabad
    LEFT JOIN cost_statement c ON c.shabad = d.shabad AND c.id = d.statement
    WHERE d.dispensed_at >= :since AND d.dispensed_at < :until
), owed AS (
    SELECT h.*, share.insurer, share.amount
    FROM handed h
    CROSS JOIN LATERAL (
        VALUES (h.basic->>'insurer', (h.totals->>'basic')::bigint),
               (h.supplementary->>'insurer', (h.totals->>'supplementary')::bigint)
    ) AS share (insurer, amount)
    WHERE share.insurer IS NOT NULL AND share.amount > 0
    UNION ALL
    SELECT h.*, '', 0 FROM handed h WHERE h.totals IS NULL
), told AS (
    SELECT k.shabad, k.n, k.d, k.insurer FROM claim k JOIN handed h USING (shabad, n, d)
    UNION
    SELECT k.shabad, k.n, k.d, k.insurer FROM claim k JOIN dispense d USING (shabad, n, d)
    WHERE k.service_day BETWEEN :first AND :last AND NOT (d.dispensed_at >= :since AND d.dispensed_at < :until)
), asked AS (
    -- A reversal that its insurer has read is closed like a claim at rest: its newest version tells them apart.
    SELECT k.*, k.state = 'void' OR v.kind = 'reversal' AS back
    FROM told JOIN claim k USING (shabad, n, d, insurer)
    LEFT JOIN claim_version v USING (shabad, n, d, insurer, version)
)
SELECT o.shabad AS owed_for, a.shabad AS asked_for,
    coalesce(o.shabad, a.shabad) || '-' || coalesce(o.n, a.n) || '.' || coalesce(o.d, a.d) AS dispense,
    coalesce((o.dispensed_at AT TIME ZONE 'Asia/Tehran')::date, a.service_day) AS day,
    coalesce(o.pharmacy, a.pharmacy) AS pharmacy, coalesce(o.insurer, a.insurer) AS insurer,
    CASE WHEN o.state = 'returned' THEN 0 ELSE coalesce(o.amount, 0) END AS owed,
    CASE WHEN a.back THEN 0 ELSE coalesce(a.amount, 0) END AS claimed,
    CASE
        WHEN o.insurer = '' THEN 'priceless'
        WHEN a.shabad IS NULL THEN 'missing'
        WHEN o.shabad IS NULL THEN 'surplus'
        WHEN o.state = 'returned' AND a.back IS NOT TRUE THEN 'returned'
        WHEN o.state <> 'returned' AND a.back THEN 'unwound'
        WHEN o.amount <> a.amount THEN 'amount'
        ELSE ''
    END AS fault
FROM owed o FULL JOIN asked a USING (shabad, n, d, insurer)
"""
_COUNTS = """
SELECT count(*), count(*) FILTER (WHERE made),
    count(*) FILTER (WHERE NOT made AND basic IS NULL AND supplementary IS NULL),
    count(*) FILTER (WHERE NOT made AND (basic IS NOT NULL OR supplementary IS NOT NULL)
        AND totals IS NOT NULL AND coalesce((totals->>'basic')::bigint, 0) = 0
        AND coalesce((totals->>'supplementary')::bigint, 0) = 0),
    count(*) FILTER (WHERE state = 'returned')
FROM (
    SELECT d.state, s.basic, s.supplementary, c.totals,
        EXISTS (SELECT FROM claim k WHERE k.shabad = d.shabad AND k.n = d.n AND k.d = d.d
            AND (CAST(:insurer AS text) IS NULL OR k.insurer = :insurer)) AS made
    FROM dispense d
    JOIN shabad s ON s.shabad = d.shabad
    LEFT JOIN cost_statement c ON c.shabad = d.shabad AND c.id = d.statement
    WHERE d.dispensed_at >= :since AND d.dispensed_at < :until
        AND (CAST(:pharmacy AS text) IS NULL OR d.pharmacy = :pharmacy)
        AND (CAST(:insurer AS text) IS NULL
            OR :insurer IN (s.basic->>'insurer', s.supplementary->>'insurer'))
) AS each
"""

_DAY, _DISPENSE = literal_column("day", Date()), literal_column("dispense", String())
_INSURER, _PHARMACY = literal_column("insurer", String()), literal_column("pharmacy", String())
FAULTS_BY: Final[Mapping[str, Any]] = {"day": _DAY, "pharmacy": _PHARMACY, "insurer": _INSURER}
FAULTS_KEY: Final = (_DISPENSE, _INSURER)


def faults(*, first: date, last: date, insurer: str | None = None, pharmacy: str | None = None) -> Listed:
    """The Parts that do not fit within these days, of everybody or of one insurer or pharmacy."""
    parts = _parts(first, last, insurer, pharmacy).where(literal_column("fault") != "").subquery()
    return select(*(parts.c[name] for name in Part._fields))


def balance(
    session: Session, *, first: date, last: date, insurer: str | None = None, pharmacy: str | None = None
) -> Balance:
    """Both sides of these days, added up."""
    within = _span(first, last) | {"insurer": insurer, "pharmacy": pharmacy}
    wanted = {name: within[name] for name in ("since", "until", "insurer", "pharmacy")}
    dispenses, made, self_pay, nothing, returned = session.execute(text(_COUNTS), wanted).one()
    parts = _parts(first, last, insurer, pharmacy).subquery()
    asked, owed, claimed, wrong, unclaimed, undispensed = session.execute(
        select(
            func.count(parts.c.asked_for),
            func.coalesce(func.sum(parts.c.owed), 0),
            func.coalesce(func.sum(parts.c.claimed), 0),
            func.count().filter(parts.c.fault != ""),
            func.count().filter(parts.c.fault.in_([Fault.MISSING, Fault.PRICELESS])),
            func.count().filter(parts.c.fault == Fault.SURPLUS),
        )
    ).one()
    counts = (dispenses, made, self_pay, nothing, returned, asked)
    return Balance(*counts, int(owed), int(claimed), wrong, unclaimed, undispensed)


def _span(first: date, last: date) -> dict[str, Any]:
    until = tehran_midnight(last + timedelta(days=1))
    return {"first": first, "last": last, "since": tehran_midnight(first), "until": until}


def _parts(first: date, last: date, insurer: str | None, pharmacy: str | None) -> Listed:
    bound: list[BindParameter[Any]] = [
        bindparam(name, value, unique=False) for name, value in _span(first, last).items()
    ]
    money = {"owed": BigInteger, "claimed": BigInteger}
    plain = ("owed_for", "asked_for", "dispense", "pharmacy", "insurer", "fault")
    columns: dict[str, Any] = dict.fromkeys(plain, String) | money | {"day": Date}
    parts = text(_PARTS).bindparams(*bound).columns(**columns).subquery()
    listed: Listed = select(parts)
    if insurer is not None:
        listed = listed.where(parts.c.insurer == insurer)
    return listed if pharmacy is None else listed.where(parts.c.pharmacy == pharmacy)
