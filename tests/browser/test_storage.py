"""Nothing of a patient stays in the browser: not in its storage, not in its caches, not in an address it remembers."""

from typing import Any

import pytest

from tests.browser.lived import live
from tests.browser.steps import given, then, when
from tests.browser.walking import pages_of

# Everything a page can keep, as text. Keys that cannot be taken out show nothing but their kind.
_KEPT = """async () => {
  const shown = (it) => JSON.stringify(it, (_, v) =>
    v instanceof CryptoKey ? `key:${v.algorithm.name}:${v.extractable}`
    : v instanceof ArrayBuffer || ArrayBuffer.isView(v) ? new TextDecoder().decode(v) : v);
  const databases = [];
  for (const { name, version } of await indexedDB.databases()) {
    const db = await new Promise((done, no) => {
      const asked = indexedDB.open(name, version);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => no(asked.error);
    });
    for (const store of db.objectStoreNames) {
      const rows = await new Promise((done) => {
        const asked = db.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
      });
      databases.push(`${name}/${store}: ${rows.map(shown).join()}`);
    }
    db.close();
  }
  const cached = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) cached.push(`${name}: ${request.url}`);
  return { local: shown(localStorage), session: shown(sessionStorage), databases, cached, name: window.name,
    state: shown(history.state), workers: (await navigator.serviceWorker.getRegistrations()).length };
}"""


@pytest.fixture
def world(shared_world):
    return shared_world


@pytest.fixture(scope="module")
def lived(shared_world):
    return live(shared_world)


@pytest.mark.parametrize("role", ["physician", "pharmacist", "insurer"])
def test_a_walk_with_a_patient_open_leaves_nothing_behind(people, world, lived, role):
    with given("a world with visits, prescriptions and claims"):
        patients = [world.person(), world.person("basic")]
        secrets = {str(each[name]) for each in patients for name in ("national_id", "name_fa", "name_en")}
        secrets |= {"amoxicillin", "آموکسی‌سیلین", "J02.9"}
    with when("somebody opens every page they have"):
        also = (lived.visit, lived.draft, f"{lived.draft}/review") if role == "physician" else ()
        screen = getattr(people, role)()
        addresses, stored = [], dict[str, Any]()
        screen.context.on("response", lambda answer: stored.setdefault(answer.url, answer))
        for found in pages_of(world, screen.username, also, each=1).values():
            screen.goto(found[0])
            addresses.append(screen.page.url)
    with then("nothing of the patients is kept anywhere"):
        kept = screen.page.evaluate(_KEPT)
        assert kept["workers"] == 0
        assert kept["cached"] == []
        assert not [secret for secret in secrets if secret in str(kept)]
        cookies = str(screen.context.cookies())
        assert not [secret for secret in secrets if secret in cookies or secret in " ".join(addresses)]
    with then("no answer about them may be stored"):
        pages = [answer for url, answer in stored.items() if "/static/" not in url]
        loose = [a.url for a in pages if a.header_value("cache-control") != "no-store"]
        assert pages
        assert not loose


def test_going_back_after_signing_out_shows_no_patient(people, world):
    with given("a physician with a prescription before her"):
        person = world.person()
        number = world.prescribe()["number"]
        doctor = people.physician(language="en").goto(f"/prescriber/prescriptions/{number}")
        assert person["name_fa"] in doctor.text
    with when("she signs out and somebody presses the back button"):
        doctor.page.locator("#person summary").click()
        doctor.press("Sign out")
        doctor.page.wait_for_url("**/")
        doctor.page.go_back()
    with then("the browser asks the service again, and it asks who is there"):
        doctor.page.wait_for_url("**/sign-in**")
        assert person["name_fa"] not in doctor.text
