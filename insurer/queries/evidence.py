"""Everything an insurer needs to decide on a claim without asking back, from the rows of every room below.

The result is what a claim line says; it is put together once, when the claim becomes ready, and stored as bytes.
"""

from typing import Any

from sqlmodel import Session, col, select

from codings.systems import amount_text
from codings.tables import Declaration
from insurer.sealing import exact, rfc3339
from insurer.states import ClaimKind, VersionKind
from insurer.tables.claims import Claim, CostStatement
from insurer.tables.coverage import Inquiry, Shabad
from pharmacy.states import HANDED_OVER
from pharmacy.tables import AuthenticityCheck, Dispense, DispenseLine, Pack, PackUse
from prescriber.tables import Patient, Prescription, SignatureEvidence


def evidence(session: Session, *, claim: Claim) -> dict[str, Any]:
    """The content of a claim's line, for its present version (the contract's "claim line", without the hash).

    Unscoped: the caller has the claim already. Texts, integers, booleans, lists and mappings only.
    """
    shabad = session.get_one(Shabad, claim.shabad, populate_existing=True)
    prescription = session.get_one(Prescription, (claim.shabad, claim.n))
    dispense = session.get_one(Dispense, (claim.shabad, claim.n, claim.d), populate_existing=True)
    statement = session.get_one(CostStatement, (claim.shabad, claim.statement))
    told = {
        "claim": claim.number,
        "version": claim.version,
        "kind": VersionKind.ORIGINAL.value,
        "share": claim.kind.value,
        "insurer": claim.insurer,
        "cob": _cob(session, claim),
        "pharmacy": claim.pharmacy,
        "service_day": claim.service_day.isoformat(),
        "amounts": _amounts(claim, statement),
        "shabad": _shabad(shabad, claim),
        "eligibility": _eligibility(session, shabad, claim),
        "prescription": _prescription(session, prescription),
        "dispense": _dispense(session, dispense),
        "packs": _packs(session, claim),
        "statement": _statement(statement),
        "ehr": {"registered_at": rfc3339(claim.ehr_at), "receipt": claim.ehr_proof} if claim.ehr_at else None,
        "codes": {"prescription": prescription.coding_release, "prices": dispense.release},
    }
    number = claim.declaration or prescription.declaration
    if number is not None:
        declared = session.get_one(Declaration, number)
        told["declaration"] = {"number": number, "seal": declared.seal}
    content: dict[str, Any] = exact(told)
    return content


def requested_lines(claim: Claim, statement: CostStatement) -> dict[int, int]:
    """What this insurer is asked for, by line; a line it owes nothing of is not there."""
    share = claim.kind.value
    return {line["item"]: line[share] for line in statement.lines if line[share] > 0}


def _amounts(claim: Claim, statement: CostStatement) -> dict[str, Any]:
    requested = requested_lines(claim, statement)
    lines = [
        {
            "line": line["item"],
            "gross": line["gross"],
            "allowed": line["allowed"],
            "requested": requested[line["item"]],
            "patient": line["patient"],
        }
        for line in statement.lines
        if line["item"] in requested
    ]
    return {"requested": claim.amount, "gross": claim.gross, "lines": lines}


def _cob(session: Session, claim: Claim) -> dict[str, Any]:
    """Whose turn it is, and for the second the claim it stands behind."""
    if claim.kind is ClaimKind.BASIC:
        return {"order": 1, "mode": "first", "basic_claim": None, "basic_decision": None}
    first = session.exec(
        select(Claim.number).where(
            Claim.shabad == claim.shabad,
            Claim.n == claim.n,
            Claim.d == claim.d,
            Claim.kind == ClaimKind.BASIC,
        )
    ).first()
    mode = "after_basic" if claim.after_basic else "parallel"
    return {"order": 2, "mode": mode, "basic_claim": first, "basic_decision": claim.basic_proof}


def _shabad(shabad: Shabad, claim: Claim) -> dict[str, Any]:
    return {
        "shabad": shabad.shabad,
        "insurer": shabad.insurer,
        "state": shabad.state.value,
        "offline": shabad.pool is not None,
        "issued_at": shabad.issued_at,
        "verified_at": claim.shabad_at,
        "proof": claim.shabad_proof,
    }


def _eligibility(session: Session, shabad: Shabad, claim: Claim) -> dict[str, Any]:
    fact = shabad.basic if claim.kind is ClaimKind.BASIC else shabad.supplementary
    inquiry = session.get(Inquiry, shabad.inquiry) if shabad.inquiry else None
    patient = session.get_one(Patient, shabad.patient)
    return {
        "inquiry": str(inquiry.id) if inquiry else None,
        "made_at": inquiry.made_at if inquiry else None,
        "source": inquiry.source.value if inquiry else "offline",
        "practitioner": shabad.practitioner,
        "centre": shabad.centre,
        "patient": {
            "national_id": patient.national_id,
            "fida": patient.fida,
            "name": patient.name,
            "birth_date": patient.birth_date,
            "sex": patient.sex.value,
        },
        "coverage": fact,
    }


def _prescription(session: Session, prescription: Prescription) -> dict[str, Any]:
    proof = session.get(SignatureEvidence, (prescription.shabad, prescription.n))
    return {
        "number": f"{prescription.shabad}-{prescription.n}",
        "source": prescription.source.value,
        "issued_at": prescription.issued_at,
        "jws": prescription.jws,
        "kid": prescription.kid,
        "certificate": proof.certificate_pem if proof else None,
    }


def _dispense(session: Session, dispense: Dispense) -> dict[str, Any]:
    lines = session.exec(
        select(DispenseLine)
        .where(
            DispenseLine.shabad == dispense.shabad,
            DispenseLine.n == dispense.n,
            DispenseLine.d == dispense.d,
        )
        .order_by(col(DispenseLine.line))
    )
    return {
        "number": f"{dispense.shabad}-{dispense.n}.{dispense.d}",
        "dispensed_at": dispense.dispensed_at,
        "pharmacist": dispense.pharmacist,
        "receipt": dispense.receipt,
        "lines": [
            {
                "line": line.line,
                "item": line.item,
                "generic": line.generic,
                "irc": line.irc,
                "quantity": amount_text(line.quantity),
                "pack_price": line.pack_price,
                "pack_size": amount_text(line.pack_size),
                "gross": line.gross,
                "substitution_reason": line.substitution_reason,
            }
            for line in lines
        ],
    }


def _packs(session: Session, claim: Claim) -> list[dict[str, Any]]:
    """Each pack handed over: what it is, what was said of it, and the proof that it is registered as supplied."""
    rows = session.exec(
        select(PackUse, Pack, AuthenticityCheck)
        .join(Pack, col(Pack.uid) == col(PackUse.uid))
        .join(
            AuthenticityCheck,
            (col(AuthenticityCheck.uid) == col(PackUse.uid))
            & (col(AuthenticityCheck.id) == col(PackUse.check_id)),
        )
        .where(
            PackUse.shabad == claim.shabad,
            PackUse.n == claim.n,
            PackUse.d == claim.d,
            col(PackUse.state).in_(HANDED_OVER),
        )
        .order_by(col(PackUse.line), col(PackUse.uid), col(PackUse.id))
    )
    return [
        {
            "uid": use.uid,
            "gtin": pack.gtin,
            "lot": pack.lot,
            "expiry": pack.expiry,
            "line": use.line,
            "count": amount_text(use.count),
            "verdict": check.verdict.value,
            "checked_at": check.at,
            "request_id": check.request_id,
            "supplied_at": use.supplied_at,
            "supply_proof": use.supply_proof,
        }
        for use, pack, check in rows
    ]


def _statement(statement: CostStatement) -> dict[str, Any]:
    return {
        "statement": str(statement.id),
        "made_at": statement.made_at,
        "lines": statement.lines,
        "totals": statement.totals,
        "rules": statement.rules_sha256,
        "inputs_sha256": statement.inputs_sha256,
        "prices": statement.prices_release,
    }
