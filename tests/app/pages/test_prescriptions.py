"""A signed prescription: how it stands, its slip, cancelling and correcting it, and who may see it."""

import re
from random import Random

import pytest
import zxingcpp
from sqlmodel import select

from app.db import reading, writing
from codings.base import Actor, Role
from pharmacy import actions as pharmacy_actions
from prescriber import actions as prescriber_actions
from prescriber import signing
from prescriber.inputs import PrepareInput
from prescriber.tables import Draft
from tests.app.pages.desk import INSURED
from tests.app.test_qr import drawn

LONG = (
    ("90010", "capsule"),
    ("90001", "tablet"),
    ("90009", "capsule"),
    ("90016", "capsule"),
    ("90014", "capsule"),
    ("90018", "capsule"),
    ("90020", "tablet"),
    ("90022", "tablet"),
)


@pytest.fixture
def view(desk):
    desk.sign_in()
    return desk.signed()


def at(view) -> str:
    return f"/prescriber/prescriptions/{view.number}"


def test_it_shows_its_state_its_items_and_what_remains(desk, view):
    page = desk.get(at(view))
    assert "Signed, nothing handed over yet" in page.text
    assert "amoxicillin 500 mg cap" in page.text
    assert "21 capsule" in page.text
    assert "Nothing was handed over yet." in page.text
    assert "2027-01-30" in page.text  # the last day, not the midnight after it


def test_repeats_show_each_fill_with_its_days(desk):
    desk.sign_in()
    page = desk.get(at(desk.signed(repeats=1)))
    assert "repeated 1 times" in page.text
    assert re.search(r"fill 1: 2026-12-01 to 2027-01-30\s?, 21 left", page.text)
    assert re.search(r"fill 2: 2026-12-08 to 2027-02-06\s?, 21 left", page.text)


def test_the_list_is_newest_first_and_goes_on_where_the_page_ended(desk):
    desk.sign_in()
    signed = []
    for _ in range(22):
        desk.clock.advance(seconds=20)
        signed.append(str(desk.signed().number))
    page = desk.get("/prescriber")
    shown = re.findall(r'href="/prescriber/prescriptions/([^"]+)"', page.html)
    assert shown == signed[:1:-1]
    older = desk.get(re.search(r'href="([^"]+)">Older ones', page.html)[1])
    assert re.findall(r'href="/prescriber/prescriptions/([^"]+)"', older.html) == signed[1::-1]
    assert "Older ones" not in older.text


@pytest.mark.parametrize("mark", ["x", "!!!!", "4pyT", "MjAyNi0xMi0wMSAxMDU"])
def test_a_place_in_the_list_that_is_none_is_the_beginning(desk, view, mark):
    page = desk.get("/prescriber", after=mark)
    assert page.status == 200
    assert str(view.number) in page.text


def test_cancelling_needs_a_reason_from_the_list(desk, view):
    assert desk.post(f"{at(view)}/cancel", {"reason": ""}).status == 422
    page = desk.post(f"{at(view)}/cancel", {"reason": "boredom"})
    assert page.status == 422
    assert page.error("reason")
    assert "Signed, nothing handed over yet" in page.text


def test_cancelling_shows_the_answer_of_the_server(desk, view):
    page = desk.follow(desk.post(f"{at(view)}/cancel", {"reason": "wrong-medicine"}))
    assert "Cancelled" in page.text
    assert "Wrong medicine or dose" in page.text
    assert f'action="{at(view)}/cancel"' not in page.html


def test_cancelling_again_changes_nothing(desk, view):
    desk.post(f"{at(view)}/cancel", {"reason": "wrong-medicine"})
    page = desk.follow(desk.post(f"{at(view)}/cancel", {"reason": "patient-request"}))
    assert page.text.count("Cancelled") == 2  # the state, and one line of the history
    assert "Wrong medicine or dose" in page.text
    assert "Asked for by the patient" not in page.text


def test_while_a_pharmacy_holds_it_the_cancellation_is_only_asked_for(desk, view):
    pharmacist = Actor(
        id="account:pharmacist-9990011",
        role=Role.PHARMACIST,
        at=desk.clock(),
        centre="9900000002",
        practitioner="9990011",
    )
    with writing(desk.service) as session:
        prescriber_actions.lock(session, number=view.number)
        pharmacy_actions.accept(session, number=view.number, by=pharmacist)
    assert "A pharmacy holds this prescription until" in desk.get(at(view)).text
    page = desk.follow(desk.post(f"{at(view)}/cancel", {"reason": "interaction"}))
    assert "Cancelling was asked for and is not confirmed." in page.text
    assert "Cancel requested, not confirmed" in page.text


def test_a_correction_is_a_draft_on_the_same_shabad_that_says_the_same(desk, view):
    page = desk.post(f"{at(view)}/correct")
    draft = desk.follow(page)
    assert "replaces number 1" in draft.text
    assert draft.value("items.0.dose.amount") == "1"
    assert draft.value("items.0.quantity") == "21"
    where = page.location
    assert desk.shabad_of(where) == view.number.shabad
    assert "Nothing was found against this order." in draft.text
    review = desk.get(f"{where}/review")
    assert f"{view.number.shabad}-2" in review.text
    newer = desk.sign(where, replaces=1, quantity="21")
    assert newer.replaces == 1
    assert "Replaced by a correction" in desk.get(at(view)).text


def test_saving_a_correction_cannot_change_which_number_it_replaces(desk, view):
    where = desk.post(f"{at(view)}/correct").location
    desk.press(where, "save", replaces="9")
    with reading(desk.service) as session:
        draft = session.exec(select(Draft).where(Draft.id == where.rpartition("/")[2])).one()
    assert draft.typed["replaces"] == "1"


def test_what_is_cancelled_is_not_corrected(desk, view):
    desk.post(f"{at(view)}/cancel", {"reason": "wrong-medicine"})
    page = desk.post(f"{at(view)}/correct")
    assert page.status == 409
    assert "cannot be replaced" in page.text


@pytest.mark.parametrize("what", ["", "/slip"])
def test_a_prescription_that_is_not_yours_looks_like_none(desk, view, what):
    desk.hire("dr.elsewhere", centre="9900000003")
    desk.sign_in("dr.elsewhere")
    theirs, nobodys = desk.get(at(view) + what), desk.get(f"/prescriber/prescriptions/105ZZZZZZZZZ-1{what}")
    assert (theirs.status, nobodys.status) == (404, 404)
    assert re.sub(r"[0-9a-f-]{36}|\S+-1\S*", "", theirs.text) == re.sub(
        r"[0-9a-f-]{36}|\S+-1\S*", "", nobodys.text
    )


def test_a_number_that_is_none_is_not_found(desk, view):
    assert desk.get("/prescriber/prescriptions/nonsense").status == 404


def codes(page) -> list[str]:
    return [
        scanned(drawn(svg))
        for svg in re.findall(r'<svg[^>]* class="qr".*?</svg>', page.html, flags=re.DOTALL)
    ]


def scanned(picture) -> str:
    """As a scanner does: what is not read at one distance is held a little nearer."""
    for nearer in (1, 2, 3):
        closer = picture.resize((picture.width * nearer, picture.height * nearer))
        found = zxingcpp.read_barcodes(closer, formats=zxingcpp.BarcodeFormat.QRCode)
        if found:
            return found[0].text
    raise AssertionError("no scanner reads this code")


def test_the_slip_carries_the_whole_signed_prescription_and_the_small_code(desk, view):
    page = desk.get(f"{at(view)}/slip")
    whole, small = codes(page)
    assert signing.jws_from_qr([whole]) == view.jws
    assert small.startswith(f"http://localhost:8000/q/{view.number}#")
    secret = small.partition("#")[2]
    assert signing.pointer_sha256(secret) == signing.pointer_sha256(
        signing.pointer_secret(desk.service.keys.pointer, view.number)
    )


def test_the_slip_is_readable_by_a_person_in_persian(desk, view):
    desk.speak("fa")
    page = desk.get(f"{at(view)}/slip")
    for words in ("درمانگاه نمونهٔ سپید", "دکتر آناهیتا سروستان", "کاوه سپیدان", "مهلت دریافت تا ۱۴۰۵/۱۱/۱۰"):
        assert words in page.text
    assert "هر ۸ ساعت، یک کپسول" in page.text
    assert INSURED not in page.html


def test_a_slip_has_no_inline_style_which_the_policy_would_drop(desk, view):
    page = desk.get(f"{at(view)}/slip")
    assert "style=" not in page.html


def test_the_slip_of_a_cancelled_prescription_has_no_code(desk, view):
    desk.post(f"{at(view)}/cancel", {"reason": "wrong-medicine"})
    page = desk.get(f"{at(view)}/slip")
    assert "Not valid any more: Cancelled" in page.text
    assert 'class="qr"' not in page.html


def test_an_expired_prescription_says_so_and_offers_nothing(desk, view):
    desk.clock.advance(days=61)
    desk.sign_in()
    page = desk.get(at(view))
    assert "Expired" in page.text
    assert f'action="{at(view)}/cancel"' not in page.html
    assert 'class="qr"' not in desk.get(f"{at(view)}/slip").html


def test_a_long_prescription_has_two_codes_that_give_the_whole_together(desk):
    """Free text does not deflate well: eight medicines with a long instruction each need a second code."""
    desk.sign_in()
    letters = Random(20)
    items = [
        {
            "medicine": generic,
            "dose": {"amount": "1", "unit": unit},
            "frequency": "1x1",
            "route": "oral",
            "duration_days": 5,
            "quantity": "5",
            "instruction": "".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=110)),
        }
        for generic, unit in LONG
    ]
    order = {"shabad": desk.shabad_of(desk.draft()), "diagnoses": [{"code": "J02.9"}], "items": items}
    view = desk.sign_order(PrepareInput.model_validate(order))
    page = desk.get(f"{at(view)}/slip")
    first, second, _small = codes(page)
    assert signing.jws_from_qr([second, first]) == view.jws
    assert "code 1 of 2, scan every one" in page.text
