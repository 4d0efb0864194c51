"""Who there is at the doors, and what each of them is to the objects behind: the relations of the access matrix.

All objects of `made.py` are made by one clinic (its physician is the author), handed over at one pharmacy and
paid by one insurer. Whoever stands in no relation to a kind of object is a stranger: to them it does not exist.
"""

MACHINES = {
    "clinic-sepid": "prescriber",
    "clinic-elsewhere": "prescriber",
    "pharmacy-noosh": "pharmacy",
    "pharmacy-two": "pharmacy",
    "insurer-tamin": "insurer",
    "insurer-salamat": "insurer",
    "insurer-supplementary": "insurer",
    "regulator": "regulator",
    "codings-office": "codings",
}
PEOPLE = {
    "physician-9990001": "physician",  # the author
    "physician-9990002": "physician",  # works at the same clinic
    "physician-elsewhere": "physician",
    "pharmacist-9990011": "pharmacist",  # of the pharmacy that accepts and hands over
    "pharmacist-beside": "pharmacist",  # works at the same counter
    "pharmacist-9990012": "pharmacist",  # of another pharmacy
    "insurer-tam": "insurer_officer",
    "insurer-sal": "insurer_officer",
    "insurer-sup": "insurer_officer",
    "council-1": "council_officer",
    "council-2": "council_officer",
    "regulator-1": "regulator",
    "regulator-2": "regulator",
    "codings-1": "codings_editor",
    "admin": "administrator",
}
NOBODY = "nobody"

_CLINIC = {"clinic-sepid": "clinic", "physician-9990001": "author", "physician-9990002": "colleague"}
_COUNTER = {"pharmacy-noosh": "counter", "pharmacist-9990011": "counter", "pharmacist-beside": "counter"}
_INSURER = {"insurer-tamin": "insurer", "insurer-tam": "insurer"}
_COUNCIL = {"council-1": "first", "council-2": "second"}

# Kind of object -> caller -> relation. Each kind's own people only; all others are strangers to it.
RELATIONS: dict[str, dict[str, str]] = {
    "prescription": _CLINIC,
    "slip": _CLINIC
    | {"pharmacy-noosh": "counter", "pharmacy-two": "elsewhere"},  # the paper is in their hands
    "draft": {"physician-9990001": "author"},
    "visit": _CLINIC,
    "favourite": {"physician-9990001": "author"},
    "patient": {"clinic-sepid": "clinic"},
    "shabad": {"clinic-sepid": "clinic"},
    "acceptance": _COUNTER,
    "dispense": _COUNTER,
    "claim": _COUNTER | _INSURER,
    "batch": _INSURER,
    "file": _INSURER,
    "payment": _INSURER,
    "paper": _CLINIC,
    # The directory of certificates is open to every centre; only where its holder works is it theirs.
    "certificate": {"clinic-sepid": "workplace", "physician-9990002": "holder"}
    | {"clinic-elsewhere": "reader", "pharmacy-noosh": "reader", "pharmacy-two": "reader"}
    | {"council-1": "officer", "council-2": "officer"},
    "request": _COUNCIL,
    "declaration": {"regulator-1": "first", "regulator-2": "second"},
    "account": {"admin": "administrator"},
    "machine": {"admin": "administrator"},
    "release": {"codings-1": "editor", "codings-office": "office"},
}

_NOBODYS = "1055ZZZZZZZZ"
_ID = "01a20a23-0000-7000-8000-000000000000"
# What nobody has, in the shape of what somebody has.
NOBODYS: dict[str, dict[str, str]] = {
    "prescription": {"number": f"{_NOBODYS}-1"},
    "draft": {"draft": _ID},
    "visit": {"inquiry": _ID},
    "favourite": {"favourite": _ID},
    "patient": {"patient": _ID},
    "shabad": {"shabad": _NOBODYS},
    "acceptance": {"acceptance": _ID, "uid": "99999999999999999999"},
    "dispense": {"dispense": f"{_NOBODYS}-1.1"},
    "claim": {"claim": f"{_NOBODYS}-1.1-TAM", "number": f"{_NOBODYS}-1.1-TAM"},
    "batch": {"seq": "999"},
    "file": {"file": _ID, "job": _ID},
    "payment": {"number": "P-999"},
    "paper": {"number": f"{_NOBODYS}-1"},
    "certificate": {"kid": "AAAAAAAAAAA"},
}


def relation(kind: str, caller: str) -> str:
    return RELATIONS[kind].get(caller, "stranger")


def admitted(who: str, caller: str) -> bool:
    """Whether a door that says `who` ("machine: scope ...", "person: role ...") is for this caller at all."""
    kind, _, names = who.partition(":")
    role = MACHINES.get(caller) if kind == "machine" else PEOPLE.get(caller)
    return role is not None and (not names.strip() or role in names.split())
