"""Cost statements, and the claims a dispense gives rise to."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlmodel import Session

from codings import jws, sql
from codings.base import Actor
from codings.text import tehran_day
from insurer.actions.claims.rows import new_version, record
from insurer.outcomes import ShabadStateRefused, ShabadUnknown, StatementMismatch
from insurer.queries.coverage import known_insurers, waits_for_basic
from insurer.sealing import sha256
from insurer.share import CostLine, Cover, cost
from insurer.states import (
    LIVE_SHABAD,
    SHABAD_WORDS,
    ClaimKind,
    ClaimNumber,
    ClaimState,
    ShabadState,
    VersionKind,
)
from insurer.tables.claims import Claim, CostStatement
from insurer.tables.coverage import Shabad
from pharmacy.queries import DispenseView

STATEMENT_MINUTES = 30  # as long as a pharmacy holds a prescription


def make_statement(
    session: Session,
    *,
    shabad: str,
    n: int,
    d: int | None = None,
    lines: Sequence[CostLine],
    cover: Cover,
    prices_release: str,
    by: Actor,
) -> CostStatement:
    """Work out and keep who pays how much of each line. It is never changed; a new price is a new statement."""
    shared = cost(lines, cover)
    applied = {"cover": asdict(cover)}
    inputs = applied | {"lines": [asdict(line) for line in lines], "prices": prices_release}
    statement = CostStatement(
        shabad=shabad,
        n=n,
        d=d,
        lines=[line.as_json() for line in shared.lines],
        totals=shared.totals,
        rules_sha256=sha256(jws.canonical(applied)),
        prices_release=prices_release,
        inputs_sha256=sha256(jws.canonical(inputs)),
        made_at=by.at,
        expires_at=by.at + timedelta(minutes=STATEMENT_MINUTES),
    )
    sql.add(session, [statement])
    return statement


def make_claims(
    session: Session, *, dispense: DispenseView, statement: CostStatement, by: Actor
) -> list[Claim]:
    """One held claim for each insurer that owes a part of this dispense; none for self-pay.

    The SHABAD's gate opens at once when it is verified already. Raises StatementMismatch when the statement is of
    something else, ShabadStateRefused when the SHABAD was given up meanwhile.
    """
    number = dispense.number
    dispensed = sum(line.gross for line in dispense.lines)
    if (statement.shabad, statement.n, statement.d) != number or statement.totals["gross"] != dispensed:
        raise StatementMismatch(statement=statement.totals["gross"], dispensed=dispensed)
    shabad = _shared_lock(session, number.shabad)
    day = tehran_day(dispense.dispensed_at)
    owing = [
        (kind, fact)
        for kind, fact in ((ClaimKind.BASIC, shabad.basic), (ClaimKind.SUPPLEMENTARY, shabad.supplementary))
        if fact is not None and statement.totals[kind.value] > 0
    ]
    insurers = known_insurers(session, codes={fact["insurer"] for _, fact in owing})
    verified = shabad.state in (ShabadState.VERIFIED, ShabadState.USED)
    made: list[Claim] = []
    for kind, fact in owing:
        insurer = insurers[fact["insurer"]]
        second = kind is ClaimKind.SUPPLEMENTARY and bool(made)
        claim = Claim(
            shabad=number.shabad,
            n=number.n,
            d=number.d,
            insurer=insurer.code,
            number=str(ClaimNumber(*number, insurer.abbr)),
            pharmacy=dispense.pharmacy,
            state=ClaimState.HELD,
            kind=kind,
            amount=statement.totals[kind.value],
            gross=statement.totals["gross"],
            statement=statement.id,
            service_day=day,
            shabad_at=by.at if verified else None,
            shabad_proof=shabad.verified_proof if verified else None,
            after_basic=second and waits_for_basic(session, insurer=insurer.code, fund=fact["fund"], on=day),
            declaration=shabad.declaration,
            created_at=by.at,
        )
        made.append(claim)
    sql.add(session, made)
    sql.add(session, [new_version(claim, VersionKind.ORIGINAL, claim.amount) for claim in made])
    for claim in made:
        record(session, claim=claim, before=None, to=ClaimState.HELD, by=by)
    return made


def _shared_lock(session: Session, shabad: str) -> Shabad:
    """The SHABAD, which nobody can give up until this transaction ends."""
    found = sql.rows(session, Shabad, "WHERE shabad = %(shabad)s FOR SHARE", {"shabad": shabad})
    if not found:
        raise ShabadUnknown
    [row] = found
    if row.state not in LIVE_SHABAD:
        words = SHABAD_WORDS[row.state]
        raise ShabadStateRefused(shabad=shabad, state_fa=words.fa, state_en=words.en)
    return row
