"""The desks in a real browser: lists that sort and filter in place, a file that is saved, two officers and a key."""

import csv
import io

from tests.browser.steps import given, then, when


def test_an_insurers_officer_sees_the_batch_sorts_filters_and_saves(people, world):
    with given("claims of two amounts, sealed into batches"):
        for quantity in ("21", "10"):
            item = world.item(quantity=quantity, frequency="1x1", duration_days=int(quantity))
            world.dispense(world.prescribe([item]))
        world.work()
        world.work()
    with when("an officer opens the first page and follows a batch"):
        screen = people.insurer(language="en", width=1280).goto("/insurer")
        page = screen.page
        page.get_by_role("link", name="Batch 1", exact=True).click()
    with then("the batch tells that nobody fetched its file yet"):
        page.get_by_text("Nobody has fetched this file yet").wait_for()
    with when("she sorts the claims by amount, in place"):
        screen.goto("/insurer/claims")
        page.get_by_role("link", name="Requested (Rial)").click()
        page.locator('th[aria-sort="ascending"] #sort-amount').wait_for()
    with then("the smaller stands first, and the address says so"):
        amounts = [
            int(cell.replace(",", "")) for cell in page.locator("tbody td:nth-child(5)").all_inner_texts()
        ]
        assert amounts == sorted(amounts)
        assert len(set(amounts)) > 1
        assert page.url.endswith("?sort=amount")
    with when("she filters by a least amount"):
        page.get_by_label("Requested at least (Rial)").fill(f"{max(amounts):,}")
        page.get_by_role("button", name="Show", exact=True).click()
        page.get_by_role("button", name="Show everything").wait_for()
    with then("only the larger is left, and the file holds the same"):
        shown = page.locator("tbody td.first").all_inner_texts()
        assert len(shown) < len(amounts)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save as CSV").click()
        text = saved.value.path().read_text(encoding="utf-8-sig")
        assert [row["Claim"] for row in csv.DictReader(io.StringIO(text))] == [one.strip() for one in shown]
    with then("going back shows the whole page of before"):
        page.go_back()
        page.get_by_role("heading", name="Claims", level=1).wait_for()
        assert screen.axe() == []


def test_a_council_officer_revokes_a_key_on_a_telephone(people, world):
    with given("the certificates on a narrow screen"):
        screen = people.council(language="en", width=390).goto("/council/certificates?holder=9990002")
        page = screen.page
        assert screen.wider_than_the_screen() is None
    with when("an officer opens one and revokes it without a reason"):
        page.locator("tbody td.first a").first.click()
        page.get_by_role("button", name="Revoke at once").click()
    with then("the reason is asked for at its field"):
        page.locator("#reason-error").wait_for()
    with when("she chooses one"):
        page.get_by_label("Reason").select_option("key-compromise")
        page.get_by_role("button", name="Revoke at once").click()
    with then("the key is believed no more, and the history says by whom"):
        page.get_by_text("Not believed from").wait_for()
        page.locator(".history").get_by_text("Revoked").wait_for()
        assert screen.axe() == []
