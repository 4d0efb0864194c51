"""What a receipt says: the canonical content that the service signs and the pharmacy keeps. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from codings.systems import amount_text
from pharmacy.queries import DispenseView


def receipt_content(
    view: DispenseView, *, statement_id: UUID, totals: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """The receipt of a dispense, ready to be made canonical: amounts are texts, money is integer Rial, no floats.

    `totals` are the cost statement's: gross, and what the patient and each kind of insurer pays.
    """
    return {
        "v": 1,
        "dispense": str(view.number),
        "prescription": str(view.number.prescription),
        "pharmacy": view.pharmacy,
        "pharmacist": view.pharmacist,
        "dispensed_at": view.dispensed_at.isoformat(),
        "issued_at": at.isoformat(),
        "statement": str(statement_id),
        "totals": dict(totals),
        "lines": [
            {
                "line": line.line,
                "item": line.item,
                "generic": line.generic,
                "irc": line.irc,
                "quantity": amount_text(line.quantity),
                "gross": line.gross,
                "packs": [
                    {
                        "uid": pack.uid,
                        "gtin": pack.gtin,
                        "lot": pack.lot,
                        "expiry": pack.expiry.isoformat(),
                        "count": amount_text(pack.count),
                    }
                    for pack in line.packs
                ],
                "substitution": line.substitution_reason,
            }
            for line in view.lines
        ],
        "not_dispensed": [{"item": item, "reason": reason} for item, reason in view.not_dispensed],
        "overrides": [[finding, reason] for finding, reason in view.overrides],
        "release": view.release,
    }
