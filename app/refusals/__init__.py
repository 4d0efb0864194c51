"""The shell's own refusals, each with a stable code and words in both languages."""

from app.refusals.access import BadToken, CentreClosed, CrossSite, NoToken, NotSignedIn, WrongRole, WrongScope
from app.refusals.accounts import (
    AccountExists,
    AccountIncomplete,
    AccountUnknown,
    AdministratorExists,
    AssertionUsed,
    ClientExists,
    ClientRefused,
    ClientUnknown,
    SignInLocked,
    SignInRefused,
    WeakPassword,
)
from app.refusals.base import ShellProblem
from app.refusals.database import Busy, DatabaseAway, DatabaseSlow, LostRace
from app.refusals.requests import (
    BadKey,
    Malformed,
    NoSuchRoute,
    OtherContent,
    StillRunning,
    TooLarge,
    Unexpected,
    WrongMethod,
    from_status,
)

__all__ = [
    "AccountExists",
    "AccountIncomplete",
    "AccountUnknown",
    "AdministratorExists",
    "AssertionUsed",
    "BadKey",
    "BadToken",
    "Busy",
    "CentreClosed",
    "ClientExists",
    "ClientRefused",
    "ClientUnknown",
    "CrossSite",
    "DatabaseAway",
    "DatabaseSlow",
    "LostRace",
    "Malformed",
    "NoSuchRoute",
    "NoToken",
    "NotSignedIn",
    "OtherContent",
    "ShellProblem",
    "SignInLocked",
    "SignInRefused",
    "StillRunning",
    "TooLarge",
    "Unexpected",
    "WeakPassword",
    "WrongMethod",
    "WrongRole",
    "WrongScope",
    "from_status",
]
