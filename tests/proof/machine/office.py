"""What insurers do, and pharmacies answer: sealing, fetching, acknowledging, decisions, appeals and the money."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import Session

from app import reactions
from app.db import reading, side_session
from app.flows import files, sealing
from codings.base import Actor
from codings.text import tehran_day
from insurer.actions import batches, claims, payments
from insurer.inputs import AckInput, RemittanceInput
from insurer.queries import batches as batch_queries
from insurer.queries.evidence import requested_lines
from insurer.sealing import FILE_NAME, sha256
from insurer.states import SubmissionKind
from insurer.tables.claims import Claim, CostStatement
from tests.insurer.factories import officer
from tests.proof.machine.book import Asked
from tests.proof.machine.ground import PAYERS
from tests.proof.machine.walk import Walk, newest

which = st.integers(0, 5)
insurers = st.sampled_from(PAYERS)
OPEN = ("received", "in_review", "appealed")


def _appeal(session: Session, *, number: str, by: Actor) -> Claim:
    return payments.appeal_result(session, number=number, reason="درست بود", by=by)


# What a pharmacy may say of a claim, and in which states it is said.
ANSWERS: dict[str, tuple[Callable[..., Claim], tuple[str, ...]]] = {
    "accept_result": (payments.accept_result, ("partly_approved", "rejected")),
    "appeal_result": (_appeal, ("partly_approved", "rejected")),
    "confirm_paid": (payments.confirm_paid, ("paid",)),
    "resubmit_claim": (claims.resubmit_claim, ("returned",)),
}


class Office(Walk):
    def officer(self, insurer: str) -> Actor:
        return officer(insurer, at=self.now)

    def asked_in(self, *states: str) -> list[Asked]:
        """The claims in one of these states, in the order of their making."""
        rows = self.owner.exec_driver_sql("SELECT number FROM claim WHERE state = ANY(%s)", (list(states),))
        numbers = {number for (number,) in rows}
        return [one for one in self.book.asked if one.number in numbers]

    # --- Batches

    @precondition(lambda self: self.book.asked)
    @rule(
        what=st.sampled_from(["seal", "seal", "fetch", "acknowledge", "acknowledge"]),
        insurer=insurers,
        i=which,
        cut=st.integers(0, 3),
        wrong=st.sampled_from(["", "", "", "unread", "hash", "count", "insurer"]),
    )
    def batch(self, what: str, insurer: str, i: int, cut: int, wrong: str) -> None:
        if what == "seal" or not self.book.batches:
            self.seal(insurer)
        elif what == "fetch":
            self.fetch(i, cut)
        else:
            self.receive(*newest(list(self.book.batches), i), wrong=wrong)

    def seal(self, insurer: str) -> None:
        made = sealing.seal(self.service, insurer=insurer, by=self.service.itself("seal"))
        if made is None:
            self.tally.refused["seal_batch"]["(nothing waits)"] += 1
            self.unchanged("nothing was sealed")
            return
        self.tally.done["seal_batch"] += 1
        self.settled("seal_batch")
        self.agreed()
        assert (made.insurer, made.seq) in self.book.batches

    def fetch(self, i: int, cut: int) -> None:
        """In two parts, at any time: the parts are the file."""
        insurer, seq = newest(list(self.book.batches), i)
        by = self.officer(insurer)
        with reading(self.service) as session:
            manifest = batch_queries.manifest(session, insurer=insurer, seq=seq)
            [told] = manifest["files"]
            half = told["bytes"] * cut // 4
            parts = [(0, half), (half, told["bytes"])] if half else [(0, told["bytes"])]
            whole = b"".join(
                chunk
                for start, end in parts
                for chunk in batch_queries.file_chunks(
                    session, insurer=insurer, seq=seq, start=start, end=end
                )
            )
        assert sha256(whole) == told["sha256"]
        for start, end in parts:
            with side_session(self.service) as session:
                batches.record_download(session, insurer=insurer, seq=seq, start=start, end=end, by=by)
        self.tally.done["record_download"] += 1
        self.settled("record_download")

    def receive(self, insurer: str, seq: int, *, wrong: str = "") -> None:
        by = self.officer("1" if wrong == "insurer" and insurer != "1" else insurer)
        with reading(self.service) as session:
            manifest = batch_queries.manifest(session, insurer=insurer, seq=seq)
            lines = b"".join(batch_queries.file_chunks(session, insurer=insurer, seq=seq)).splitlines()
        [file] = manifest["files"]
        first = json.loads(lines[0])
        unread = {"claim": first["claim"], "version": first["version"], "issue": "unreadable"}
        told = AckInput.model_validate(
            {
                "manifest_sha256": "0" * 64 if wrong == "hash" else manifest["manifest_sha256"],
                "files": [
                    {
                        "name": FILE_NAME,
                        "sha256": file["sha256"],
                        "count": file["count"] + (wrong == "count"),
                    }
                ],
                "receipt_no": f"R-{seq}",
                "rejected_items": [unread] if wrong == "unread" else [],
            }
        )
        self.ask(
            "acknowledge",
            by,
            lambda session: batches.acknowledge(session, insurer=insurer, seq=seq, ack=told, by=by),
            never=wrong in {"hash", "count"} or by.insurer != insurer,
        )

    # --- Decisions

    @precondition(lambda self: self.book.batches)
    @rule(
        i=which,
        how=st.sampled_from(["all", "all", "part", "part", "none", "sum", "unknown", "again"]),
        version=st.sampled_from([0, 0, 0, 0, 1]),
    )
    def decide(self, i: int, how: str, version: int) -> None:
        open_now = self.asked_in(*OPEN) or self.book.asked
        self.result(newest(open_now, i), how, version)

    def result(self, asked: Asked, how: str, version: int = 0) -> None:
        """A file of one decision, received and then read by its job."""
        by = self.officer(asked.insurer)
        body = jws_line(self.decision(asked, how, version))
        kept = self.ask(
            "receive_file",
            by,
            lambda session: files.receive(session, kind=SubmissionKind.RESULTS, body=body, by=by),
        )
        if kept is None:
            return
        self.run(
            "record_results",
            lambda: reactions.read_file(
                self.service, insurer=asked.insurer, kind=SubmissionKind.RESULTS.value, job=str(kept.id)
            ),
        )
        counts = self.one("SELECT counts FROM submission WHERE id = %s", kept.id)
        if counts["recorded"]:
            assert how not in {"sum", "unknown"}
            self.tally.done[f"decided-{how}"] += 1

    def decision(self, asked: Asked, how: str, version: int) -> dict[str, Any]:
        with reading(self.service) as session:
            claim, statement = self.claim(session, asked)
            last = self.one(
                "SELECT coalesce(max(result_no), 0) FROM claim_result WHERE claim = %s AND version = %s",
                asked.number,
                claim.version,
            )
        lines: list[dict[str, Any]] = []
        for line, amount in requested_lines(claim, statement).items():
            approved = {"all": amount, "none": 0, "part": amount // 3 + line}.get(how, amount)
            approved = min(approved, amount)
            cut = amount - approved + (how == "sum")
            deductions = [{"reason": "over-price", "amount": cut}] if cut else []
            lines.append({"line": line, "approved": approved, "deductions": deductions})
        total = sum(line["approved"] for line in lines)
        return {
            "claim": "1057Y3KP0M4A-1.1-TAM" if how == "unknown" else asked.number,
            "version": claim.version + version,
            "result_no": max(last + (how != "again"), 1),
            "outcome": "approved" if total == asked.amount else "partly" if total else "rejected",
            "lines": lines,
        }

    def claim(self, session: Session, asked: Asked) -> tuple[Claim, CostStatement]:
        number = asked.handed.number
        claim = session.get_one(Claim, (*number, asked.insurer))
        return claim, session.get_one(CostStatement, (number.shabad, claim.statement))

    # --- The pharmacy answers

    @precondition(lambda self: self.book.batches)
    @rule(i=which, verb=st.sampled_from(sorted(ANSWERS)), stranger=st.sampled_from([False] * 5 + [True]))
    def answer(self, i: int, verb: str, stranger: bool) -> None:
        """On a claim in a state that the verb is for, or on any when there is none."""
        self.reply(newest(self.asked_in(*ANSWERS[verb][1]) or self.book.asked, i), verb, stranger=stranger)

    def reply(self, asked: Asked, verb: str, *, stranger: bool = False) -> None:
        tills = self.place.tills
        till = tills[1 - tills.index(asked.handed.till)] if stranger else asked.handed.till
        by = self.at_counter(till)
        work = ANSWERS[verb][0]
        self.ask(verb, by, lambda session: work(session, number=asked.number, by=by), never=stranger)

    # --- The money

    @precondition(lambda self: self.book.batches)
    @rule(
        i=which,
        kind=st.sampled_from(["payment", "payment", "payment", "advance", "recovery"]),
        part=st.sampled_from(["all", "all", "half", "more", "the same", "its number"]),
    )
    def pay(self, i: int, kind: str, part: str) -> None:
        if part in {"the same", "its number"}:
            if self.book.payments:
                self.pay_again(i, part == "its number")
            return
        states = {
            "payment": ("payable",),
            "advance": ("received", "in_review"),
            "recovery": ("reversed", "payable", "paid"),
        }[kind]
        self.remit(newest(self.asked_in(*states) or self.book.asked, i), kind, part)

    def remit(self, asked: Asked, kind: str, part: str) -> None:
        state, approved, paid, version = self.owner.exec_driver_sql(
            "SELECT state, coalesce(approved, 0), paid, version FROM claim WHERE number = %s", (asked.number,)
        ).one()
        most = {
            "payment": approved - paid,
            "advance": asked.amount - paid,
            "recovery": paid if state == "reversed" else paid - approved,
        }[kind]
        amount = {"all": most, "half": most // 2 or most, "more": most + 1}[part] or 1
        if amount < 0:
            return
        signed = -amount if kind == "recovery" else amount
        told = RemittanceInput.model_validate(
            {
                "payment_no": f"P-{len(self.book.payments) + 1}",
                "paid_on": tehran_day(self.now),
                "amount": signed,
                "lines": [{"claim": asked.number, "version": version, "kind": kind, "amount": signed}],
            }
        )
        if self.transfer(asked.insurer, told, never=part == "more"):
            asked.paid += signed
            self.book.payments.append((asked.insurer, told))
            self.tally.done[f"paid-{kind}"] += 1

    def transfer(self, insurer: str, told: RemittanceInput, *, never: bool = False) -> bool:
        """Whether this is a payment that was not known before."""
        by = self.officer(insurer)
        kept = self.ask(
            "record_remittance",
            by,
            lambda session: payments.record_remittance(session, insurer=insurer, remittance=told, by=by),
            never=never,
        )
        return kept is not None and kept[1]

    def pay_again(self, i: int, other: bool) -> None:
        """The very same payment is the same payment; its number with another amount is refused."""
        insurer, told = newest(self.book.payments, i)
        if other:
            line = told.lines[0].model_copy(update={"amount": told.amount + 1})
            told = told.model_copy(update={"amount": told.amount + 1, "lines": (line,)})
        before = self.tables
        assert not self.transfer(insurer, told)
        self.only_answered(before)


def jws_line(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"
