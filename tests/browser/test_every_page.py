"""Every page a person can open, for every role, in both languages and both widths: it fits, everybody can read it,
it is wholly in its language, and the browser has nothing to complain about.

The pages are found by following links, so a new one is looked at without being listed here; one that no link leads to
fails the last test.
"""

from functools import cache

import pytest

from tests.browser.lived import live
from tests.browser.walking import kinds, pages_of
from tests.browser.words import foreign_words

ROLES = {
    "visitor": None,
    "physician": "physician-9990001",
    "pharmacist": "pharmacist-9990011",
    "insurer": "insurer-tam",
    "council": "council-1",
    "regulator": "regulator-1",
    "codings": "codings-1",
    "admin": "admin",
}
# What answers GET and no link leads to: parts and streams that a script fetches, files, the address of a button that
# leads back when it is opened by hand, and what is shown once, after printing or signing (its own stories open it).
UNLINKED = {
    "/admin/clients/{id}/{what}",
    "/codings/releases/{system}/{release}/{what}",
    "/council/certificates/{kid}/{what}",
    "/council/requests/{asked}/{what}",
    "/paper/search/{what}",
    "/pharmacy/claims/{number}/{answer}",
    "/pharmacy/dispenses/{dispense}/receipt",
    "/prescriber/favourites/{favourite}/{verb}",
    "/prescriber/live",
    "/prescriber/medicines",
    "/prescriber/prescriptions/{number}/slip/{nth}",
    "/prescriber/prescriptions/{number}/slip/{nth}.pdf",
    "/prescriber/signed",
}
NOWHERE = {"/no-such-page"}  # its refusal is a page too


@pytest.fixture
def world(shared_world):
    return shared_world


@pytest.fixture(scope="module")
def lived(shared_world):
    return live(shared_world)


@pytest.fixture(scope="module")
def pages(shared_world, lived):
    """What a role can open: kind of page -> addresses."""
    also = {
        "physician": (lived.visit, lived.draft, f"{lived.draft}/review", lived.paper, "/account/first"),
        "visitor": (f"/q/{lived.number}", "/gallery"),
    }

    @cache
    def found(role):
        return pages_of(shared_world, ROLES[role], also.get(role, ()))

    return found


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_fits_is_readable_and_speaks_one_language(people, pages, role, language):
    username = ROLES[role]
    screen = people.signed_in(username, language=language) if username else people.visitor(language=language)
    faults = []
    for address in sorted({a for found in pages(role).values() for a in found} | NOWHERE):
        screen.goto(address)
        root = screen.page.locator("html")
        told = (root.get_attribute("lang"), root.get_attribute("dir"))
        found = [f"is {told}"] if told != (language, "rtl" if language == "fa" else "ltr") else []
        found += screen.axe()
        found += [f"in another language: {words}" for words in foreign_words(screen.page, language)]
        for width in (1280, 390):
            screen.page.set_viewport_size({"width": width, "height": 844})
            wide = screen.wider_than_the_screen()
            found += [f"wider than {width}: {wide}"] if wide else []
        screen.page.set_viewport_size({"width": 1280, "height": 900})
        faults += [f"{address}: {fault}" for fault in dict.fromkeys(found)]
    assert not faults, "\n".join(faults)


def test_a_link_leads_to_every_page(shared_world, pages):
    reached = {kind for role in ROLES for kind in pages(role)}
    lost = kinds(shared_world) - reached - UNLINKED
    assert not lost, " ".join(sorted(lost))
