"""The counter's pages: scan the slip, scan the packs, see the price, hand over, take back."""

import pytest

from codings import jws
from tests.journeys.browser import Page, Person

PHARMACIST, ELSEWHERE = "pharmacist-9990011", "pharmacist-9990012"


@pytest.fixture
def pharmacist(world) -> Person:
    return Person(world, PHARMACIST)


@pytest.fixture
def slip(world):
    """A signed prescription of 21 capsules, as its slip tells it."""
    return world.prescribe()


def accept(pharmacist: Person, slip) -> Page:
    page = pharmacist.get("/pharmacy").send("/pharmacy", scan=slip["qr"][0])
    assert (page.status, "/pharmacy/acceptances/" in page.path) == (200, True), page.text
    return page


def scan(page: Page, barcode: str) -> Page:
    return page.send(f"{page.path.removesuffix('/packs')}/packs", barcode=barcode)


def on_the_counter(world, page: Page, packs: int = 3) -> Page:
    """The page with genuine packs of amoxicillin scanned, ten capsules each."""
    for _ in range(packs):
        page = scan(page, world.fresh_pack(world.item()["medicine"])["barcode"])
        assert page.status == 200, page.text
    return page


def dispensed(world, pharmacist: Person, slip) -> Page:
    page = on_the_counter(world, accept(pharmacist, slip))
    review = page.send(f"{page.path}/price")
    return review.send(f"{page.path}/dispense")


def many(world, count: int):
    """Different tablets, each with an instruction as long as one may be."""
    tablets = {m["inn"]: m for m in world.told["medicines"] if m["form"] == "tablet"}
    letters = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی "
    for place, inn in enumerate(list(tablets)[:count]):
        words = "".join(letters[(i * i * (place + 3) + i) % len(letters)] for i in range(118)).strip()
        yield {
            "inn": inn,
            "form": "tablet",
            "frequency": "1x1",
            "quantity": "7",
            "instruction": " ".join(words.split()),
        }


# --- The whole way --------------------------------------------------------------------------------


def test_a_prescription_is_scanned_priced_and_handed_over_without_a_script(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    assert "amoxicillin 500 mg cap" in page.text
    assert "every 8 hours" in page.text
    assert "redeemable until 2027-01-30" in page.text  # sixty days, the last one included
    counts = [v for name, v in page.form(f"{page.path}/price").fields.items() if name.startswith("count.")]
    assert sorted(counts) == ["1", "10", "10"]
    review = page.send(f"{page.path}/price")
    assert review.status == 200, review.text
    assert "The patient pays" in review.text
    receipt = review.send(f"{page.path}/dispense")
    assert (receipt.status, receipt.path) == (200, f"/pharmacy/dispenses/{slip['number']}.1")
    assert "21 capsule" in receipt.text
    assert f"{slip['number']}.1-TAM" in receipt.text


def test_the_shares_on_the_page_add_up_to_the_price(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    page.send(f"{page.path}/price").send(f"{page.path}/dispense")
    statements = _statements(world, slip["shabad"])
    assert len(statements) == 2  # what was shown, and what was recorded
    assert statements[0].totals == statements[1].totals
    totals = statements[0].totals
    assert totals["basic"] + totals["supplementary"] + totals["patient"] == totals["gross"]


def _statements(world, shabad):
    from sqlmodel import select

    from app.db import reading
    from insurer.tables.claims import CostStatement

    with reading(world.service) as session:
        return session.exec(select(CostStatement).where(CostStatement.shabad == shabad)).all()


def test_the_pages_are_persian_from_right_to_left_unless_english_was_chosen(world, pharmacist, slip):
    page = pharmacist.speaking("fa").get("/pharmacy")
    assert (page.read.root["lang"], page.read.root["dir"]) == ("fa", "rtl")
    desk = accept(pharmacist, slip)
    assert "هر ۸ ساعت" in desk.text
    assert "۲۱ کپسول" in desk.text
    english = pharmacist.speaking("en").get(desk.path)
    assert (english.read.root["lang"], english.read.root["dir"]) == ("en", "ltr")
    assert "21 capsule" in english.text


def test_a_reload_loses_no_scanned_pack(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    before = page.form(f"{page.path}/price").fields
    again = pharmacist.get(page.path)
    after = again.form(f"{page.path}/price").fields
    assert {n: v for n, v in after.items() if n != "key"} == {n: v for n, v in before.items() if n != "key"}


def test_two_clicks_on_confirm_are_one_dispense(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    review = page.send(f"{page.path}/price")
    first, second = review.send(f"{page.path}/dispense"), review.send(f"{page.path}/dispense")
    assert first.path == second.path == f"/pharmacy/dispenses/{slip['number']}.1"
    assert pharmacist.get("/pharmacy").html.count("/pharmacy/dispenses/") == 1


# --- The box --------------------------------------------------------------------------------------


def test_the_small_code_is_taken_as_well(pharmacist, slip):
    page = pharmacist.get("/pharmacy").send("/pharmacy", scan=slip["pointer"])
    assert "/pharmacy/acceptances/" in page.path


def test_a_typed_shabad_needs_the_patients_number_and_stays_in_the_box(world, pharmacist, slip):
    page = pharmacist.get("/pharmacy").send("/pharmacy", scan=slip["shabad"])
    assert (page.status, page.form("/pharmacy").fields["scan"]) == (422, slip["shabad"])
    assert "national ID" in page.read.errors["national_id"]
    page = page.send("/pharmacy", national_id=world.person()["national_id"])
    assert "/pharmacy/acceptances/" in page.path


def test_the_patients_number_is_never_written_back_onto_the_page(world, pharmacist, slip):
    number = world.person("basic")["national_id"]
    page = pharmacist.get("/pharmacy").send("/pharmacy", scan=slip["shabad"], national_id=number)
    assert page.status == 404
    assert number not in page.html


def test_what_is_no_prescription_is_refused_beside_the_box(pharmacist):
    page = pharmacist.get("/pharmacy").send("/pharmacy", scan="NSK1:/0000")
    assert (page.status, page.form("/pharmacy").fields["scan"]) == (422, "NSK1:/0000")
    assert "Scan the large code" in page.text
    assert page.read.errors["scan"]


def test_half_of_a_long_prescription_asks_for_the_other_half(world, pharmacist):
    long = world.prescribe([world.item(**told) for told in many(world, 9)])
    assert len(long["qr"]) == 2
    page = pharmacist.get("/pharmacy").send("/pharmacy", scan=long["qr"][1])
    assert page.status == 422
    assert "two large codes" in page.read.errors["second"]
    page = page.send("/pharmacy", second=long["qr"][0])
    assert "/pharmacy/acceptances/" in page.path


def test_a_prescription_held_elsewhere_is_refused_in_words(world, pharmacist, slip):
    world.accept(slip, world.other_pharmacy)
    page = pharmacist.get("/pharmacy").send("/pharmacy", scan=slip["qr"][0])
    assert page.status == 409
    assert "Another pharmacy holds this prescription until 12:00" in page.text


# --- Packs ----------------------------------------------------------------------------------------


def test_a_pack_of_another_medicine_is_refused_and_stays_off_the_counter(world, pharmacist, slip):
    pack = world.fresh_pack(world.item("paracetamol", "tablet")["medicine"])
    page = scan(accept(pharmacist, slip), pack["barcode"])
    assert "does not match" in page.text
    assert "not the medicine of this item" in page.text
    assert "Level 2 of 5" in page.text
    assert not [name for name in page.form(f"{page.path}/price").fields if name.startswith("count.")]


@pytest.mark.parametrize("verdict", ["recalled", "stolen", "already_supplied"])
def test_a_pack_that_the_authority_refuses_is_shown_with_its_verdict(world, pharmacist, verdict):
    pack = world.told["packs"][verdict][0]
    medicine = next(m for m in world.told["medicines"] if m["generic"] == pack["generic"])
    item = world.item(medicine["inn"], medicine["form"], quantity="1", duration_days=1, frequency="1x1")
    slip = world.prescribe([item])
    page = scan(accept(pharmacist, slip), pack["barcode"])
    assert page.status == 200
    assert f"status-{verdict}" in page.html
    assert pack["uid"] in page.text
    assert f"count.{pack['uid']}" not in page.form(f"{page.path}/price").fields


def test_a_scan_that_cannot_be_read_says_so_and_keeps_what_was_read(pharmacist, slip):
    page = scan(accept(pharmacist, slip), "0102909000100018")
    assert page.status == 422
    assert page.form(f"{page.path}").fields["barcode"] == "0102909000100018"
    assert "authenticity" in page.text


def test_nothing_taken_is_said_at_the_lines(pharmacist, slip):
    page = accept(pharmacist, slip)
    refused = page.send(f"{page.path}/price")
    assert refused.status == 422
    assert "Nothing is taken from any pack yet" in refused.read.errors["lines"]


# --- Counts and findings --------------------------------------------------------------------------


def test_a_bad_count_is_refused_at_its_field_with_everything_kept(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    fields = page.form(f"{page.path}/price").fields
    count = next(name for name in fields if name.startswith("count."))
    refused = pharmacist.post(f"{page.path}/price", {**fields, count: "1/2", "reason.1": "later"})
    assert refused.status == 422
    kept = refused.form(f"{page.path}/price").fields
    assert (kept[count], kept["reason.1"]) == ("1/2", "later")
    assert refused.read.errors[count]


def test_counts_in_persian_digits_mean_the_same(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    fields = page.form(f"{page.path}/price").fields
    persian = {
        n: v.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) for n, v in fields.items() if "." in n
    }
    assert pharmacist.post(f"{page.path}/price", {**fields, **persian}).status == 200


def test_counts_that_do_not_add_up_stop_before_the_hand_over(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    fields = page.form(f"{page.path}/price").fields
    quantity = next(name for name in fields if name.startswith("quantity."))
    refused = pharmacist.post(f"{page.path}/price", {**fields, quantity: "20"})
    assert refused.status == 422
    assert "its quantity says 20" in refused.text
    assert refused.form(f"{page.path}/price").fields[quantity] == "20"


def test_a_part_is_handed_over_with_a_reason_for_the_rest(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip), packs=2)
    review = page.send(f"{page.path}/price", reason__1="out-of-stock")
    assert "Out of stock" in review.text
    receipt = review.send(f"{page.path}/dispense")
    assert "partly dispensed" in receipt.text
    assert "Out of stock" in receipt.text


def test_a_finding_that_asks_needs_its_reason_and_then_goes_through(world, pharmacist):
    pack = world.fresh_pack(world.item()["medicine"])
    world.clock.advance(days=300)  # so that the pack passes its date before a long treatment ends
    slip = world.prescribe([world.item(frequency="every-4-weeks", duration_days=280, quantity="10")])
    pharmacist = Person(world, PHARMACIST)
    page = scan(accept(pharmacist, slip), pack["barcode"])
    review = page.send(f"{page.path}/price")
    assert "passes its date before the treatment ends" in review.text
    unanswered = review.send(f"{page.path}/dispense")
    assert (unanswered.status, unanswered.path) == (422, f"{page.path}/dispense")
    assert "Answer the findings below" in unanswered.text
    answered = {"override.PH-EXPIRES:1": "confirmed-with-prescriber"}
    receipt = pharmacist.post(
        f"{page.path}/dispense", {**unanswered.form(f"{page.path}/dispense").fields, **answered}
    )
    assert receipt.path == f"/pharmacy/dispenses/{slip['number']}.1", receipt.text
    assert "Confirmed with the prescriber" in receipt.text


def test_the_counts_can_be_changed_after_the_price_was_seen(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    review = page.send(f"{page.path}/price", reason__1="later")
    back = review.send(f"{page.path}/order")
    assert back.status == 200
    assert back.form(f"{page.path}/price").fields["reason.1"] == "later"


def test_only_packs_on_the_counter_can_be_handed_over(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip), packs=2)
    stranger = world.fresh_pack(world.item()["medicine"])
    fields = page.form(f"{page.path}/price").fields
    review = pharmacist.post(f"{page.path}/price", {**fields, f"count.{stranger['uid']}": "1"})
    assert stranger["uid"] not in review.text


# --- Letting go, and time -------------------------------------------------------------------------


def test_letting_go_frees_the_prescription_for_others(world, pharmacist, slip):
    page = accept(pharmacist, slip)
    assert page.send(f"{page.path}/release").path == "/pharmacy"
    assert "has ended" in pharmacist.get(page.path).text
    world.accept(slip, world.other_pharmacy)
    assert pharmacist.get(page.path).status == 404


def test_after_thirty_minutes_the_page_says_so_and_nothing_is_handed_over(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip))
    review = page.send(f"{page.path}/price")
    for _ in range(8):  # the person keeps working, so the session lives
        world.clock.advance(minutes=4)
        pharmacist.get("/pharmacy")
    late = review.send(f"{page.path}/dispense")
    assert late.status == 409
    assert "scan the slip again" in late.text.lower()
    assert world.clinic.get(f"/prescriptions/{slip['number']}")["status"] == "active"


# --- The receipt ----------------------------------------------------------------------------------


def test_the_receipt_can_be_downloaded_and_verified(world, pharmacist, slip):
    receipt = dispensed(world, pharmacist, slip)
    signed = pharmacist.tab.get(f"{receipt.path}/receipt")
    assert signed.headers["content-type"] == "application/jose"
    content = jws.verify(signed.text, key=world.service.keys.seal, typ="receipt+jws")
    assert f"{slip['number']}.1".encode() in content


def test_a_dispense_is_taken_back_with_a_reason_and_the_page_says_so(world, pharmacist, slip):
    receipt = dispensed(world, pharmacist, slip)
    assert "never left the counter" in receipt.text
    back = receipt.send(f"{receipt.path}/return", reason="not-collected")
    assert (back.status, back.path) == (200, receipt.path)
    assert "This dispense was returned" in back.text
    assert "Not collected by the patient" in back.text
    assert world.clinic.get(f"/prescriptions/{slip['number']}")["status"] == "active"


def test_a_return_without_a_reason_is_refused_at_its_field(world, pharmacist, slip):
    receipt = dispensed(world, pharmacist, slip)
    refused = receipt.send(f"{receipt.path}/return")
    assert refused.status == 422
    assert refused.read.errors["reason"]


def test_after_ten_days_there_is_no_form_for_a_return(world, pharmacist, slip):
    receipt = dispensed(world, pharmacist, slip)
    world.clock.advance(days=10, minutes=1)
    later = Person(world, PHARMACIST).get(receipt.path)
    assert not [form for form in later.read.forms if form.action.endswith("/return")]
    assert "ten days" in later.text


# --- Not yours ------------------------------------------------------------------------------------


def test_another_pharmacys_acceptance_and_dispense_look_like_none(world, pharmacist, slip):
    page = accept(pharmacist, slip)
    stranger = Person(world, ELSEWHERE)
    assert stranger.get(page.path).status == 404
    assert stranger.post(f"{page.path}/release", {}).status == 404
    assert stranger.post(f"{page.path}/packs", {"barcode": "0102909000100018"}).status == 404
    done = on_the_counter(world, page).send(f"{page.path}/price").send(f"{page.path}/dispense")
    assert stranger.get(done.path).status == 404
    assert stranger.get(f"{done.path}/receipt").status == 404
    assert stranger.post(f"{done.path}/return", {"reason": "damaged"}).status == 404


def test_the_page_shows_no_whole_national_id(world, pharmacist, slip):
    assert world.person()["national_id"] not in dispensed(world, pharmacist, slip).html


def test_a_physician_has_no_counter(world):
    assert Person(world, "physician-9990001").get("/pharmacy").status == 403
