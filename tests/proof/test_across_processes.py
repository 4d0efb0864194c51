"""What only shows from outside, on real processes: limits that hold across them, and no patient in anything they write.

Promises 32 and 36 of safety.md. Three service processes share a database; each try goes to the next of them.
"""

import itertools
import urllib.parse

import httpx
import psycopg
import pytest

from app import queue
from codings import jws
from codings.base import new_id
from tests.proof.caller import Tally, code_of
from tests.proof.ground import ground, national_id, people
from tests.proof.hands import fight, hands, write

PROCESSES = 3
PATIENT = 77
NAME = "بیمار ساختگی"
MOBILE = f"0970{PATIENT:07d}"
PASSWORD = "canary-of-a-password-9931"


@pytest.fixture(scope="module")
def found():
    with ground(processes=PROCESSES, options={}) as found:
        yield found


@pytest.fixture(scope="module")
def addresses(found):
    return itertools.cycle(found.addresses)


@pytest.fixture(scope="module")
def http():
    with httpx.Client(trust_env=False, timeout=15) as http:
        yield http


@pytest.fixture(scope="module")
def on(found, http):
    return hands(found, http, Tally())


def test_the_sixth_guess_at_a_prescription_waits_whichever_process_it_reaches(found, addresses, http, on):
    pharmacy = on.pharmacies[0]
    headers = {"Authorization": f"Bearer {pharmacy._bearer()}", "Accept-Language": "en"}
    guess = {"shabad": "1055ZZZZZZZZ", "national_id": national_id(5)}
    codes = [
        code_of(
            http.post(f"{next(addresses)}/api/v1/prescriptions/accept", json=guess | more, headers=headers)
        )
        for more in [{"national_id": national_id(number)} for number in range(8)]
    ]
    assert len(set(codes[:5])) == 1, codes
    assert set(codes[5:]) == {"prescription.too_many_tries"}, codes


def test_the_sixth_wrong_password_waits_whichever_process_it_reaches(addresses, http):
    def sign_in() -> int:
        at = next(addresses)
        form = {"username": "admin", "password": PASSWORD}
        return http.post(f"{at}/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code

    told = [sign_in() for _ in range(8)]
    assert len(set(told[:5])) == 1, told
    assert set(told[5:]) == {429}, told


def test_an_assertion_opens_one_process_and_then_none(found, http, on):
    clinic, now = on.clinic, int(found.service.clock().timestamp())
    name = clinic.entry["client_id"]
    claims = {"iss": name, "sub": name, "aud": clinic.audience, "jti": str(new_id())}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jws.sign_claims(
            {**claims, "iat": now, "exp": now + 240}, key=clinic.key, typ="JWT"
        ),
    }
    told = [http.post(f"{address}/oauth/token", data=form).status_code for address in found.addresses]
    assert sorted(told) == [200, 401, 401]


def test_no_line_no_job_no_count_and_no_address_holds_a_patient(found, http, on):
    """A prescription is signed, handed over and claimed, and much goes wrong; then everything written is searched."""
    [person] = people(found, range(PATIENT, PATIENT + 1))
    requested: list[str] = []
    http.event_hooks["request"] = [lambda request: requested.append(str(request.url))]
    written = write(on, 0, person)
    fight(on, on.pharmacies[0], on.pharmacies[1], written)
    assert on.tally.faults == []
    _go_wrong(found, http, on, person)
    [pointer] = _pointers(on, written.number)
    secret = pointer.partition("#")[2]
    canaries = {person, NAME, MOBILE, PASSWORD, secret, written.jws, written.qr[0]}
    canaries |= {urllib.parse.quote(one) for one in canaries}
    for what, text in {**_written(found), "requested addresses": "\n".join(requested)}.items():
        leaked = [one for one in canaries if one in text]
        assert leaked == [], f"{what} holds {leaked}"


def _pointers(on, number: str) -> list[str]:
    told = on.clinic.ask("GET", f"/prescriptions/{number}", None).json()
    return [told["pointer"]]


def _go_wrong(found, http, on, person: str) -> None:
    """Refusals of many kinds, each with the patient in what was sent."""
    address, bearer = found.addresses[0], on.pharmacies[0]._bearer()
    headers = {"Authorization": f"Bearer {bearer}"}
    bad = {"shabad": "1055ZZZZZZZZ", "national_id": person, "note": NAME}
    for body in (
        bad,
        {"qr": person},
        {"pointer": f"{address}/q/{person}#{MOBILE}"},
        {"national_id": [person]},
    ):
        assert http.post(f"{address}/api/v1/prescriptions/accept", json=body, headers=headers).is_client_error
    torn = f'{{"national_id": "{person}", '.encode()
    assert http.post(f"{address}/api/v1/eligibility", content=torn, headers=headers).is_client_error
    form = {"username": person, "password": PASSWORD}
    same = {"Sec-Fetch-Site": "same-origin"}
    assert http.post(f"{address}/sign-in", data=form, headers=same).is_client_error


def _written(found) -> dict[str, str]:
    """Everything the processes wrote that is not the medical record itself."""
    told = {"log": (found.folder / "service.log").read_text(errors="replace")}
    with psycopg.connect(queue.conninfo(found.service.settings)) as connection:
        for table in ("procrastinate_jobs", "attempt", "audit_entry"):
            rows = connection.execute(f"SELECT t::text FROM {table} AS t").fetchall()  # noqa: S608
            told[table] = "\n".join(row[0] for row in rows)
    return told
