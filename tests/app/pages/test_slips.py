"""Giving the slip out at the physician's desk: the preview, the original, copies, and the PDF."""

import re

import pypdfium2
import pytest
import zxingcpp
from sqlmodel import col, select

from app.db import reading
from app.tables import AuditEntry
from prescriber import signing

A5 = (419.5, 595.3)


@pytest.fixture
def view(desk):
    desk.sign_in()
    return desk.signed()


def at(view) -> str:
    return f"/prescriber/prescriptions/{view.number}/slip"


def given(desk, view, **how):
    """Press Print, or another button, and look at what comes."""
    return desk.follow(desk.post(at(view), {"form": "print", "language": "en"} | how))


def test_right_after_signing_one_enter_prints(desk, view):
    page = desk.get(at(view))
    assert "Signed. Print the slip." in page.text
    [button] = re.findall(r'<button name="form" value="print"[^>]*>', page.html)
    assert "autofocus" in button
    assert page.html.index('value="print"') < page.html.index('value="pdf"')  # Enter presses the first


def test_what_is_printed_from_the_preview_is_only_a_notice(desk, view):
    """The preview knows no number, so it may not become a sheet."""
    assert "This was only the preview." in desk.get(at(view)).text


def test_the_first_is_the_original_and_the_second_says_it_is_a_copy(desk, view):
    first, second = given(desk, view), given(desk, view)
    assert first.url.endswith("/slip/1")
    assert second.url.endswith("/slip/2")
    assert "does not give more medicine" not in first.text
    assert re.search(
        r"Copy 2, given on 2026-12-01 \( ?1405/09/10 ?\)\. A copy does not give more medicine\.", second.text
    )


def test_a_copy_says_so_in_the_language_of_the_sheet_not_of_the_page(desk, view):
    given(desk, view)
    page = given(desk, view, language="fa")
    assert '<html lang="en"' in page.html
    assert re.search(r'<section class="slip[^"]*" lang="fa" dir="rtl"', page.html)
    assert "رونوشت ۲، داده‌شده در ۱۴۰۵/۰۹/۱۰" in page.text
    desk.speak("fa")
    page = given(desk, view, language="en")
    assert '<html lang="fa"' in page.html
    assert re.search(r'<section class="slip[^"]*" lang="en" dir="ltr"', page.html)


def test_an_original_looked_at_again_is_still_the_original(desk, view):
    given(desk, view)
    given(desk, view)
    assert "does not give more medicine" not in desk.get(f"{at(view)}/1").text


def test_two_clicks_are_one_sheet(desk, view):
    sent = {"form": "print", "language": "en"}
    first, second = (desk.post(at(view), sent, key="one-click") for _ in range(2))
    assert first.location == second.location
    assert "The original" in desk.get(at(view)).text
    assert "Copy 2" not in desk.get(at(view)).text


def test_the_printers_window_opens_only_after_the_button(desk, view):
    assert "data-ask" in given(desk, view).html
    assert "data-ask" not in desk.get(f"{at(view)}/1").html  # reloaded, or opened from the list


def test_large_print_is_kept_with_the_sheet(desk, view):
    assert "slip-large" in given(desk, view, large="on").html
    assert "slip-large" in desk.get(f"{at(view)}/1").html
    assert "slip-large" not in given(desk, view).html


def test_the_preview_shows_language_and_size_as_chosen(desk, view):
    page = desk.get(at(view), language="fa", large="on")
    assert re.search(r'<section class="slip slip-large" lang="fa"', page.html)
    assert re.search(r'value="fa" checked', page.html)


def test_the_pdf_is_this_sheet_and_is_kept_nowhere(desk, view):
    sent = desk.post(at(view), {"form": "pdf", "language": "en"})
    assert sent.location.endswith("/slip/1.pdf")
    answer = desk.browser.get(sent.location)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("inline")
    document = pypdfium2.PdfDocument(answer.content)
    assert document[0].get_size() == pytest.approx(A5, abs=0.5)
    read = {code.text for code in zxingcpp.read_barcodes(document[0].render(scale=203 / 72).to_pil())}
    [whole] = [text for text in read if text.startswith("NSK1")]
    assert signing.jws_from_qr([whole]) == view.jws


def test_the_page_reads_in_full_without_a_machine(desk, view):
    text = given(desk, view).text
    for words in (
        "Council number 9990001",
        "2026-12-01 ( 1405/09/10 )",
        "amoxicillin 500 mg cap",
        "Take 1 capsule by mouth every 8 hours for 7 days.",
        "in words: twenty-one capsule",
        "To be collected until 2027-01-30",
        "Paid by the insurer until",
    ):
        assert words in text, words
    number = view.number.shabad
    assert f"{number[:4]} {number[4:8]} {number[8:]} - 1" in text
    typed = signing.typed_secret(signing.pointer_secret(desk.service.keys.pointer, view.number))
    assert typed in text


@pytest.mark.parametrize("nth", ["1", "1.pdf"])
def test_a_sheet_that_was_never_given_is_not_found(desk, view, nth):
    assert desk.get(f"{at(view)}/{nth}").status == 404


@pytest.mark.parametrize("nth", ["0", "-1", "x", "99999999999", "0.pdf", "x.pdf"])
def test_a_sheet_number_that_is_none_is_refused(desk, view, nth):
    assert desk.get(f"{at(view)}/{nth}").status in {400, 404, 422}


def test_another_clinic_gives_sees_and_downloads_nothing(desk, view):
    given(desk, view)
    desk.hire("dr.elsewhere", centre="9900000003")
    desk.sign_in("dr.elsewhere")
    sent = {"form": "print", "language": "en"}
    assert [desk.get(f"{at(view)}{end}").status for end in ("", "/1", "/1.pdf")] == [404] * 3
    assert desk.post(at(view), sent).status == 404
    desk.sign_in()
    assert "Copy 2" not in desk.get(at(view)).text


@pytest.mark.parametrize("sent", [{}, {"form": "fax", "language": "en"}, {"form": "pdf", "language": "de"}])
def test_a_form_that_no_page_of_ours_sends_is_refused(desk, view, sent):
    assert desk.post(at(view), sent).status in {400, 422}
    assert "Given out so far" not in desk.get(at(view)).text


def test_of_what_was_cancelled_the_sheet_says_so_and_has_no_code(desk, view):
    given(desk, view)
    desk.post(at(view).removesuffix("/slip") + "/cancel", {"reason": "wrong-medicine"})
    for page in (desk.get(f"{at(view)}/1"), given(desk, view)):
        assert "Not valid any more: Cancelled" in page.text
        assert 'class="qr"' not in page.html
    answer = desk.browser.get(f"{at(view)}/1.pdf")
    assert zxingcpp.read_barcodes(pypdfium2.PdfDocument(answer.content)[0].render(scale=3).to_pil()) == []


def test_giving_and_looking_are_written_down(desk, view):
    given(desk, view)
    with reading(desk.service) as session:
        kept = session.exec(
            select(AuditEntry).where(col(AuditEntry.verb).in_(["slip.give", "slip.print"]))
        ).all()
    assert {one.verb for one in kept} == {"slip.give", "slip.print"}
    assert {(one.subject, one.patient) for one in kept} == {(str(view.number), str(view.patient))}
