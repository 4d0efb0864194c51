"""The right patient: one is open at a time, and in risky cases the physician says who it is before the review.

Which patient is open stands in the session on the server, so that a second tab cannot write for another one unseen:
opening somebody makes the tabs of everybody else read-only. Saying who it is means initials and year of birth, which
a plain "are you sure" does not replace (`ui.md` 3 and 4).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.open_patient import open_here, opened
from app.pages.prescriber.banner import Banner
from codings.base import Actor, Kind, Problem, Words
from codings.text import ascii_digits, fold, jalali
from prescriber.tables import Draft, Patient

__all__ = [
    "PatientElsewhere",
    "confirmation",
    "confirmed",
    "is_patient",
    "open_here",
    "opened",
    "require_open",
    "risks",
]

RECENT: Final = timedelta(minutes=10)
TODAY: Final = timedelta(hours=12)


class PatientElsewhere(Problem):
    """The form was kept as it is; only this window may not write any more."""

    code = "patient.open_elsewhere"
    kind = Kind.CONFLICT
    words = Words(
        fa="در پنجره‌ای دیگر بیمار دیگری باز است؛ برای آنکه چیزی به نام بیمار اشتباه نوشته نشود، "
        "این پنجره فقط خواندنی است.",
        en="Another patient is open in another window. So that nothing is written for the wrong one, "
        "this window is read-only.",
    )
    fix = Words(
        fa="نوار بالای صفحه را بخوانید؛ اگر بیمارِ روبه‌روی شما همین است، «کار روی همین بیمار» را بزنید.",
        en="Read the band on top; if this is the patient before you, press “Work on this patient here”.",
    )


def require_open(session: Session, session_sha256: str | None, *, patient: UUID, by: Actor) -> None:
    """Nobody else is open in this browser; where nobody is, this patient now is. Raises PatientElsewhere."""
    now, _ = opened(session, session_sha256)
    if now not in {None, patient}:
        raise PatientElsewhere
    open_here(session, session_sha256, patient=patient, by=by)


# --- Saying who it is -----------------------------------------------------------------------------


def risks(
    session: Session, *, draft: Draft, banner: Banner, high_risk: Collection[str], by: Actor
) -> list[str]:
    """Why the physician is asked who the patient is: codes for the page's words, none when it is plain."""
    others = session.exec(
        select(Patient.name, Draft.updated_at)
        .join(Patient, col(Patient.id) == col(Draft.patient))
        .where(
            Draft.practitioner == draft.practitioner,
            Draft.centre == draft.centre,
            Draft.patient != draft.patient,
            col(Draft.updated_at) > by.at - TODAY,
        )
    ).all()
    family = fold(banner.name).split()[-1:]
    found = {
        "high_risk": bool(high_risk),
        "two_patients": any(at > by.at - RECENT for _, at in others),
        "similar_name": any(fold(name).split()[-1:] == family for name, _ in others),
        "by_name": not banner.verified,
    }
    return [case for case, holds in found.items() if holds]


def confirmation(*, high_risk: Collection[str], at: datetime) -> str:
    """What a draft keeps once it was said who the patient is: when, and with which high-risk medicines."""
    return f"{at.isoformat()} {','.join(sorted(high_risk))}"


def confirmed(kept: str, *, high_risk: Collection[str], open_since: datetime | None) -> bool:
    """Whether what was said still stands: nobody else was open since, and no high-risk medicine came."""
    when, _, known = kept.partition(" ")
    if not when:
        return False
    later = open_since is not None and open_since > datetime.fromisoformat(when)
    return not later and set(high_risk) <= set(known.split(","))


def initials_of(name: str) -> frozenset[str]:
    """The spellings of a name's initials that are taken: of all its words, or of the first and the last."""
    letters = [word[0] for word in fold(name).split()]
    return frozenset({"".join(letters), "".join(letters[:1] + letters[-1:])})


def is_patient(banner: Banner, *, initials: str, year: str) -> dict[str, Words]:
    """What of an answer is wrong, by field. Spaces and dots between letters do not matter, nor which calendar."""
    wrong: dict[str, Words] = {}
    if "".join(letter for letter in fold(initials) if letter.isalnum()) not in initials_of(banner.name):
        wrong["initials"] = OTHER_INITIALS
    born = banner.birth_date
    if ascii_digits(year).strip() not in {str(born.year), jalali(born)[:4]}:
        wrong["year"] = OTHER_YEAR
    return wrong


OTHER_INITIALS: Final = Words(
    "این حروف با نام بیمار نمی‌خواند. حرف اول نام و حرف اول نام خانوادگی را بنویسید، مانند «ک س».",
    "These are not the patient's initials. Write the first letter of the first and of the last name, in Persian.",
)
OTHER_YEAR: Final = Words(
    "سال تولد بیمار این نیست. چهار رقم بنویسید، شمسی یا میلادی.",
    "This is not the patient's year of birth. Write four digits, Jalali or Gregorian.",
)
