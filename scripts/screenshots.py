"""`make screenshots`: play the whole story in Chromium, in both languages, and take the pictures of docs/screenshots.

The service runs on a throw-away database with the demonstration's people; nothing of a real `var/` is touched. Each
picture is one step of the tour in the README, so a step that cannot be taken any more stops the script with its name.
"""

import contextlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from sqlmodel import Session

from app.server import simulator
from codings.loader import DATA, load
from tests import factories
from tests.browser import chromium, places
from tests.browser.lived import happen, write_draft
from tests.browser.people import Language, People
from tests.browser.places import Place
from tests.browser.screens import Screen
from tests.cluster import throwaway
from tests.conftest import connected, make_schema

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
TALLEST = 1_250  # a picture shows about one and a half screens
COLOURS = 128
LIMIT = 200_000


def main() -> None:
    with _place() as place, sync_playwright() as driver:
        browser = chromium.launch(driver)
        for language in ("fa", "en"):
            people = People(place, browser, lambda film: chromium.launch(driver, camera=film))
            Tour(place, people, language).play()
            errors = people.leave()
            if errors:
                print("the browser reported:", *errors, sep="\n  ")
        browser.close()


class Tour:
    """The story in one language, picture by picture."""

    def __init__(self, place: Place, people: People, language: Language) -> None:
        self.place, self.people, self.language = place, people, language
        self.person = place.person()
        self.taken = 0

    def play(self) -> None:
        self.visitor()
        number = self.physician()
        self.pharmacist(number)
        self.after()

    def visitor(self) -> None:
        self.take(self.people.visitor(language=self.language).goto("/"), "first-page")

    def physician(self) -> str:
        """She opens a visit, writes, reviews, signs, and has the slip; gives the prescription's number."""
        doctor = self.people.physician(language=self.language)
        doctor.goto("/prescriber")
        doctor.page.locator("[name='patient.national_id']").fill(str(self.person["national_id"]))
        doctor.page.locator("form[action='/prescriber/visits'] button").last.click()
        doctor.page.locator("button[value='shabad']").wait_for()
        self.take(doctor, "visit")
        draft = write_draft(self.place, self.person)
        self.take(doctor.goto(draft), "draft")
        self.sign(doctor, draft)
        self.take(doctor, "slip")
        return doctor.path.split("/")[3]

    def sign(self, doctor: Screen, draft: str) -> None:
        """A key in this browser, the review of the very bytes, the password, the signature."""
        doctor.goto("/prescriber/key")
        doctor.page.locator("#device").fill("اتاق ۲" if self.language == "fa" else "Room 2")
        doctor.page.locator("#make-key button").click()
        doctor.page.locator("[data-here]:visible").first.wait_for()
        doctor.goto(f"{draft}/review")
        doctor.page.locator("#sign-button:enabled").wait_for()
        self.take(doctor, "review-and-sign")
        doctor.page.locator("#password").fill(self.place.password())
        doctor.page.locator("#sign-button").click()
        doctor.page.wait_for_url("**/slip")

    def pharmacist(self, number: str) -> None:
        """At the counter: the number is typed, packs are scanned, everybody's share is shown, it is handed over."""
        counter = self.people.pharmacist(language=self.language, width=390).goto("/pharmacy")
        self.take(counter, "counter-on-a-telephone")
        desk = self.people.pharmacist(language=self.language).goto("/pharmacy")
        desk.page.locator("#scan").fill(number.partition("-")[0])
        desk.page.locator("#national_id").fill(str(self.person["national_id"]))
        desk.page.locator("form[action='/pharmacy'] button").first.click()
        desk.page.wait_for_url("**/acceptances/**")
        for inn, form in (("amoxicillin", "capsule"), ("ibuprofen", "tablet")):
            self.scan_packs(desk, self.place.medicine(inn, form)["generic"], 21)
        self.take(desk, "packs-scanned")
        desk.page.locator("form[action$='/price'] button:not([formaction])").last.click()
        desk.page.locator("form[action$='/dispense']").first.wait_for()
        self.take(desk, "shares")
        desk.page.locator("form[action$='/dispense'] button:not([formaction])").last.click()
        desk.page.wait_for_url("**/dispenses/**")
        self.take(desk, "receipt")

    def scan_packs(self, desk: Screen, generic: str, quantity: int) -> None:
        """As many fresh packs as hold that many, each read by the hand scanner, which types and presses Enter."""
        while quantity > 0:
            pack = self.place.fresh_pack(generic)
            desk.page.locator("#barcode").fill(pack["barcode"])
            desk.page.locator("#barcode").press("Enter")
            desk.page.get_by_text(pack["uid"]).first.wait_for()
            quantity -= int(pack["size"])

    def after(self) -> None:
        """Insurer, council, regulator: what the others see of it."""
        self.place.work()
        insurer = self.people.insurer(language=self.language).goto("/insurer")
        self.take(insurer, "insurer")
        self.take(self.people.council(language=self.language).goto("/council"), "council")
        self.take(self.people.regulator(language=self.language).goto("/regulator"), "regulator")

    def take(self, screen: Screen, name: str) -> None:
        """Lay the page down as a small PNG, cut where the second screen ends."""
        self.taken += 1
        screen.page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
        picture = Image.open(io.BytesIO(screen.page.screenshot(full_page=True))).convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
        file = OUT / f"{self.language}-{self.taken:02}-{name}.png"
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
        size = file.stat().st_size
        print(f"{file.relative_to(ROOT)}  {size // 1000} kB")
        if size > LIMIT:
            msg = f"{file.name} has {size} bytes, more than {LIMIT}"
            raise ValueError(msg)


@contextlib.contextmanager
def _place() -> Iterator[Place]:
    """A service on a database of its own, in which a day's work has been done already."""
    with tempfile.TemporaryDirectory() as name, throwaway() as cluster, simulator(Path(name)) as authority:
        url = cluster.create_database("screenshots")
        make_schema(url)
        with connected(url) as engine, Session(engine) as session:
            load(session, DATA, by=factories.codings_editor())
            session.commit()
        seeded = places.seed(cluster, "screenshots", authority, Path(name) / "world")
        with places.served(cluster, seeded, authority) as place:
            happen(place)
            yield place


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    main()
