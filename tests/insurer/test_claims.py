"""Claims: made with a dispense, held until everything is proven, told in one line that is made once, unwound."""

import hashlib
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from codings import declarations, jws
from codings.base import Role
from insurer.actions import claims, shabads
from insurer.outcomes import (
    ClaimReady,
    ClaimStateRefused,
    ClaimUnknown,
    ShabadInUse,
    ShabadStateRefused,
    StatementMismatch,
)
from insurer.queries import claims as queries
from insurer.queries import coverage as coverage_queries
from insurer.share import CostLine
from insurer.states import ClaimKind, ClaimState, Cob, Gate, ShabadState, VersionKind
from insurer.tables.batches import ReadyClaim
from insurer.tables.claims import Claim, ClaimVersion
from insurer.tables.coverage import Shabad
from tests import factories
from tests.factories import AT
from tests.insurer import counter
from tests.insurer import factories as make
from tests.insurer.counter import BASIC, GROSS, SECOND
from tests.insurer.factories import SERVICE

SERVICE_DAY = date(2026, 12, 1)


@pytest.fixture
def world(session):
    return counter.world(session)


@pytest.fixture
def handed(session, world):
    return counter.hand_over(session, world, counter.prescribe(session, world))


def states(session, handed):
    rows = session.exec(
        select(Claim).where(Claim.shabad == handed.number.shabad).execution_options(populate_existing=True)
    )
    return {row.number.rsplit("-", 1)[1]: row.state for row in rows}


def ready_rows(session, handed):
    rows = session.exec(select(ReadyClaim).where(ReadyClaim.shabad == handed.number.shabad))
    return sorted((row.claim, row.version, row.kind, row.amount) for row in rows)


# --- Made -----------------------------------------------------------------------------------------


def test_each_insurer_that_owes_a_part_gets_a_claim_of_its_own(session, handed):
    basic, second = handed.claims
    assert (basic.number, second.number) == (handed.claim("TAM"), handed.claim("BSN"))
    assert basic.number == f"{handed.number.shabad}-1.1-TAM"
    assert (basic.kind, basic.amount, basic.gross) == (ClaimKind.BASIC, BASIC, GROSS)
    assert (second.kind, second.amount, second.gross) == (ClaimKind.SUPPLEMENTARY, SECOND, GROSS)
    assert basic.amount + second.amount + handed.statement.totals["patient"] == GROSS
    for claim in (basic, second):
        assert (claim.state, claim.version, claim.service_day) == (ClaimState.HELD, 1, SERVICE_DAY)
        assert queries.closed_gates(claim) == [Gate.PACKS, Gate.SHABAD, Gate.EHR]


def test_self_pay_gives_rise_to_no_claim(session, world):
    handed = counter.hand_over(session, world, counter.prescribe(session, world, self_pay=True))
    assert handed.claims == []
    assert handed.statement.totals == {
        "gross": GROSS,
        "allowed": GROSS,
        "basic": 0,
        "supplementary": 0,
        "patient": GROSS,
    }


def test_two_dispenses_of_one_prescription_are_claimed_apart(session, world):
    number = counter.prescribe(session, world)
    first = counter.hand_over(session, world, number, items=(1,))
    second = counter.hand_over(session, world, number, items=(2,))
    assert (str(first.number)[-3:], str(second.number)[-3:]) == ("1.1", "1.2")
    amounts = [claim.amount for handed in (first, second) for claim in handed.claims]
    assert sum(amounts) == BASIC + SECOND


def test_a_statement_of_something_else_makes_no_claim(session, world, handed):
    cover = coverage_queries.cover_of(session, shabad=handed.number.shabad, on=SERVICE_DAY)
    for d, gross in ((handed.number.d, GROSS - 1), (None, GROSS), (handed.number.d + 1, GROSS)):
        other = claims.make_statement(
            session,
            shabad=handed.number.shabad,
            n=handed.number.n,
            d=d,
            lines=[CostLine(1, gross)],
            cover=cover,
            prices_release="x",
            by=world.at_counter,
        )
        with pytest.raises(StatementMismatch):
            claims.make_claims(session, dispense=handed.dispense, statement=other, by=world.at_counter)


def test_a_statement_says_what_it_was_worked_out_from(session, world, handed):
    cover = coverage_queries.cover_of(session, shabad=handed.number.shabad, on=SERVICE_DAY)

    def made(**changes):
        told = {
            "shabad": handed.number.shabad,
            "n": 1,
            "lines": [CostLine(1, 176_500), CostLine(2, 729_500)],
            "cover": cover,
            "prices_release": handed.statement.prices_release,
            "by": make.later(SERVICE, days=200),
        }
        return claims.make_statement(session, **(told | changes))

    again = made()
    assert (again.rules_sha256, again.inputs_sha256) == (
        handed.statement.rules_sha256,
        handed.statement.inputs_sha256,
    )
    assert again.lines == handed.statement.lines
    assert again.expires_at - again.made_at == timedelta(minutes=30)
    assert made(prices_release="newer").inputs_sha256 != again.inputs_sha256
    assert made(prices_release="newer").rules_sha256 == again.rules_sha256
    assert made(lines=[CostLine(1, GROSS)]).inputs_sha256 != again.inputs_sha256


def test_a_shabad_with_a_claim_on_it_can_not_be_given_up(session, world, handed):
    with pytest.raises(ShabadInUse):
        shabads.eliminate_shabad(
            session, shabad=handed.number.shabad, reason="x", live=False, by=world.desk.by
        )
    counter.give_back(session, world, handed.number)
    gone = shabads.eliminate_shabad(
        session, shabad=handed.number.shabad, reason="x", live=False, by=world.desk.by
    )
    assert gone.state is ShabadState.ELIMINATED
    with pytest.raises(ShabadStateRefused):
        claims.make_claims(session, dispense=handed.dispense, statement=handed.statement, by=world.at_counter)


# --- Gates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [
        [Gate.PACKS, Gate.SHABAD, Gate.EHR],
        [Gate.EHR, Gate.SHABAD, Gate.PACKS],
        [Gate.SHABAD, Gate.EHR, Gate.PACKS],
        [Gate.EHR, Gate.EHR, Gate.PACKS, Gate.PACKS, Gate.SHABAD],
    ],
)
def test_proofs_come_in_any_order_and_the_last_one_makes_it_ready(session, handed, order):
    for gate in order[:-1]:
        assert counter.open_gate(session, handed.number, gate) == []
        assert set(states(session, handed).values()) == {ClaimState.HELD}
        assert ready_rows(session, handed) == []
    assert len(counter.open_gate(session, handed.number, order[-1])) == 2
    assert set(states(session, handed).values()) == {ClaimState.READY}
    assert ready_rows(session, handed) == [
        (handed.claim("BSN"), 1, VersionKind.ORIGINAL, SECOND),
        (handed.claim("TAM"), 1, VersionKind.ORIGINAL, BASIC),
    ]
    ready = [event for event in session.info["events"] if isinstance(event, ClaimReady)]
    assert sorted(event.insurer for event in ready) == ["1", "20"]
    assert counter.open_gate(session, handed.number, order[-1]) == []


def test_the_first_proof_of_a_gate_is_kept(session, handed):
    counter.open_gate(session, handed.number, Gate.EHR)
    claims.open_gate(
        session,
        **handed.number._asdict(),
        gate=Gate.EHR,
        proof={"proof": "another"},
        by=make.later(SERVICE, days=1),
    )
    row = queries.find(session, number=handed.claim(), by=SERVICE)
    assert (row.ehr_at, row.ehr_proof) == (AT, {"proof": "ehr"})


def test_a_shabad_verified_before_the_dispense_needs_no_gate_of_its_own(session, world):
    number = counter.prescribe(session, world)
    shabads.verify_shabad(session, shabad=number.shabad, proof={"ref": "early"}, by=SERVICE)
    handed = counter.hand_over(session, world, number)
    assert [queries.closed_gates(claim) for claim in handed.claims] == [[Gate.PACKS, Gate.EHR]] * 2
    assert handed.claims[0].shabad_proof == {"ref": "early"}


def test_a_shabad_verified_after_it_opens_the_gate_of_every_claim_on_it(session, world):
    number = counter.prescribe(session, world)
    both = [counter.hand_over(session, world, number, items=(item,)) for item in (1, 2)]
    shabads.verify_shabad(session, shabad=number.shabad, proof={"ref": "late"}, by=SERVICE)
    for handed in both:
        for claim in queries.claims_of_dispense(session, number=handed.number, by=SERVICE):
            assert queries.closed_gates(claim) == [Gate.PACKS, Gate.EHR]


def test_a_refused_proof_keeps_the_claim_and_says_why(session, handed):
    for _ in range(2):
        claims.hold(session, **handed.number._asdict(), gate=Gate.PACKS, reason="stolen", by=SERVICE)
    view = queries.claim(session, number=handed.claim(), by=SERVICE)
    assert (view.claim.state, view.claim.held_for) == (ClaimState.HELD, "stolen")
    assert [change.why for change in view.history] == [None, "packs: stolen"]
    counter.open_gate(session, handed.number, Gate.PACKS)
    assert queries.find(session, number=handed.claim(), by=SERVICE).held_for is None


def test_a_job_finds_the_dispenses_that_wait_at_a_gate_the_oldest_first(session, world):
    made = [
        counter.hand_over(
            session,
            world,
            counter.prescribe(session, world),
            by=make.later(world.at_counter, minutes=minutes),
        )
        for minutes in (3, 1, 2)
    ]
    counter.open_gate(session, made[1].number, Gate.EHR)
    assert queries.waiting_gates(session, Gate.EHR, 10) == [made[2].number, made[0].number]
    assert queries.waiting_gates(session, Gate.PACKS, 2) == [made[1].number, made[2].number]
    counter.give_back(session, world, made[2].number)
    assert queries.waiting_gates(session, Gate.EHR, 10) == [made[0].number]


def test_the_second_insurer_waits_for_the_first_when_its_plan_says_so(session):
    world = counter.world(session, cob=Cob.AFTER_BASIC)
    handed = counter.hand_over(session, world, counter.prescribe(session, world))
    counter.prove(session, handed.number)
    assert states(session, handed) == {"TAM": ClaimState.READY, "BSN": ClaimState.HELD}


# --- The line -------------------------------------------------------------------------------------


def line_of(session, number):
    row = session.exec(select(ReadyClaim).where(ReadyClaim.claim == number)).one()
    return bytes(row.line)


def test_the_line_holds_all_an_insurer_needs_to_decide(session, world, handed):
    counter.prove(session, handed.number)
    line = json.loads(line_of(session, handed.claim()))
    assert (line["claim"], line["version"], line["kind"], line["share"]) == (
        handed.claim(),
        1,
        "original",
        "basic",
    )
    assert line["amounts"]["requested"] == BASIC == sum(one["requested"] for one in line["amounts"]["lines"])
    assert [one["line"] for one in line["amounts"]["lines"]] == [1, 2]
    header, _ = jws.peek(line["prescription"]["jws"])
    assert header["kid"] == line["prescription"]["kid"] == world.signer.kid
    assert line["prescription"]["certificate"].startswith("-----BEGIN CERTIFICATE-----")
    receipt = jws.verify(line["dispense"]["receipt"], key=counter.seal_key(), typ="receipt+jws")
    assert json.loads(receipt)["dispense"] == str(handed.number)
    assert line["shabad"]["state"] == "verified"
    assert line["shabad"]["proof"] == {"confirmed": "c-1"}
    assert line["eligibility"]["coverage"]["insurer"] == "1"
    assert line["eligibility"]["patient"]["national_id"] == world.desk.patient.national_id
    assert [pack["verdict"] for pack in line["packs"]] == ["genuine", "genuine"]
    assert all(pack["supply_proof"]["registration"] for pack in line["packs"])
    assert line["ehr"]["receipt"] == {"proof": "ehr"}
    assert line["statement"]["totals"]["gross"] == GROSS
    assert line["codes"]["prices"]
    assert "declaration" not in line


def test_the_second_insurer_is_told_its_own_part_and_cites_the_first_claim(session, handed):
    counter.prove(session, handed.number)
    line = json.loads(line_of(session, handed.claim("BSN")))
    assert line["share"] == "supplementary"
    assert line["amounts"]["requested"] == SECOND
    assert line["cob"] == {
        "order": 2,
        "mode": "parallel",
        "basic_claim": handed.claim("TAM"),
        "basic_decision": None,
    }
    assert line["eligibility"]["coverage"]["insurer"] == "20"
    assert line["shabad"]["insurer"] == "1"


def test_the_line_is_canonical_and_carries_the_hash_of_its_evidence(session, handed):
    counter.prove(session, handed.number)
    raw = line_of(session, handed.claim())
    content = json.loads(raw)
    assert raw == jws.canonical(content) + b"\n"
    told = content.pop("evidence_sha256")
    assert told == hashlib.sha256(jws.canonical(content)).hexdigest()
    version = session.get_one(ClaimVersion, (*handed.number, "1", 1))
    assert (version.line, version.sha256) == (raw, hashlib.sha256(raw).hexdigest())


def test_what_was_prescribed_in_an_emergency_is_held_until_confirmed_and_cites_the_declaration(
    session, world
):
    declared = declarations.draft_declaration(
        session,
        provinces=[factories.TEHRAN_PROVINCE],
        cause="network-outage",
        words="قطع شبکه",
        starts_at=AT - timedelta(hours=1),
        ends_at=AT + timedelta(hours=10),
        by=factories.regulator(1),
    )
    declarations.approve_declaration(
        session, number=declared.number, seal=counter.seal, by=factories.regulator(2)
    )
    shabad = shabads.assign_reserved(
        session,
        patient=world.desk.patient.id,
        practitioner=world.desk.physician.council,
        centre=world.desk.clinic.siam,
        coverages=world.desk.facts,
        declaration=declared.number,
        by=world.desk.by,
    )
    handed = counter.hand_over(session, world, counter.prescribe(session, world, shabad=shabad))
    counter.register_packs(session, handed.number)
    counter.open_gate(session, handed.number, Gate.EHR)
    claim = queries.find(session, number=handed.claim(), by=SERVICE)
    assert (claim.state, queries.closed_gates(claim)) == (ClaimState.HELD, [Gate.SHABAD])
    assert claim.declaration == declared.number
    shabads.verify_shabad(session, shabad=shabad.shabad, proof={"ref": "1"}, by=SERVICE)
    line = json.loads(line_of(session, handed.claim()))
    assert line["shabad"]["offline"]
    assert line["eligibility"]["source"] == "offline"
    assert line["declaration"]["number"] == declared.number
    sealed = jws.verify(line["declaration"]["seal"], key=counter.seal_key(), typ="declaration+jws")
    assert json.loads(sealed)["number"] == declared.number


def test_a_refused_shabad_holds_its_claims_for_good(session, world):
    shabad = shabads.assign_reserved(
        session,
        patient=world.desk.patient.id,
        practitioner=world.desk.physician.council,
        centre=world.desk.clinic.siam,
        coverages=world.desk.facts,
        by=world.desk.by,
    )
    handed = counter.hand_over(session, world, counter.prescribe(session, world, shabad=shabad))
    shabads.reject_shabad(session, shabad=shabad.shabad, reason="not insured", by=SERVICE)
    counter.register_packs(session, handed.number)
    counter.open_gate(session, handed.number, Gate.EHR)
    view = queries.claim(session, number=handed.claim(), by=SERVICE)
    assert (view.claim.state, view.closed_gates) == (ClaimState.HELD, [Gate.SHABAD])
    assert "shabad: not insured" in [change.why for change in view.history]


# --- Who sees what --------------------------------------------------------------------------------


def strangers(session):
    return [
        make.officer("2"),
        factories.machine(factories.pharmacy(session)),
        factories.machine(factories.clinic(session)),
        factories.actor(role=Role.PATIENT),
    ]


def test_another_insurer_or_pharmacy_sees_nothing_at_all(session, world, handed):
    for stranger in strangers(session):
        for number in (handed.claim(), "105000000000-1.1-TAM", "nonsense"):
            with pytest.raises(ClaimUnknown) as no:
                queries.claim(session, number=number, by=stranger)
            assert no.value.detail.en == "There is no such claim."
        assert queries.claims(session, by=stranger).items == []
        assert queries.claims_of_dispense(session, number=handed.number, by=stranger) == []


def test_each_sees_its_own_side(session, world, handed):
    assert [c.number for c in queries.claims(session, by=make.officer("1")).items] == [handed.claim("TAM")]
    assert [c.number for c in queries.claims(session, by=make.officer("20")).items] == [handed.claim("BSN")]
    assert len(queries.claims(session, by=world.at_counter).items) == 2
    with pytest.raises(ClaimUnknown):
        queries.claim(session, number=handed.claim("BSN"), by=make.officer("1"))


def test_a_list_is_paged_without_loss_or_repetition_and_filtered(session, world):
    made = [
        counter.hand_over(
            session, world, counter.prescribe(session, world), by=make.later(world.at_counter, minutes=n % 3)
        )
        for n in range(5)
    ]
    seen, cursor = [], None
    while True:
        page = queries.claims(session, by=make.officer("1"), limit=2, cursor=cursor)
        seen += [claim.number for claim in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert sorted(seen) == sorted(handed.claim() for handed in made)
    counter.prove(session, made[0].number)
    found = queries.claims(session, by=make.officer("1"), state=ClaimState.READY).items
    assert [claim.number for claim in found] == [made[0].claim()]
    day = timedelta(days=1)
    for day_from, day_to, number in (
        (SERVICE_DAY, SERVICE_DAY, 5),
        (SERVICE_DAY + day, None, 0),
        (None, SERVICE_DAY - day, 0),
    ):
        page = queries.claims(session, by=make.officer("1"), day_from=day_from, day_to=day_to)
        assert len(page.items) == number
    assert len(queries.claims(session, by=make.officer("1"), cursor="not a cursor").items) == 5


def test_a_later_page_begins_where_the_index_does_and_reads_past_nothing(session, world):
    for n in range(3):
        counter.hand_over(
            session, world, counter.prescribe(session, world), by=make.later(world.at_counter, minutes=n)
        )
    cursor = queries.claims(session, by=make.officer("1"), limit=1).next
    connection, asked = session.connection(), []
    event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
    assert len(queries.claims(session, by=make.officer("1"), cursor=cursor).items) == 2
    [(statement, parameters)] = asked
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
    [condition] = [line for line in plan if "Index Cond" in line]
    assert "ROW(created_at, (number)::text) < ROW(" in condition


# --- Unwound --------------------------------------------------------------------------------------


@pytest.mark.parametrize("proven", [False, True])
def test_a_return_before_sealing_leaves_no_trace_at_any_insurer(session, world, handed, proven):
    if proven:
        counter.prove(session, handed.number)
    counter.give_back(session, world, handed.number)
    assert states(session, handed) == {"TAM": ClaimState.VOID, "BSN": ClaimState.VOID}
    assert ready_rows(session, handed) == []
    assert counter.open_gate(session, handed.number, Gate.EHR) == []
    assert claims.unwind_claims(session, **handed.number._asdict(), by=world.at_counter) == []
    assert states(session, handed) == {"TAM": ClaimState.VOID, "BSN": ClaimState.VOID}


def test_only_what_an_insurer_returned_can_be_sent_again(session, world, handed):
    with pytest.raises(ClaimStateRefused):
        claims.resubmit_claim(session, number=handed.claim(), by=world.at_counter)
    counter.prove(session, handed.number)
    with pytest.raises(ClaimStateRefused):
        claims.resubmit_claim(session, number=handed.claim(), by=world.at_counter)


def test_the_history_tells_every_step(session, world, handed):
    counter.prove(session, handed.number)
    counter.give_back(session, world, handed.number)
    view = queries.claim(session, number=handed.claim(), by=world.at_counter)
    assert [(change.from_state, change.to_state) for change in view.history] == [
        (None, "held"),
        ("held", "ready"),
        ("ready", "void"),
    ]
    assert view.evidence is not None
    assert [version.version for version in view.versions] == [1]
    assert session.get_one(Shabad, handed.number.shabad).state is ShabadState.VERIFIED
