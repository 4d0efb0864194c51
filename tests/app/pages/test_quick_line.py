"""The quick line on the draft's form: read back in full, several meanings all shown, taken over only with a press."""

from urllib.parse import unquote_plus

import pytest
from sqlmodel import select

import codings.queries as codings
from app.db import reading
from codings.base import new_id
from prescriber.tables import Draft
from tests.app.pages.desk import HERE
from tests.app.pages.page import fields


def typed(desk, at) -> dict[str, str]:
    with reading(desk.service) as session:
        return dict(session.exec(select(Draft).where(Draft.id == at.rpartition("/")[2])).one().typed)


def generic(desk, inn: str, form: str, strength: str) -> str:
    """The code of a presentation, whatever number the codings gave it."""
    with reading(desk.service) as session:
        found = codings.search(session, "medicine", inn, 200)
        rows = codings.medicines(session, {row.code for row in found}).values()
    [code] = {row.generic for row in rows if (row.inn, row.form, row.strength) == (inn, form, strength)}
    return code


def buttons(page) -> list[str]:
    """What can be taken over."""
    parts = page.html.split('name="do" value="quick:')[1:]
    return [part.partition('"')[0] for part in parts]


def read(desk, at, line):
    """The line typed and its own button pressed, without scripts."""
    return desk.follow(desk.press(at, "quick", quick=line))


@pytest.fixture
def at(desk):
    desk.sign_in()
    return desk.draft()


def test_a_line_is_read_back_in_full_and_writes_nothing(desk, at):
    before = typed(desk, at)
    page = read(desk, at, "amoxicillin 500 cap 1x3 7d after meals")
    assert "Take 1 capsule by mouth three times a day after meals for 7 days." in page.text
    for words in ("Dose each time", "three times a day", "after meals"):
        assert words in page.text
    assert page.value("quick") == "amoxicillin 500 cap 1x3 7d after meals"
    assert buttons(page) == [f"0:{generic(desk, 'amoxicillin', 'capsule', '500 mg')}"]
    assert typed(desk, at) == before


def test_the_press_takes_all_fields_over_and_computes_the_quantity(desk, at):
    line = "amoxicillin 500 cap 1x3 7d after meals"
    [button] = buttons(read(desk, at, line))
    sent = desk.press(at, f"quick:{button}", quick=line)
    assert sent.location.endswith("#item-1")
    saved = typed(desk, at)
    assert {name.removeprefix("items.0."): value for name, value in saved.items()} == {
        "medicine": button.partition(":")[2],
        "dose.amount": "1",
        "dose.unit": "capsule",
        "frequency": "3x1",
        "timing": "after-meal",
        "route": "oral",
        "duration_days": "7",
        "quantity": "21",
    }


def test_a_second_line_stands_below_the_first(desk, at):
    for line in ("amoxicillin 500 cap 1x3 7d", "لوزارتان ۵۰ روزی نصف ۳۰ روز"):
        button = buttons(read(desk, at, line))[0]
        desk.press(at, f"quick:{button}", quick=line)
    saved = typed(desk, at)
    assert (saved["items.0.dose.amount"], saved["items.1.dose.amount"]) == ("1", "0.5")
    assert saved["items.1.quantity"] == "15"


def test_persian_is_read_back_in_persian(desk, at):
    desk.speak("fa")
    page = read(desk, at, "آموکسی‌سیلین ۵۰۰ کپسول روزی سه تا ۷ روز")
    assert "روزی سه بار، هر بار یک کپسول، به مدت ۷ روز بخورید." in page.text
    assert "آوردن در نسخه" in page.text


def test_a_line_of_two_meanings_shows_both_and_takes_the_one_that_is_pressed(desk, at):
    line = "amoxicillin 500 cap 2x3 7d"
    page = read(desk, at, line)
    assert "This can be read in more than one way: 2x3" in page.text
    assert "Take 2 capsules by mouth three times a day for 7 days." in page.text
    assert "Take 3 capsules by mouth twice a day for 7 days." in page.text
    first, second = buttons(page)
    assert (first[0], second[0]) == ("0", "1")
    desk.press(at, f"quick:{second}", quick=line)
    saved = typed(desk, at)
    assert (saved["items.0.dose.amount"], saved["items.0.frequency"]) == ("3", "2x1")


def test_a_reading_that_no_presentation_has_is_left_out(desk, at):
    """Of amoxicillin there is no strength of 2, so 2 is the dose."""
    page = read(desk, at, "amoxicillin 2 cap bid 7d")
    assert "Take 2 capsules by mouth twice a day for 7 days." in page.text
    assert all(button.startswith("1:") for button in buttons(page))
    assert "more than one way" not in page.text


def test_every_medicine_of_the_strength_is_offered_and_no_other(desk, at):
    page = read(desk, at, "amoxicillin 5 ml tds 7d")
    offered = {button.partition(":")[2] for button in buttons(page)}
    with reading(desk.service) as session:
        rows = codings.medicines(session, offered).values()
    assert rows
    assert {row.unit for row in rows} == {"ml"}
    assert "No medicine" in read(desk, at, "amoxicillin 501 cap 1x3 7d").text


def test_a_name_that_nobody_knows_is_said_to_be_unknown(desk, at):
    page = read(desk, at, "zzyzx 500 tab 1x3")
    assert "No medicine “zzyzx” has just this strength, form and unit." in page.text
    assert buttons(page) == []
    assert "at least three letters" in read(desk, at, "am 500 1x3").text


def test_words_that_were_not_understood_are_shown(desk, at):
    page = read(desk, at, "amoxicillin 500 cap 1x3 urgently 7d")
    assert "Not understood: urgently" in page.text
    assert len(buttons(page)) == 1


def test_what_contradicts_the_line_has_to_be_mended_first(desk, at):
    line = "amoxicillin 500 cap 1 cap bid tds 7d"
    page = read(desk, at, line)
    assert "do not go with the rest of the line: tds" in page.text
    assert buttons(page) == []
    code = generic(desk, "amoxicillin", "capsule", "500 mg")
    refused = desk.press(at, f"quick:0:{code}", quick=line)  # a form made up by hand
    assert refused.status == 422
    assert "cannot be taken over as it stands" in refused.text
    assert "items.0.medicine" not in typed(desk, at)


def test_when_needed_asks_what_for(desk, at):
    line = "سالبوتامول اسپری ۲ پاف هر ۶ ساعت در صورت نیاز ۳۰ روز"
    page = read(desk, at, line)
    assert "Inhale 2 puffs only when needed, at most once every 6 hours, for 30 days." in page.text
    button = buttons(page)[0]
    refused = desk.press(at, f"quick:{button}", quick=line)
    assert refused.status == 422
    assert "not what for" in refused.text
    assert refused.value("quick") == line  # what was read is still there
    desk.press(at, f"quick:{button}", quick=line, quick_reason="breathlessness")
    saved = typed(desk, at)
    assert (saved["items.0.as_needed"], saved["items.0.frequency"]) == ("breathlessness", "q6h")


def test_what_the_line_does_not_say_stays_empty(desk, at):
    page = read(desk, at, "metformin 500 tab bid with meals")
    assert "Still to be written after it is taken over: the dose, the days" in page.text
    desk.press(at, f"quick:{buttons(page)[0]}", quick="metformin 500 tab bid with meals")
    saved = typed(desk, at)
    assert saved["items.0.frequency"] == "2x1"
    assert not {"items.0.dose.amount", "items.0.duration_days", "items.0.quantity"} & set(saved)


def test_weekly_methotrexate_keeps_its_day(desk, at):
    line = "methotrexate 2.5 4 tabs weekly sat 28d"
    page = read(desk, at, line)
    assert "Take 4 tablets by mouth once a week, on Saturdays, for 28 days." in page.text
    desk.press(at, f"quick:{buttons(page)[0]}", quick=line)
    saved = typed(desk, at)
    assert (saved["items.0.timing"], saved["items.0.quantity"]) == ("saturday", "16")


def test_the_enter_key_without_scripts_reads_the_line(desk, at):
    """The first button of the form saves; with a line in the box it reads that too."""
    sent = desk.press(at, "save", quick="amoxicillin 500 cap 1x3 7d")
    assert "quick=amoxicillin 500 cap 1x3 7d" in unquote_plus(sent.location)
    assert buttons(desk.follow(sent))


def test_a_button_for_another_medicine_takes_nothing(desk, at):
    paracetamol = generic(desk, "paracetamol", "tablet", "500 mg")
    for which in (f"0:{paracetamol}", "7:90010", "0:", "x", "0:'"):
        refused = desk.press(at, f"quick:{which}", quick="amoxicillin 500 cap 1x3 7d")
        assert refused.status == 422, which
    assert "items.0.medicine" not in typed(desk, at)


def test_a_line_that_is_markup_stays_text(desk, at):
    page = read(desk, at, "<script>alert(1)</script> 500 tab 1x3")
    assert "<script>alert" not in page.html


def test_the_script_gets_the_echo_and_saves_the_form_with_it(desk, at):
    body = {
        **fields(desk.get(at), at),
        "key": str(new_id()),
        "do": "quick",
        "quick": "amoxicillin 500 cap 1x3 7d",
    }
    answer = desk.browser.post(at, data=body, headers=HERE | {"X-Live": "1"})
    assert answer.status_code == 200
    assert 'value="quick:0:' in answer.text
