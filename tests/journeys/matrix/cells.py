"""The access matrix behind the doors: of which object, for whom, in which states each door does what it says.

A line reads: this door names an object of this kind; those in these relations may have it answered in these states.
From it follows every cell: who is not admitted by role is refused as such; a stranger is told that there is no such
object; in any other state the answer is a refusal, and nothing has changed. The states are those of `design.md` 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

STATES: dict[str, str] = {
    "prescription": "active held partly dispensed cancel_requested cancelled replaced expired key_revoked",
    "slip": "active held partly dispensed cancel_requested cancelled replaced expired key_revoked",
    "draft": "open signed discarded",
    "visit": "open over",
    "favourite": "kept",
    "patient": "known",
    "shabad": "issued verified claimed used eliminated reserved",
    "acceptance": "held released expired",
    "dispense": "recorded returned late",
    "claim": "held sealed received partly rejected payable appealed paid closed void reversed",
    "batch": "sealed acknowledged",
    "file": "done",
    "payment": "made",
    "paper": "transcribed",
    "certificate": "active revoked",
    "request": "requested entered approved refused",
    "declaration": "drafted in_force ended refused",
    "account": "active disabled",
    "machine": "active disabled",
    "release": "published",
}
ALL = "*"


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the table. `may`: relation -> states, in which the door does it."""

    kind: str
    may: Mapping[str, str]
    again: str = ""  # states in which it is done already: answered as done, and nothing changes
    body: Mapping[str, object] = field(default_factory=dict)  # JSON of a call, form of a page
    answers: Mapping[str, int] = field(default_factory=dict)  # a status of its own for a state
    keeps: bool = False  # done, it leaves the object as it was: all may do it to the same one


def row(kind: str, body: Mapping[str, object] | None = None, **more: object) -> Cell:
    """`row("draft", author="open")`; what is no relation is a field of the line."""
    fields = {name: more.pop(name) for name in ("again", "answers", "keeps") if name in more}
    return Cell(kind, {k: str(v) for k, v in more.items()}, body=body or {}, **fields)


LEADS = {"signed": 303, "discarded": 303}  # to what became of the draft
CANCELLABLE = "active held partly expired key_revoked"
CANCELLED = {"reason": "entered-in-error"}
RETURN = {"reason": "wrong-item"}
WHY = {"why": "the paper was not right"}
GIVE_UP = {"reason": "key-lost"}
APPEAL = {"reason": "the price was the list's price"}
PHYSICIAN = {"role": "physician", "centre": "9900000001", "practitioner": "9990002"}
SLIP = {"form": "print", "language": "fa"}
SAVE = {"version": "{version}", "patient": "{patient}", "do": "save"}
LINE = {"item": 1, "irc": "{irc}", "quantity": "1", "packs": [{"barcode": "{barcode}", "count": "1"}]}
ORDER = {"acceptance": "{acceptance}", "lines": [LINE]}
CHECK = {"barcode": "{barcode}", "item": 1, "acceptance": "{acceptance}"}
ITEM: dict[str, object] = {
    "medicine": "{medicine}",
    "dose": {"amount": "1", "unit": "capsule"},
    "frequency": "q8h",
    "route": "oral",
}
ITEM |= {"duration_days": 7, "quantity": "21"}
DIAGNOSIS = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "J02.9"}
ALLERGIES = {"state": "none_known", "items": []}

CELLS: dict[str, Cell] = {
    # --- The clinic's calls
    "GET /api/v1/prescriptions/{number}": row("prescription", clinic=ALL),
    "POST /api/v1/prescriptions/{number}/cancel": row(
        "prescription", CANCELLED, clinic=CANCELLABLE, again="cancelled cancel_requested"
    ),
    "POST /api/v1/prescriptions/prepare": row(
        "shabad",
        {"shabad": "{shabad}", "diagnoses": [DIAGNOSIS], "items": [ITEM]},
        clinic="issued verified claimed",
        keeps=True,
    ),
    "GET /api/v1/shabads/{shabad}": row("shabad", clinic=ALL),
    "POST /api/v1/shabads/{shabad}/eliminate": row(
        "shabad", {"reason": "entered-in-error"}, clinic="issued reserved", again="eliminated"
    ),
    "POST /api/v1/shabads": row("visit", {"inquiry": "{inquiry}"}, clinic="open"),
    "PUT /api/v1/patients/{patient}/facts": row(
        "patient", {"allergies": ALLERGIES, "as_of": "{today}"}, clinic=ALL, keeps=True
    ),
    "GET /api/v1/certificates/{kid}": row("certificate", workplace=ALL, reader=ALL),
    "POST /api/v1/certificates/{kid}/revoke": row("certificate", GIVE_UP, workplace="active"),
    # --- The counter's calls
    "POST /api/v1/prescriptions/accept": row(
        "slip",
        {"qr": "{qr}"},
        counter="active held partly key_revoked",
        elsewhere="active partly key_revoked",
    ),
    "POST /api/v1/acceptances/{acceptance}/release": row(
        "acceptance", {}, counter="held expired", again="released"
    ),
    "POST /api/v1/packs/check": row("acceptance", CHECK, counter="held"),
    "POST /api/v1/dispenses/price": row("acceptance", ORDER, counter="held", keeps=True),
    "POST /api/v1/dispenses": row("acceptance", ORDER, counter="held"),
    "GET /api/v1/dispenses/{dispense}": row("dispense", counter=ALL),
    "POST /api/v1/dispenses/{dispense}/return": row("dispense", RETURN, counter="recorded"),
    # --- The insurer's calls, and the pharmacy's answers
    "GET /api/v1/claim-batches/{seq}": row("batch", insurer=ALL),
    "GET /api/v1/claim-batches/{seq}/files/{name}": row("batch", insurer=ALL),
    "POST /api/v1/claim-batches/{seq}/ack": row(
        "batch", {"ack": "{ack}"}, insurer="sealed", again="acknowledged"
    ),
    "GET /api/v1/results/{job}": row("file", insurer=ALL),
    "GET /api/v1/claims/{claim}": row("claim", insurer=ALL, counter=ALL),
    "POST /api/v1/claims/{claim}/accept": row("claim", {}, counter="partly rejected"),
    "POST /api/v1/claims/{claim}/appeal": row("claim", APPEAL, counter="partly rejected"),
    # --- The physician's pages
    "GET /prescriber/visits/{inquiry}": row("visit", author=ALL),
    "POST /prescriber/visits/{inquiry}": row("visit", {"coverage": "self-pay"}, author="open"),
    "GET /prescriber/drafts/{draft}": row("draft", author=ALL, answers=LEADS),
    "POST /prescriber/drafts/{draft}": row("draft", SAVE, author="open"),
    "POST /prescriber/drafts/{draft}/another": row("draft", {}, author="open"),
    "POST /prescriber/drafts/{draft}/discard": row("draft", {}, author="open", again="discarded"),
    "GET /prescriber/drafts/{draft}/facts": row("draft", author=ALL, answers=LEADS),
    "POST /prescriber/drafts/{draft}/facts": row(
        "draft", {"facts.allergies.state": "none_known"}, author="open"
    ),
    "GET /prescriber/drafts/{draft}/identity": row("draft", author=ALL, answers=LEADS),
    "POST /prescriber/drafts/{draft}/identity": row(
        "draft", {"initials": "{initials}", "year": "{year}"}, author="open", answers=LEADS
    ),
    "POST /prescriber/drafts/{draft}/open": row("draft", {}, author="open", again="signed discarded"),
    "GET /prescriber/drafts/{draft}/review": row("draft", author=ALL, answers=LEADS),
    "POST /prescriber/favourites/{favourite}/remove": row("favourite", {}, author=ALL),
    "POST /prescriber/favourites/{favourite}/rename": row("favourite", {"name": "n{favourite}"}, author=ALL),
    "POST /prescriber/key/{kid}/revoke": row("certificate", GIVE_UP, holder="active"),
    "GET /prescriber/prescriptions/{number}": row("prescription", author=ALL, colleague=ALL),
    "POST /prescriber/prescriptions/{number}/cancel": row(
        "prescription",
        CANCELLED,
        author=CANCELLABLE,
        colleague=CANCELLABLE,
        again="cancelled cancel_requested",
    ),
    # Only the author corrects: a SHABAD is written on by the one it was given to.
    "POST /prescriber/prescriptions/{number}/correct": row(
        "prescription", {}, author="active held key_revoked", colleague=""
    ),
    "POST /prescriber/prescriptions/{number}/repeat": row(
        "prescription", {}, author=ALL, colleague="", keeps=True
    ),
    "GET /prescriber/prescriptions/{number}/slip": row("prescription", author=ALL, colleague=ALL),
    "POST /prescriber/prescriptions/{number}/slip": row(
        "prescription", SLIP, author=ALL, colleague=ALL, keeps=True
    ),
    "GET /prescriber/prescriptions/{number}/slip/{nth}": row("prescription", author=ALL, colleague=ALL),
    "GET /prescriber/prescriptions/{number}/slip/{nth}.pdf": row("prescription", author=ALL, colleague=ALL),
    # --- The pharmacist's pages
    "GET /pharmacy/acceptances/{acceptance}": row("acceptance", counter=ALL),
    "POST /pharmacy/acceptances/{acceptance}/order": row(
        "acceptance", {}, counter=ALL, keeps=True
    ),  # shown again
    "POST /pharmacy/acceptances/{acceptance}/packs": row(
        "acceptance", {"barcode": "{barcode}"}, counter="held"
    ),
    "POST /pharmacy/acceptances/{acceptance}/packs/{uid}/release": row("acceptance", {}, counter="held"),
    "POST /pharmacy/acceptances/{acceptance}/picture": row(
        "acceptance", {}, counter="", answers={"held": 422}
    ),
    # An empty order has nothing to price and nothing to hand over, whatever else is right.
    "POST /pharmacy/acceptances/{acceptance}/price": row("acceptance", {}, counter="", answers={"held": 422}),
    "POST /pharmacy/acceptances/{acceptance}/dispense": row(
        "acceptance", {}, counter="", answers={"held": 422}
    ),
    "POST /pharmacy/acceptances/{acceptance}/release": row(
        "acceptance", {}, counter="held expired", again="released"
    ),
    "GET /pharmacy/dispenses/{dispense}": row("dispense", counter=ALL),
    "GET /pharmacy/dispenses/{dispense}/labels": row("dispense", counter=ALL),
    "GET /pharmacy/dispenses/{dispense}/receipt": row("dispense", counter=ALL),
    "POST /pharmacy/dispenses/{dispense}/return": row("dispense", RETURN, counter="recorded"),
    "GET /pharmacy/claims/{number}": row("claim", counter=ALL),
    "POST /pharmacy/claims/{number}/accept": row("claim", {}, counter="partly rejected"),
    "POST /pharmacy/claims/{number}/appeal": row("claim", APPEAL, counter="partly rejected"),
    "GET /paper/{number}": row("paper", author=ALL, colleague=ALL),
    # --- The insurer's pages
    "GET /insurer/batches/{seq}": row("batch", insurer=ALL),
    "GET /insurer/batches/{seq}.csv": row("batch", insurer=ALL),
    "GET /insurer/claims/{number}": row("claim", insurer=ALL),
    "GET /insurer/files/{file}": row("file", insurer=ALL),
    "GET /insurer/payments/{number:path}": row("payment", insurer=ALL),
    "GET /insurer/payments/{number:path}.csv": row("payment", insurer=ALL),
    # --- The council and the regulator: two officers, and the second is another one
    "GET /council/certificates/{kid}": row("certificate", officer=ALL),
    "POST /council/certificates/{kid}/revoke": row("certificate", GIVE_UP, officer="active"),
    "POST /council/requests/{asked}/enter": row("request", {}, first="requested", second="requested"),
    "POST /council/requests/{asked}/approve": row("request", {}, first="", second="entered"),
    "POST /council/requests/{asked}/refuse": row(
        "request", WHY, first="requested entered", second="requested entered"
    ),
    "POST /regulator/declarations/{number}/approve": row("declaration", {}, first="", second="drafted"),
    "POST /regulator/declarations/{number}/refuse": row(
        "declaration", WHY, first="drafted", second="drafted"
    ),
    # --- The administrator, the codings
    "GET /admin/accounts/{username}": row("account", administrator=ALL),
    "POST /admin/accounts/{username}/disable": row("account", {}, administrator="active", again="disabled"),
    "POST /admin/accounts/{username}/role": row("account", PHYSICIAN, administrator=ALL, keeps=True),
    "GET /admin/clients/{id}": row("machine", administrator=ALL),
    "POST /admin/clients/{id}/disable": row("machine", {}, administrator="active", again="disabled"),
    "GET /codings/releases/{system}/{release}": row("release", editor=ALL),
    "POST /codings/releases/{system}/{release}/publish": row("release", {}, editor=""),
}

# How a state stands in its row, where that is not its name; what ends by the clock stands as it stood.
STORED = {
    "prescription": {
        "held": "active",
        "partly": "partly_dispensed",
        "expired": "active",
        "key_revoked": "active",
    },
    "shabad": {"claimed": "issued"},
    "dispense": {"late": "recorded"},
    "claim": {"partly": "partly_approved"},
    "declaration": {"ended": "in_force"},
    "acceptance": {"expired": "held"},
}

# These only lead back to the page they belong to, whatever stands in the address: they look nothing up.
LEAD_BACK = {
    "GET /admin/accounts/{username}/disable",
    "GET /admin/accounts/{username}/password",
    "GET /admin/accounts/{username}/role",
    "GET /admin/clients/{id}/{what}",
    "GET /codings/releases/{system}/{release}/{what}",
    "GET /council/certificates/{kid}/{what}",
    "GET /council/requests/{asked}/{what}",
    "GET /paper/search/{what}",
    "GET /pharmacy/claims/{number}/{answer}",
    "GET /prescriber/drafts/{draft}/another",
    "GET /prescriber/drafts/{draft}/discard",
    "GET /prescriber/drafts/{draft}/open",
    "GET /prescriber/favourites/{favourite}/{verb}",
    "GET /prescriber/key/{kid}/revoke",
    "GET /prescriber/prescriptions/{number}/cancel",
    "GET /prescriber/prescriptions/{number}/correct",
    "GET /prescriber/prescriptions/{number}/repeat",
}

# Doors whose address names nobody's object, or that ask for more than who one is; and where they are shown.
SHOWN_ELSEWHERE = {
    "GET /admin/accounts/{username}/reset-proofs": "tests/app/test_accounts.py",  # a fresh proof first
    "POST /admin/accounts/{username}/reset-proofs": "tests/app/test_accounts.py",
    "POST /admin/accounts/{username}/password": "tests/app/test_accounts.py",
    "POST /admin/clients/{id}/keys": "tests/app/test_tokens.py",
    "POST /api/v1/codings/releases/{system}": "tests/journeys/test_codings.py",  # words for everybody
    "GET /api/v1/codings/releases/{system}/{release}": "tests/journeys/test_codings.py",
    "GET /api/v1/codings/releases/{system}/{release}/report": "tests/journeys/test_codings.py",
    "GET /api/v1/codings/{system}/search": "tests/journeys/test_codings.py",
    "GET /api/v1/codings/{system}/{code}": "tests/journeys/test_codings.py",
    "GET /codings/browse/{system}": "tests/journeys/test_codings.py",
    "GET /codings/codes/{system}/{code:path}": "tests/journeys/test_codings.py",
    "GET /codings/releases/{system}/{release}/differences": "tests/journeys/test_codings.py",
    "GET /codings/releases/{system}/{release}/report.csv": "tests/journeys/test_codings.py",
    "POST /codings/releases/{system}/{release}/withdraw": "tests/codings/test_releases.py",
    "GET /q/{number}": "tests/app/pages/test_patient.py",  # whoever holds the slip, by its secret alone
    "POST /q/{number}": "tests/app/pages/test_patient.py",
    "POST /q/{number}/proof": "tests/app/pages/test_patient_proof.py",
}
