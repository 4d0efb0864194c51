"""What stands on a slip, whether it is drawn as a page or as a PDF; the sentences are `prescriber/slip_words.html`.

A slip of what is cancelled, replaced or expired carries no code and says so in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
import prescriber.queries as prescriber_queries
from app.language import Language
from app.pages.moments import last_day
from app.pages.prescriber.banner import masked
from app.pages.prescriber.lists import ORDER, Lists, lists
from app.service import Service
from codings.base import Actor, Words
from codings.numerals import in_words
from codings.text import jalali, tehran_day
from prescriber import signing
from prescriber.queries import ItemView, PrescriptionView
from prescriber.states import Number, PrescriptionState
from prescriber.tables import SlipCopy

OVER: Final = frozenset(
    {PrescriptionState.CANCELLED, PrescriptionState.REPLACED, PrescriptionState.CANCEL_REQUESTED}
)


@dataclass(frozen=True, slots=True)
class Day:
    """One day in both calendars, for a sheet that nobody can hover over."""

    jalali: str
    gregorian: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One slip in one language. `copy` is none on the preview, before anything was given out."""

    view: PrescriptionView
    language: Language
    large: bool
    copy: SlipCopy | None
    over: str | None  # the state that made it worthless
    identifier: str | None
    insurer: Words
    medicines: Mapping[str, codings.Signed]
    lists: Lists
    codes: tuple[str, ...]
    pointer: str | None
    typed: str | None  # the pointer's secret as a person types it
    address: str  # of the patient's page, without the secret

    @property
    def number(self) -> str:
        """In groups that a person can read out."""
        shabad = self.view.number.shabad
        groups = " ".join(shabad[place : place + 4] for place in range(0, len(shabad), 4))
        return f"{groups} - {self.view.number.n}"

    @property
    def items(self) -> tuple[ItemView, ...]:
        return self.view.items

    @property
    def issued(self) -> Day:
        return both(self.view.issued_at)

    @property
    def born(self) -> Day:
        born = self.view.birth_date
        return Day(jalali(born), born.isoformat())

    @property
    def collect_until(self) -> Day:
        until = last_day(self.view.redeemable_until)
        return Day(jalali(until), until.isoformat())

    @property
    def paid_until(self) -> Day:
        until = last_day(self.view.payable_until)
        return Day(jalali(until), until.isoformat())

    @property
    def given(self) -> Day | None:
        return both(self.copy.given_at) if self.copy else None

    def in_words(self, item: ItemView) -> Words:
        return in_words(item.quantity)


def both(instant: datetime) -> Day:
    """The Tehran day of an instant."""
    return Day(jalali(instant), tehran_day(instant).isoformat())


def sheet(
    session: Session,
    service: Service,
    *,
    number: Number,
    language: Language,
    large: bool,
    copy: SlipCopy | None = None,
    by: Actor,
) -> Sheet:
    """The slip of a prescription of the actor's centre as it stands now. Raises PrescriptionNotFound."""
    view = prescriber_queries.prescription(session, number=number, by=by)
    payer = coverage_queries.known_insurers(session, codes={view.insurer})[view.insurer]
    over = _over(view, by.at)
    secret = signing.pointer_secret(service.keys.pointer, number)
    url = service.settings.public_url
    return Sheet(
        view=view,
        language=language,
        large=large,
        copy=copy,
        over=over,
        identifier=masked(view.national_id, view.fida),
        insurer=Words(payer.name_fa, payer.name_en),
        medicines=codings.medicines_as_signed(
            session, {item.medicine for item in view.items}, release=view.coding_release
        ),
        lists=lists(session, [*ORDER, "sex"], language=language, at=view.issued_at),
        codes=() if over else tuple(signing.qr_texts(view.jws)),
        pointer=None if over else signing.pointer_url(url, number, secret),
        typed=None if over else signing.typed_secret(secret),
        address=f"{url.rstrip('/')}/q/{number}",
    )


def _over(view: PrescriptionView, at: datetime) -> str | None:
    if view.status in OVER:
        return view.status
    return "expired" if view.expired(at) else None
