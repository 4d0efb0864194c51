"""Who enters the council's desk, and the words for whom and what is decided there."""

from typing import Annotated

from app.access import Person
from codings.base import Actor, Role, Words
from codings.queries.lists import Standing
from codings.states import HolderKind, RequestState

Officer = Annotated[Actor, Person(Role.COUNCIL_OFFICER)]
# Whoever decides on a key proves just then who they are: an open page alone certifies and revokes nothing.
Deciding = Annotated[Actor, Person(Role.COUNCIL_OFFICER, fresh=True)]

KINDS = {
    HolderKind.PHYSICIAN: Words("پزشک", "Physician"),
    HolderKind.PHARMACIST: Words("داروساز", "Pharmacist"),
    HolderKind.OFFICER: Words("کارشناس", "Officer"),
}
STANDINGS = {
    Standing.IN_FORCE: Words("معتبر", "In force"),
    Standing.EXPIRING: Words("معتبر، کمتر از ۳۰ روز", "In force, less than 30 days"),
    Standing.EXPIRED: Words("منقضی", "Expired"),
    Standing.REVOKED: Words("ابطال‌شده", "Revoked"),
}
REQUEST_STATES = {
    RequestState.REQUESTED: Words("درخواست‌شده", "asked for"),
    RequestState.ENTERED: Words("ثبت‌شده، در انتظار تأیید", "entered, waits for another officer"),
    RequestState.APPROVED: Words("صادرشده", "issued"),
    RequestState.REFUSED: Words("ردشده", "refused"),
}
