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
from app.pages.prescriber import order
from app.pages.prescriber.banner import Banner, banner
from app.pages.prescriber.lists import ORDER, Lists, lists
from app.service import Service
from app.web import language_of_page
from codings.base import Actor, Problem, Words
from codings.systems import ICD10
from codings.tables import Concept, Medicine
from insurer.queries.coverage import ShabadView
from prescriber.inputs import OverrideInput, PrepareInput
from prescriber.queries import Prepared
from prescriber.rules import Finding
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

    @property
    def stops(self) -> bool:
        return any(finding.severity == "stop" for finding in self.findings)

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
    by: Actor,
) -> Look:
    """Read, check and price a draft. Raises what says that patient or SHABAD are not the actor's."""
    told = order.read_order(typed, shabad=draft.shabad or "")
    shabad = coverage_queries.shabad(session, shabad=draft.shabad or "", by=by)
    prepared, estimate, problem = _prepare(session, service, told.checkable, by)
    findings = prepared.findings if prepared else []
    names = lists(
        session, [*ORDER, "override_reason", "elimination_reason"], language=language_of_page(request)
    )
    known = {code for code, _ in names.options("override_reason")}
    reasons = {f: reason for f, reason in order.reasons(typed, findings).items() if reason in known}
    if told.whole is not None and prepared is not None and reasons:
        prepared, estimate, problem = _prepare(session, service, _answered(told.whole, reasons), by)
    generics = order.values(typed, "items", "medicine")
    codes = order.values(typed, "diagnoses", "code")
    errors = dict(told.errors)
    if problem is not None and problem.pointer is not None:
        errors.setdefault(problem.pointer.removeprefix("/").replace("/", "."), problem.detail)
    return Look(
        banner=banner(session, patient=draft.patient, insurer=shabad.insurer, by=by),
        shabad=shabad,
        lists=names,
        items=generics,
        medicines=codings.medicines(session, set(generics)),
        diagnoses=codes,
        diagnosis_names=codings.concepts(session, ICD10, codes),
        errors=errors,
        missing=told.missing,
        findings=findings,
        reasons=reasons,
        estimate=estimate,
        checked=len(told.checkable.items) if told.checkable and prepared else 0,
        prepared=prepared if told.whole is not None else None,
        problem=problem,
    )


def _prepare(
    session: Session, service: Service, request: PrepareInput | None, by: Actor
) -> tuple[Prepared | None, Estimate | None, Problem | None]:
    if request is None:
        return None, None, None
    try:
        prepared, estimate = flow.prepare(session, service, request=request, by=by)
    except Problem as no:
        return None, None, no
    return prepared, estimate, None


def _answered(whole: PrepareInput, reasons: Mapping[str, str]) -> PrepareInput:
    given: list[Any] = [OverrideInput(finding=finding, reason=reason) for finding, reason in reasons.items()]
    return whole.model_copy(update={"overrides": tuple(given)})
