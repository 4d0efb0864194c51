"""What a pressed button of the form does to the draft, and what it writes besides.

`do` is a verb with what it is about: `add:90010`, `remove:0`, `up:2`, `restore:0`, `take:1`, `suggest:0:1/q8h///7` (a
usual dose), `keep:0` (as a favourite), `use:<favourite>`, `repeat:<prescription>`, `diagnose:J02.9`, `quick:0:90010` (a
reading of the quick line for a medicine). What is unknown saves and does nothing more.
"""

from collections.abc import Mapping
from uuid import UUID

import codings.queries as codings
import prescriber.queries as prescriber_queries
from app import audit
from app.db import WriteSession
from app.flows.prescribing import number_of
from app.pages.prescriber import changes, quick
from app.pages.prescriber.banner import banner
from app.pages.prescriber.order import diagnoses_of, items_of
from app.pages.prescriber.suggesting import chosen
from codings.base import Actor
from codings.systems import FREQUENCY, ICD10
from prescriber import actions as prescriber_actions
from prescriber.outcomes import FavouriteNotFound, PrescriptionNotFound
from prescriber.tables import Draft


def done(
    session: WriteSession,
    typed: changes.Typed,
    do: str,
    *,
    before: Mapping[str, str],
    draft: Draft,
    name: str = "",
    line: str = "",
    reason: str = "",
    by: Actor,
) -> dict[str, str]:
    """The draft after a button. Raises the problems of favourites, of prescriptions and of the quick line.

    `line` is the quick line as typed, `reason` what its medicine is needed for.
    """
    frequencies = {row.code: row for row in codings.concept_list(session, FREQUENCY)}
    now = changes.with_quantities(typed, frequencies, before=before)
    verb, _, what = do.partition(":")
    place = int(what) if what.isascii() and what.isdigit() and len(what) < 3 else None
    if verb == "keep" and place is not None:
        _keep(session, now, place, name, by=by)
        return now
    if verb == "suggest":
        years = banner(session, patient=draft.patient, by=by).years
        return changes.with_quantities(chosen(session, now, what, years=years), frequencies, before=now)
    if verb == "quick" and what:
        now = quick.taken(session, now, line, what, reason=reason)
    elif verb in {"add", "use", "repeat", "diagnose"}:
        now = _added(session, now, verb, what, draft=draft, by=by)
    elif place is not None:
        now = _placed(now, verb, place)
    return changes.with_quantities(now, frequencies)


def _keep(session: WriteSession, typed: dict[str, str], place: int, name: str, *, by: Actor) -> None:
    """An item becomes a favourite; without a name, which no script asked for, it is called what it is."""
    items = changes.fields_of(typed, "items")
    item = items[place] if place < len(items) else {}
    code = item.get("medicine", "")
    medicine = codings.medicines(session, {code}).get(code)
    plain = f"{medicine.short} {item.get('dose.amount', '')} {item.get('frequency', '')}" if medicine else ""
    prescriber_actions.keep_favourite(session, name=name.strip() or plain, typed=item, by=by)


def _placed(typed: dict[str, str], verb: str, place: int) -> dict[str, str]:
    """What is done with one item or diagnosis of the list."""
    if verb == "remove":
        return changes.without_item(typed, place)
    if verb == "restore":
        return changes.restored(typed, place)
    if verb == "up":
        return changes.moved(typed, place, -1)
    if verb == "down":
        return changes.moved(typed, place, 1)
    if verb == "take":
        return changes.taken(typed, place)
    if verb == "undiagnose":
        return changes.without_diagnosis(typed, place)
    return typed


def _added(
    session: WriteSession, typed: dict[str, str], verb: str, what: str, *, draft: Draft, by: Actor
) -> dict[str, str]:
    """What comes to the list: a medicine, a favourite, an earlier prescription, a diagnosis."""
    if verb == "diagnose":
        return changes.with_diagnosis(typed, what) if codings.concepts(session, ICD10, {what}) else typed
    if verb == "add":
        medicine = codings.medicines(session, {what}).get(what)
        return changes.with_medicine(typed, medicine) if medicine is not None else typed
    if verb == "use":
        return _favourite(session, typed, what, by=by)
    return _repeated(session, typed, what, draft=draft, by=by)


def _favourite(session: WriteSession, typed: dict[str, str], what: str, *, by: Actor) -> dict[str, str]:
    """One's own favourite; of a high-risk medicine only the name is taken, its numbers are confirmed."""
    try:
        used = prescriber_actions.use_favourite(session, favourite=UUID(what), by=by)
    except ValueError:
        raise FavouriteNotFound from None
    code = str(used.typed.get("medicine", ""))
    medicine = codings.medicines(session, {code}).get(code)
    if medicine is None:
        raise FavouriteNotFound
    return changes.with_order(typed, medicine, used.typed, origin=used.name, confirm=medicine.high_risk)


def _repeated(
    session: WriteSession, typed: dict[str, str], what: str, *, draft: Draft, by: Actor
) -> dict[str, str]:
    """The medicines of an earlier prescription of the same patient; every number is to be confirmed."""
    view = prescriber_queries.prescription(session, number=number_of(what), by=by)
    if view.patient != draft.patient:
        raise PrescriptionNotFound
    known = codings.medicines(session, {item.medicine for item in view.items})
    for item in items_of(view):
        medicine = known.get(item["medicine"])
        if medicine is not None:
            typed = changes.with_order(typed, medicine, item, origin=str(view.number), confirm=True)
    if not changes.fields_of(typed, "diagnoses"):
        typed = typed | diagnoses_of(view)
    audit.did(session, by=by, verb="draft.repeat", subject=str(view.number), patient=str(view.patient))
    return typed
