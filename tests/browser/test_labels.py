"""Labels as they lie on paper: one to a page of 60 by 40 millimetres, and nothing of the longest one is cut off."""

import pytest
from pypdfium2 import PdfDocument

from tests.browser.steps import given, then, when

LONG = (
    "هر روز پس از غذای کامل با یک لیوان پر آب و دست‌کم نیم ساعت پیش از خواب"
    " در حالت نشسته خورده شود و بیمار دراز نکشد"
)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_labels_hold_all_that_is_to_be_said(people, world, language):
    with given("a prescription of many medicines, each with the longest instruction"):
        short = world.item("warfarin", "tablet", frequency="1x1", quantity="7")
        number = world.dispense(world.prescribe([world.item(instruction=LONG), short]))["dispense"]
    with when("the pharmacist opens its labels"):
        till = people.pharmacist(language=language).goto(
            f"/pharmacy/dispenses/{number}/labels?language={language}"
        )
    with then("no label is wider or taller than its paper"):
        cut = till.page.locator(".label").evaluate_all(
            "all => all.filter(one => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth)"
            ".map(one => [one.className, one.scrollHeight, one.clientHeight, one.scrollWidth, one.clientWidth])"
        )
        assert cut == []
    with then("each is a page of its own, as large as a label"):
        pages = PdfDocument(till.page.pdf(prefer_css_page_size=True))
        assert len(pages) == till.page.locator(".label").count()
        for sheet in pages:
            assert [round(side * 25.4 / 72) for side in sheet.get_size()] == [60, 40]


@pytest.mark.parametrize(("language", "width"), [("fa", 390), ("en", 1280)])
def test_receipt_and_labels_are_for_everybody_on_every_screen(people, world, language, width):
    with given("a dispense"):
        number = world.dispense(world.prescribe())["dispense"]
        till = people.pharmacist(language=language, width=width)
    for path in (f"/pharmacy/dispenses/{number}", f"/pharmacy/dispenses/{number}/labels"):
        with then(f"{path.rsplit('/', 1)[-1]} has no fault and fits the screen"):
            till.goto(path)
            assert till.axe() == []
            assert till.wider_than_the_screen() is None
