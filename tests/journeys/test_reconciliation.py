"""Dispenses against claims: all fits after ordinary work, and whatever a database administrator changes is listed."""

import logging
from dataclasses import replace

import httpx2
import pytest

from app import scraping
from app.flows.reconciling import reconcile
from app.reactions import sweep
from tests import deployed
from tests.journeys.browser import Person
from tests.journeys.insurer_hand import pull

FITS = "Everything fits"


@pytest.fixture
def officer(world) -> Person:
    return Person(world, "regulator-1")


def lose_a_claim(world) -> None:
    for table in ("ready_claim", "claim_status", "claim_version", "claim"):
        world.alter(f"DELETE FROM {table} WHERE insurer = '1'")  # noqa: S608  names of our own


def acknowledge_all(world) -> None:
    """Both insurers take what waits for them, every line of it."""
    world.work()
    world.clock.advance(minutes=16)
    sweep(world.service)
    for insurer in (world.tamin, world.supplementary):
        pull(insurer)


def test_after_ordinary_work_everything_fits_and_each_dispense_without_a_claim_has_its_reason(world, officer):
    world.dispense(world.prescribe())
    world.dispense(world.prescribe(self_pay=True))
    back = world.dispense(world.prescribe())
    world.pharmacy.post(f"/dispenses/{back['dispense']}/return", {"reason": "not-collected"})
    found = reconcile(world.service)
    assert (found.dispenses, found.claimed_for, found.self_pay, found.nothing_owed) == (3, 2, 1, 0)
    assert (found.returned, found.faults, found.difference) == (1, 0, 0)
    assert found.claims == 4
    assert found.owed == found.claimed > 0
    page = officer.get("/reconciliation")
    assert FITS in page.text
    assert "Without a claim: the patient has no cover 1" in page.text


def test_a_reversal_that_its_insurer_has_read_fits(world):
    back = world.dispense(world.prescribe())
    acknowledge_all(world)
    world.pharmacy.post(f"/dispenses/{back['dispense']}/return", {"reason": "not-collected"})
    acknowledge_all(world)
    found = reconcile(world.service)
    assert (found.returned, found.claims, found.owed, found.claimed, found.faults) == (1, 2, 0, 0, 0)


def test_a_claim_that_was_deleted_is_listed_counted_and_cried_out(world, officer, caplog):
    done = world.dispense(world.prescribe())
    before = reconcile(world.service)
    assert not caplog.records
    lose_a_claim(world)
    with caplog.at_level(logging.ERROR, logger="noskheh.reconciliation"):
        found = reconcile(world.service)
    assert "do not fit: 1" in caplog.text
    assert (found.faults, found.claims, found.owed) == (1, 1, before.owed)
    lost = next(claim["amount"] for claim in done["claims"] if claim["insurer"] == "1")
    assert found.difference == -lost
    page = officer.get("/reconciliation")
    assert FITS not in page.text
    assert done["dispense"] in page.text
    assert "No claim" in page.text
    told = officer.tab.get("/reconciliation.csv").content.decode("utf-8-sig").split("\r\n")
    assert told[0].startswith("Day,Day (Jalali),Dispense,Pharmacy,Insurer")
    assert told[1].endswith(f"{done['dispense']},{world.pharmacy.entry['centre']},1,{lost},0,No claim")
    assert len(told) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE claim SET amount = amount - 1 WHERE insurer = '1'", "Another amount"),
        ("UPDATE claim SET state = 'void' WHERE insurer = '1'", "Claim taken back, dispense not"),
        ("UPDATE dispense SET state = 'returned'", "Dispense returned, claim not"),
        ("UPDATE dispense SET statement = NULL", "No cost statement"),
        ("UPDATE shabad SET supplementary = NULL WHERE bound_n IS NOT NULL", "Claim without a debt"),
        ("UPDATE dispense SET dispensed_at = dispensed_at - interval '40 days'", "Claim without a debt"),
    ],
)
def test_whatever_else_is_changed_is_named(world, officer, change, words):
    world.dispense(world.prescribe())
    assert FITS in officer.get("/reconciliation").text
    world.alter(change)
    page = officer.get("/reconciliation")
    assert FITS not in page.text
    assert words in page.text


def test_an_insurer_sees_its_own_part_and_others_nothing(world):
    world.dispense(world.prescribe())
    lose_a_claim(world)
    assert "No claim" in Person(world, "insurer-tam").get("/reconciliation").text
    assert FITS in Person(world, "insurer-sal").get("/reconciliation").text
    assert Person(world, "pharmacist-9990011").get("/reconciliation").status == 403


def test_pages_follow_one_another_and_days_and_pharmacies_are_chosen(world, officer):
    world.dispense(world.prescribe())
    lose_a_claim(world)
    for sort in ("day", "-day", "pharmacy", "insurer"):
        assert "No claim" in officer.get(f"/reconciliation?sort={sort}").text
    siam = world.pharmacy.entry["centre"]
    assert "No claim" in officer.get(f"/reconciliation?pharmacy={siam}").text
    other = world.other_pharmacy.entry["centre"]
    assert FITS in officer.get(f"/reconciliation?pharmacy={other}").text
    assert FITS in officer.get("/reconciliation?day_to=1405/09/09").text
    page = officer.get("/reconciliation?day_from=1405/09/11&day_to=1405/09/10")
    assert (page.status, "after the last" in page.read.errors["day_from"]) == (422, True)


def test_the_page_in_persian(world, officer):
    world.dispense(world.prescribe())
    lose_a_claim(world)
    page = officer.speaking("fa").get("/reconciliation")
    assert page.read.root["dir"] == "rtl"
    assert "صورت‌حساب ندارد" in page.text


# --- What the last night found, for everybody: numbers only


def scraped(world) -> str:
    settings = world.service.settings.model_copy(update={"metrics_port": deployed.free_port()})
    with scraping.offered(replace(world.service, settings=settings)) as port:
        return httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text


def test_the_status_page_and_the_counters_tell_what_the_last_night_found(world, officer):
    assert "Amber: they were not compared yet. It is done every night." in officer.get("/status").text
    assert "noskheh_reconciliation" not in scraped(world)
    done = world.dispense(world.prescribe())
    reconcile(world.service)
    page = officer.get("/status").text
    assert "Green: every dispense has its claim" in page
    assert "Dispenses compared 1" in page
    assert "noskheh_reconciliation_faults 0\n" in scraped(world)
    world.clock.advance(hours=26, minutes=1)
    assert (
        "Amber: they were not compared for more than a day."
        in Person(world, "regulator-1").get("/status").text
    )
    lose_a_claim(world)
    reconcile(world.service)
    page = Person(world, "regulator-1").get("/status").text
    assert "Red: dispenses and claims do not fit." in page
    assert "Parts owed without a claim and without a reason 1" in page
    assert done["dispense"] not in page
    assert world.pharmacy.entry["centre"] not in page
    for line in ("unclaimed 1", "undispensed 0", "faults 1"):
        assert f"noskheh_reconciliation_{line}\n" in scraped(world)
    seen = f"noskheh_reconciliation_last_run_seconds {world.clock().timestamp():.0f}\n"
    assert seen in scraped(world)
    world.clock.advance(days=3)
    assert (
        "Red:" in world.browser.get("/status", headers={"Cookie": "noskheh_language=en"}).text
    )  # not forgotten
