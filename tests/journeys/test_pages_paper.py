"""Paper at a clinic or a pharmacy: refused in words outside an emergency, transcribed with its picture within one."""

import pytest

from tests.journeys.browser import Page, Person
from tests.journeys.test_paper import declare, picture

PHARMACIST, PHYSICIAN = "pharmacist-9990011", "physician-9990001"
ITEM = {
    "items.0.medicine": "90010",
    "items.0.dose.amount": "۱",
    "items.0.dose.unit": "capsule",
    "items.0.frequency": "q8h",
    "items.0.route": "oral",
    "items.0.duration_days": "۷",
    "items.0.quantity": "21",
}


@pytest.fixture
def pharmacist(world) -> Person:
    return Person(world, PHARMACIST)


def copied(world, **changed: str) -> dict[str, str]:
    """What stands on the paper."""
    told = {
        "practitioner": "9990001",
        "patient.national_id": str(world.person("basic")["national_id"]),
        "written_on": "۱۴۰۵/۹/۱۰",
        "diagnoses.0.code": "J02.9",
        **ITEM,
    }
    return told | changed


def send(person: Person, typed: dict[str, str], image: bytes | None = None) -> Page:
    fields = person.get("/paper").form("/paper").fields
    files = {"image": ("paper.png", picture() if image is None else image, "image/png")}
    return person.post("/paper", {**fields, **typed}, files)


def test_outside_an_emergency_the_page_says_so_and_leads_to_the_status(pharmacist):
    page = pharmacist.get("/paper")
    assert page.status == 200
    assert "No emergency is in force in Tehran" in page.text
    assert "/status" in page.read.links
    assert not [form for form in page.read.forms if form.action == "/paper"]


def test_another_provinces_emergency_opens_nothing_here(world, pharmacist):
    assert declare(world, province="IR-30").is_success
    assert "No emergency is in force in Tehran" in pharmacist.get("/paper").text


def test_a_paper_prescription_gets_a_number_and_is_accepted_at_the_same_counter(world, pharmacist):
    declare(world)
    done = send(pharmacist, copied(world))
    assert done.status == 200, done.text
    number = done.path.removeprefix("/paper/")
    assert number.startswith("Z")
    assert "SHABAD together with the patient's national ID" in done.text
    counter = pharmacist.get(f"/pharmacy?shabad={number}")
    assert counter.form("/pharmacy").fields["scan"] == number
    accepted = counter.send("/pharmacy", national_id=world.person("basic")["national_id"])
    assert "from paper, under the declaration D1405-0001" in accepted.text
    assert "every 8 hours" in accepted.text


def test_a_physician_transcribes_too_and_has_no_counter_to_go_to(world):
    declare(world)
    physician = Person(world, PHYSICIAN)
    done = send(physician, copied(world))
    assert done.path.startswith("/paper/Z"), done.text
    assert not [link for link in done.read.links if link.startswith("/pharmacy")]


def test_a_reserved_number_that_was_printed_on_the_paper_is_taken(world):
    declare(world)
    (reserved,) = world.clinic.post("/shabads/reserve", {"insurer": "1", "count": 1}, ok=201)["shabads"]
    done = send(Person(world, PHYSICIAN), copied(world, shabad=reserved.lower()))
    assert done.path == f"/paper/{reserved}-1", done.text


def test_without_the_picture_nothing_is_taken_and_everything_typed_is_kept(world, pharmacist):
    declare(world)
    typed = copied(world)
    fields = pharmacist.get("/paper").form("/paper").fields
    page = pharmacist.post("/paper", {**fields, **typed})
    assert page.status == 422
    assert "Choose the picture of the paper" in page.read.errors["image"]
    assert "the picture has to be chosen again" in page.text
    kept = page.form("/paper").fields
    same = {
        name: value for name, value in typed.items() if name not in {"items.0.medicine", "diagnoses.0.code"}
    }
    assert kept == kept | same
    assert kept["items.0.medicine"] == "amoxicillin 500 mg cap [90010]"


def test_words_that_fit_several_medicines_bring_a_choice_and_nothing_is_guessed(world, pharmacist):
    declare(world)
    page = send(pharmacist, copied(world, **{"items.0.medicine": "amoxi"}))
    assert page.status == 422
    assert "Choose one of these" in page.read.errors["items.0.medicine"]
    assert 'name="pick.items.0.medicine" value="90010"' in page.html
    chosen = {**page.form("/paper").fields, "pick.items.0.medicine": "90010"}
    done = pharmacist.post("/paper", chosen, {"image": ("paper.png", picture(), "image/png")})
    assert done.path.startswith("/paper/Z"), done.text


def test_a_medicine_that_nobody_knows_is_refused_at_its_field(world, pharmacist):
    declare(world)
    page = send(pharmacist, copied(world, **{"items.0.medicine": "qqqqq"}))
    assert "Nothing in the list has this name" in page.read.errors["items.0.medicine"]


def test_rows_left_empty_between_others_do_not_count(world, pharmacist):
    declare(world)
    third = {name.replace("items.0", "items.2"): value for name, value in ITEM.items()}
    third |= {"items.2.medicine": "90001", "items.2.dose.unit": "tablet", "items.2.dose.amount": "x"}
    page = send(pharmacist, copied(world, **third))
    assert page.status == 422
    assert "items.1.dose.amount" in page.read.errors
    assert page.form("/paper").fields["items.1.dose.amount"] == "x"


def test_a_date_outside_the_emergency_is_refused_at_its_field(world, pharmacist):
    declare(world)
    page = send(pharmacist, copied(world, written_on="1405/08/01"))
    assert page.status == 422
    assert page.read.errors["written_on"]
    assert page.form("/paper").fields["written_on"] == "1405/08/01"


def test_a_gregorian_date_is_not_taken_for_a_persian_one(world, pharmacist):
    declare(world)
    page = send(pharmacist, copied(world, written_on="2026-12-01"))
    assert "Jalali" in page.read.errors["written_on"]


def test_when_it_ends_while_somebody_types_the_form_comes_back_with_the_words(world, pharmacist):
    declare(world)
    fields = pharmacist.get("/paper").form("/paper").fields
    world.clock.advance(hours=13)
    later = Person(world, PHARMACIST)
    files = {"image": ("paper.png", picture(), "image/png")}
    page = later.post("/paper", {**fields, **copied(world)}, files)
    assert page.status == 422
    assert "accepted only within a declared emergency" in page.text
    assert page.form("/paper").fields["practitioner"] == "9990001"


def test_what_is_no_picture_is_refused_in_words(world, pharmacist):
    declare(world)
    page = send(pharmacist, copied(world), image=b"%PDF-1.7")
    assert page.status == 422
    assert "JPEG or a PNG" in page.text


def test_a_photo_of_several_megabytes_is_taken(world, pharmacist):
    declare(world)
    done = send(pharmacist, copied(world), image=b"\xff\xd8\xff" + b"0" * 3_000_000)
    assert done.path.startswith("/paper/Z"), done.text


def test_a_patient_in_no_register_is_declared(world, pharmacist):
    declare(world)
    unknown = {"patient.national_id": "0012345679"}
    page = send(pharmacist, copied(world, **unknown))
    assert page.status == 422
    assert page.read.errors["patient"]
    declared = {
        "patient.declared.name": "رهگذر نمونه",
        "patient.declared.birth_date": "۱۳۶۰/۰۱/۰۱",
        "patient.declared.sex": "male",
    }
    done = send(pharmacist, copied(world, **unknown, **declared))
    assert done.path.startswith("/paper/Z"), done.text
    assert "رهگذر نمونه" in done.text


def test_two_clicks_are_one_prescription(world, pharmacist):
    declare(world)
    fields = {**pharmacist.get("/paper").form("/paper").fields, **copied(world)}
    image = picture()
    paths = {
        pharmacist.post("/paper", fields, {"image": ("p.png", image, "image/png")}).path for _ in range(2)
    }
    assert len(paths) == 1


def test_suggestions_name_the_medicine_and_its_code(pharmacist):
    page = pharmacist.get("/paper/search/medicines?items.0.medicine=amoxi")
    assert 'value="amoxicillin 500 mg cap [90010]"' in page.html
    assert "آموکسی‌سیلین" in page.text
    assert pharmacist.get("/paper/search/secrets?q=amoxi").text == ""


def test_another_centres_paper_and_an_electronic_one_look_like_none(world, pharmacist):
    declare(world)
    done = send(pharmacist, copied(world))
    assert Person(world, PHYSICIAN).get(done.path).status == 404
    signed = world.prescribe(person=world.person("basic+supplementary"))
    assert Person(world, PHYSICIAN).get(f"/paper/{signed['number']}").status == 404


def test_the_form_is_persian_by_default(world, pharmacist):
    declare(world)
    page = pharmacist.speaking("fa").get("/paper")
    assert (page.read.root["lang"], page.read.root["dir"]) == ("fa", "rtl")
    assert "هر ۸ ساعت" in page.text


def test_an_insurer_transcribes_nothing(world):
    assert Person(world, "insurer-tam").get("/paper").status == 403
