"""Bad input is everything: every write of the API answers it with a coded problem in the reader's language."""

import pytest

from codings.base import new_id

SCOPE = {
    "/packs": "pharmacy-noosh",
    "/dispenses": "pharmacy-noosh",
    "/acceptances": "pharmacy-noosh",
    "/prescriptions/accept": "pharmacy-noosh",
    "/claim-batches": "insurer-tamin",
    "/results": "insurer-tamin",
    "/remittances": "insurer-tamin",
    "/coverages": "insurer-tamin",
    "/claims": "insurer-tamin",
    "/declarations": "regulator",
}
GARBAGE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b'"text"',
    b"{not json",
    b'{"a":',
    b"\xff\xfe",
    b'{"__proto__": 1}',
    b"1e999",
]


def machine_for(world, path: str):
    names = [name for begin, name in SCOPE.items() if path.startswith(begin)]
    return world.machine(names[-1] if names else "clinic-sepid")


def writes(world):
    document = world.browser.get("/openapi.json").json()
    for path, verbs in document["paths"].items():
        if path.startswith("/api/v1/"):
            for verb in verbs:
                if verb in {"post", "put", "patch", "delete"}:
                    yield verb.upper(), path.removeprefix("/api/v1")


def filled(path: str) -> str:
    """Something of the right shape that does not exist, in every place of the address."""
    names = {"{shabad}": "1053K7QX2M4R", "{number}": "1053K7QX2M4R-1", "{dispense}": "1053K7QX2M4R-1.1"}
    names |= {"{seq}": "7", "{kid}": "AAAAAAAAAAA"}
    for name, value in names.items():
        path = path.replace(name, value)
    while "{" in path:
        path = path[: path.index("{")] + str(new_id()) + path[path.index("}") + 1 :]
    return path


@pytest.mark.parametrize("language", ["fa", "en"])
def test_garbage_is_a_coded_problem_everywhere(world, language):
    seen = 0
    for verb, path in writes(world):
        machine = machine_for(world, path)
        for body in GARBAGE:
            headers = {"Accept-Language": language, "Content-Type": "application/json"}
            answer = machine.send(verb, filled(path), content=body, headers=headers)
            if answer.is_success:
                continue  # an empty list of lines is a list
            told = answer.json()
            assert answer.status_code < 500, (verb, path, body, answer.text)
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert {"type", "title", "status", "detail", "code"} <= told.keys()
            persian = any("\u0600" <= letter <= "\u06ff" for letter in told["detail"])
            assert persian is (language == "fa"), (path, told)
            seen += 1
    assert seen > 100


def test_a_body_over_a_megabyte_is_refused_before_it_is_read(world):
    answer = world.clinic.send(
        "POST", "/prescriptions/prepare", content=b'{"x": "' + b"a" * 1_200_000 + b'"}'
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


@pytest.mark.parametrize(
    ("quantity", "accepted"),
    [
        *((text, True) for text in ("21", "۲۱", "٢١")),
        *((text, False) for text in ("21.0", "5e3", "1_000", ".5", "5.", "-1", "0", "1,5", " 21", "1/2", 21)),
    ],
)
def test_an_amount_means_what_it_looks_like_or_is_refused_at_its_field(world, quantity, accepted):
    body = {"shabad": world.shabad(), "diagnoses": [], "items": [world.item(quantity=quantity)]}
    body["diagnoses"] = [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "J02.9"}]
    answer = world.clinic.send("POST", "/prescriptions/prepare", json=body)
    assert answer.is_success is accepted, answer.text
    if not accepted:
        assert answer.json()["errors"][0]["pointer"] == "/items/0/quantity"


def test_persian_and_arabic_digits_are_the_same_national_id(world):
    person = world.person()
    for digits in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"):
        typed = "".join(digits[int(d)] for d in person["national_id"])
        visit = {"patient": {"national_id": typed}, "practitioner": "9990001", "centre": "9900000001"}
        assert world.clinic.post("/eligibility", visit)["patient"]["name"] == person["name_fa"]


def test_a_national_id_with_a_wrong_check_digit_is_refused_by_name(world):
    good = world.person()["national_id"]
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    visit = {"patient": {"national_id": wrong}, "practitioner": "9990001", "centre": "9900000001"}
    told = world.clinic.refused("/eligibility", visit, 400, "request.malformed")
    assert told["errors"][0]["code"] == "identifier.national_id"


def test_somebody_elses_centre_looks_like_none(world):
    visit = {
        "patient": {"national_id": world.person()["national_id"]},
        "practitioner": "9990001",
        "centre": "9900000002",
    }
    world.clinic.refused("/eligibility", visit, 404, "centre.not_yours")


def test_typing_is_counted_and_a_wrong_secret_looks_like_no_prescription(world):
    prescription = world.prescribe()
    wrong = {"shabad": prescription["shabad"], "national_id": world.person("basic")["national_id"]}
    unknown = wrong | {"shabad": "1053K7QX2M4R"}
    first = world.pharmacy.refused("/prescriptions/accept", wrong, 404, "prescription.unknown")
    other = world.pharmacy.refused("/prescriptions/accept", unknown, 404, "prescription.unknown")
    assert {k: v for k, v in first.items() if k != "request_id"} == {
        k: v for k, v in other.items() if k != "request_id"
    }
    for _ in range(4):
        world.pharmacy.refused("/prescriptions/accept", wrong, 404, "prescription.unknown")
    right = wrong | {"national_id": world.person()["national_id"]}
    answer = world.pharmacy.send("POST", "/prescriptions/accept", json=right)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    world.clock.advance(minutes=16)
    assert world.pharmacy.post("/prescriptions/accept", right)["acceptance"]


@pytest.mark.parametrize(
    ("verdict", "level"),
    [
        ("already_supplied", 5),
        ("unknown", 5),
        ("recalled", 2),
        ("withdrawn", None),
        ("stolen", 5),
        ("expired", 2),
        ("mismatch", None),
    ],
)
def test_every_refusing_verdict_refuses(world, verdict, level):
    pack = world.told["packs"][verdict][0]
    said = world.pharmacy.post("/packs/check", {"barcode": pack["barcode"]}, ok=200)
    assert said["verdict"] == verdict
    assert level in {None, said["level"]}
    assert said["message"]["fa"]
    assert said["message"]["en"]


def test_a_pack_of_another_medicine_is_a_mismatch(world):
    accepted = world.accept(world.prescribe())
    other = next(p for p in world.told["packs"]["genuine"] if p["generic"] != world.item()["medicine"])
    asked = {"barcode": other["barcode"], "item": 1, "acceptance": accepted["acceptance"]}
    assert world.pharmacy.post("/packs/check", asked)["verdict"] == "mismatch"
    pack = {"barcode": other["barcode"], "count": "1"}
    line = {"item": 1, "irc": other["irc"], "quantity": "1", "packs": [pack]}
    answer = world.pharmacy.send(
        "POST", "/dispenses", json={"acceptance": accepted["acceptance"], "lines": [line]}
    )
    assert answer.status_code == 422


def test_a_refused_pack_is_not_dispensed(world):
    pack = world.told["packs"]["recalled"][0]
    medicine = next(m for m in world.told["medicines"] if m["generic"] == pack["generic"])
    item = world.item(medicine["inn"], medicine["form"], quantity="21") | {"medicine": medicine["generic"]}
    accepted = world.accept(world.prescribe([item]))
    packs = [{"barcode": pack["barcode"], "count": "1"}]
    line = {"item": 1, "irc": pack["irc"], "quantity": "1", "packs": packs}
    answer = world.pharmacy.send(
        "POST", "/dispenses", json={"acceptance": accepted["acceptance"], "lines": [line]}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"effective_from": "0227-11-04"}, "/effective_from"),
        ({"effective_from": "1899-12-31"}, "/effective_from"),
        ({"effective_from": "2200-01-01"}, "/effective_from"),
        ({"effective_from": "9999-12-31"}, "/effective_from"),
        ({"source": "a\x01list"}, "/source"),
    ],
)
def test_a_day_of_no_calendar_and_a_hidden_character_are_told_at_their_field(world, changed, field):
    told = {"effective_from": "2026-12-01", "source": "a list", "licence": "free"} | changed
    headers = {"Content-Type": "text/csv", "Idempotency-Key": str(new_id())}
    office, path = world.machine("codings-office"), "/codings/releases/icd-10"
    answer = office.send("POST", path, params=told, content=b"code\n", headers=headers)
    assert answer.status_code == 400, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [field]
