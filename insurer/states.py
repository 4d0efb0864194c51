"""The states of a SHABAD, a claim and a batch, and every step that is allowed between them.

Each table is the whole truth: the verbs guard with it, the pages show a button with `can`, the docs print it.
`None` stands for "not there yet", so a row under None says in which states something may be born.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from codings.base import Words


class ShabadState(StrEnum):
    RESERVED = "reserved"  # in a centre's pool, for when the issuer cannot be reached
    ISSUED = "issued"  # for one patient, practitioner and centre
    ASSIGNED_OFFLINE = "assigned_offline"  # taken from the pool for a patient; the issuer does not know yet
    VERIFIED = "verified"  # bound to a signed prescription, and the issuer agrees
    USED = "used"  # a claim on it was sealed
    REJECTED = "rejected"  # the issuer refused what was assigned offline
    ELIMINATED = "eliminated"  # given up before use, with a reason
    EXPIRED = "expired"  # a reserve nobody used in time
    RETURNED = "returned"  # a reserve given back
    STOLEN = "stolen"  # a reserve reported stolen


class ClaimState(StrEnum):
    HELD = "held"  # some gate is still closed
    READY = "ready"  # content frozen, waiting for the next batch
    SEALED = "sealed"  # in a batch
    RECEIVED = "received"  # the insurer acknowledged the batch
    RETURNED = "returned"  # the insurer could not read it: technical, decides nothing
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    REJECTED = "rejected"
    ACCEPTED = "accepted"  # the pharmacy accepts the decision
    APPEALED = "appealed"
    PAYABLE = "payable"
    PAID = "paid"
    CLOSED = "closed"
    VOID = "void"  # the dispense was returned before any version of the claim was in a batch
    REVERSED = "reversed"  # returned afterwards: the newest version is a reversal


class BatchState(StrEnum):
    SEALED = "sealed"
    ACKNOWLEDGED = "acknowledged"


class Gate(StrEnum):
    """What must be proven before a claim may go to its insurer."""

    PACKS = "packs"  # every pack is registered as supplied at the authority
    SHABAD = "shabad"  # the SHABAD is verified by its issuer
    EHR = "ehr"  # the dispense is registered in the electronic health record


class ClaimKind(StrEnum):
    BASIC = "basic"
    SUPPLEMENTARY = "supplementary"


class VersionKind(StrEnum):
    ORIGINAL = "original"
    REVERSAL = "reversal"


class Outcome(StrEnum):
    """An insurer's decision on a claim, in the words of the API."""

    APPROVED = "approved"
    PARTLY = "partly"
    REJECTED = "rejected"


class LineKind(StrEnum):
    """What a line of a remittance is for."""

    PAYMENT = "payment"
    ADVANCE = "advance"
    RECOVERY = "recovery"


class InsurerKind(StrEnum):
    BASIC = "basic"
    SUPPLEMENTARY = "supplementary"
    SELF_PAY = "self_pay"  # «آزاد»: nobody stands in for the patient


class Cob(StrEnum):
    """Coordination of benefits: when a supplementary claim goes out."""

    PARALLEL = "parallel"
    AFTER_BASIC = "after_basic"  # only once the basic insurer has decided


class CoverageState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


class InquirySource(StrEnum):
    ONLINE = "online"  # the eligibility service answered
    CACHE = "cache"  # its last good answer stood in
    DECLARED = "declared"  # nobody knows the person but the desk


class SubmissionKind(StrEnum):
    RESULTS = "results"
    COVERAGES = "coverages"


class SubmissionState(StrEnum):
    RECEIVED = "received"
    DONE = "done"


_S = ShabadState
SHABAD_ALLOWED: dict[ShabadState | None, frozenset[ShabadState]] = {
    None: frozenset({_S.ISSUED, _S.RESERVED}),
    _S.RESERVED: frozenset({_S.ASSIGNED_OFFLINE, _S.EXPIRED, _S.RETURNED, _S.STOLEN, _S.ELIMINATED}),
    _S.ISSUED: frozenset({_S.VERIFIED, _S.ELIMINATED}),
    _S.ASSIGNED_OFFLINE: frozenset({_S.VERIFIED, _S.REJECTED, _S.ELIMINATED}),
    _S.VERIFIED: frozenset({_S.USED, _S.ELIMINATED}),
    _S.USED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.ELIMINATED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.RETURNED: frozenset(),
    _S.STOLEN: frozenset(),
}
SHABAD_VERBS = {
    "assign": _S.ASSIGNED_OFFLINE,
    "verify": _S.VERIFIED,
    "reject": _S.REJECTED,
    "use": _S.USED,
    "eliminate": _S.ELIMINATED,
    "expire": _S.EXPIRED,
    "give_back": _S.RETURNED,
    "report_stolen": _S.STOLEN,
}

_C = ClaimState
_REVERSIBLE = frozenset({_C.REVERSED})
CLAIM_ALLOWED: dict[ClaimState | None, frozenset[ClaimState]] = {
    None: frozenset({_C.HELD}),
    _C.HELD: frozenset({_C.READY, _C.VOID}),
    _C.READY: frozenset({_C.SEALED, _C.VOID}) | _REVERSIBLE,  # reversed if an earlier version was in a batch
    _C.SEALED: frozenset({_C.RECEIVED, _C.RETURNED}) | _REVERSIBLE,
    _C.RETURNED: frozenset({_C.READY}) | _REVERSIBLE,
    _C.RECEIVED: frozenset({_C.IN_REVIEW}) | _REVERSIBLE,
    _C.IN_REVIEW: frozenset({_C.APPROVED, _C.PARTLY_APPROVED, _C.REJECTED}) | _REVERSIBLE,
    _C.APPROVED: frozenset({_C.ACCEPTED}) | _REVERSIBLE,
    _C.PARTLY_APPROVED: frozenset({_C.ACCEPTED, _C.APPEALED}) | _REVERSIBLE,
    _C.REJECTED: frozenset({_C.ACCEPTED, _C.APPEALED}) | _REVERSIBLE,
    _C.APPEALED: frozenset({_C.IN_REVIEW}) | _REVERSIBLE,
    _C.ACCEPTED: frozenset({_C.PAYABLE, _C.CLOSED}) | _REVERSIBLE,
    _C.PAYABLE: frozenset({_C.PAID}) | _REVERSIBLE,
    _C.PAID: frozenset({_C.CLOSED}) | _REVERSIBLE,
    _C.CLOSED: _REVERSIBLE,
    _C.VOID: frozenset(),
    _C.REVERSED: frozenset({_C.CLOSED}),
}
CLAIM_VERBS = {
    "ready": _C.READY,
    "seal": _C.SEALED,
    "void": _C.VOID,
    "receive": _C.RECEIVED,
    "return": _C.RETURNED,
    "review": _C.IN_REVIEW,
    "accept": _C.ACCEPTED,
    "appeal": _C.APPEALED,
    "release": _C.PAYABLE,
    "pay": _C.PAID,
    "close": _C.CLOSED,
    "reverse": _C.REVERSED,
}

BATCH_ALLOWED: dict[BatchState | None, frozenset[BatchState]] = {
    None: frozenset({BatchState.SEALED}),
    BatchState.SEALED: frozenset({BatchState.ACKNOWLEDGED}),
    BatchState.ACKNOWLEDGED: frozenset(),
}

UNSEALED = frozenset({_C.HELD, _C.READY})  # what is asked for now is in no batch; an earlier version may be
LIVE_SHABAD = frozenset(
    {_S.ISSUED, _S.ASSIGNED_OFFLINE, _S.VERIFIED, _S.USED}
)  # these stand for an encounter

DECISIONS = {
    Outcome.APPROVED: _C.APPROVED,
    Outcome.PARTLY: _C.PARTLY_APPROVED,
    Outcome.REJECTED: _C.REJECTED,
}

# Three tables, since members of two enumerations with the same text are the same key.
SHABAD_WORDS: dict[ShabadState, Words] = {
    _S.RESERVED: Words("رزروشده برای زمان قطعی", "reserved for an outage"),
    _S.ISSUED: Words("صادرشده", "issued"),
    _S.ASSIGNED_OFFLINE: Words(
        "تخصیص‌یافته در زمان قطعی، در انتظار تأیید", "assigned offline, to be confirmed"
    ),
    _S.VERIFIED: Words("تأییدشده", "verified"),
    _S.USED: Words("مصرف‌شده", "used"),
    _S.REJECTED: Words("ردشده از سوی صادرکننده", "rejected by its issuer"),
    _S.ELIMINATED: Words("ابطال‌شده", "eliminated"),
    _S.EXPIRED: Words("منقضی‌شده", "expired"),
    _S.RETURNED: Words("بازگردانده‌شده", "returned"),
    _S.STOLEN: Words("گزارش سرقت‌شده", "reported stolen"),
}
CLAIM_WORDS: dict[ClaimState, Words] = {
    _C.HELD: Words("در انتظار مدارک", "waiting for evidence"),
    _C.READY: Words("آمادهٔ ارسال", "ready to be sent"),
    _C.SEALED: Words("در دستهٔ ارسالی", "sealed in a batch"),
    _C.RECEIVED: Words("دریافت‌شده از سوی بیمه", "received by the insurer"),
    _C.RETURNED: Words("برگشت برای اصلاح فنی", "returned for a technical fault"),
    _C.IN_REVIEW: Words("در حال رسیدگی", "in review"),
    _C.APPROVED: Words("تأییدشده", "approved"),
    _C.PARTLY_APPROVED: Words("تأیید با کسورات", "partly approved"),
    _C.REJECTED: Words("ردشده", "rejected"),
    _C.ACCEPTED: Words("پذیرفته‌شده از سوی داروخانه", "accepted by the pharmacy"),
    _C.APPEALED: Words("در اعتراض", "appealed"),
    _C.PAYABLE: Words("قابل پرداخت", "payable"),
    _C.PAID: Words("پرداخت‌شده", "paid"),
    _C.CLOSED: Words("بسته‌شده", "closed"),
    _C.VOID: Words("باطل، پیش از ارسال", "void before it was sent"),
    _C.REVERSED: Words("برگشت‌خورده پس از ارسال", "reversed after it was sent"),
}
BATCH_WORDS: dict[BatchState, Words] = {
    BatchState.SEALED: Words("مهرشده", "sealed"),
    BatchState.ACKNOWLEDGED: Words("رسید داده‌شده", "acknowledged"),
}


def can(state: ShabadState | ClaimState, verb: str) -> bool:
    """Whether `verb` is possible in `state`: for the guard and for the button alike."""
    if isinstance(state, ShabadState):
        return SHABAD_VERBS[verb] in SHABAD_ALLOWED[state]
    return CLAIM_VERBS[verb] in CLAIM_ALLOWED[state]


_CLAIM_NUMBER = re.compile(r"([0-9A-Z]{8,20})-([1-9][0-9]{0,3})\.([1-9][0-9]{0,3})-([A-Z]{2,8})", re.ASCII)


class ClaimNumber(NamedTuple):
    """`SHABAD-1.2-TAM`: the second dispense of the first prescription, claimed from one insurer."""

    shabad: str
    n: int
    d: int
    insurer: str  # its abbreviation, not its code

    def __str__(self) -> str:
        return f"{self.shabad}-{self.n}.{self.d}-{self.insurer}"

    @classmethod
    def parse(cls, text: str) -> "ClaimNumber":
        """Read a claim number exactly as it is written; ValueError for anything else."""
        found = _CLAIM_NUMBER.fullmatch(text)
        if found is None:
            raise ValueError("a claim number reads SHABAD-1.2-ABC")
        shabad, n, d, insurer = found.groups()
        return cls(shabad, int(n), int(d), insurer)
