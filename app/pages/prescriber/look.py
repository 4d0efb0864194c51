"""A draft looked at: what it orders, in words; what the rules say of it; what it would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import Session

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
from app.flows import prescribing as flow
from app.flows.prescribing import Estimate
from app.pages.prescriber import identity, order, suggesting
from app.pages.prescriber.banner import Banner, banner
from app.pages.prescriber.changes import fields_of
from app.pages.prescriber.lists import ORDER, Lists, lists
from app.pages.prescriber.spelled import Spelled, spelled
from app.service import Service
from app.web import language_of_page
from codings.base import Actor, Problem, Words
from codings.systems import ICD10
from codings.tables import Concept, Medicine
from codings.tallman import tall_man
from insurer.queries.coverage import ShabadView
from prescriber import queries as prescriber_queries
from prescriber.inputs import OverrideInput, PrepareInput
from prescriber.queries import Prepared
from prescriber.rules import WEEKDAYS, Finding, once_weekly
from prescriber.signing import Item
from prescriber.tables import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything the pages of a draft show beside the fields themselves."""

    banner: Banner
    shabad: ShabadView
    lists: Lists
    items: Sequence[str]  # generic code of each item
    medicines: Mapping[str, Medicine]
    diagnoses: Sequence[str]
    diagnosis_names: Mapping[str, Concept]
    errors: Mapping[str, Words]
    missing: Mapping[str, Words]
    findings: Sequence[Finding]
    reasons: Mapping[str, str]  # given, by finding
    estimate: Estimate | None
    checked: int  # how many items the findings and the cost are about
    prepared: Prepared | None  # the very bytes to sign: only when nothing is missing
    problem: Problem | None  # why it cannot be prepared at all
    complete: Sequence[Item | None]  # each item as it would be signed, none while something of it is missing
    spelled: Sequence[Spelled]  # the numbers of each item, said again
    usual: Sequence[Sequence[suggesting.Usual]]  # the usual doses of each item, to choose from
    risks: Sequence[str]  # why the physician has to say who the patient is, before the review
    unsigned: int  # open drafts of the physician, this one among them

    @property
    def stops(self) -> bool:
        return any(finding.severity == "stop" for finding in self.findings)

    def tall(self, text: str) -> str:
        """A medicine's name with the letters in capitals that tell it from one that looks like it."""
        return tall_man(text)

    def findings_of(self, place: int) -> list[Finding]:
        """What is said of one item, counted from 1; what concerns several stands at each of them."""
        return [finding for finding in self.findings if place in finding.items]

    @property
    def general(self) -> list[Finding]:
        """What is said of the whole order."""
        return [finding for finding in self.findings if not finding.items]

    def often(self, generic: str) -> list[tuple[str, str]]:
        """The frequencies to choose from: a weekly medicine offers nothing daily."""
        offered = self.lists.options("frequency")
        return [row for row in offered if row[0] == "weekly"] if self.weekly(generic) else offered

    def timings(self, generic: str) -> list[tuple[str, str]]:
        """The times to choose from: weekdays for a weekly medicine, and for no other."""
        week = self.weekly(generic)
        return [row for row in self.lists.options("timing") if (row[0] in WEEKDAYS) is week]

    def weekly(self, generic: str) -> bool:
        """Whether this is taken once a week only."""
        medicine = self.medicines.get(generic)
        return medicine is not None and once_weekly(medicine)

    @property
    def unanswered(self) -> Sequence[str]:
        """The findings that ask and have no reason yet."""
        return [f.id for f in self.findings if f.severity == "ask" and f.id not in self.reasons]

    @property
    def signable(self) -> bool:
        return self.prepared is not None and not self.stops and not self.unanswered


def look(
    request: Request,
    session: Session,
    service: Service,
    *,
    draft: Draft,
    typed: Mapping[str, str],
    ahead: int = 0,
    by: Actor,
) -> Look:
    """Read, check and price a draft. Raises what says that patient or SHABAD are not the actor's.

    `ahead` counts the drafts of the same SHABAD that will be signed just before this one.
    """
    told = order.read_order(typed, shabad=draft.shabad or "")
    shabad = coverage_queries.shabad(session, shabad=draft.shabad or "", by=by)
    prepared, estimate, problem = _prepare(session, service, told.checkable, ahead, by)
    findings = prepared.findings if prepared else []
    names = lists(
        session, [*ORDER, "override_reason", "elimination_reason"], language=language_of_page(request)
    )
    known = {code for code, _ in names.options("override_reason")}
    reasons = {f: reason for f, reason in order.reasons(typed, findings).items() if reason in known}
    if told.whole is not None and prepared is not None and reasons:
        prepared, estimate, problem = _prepare(session, service, _answered(told.whole, reasons), ahead, by)
    generics = order.values(typed, "items", "medicine")
    medicines = codings.medicines(session, set(generics))
    who = banner(session, patient=draft.patient, insurer=shabad.insurer, by=by)
    unsigned = len(prescriber_queries.drafts(session, by=by))
    request.state.unsigned = unsigned
    risky = _risks(request, session, draft, who, medicines, by)
    codes = order.values(typed, "diagnoses", "code")
    errors = dict(told.errors)
    if problem is not None and problem.pointer is not None:
        errors.setdefault(problem.pointer.removeprefix("/").replace("/", "."), problem.detail)
    return Look(
        banner=who,
        shabad=shabad,
        lists=names,
        items=generics,
        medicines=medicines,
        diagnoses=codes,
        diagnosis_names=codings.concepts(session, ICD10, codes),
        errors=errors,
        missing=told.missing,
        findings=findings,
        reasons=reasons,
        estimate=estimate,
        checked=len(told.checkable.items) if told.checkable and prepared else 0,
        prepared=prepared if told.whole is not None and not risky else None,
        problem=problem,
        complete=[
            item.signed(medicines[item.medicine].short) if item and item.medicine in medicines else None
            for item in order.read_items(typed)
        ],
        spelled=spelled(
            fields_of(typed, "items"),
            medicines=medicines,
            frequencies={row.code: row for row in names.rows["frequency"]},
            facts=who.facts,
        ),
        usual=suggesting.beside(
            fields_of(typed, "items"),
            medicines,
            codings.dosings(session, medicines.values()) if medicines else {},
            years=who.years,
        ),
        risks=risky,
        unsigned=unsigned,
    )


def _risks(
    request: Request,
    session: Session,
    draft: Draft,
    who: Banner,
    medicines: Mapping[str, Medicine],
    by: Actor,
) -> list[str]:
    """Why it must be said who this is; nothing once it was said."""
    risky = [code for code, medicine in medicines.items() if medicine.high_risk]
    _, since = identity.opened(session, request.state.session_sha256)
    if identity.confirmed(draft.typed.get("identity", ""), high_risk=risky, open_since=since):
        return []
    return identity.risks(session, draft=draft, banner=who, high_risk=risky, by=by)


def _prepare(
    session: Session, service: Service, request: PrepareInput | None, ahead: int, by: Actor
) -> tuple[Prepared | None, Estimate | None, Problem | None]:
    if request is None:
        return None, None, None
    try:
        prepared, estimate = flow.prepare(
            session, service, request=request, with_key=False, ahead=ahead, by=by
        )
    except Problem as no:
        return None, None, no
    return prepared, estimate, None


def _answered(whole: PrepareInput, reasons: Mapping[str, str]) -> PrepareInput:
    given: list[Any] = [OverrideInput(finding=finding, reason=reason) for finding, reason in reasons.items()]
    return whole.model_copy(update={"overrides": tuple(given)})
