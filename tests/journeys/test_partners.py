"""Every bad day of the partner asked over HTTP ends in the one named degraded state, on screen too: promise 39.

Eligibility, SHABADs, the health record, messages and the CA are this deployment's own registers and are not asked over
HTTP; `test_no_other_partner_is_asked_over_http` says so before somebody forgets to add a row here.
"""

import contextlib
from datetime import date

import pytest

from app import reactions
from app.gateways import Unavailable
from app.gateways.http import HttpAuthenticity
from codings.base import new_id
from codings.gs1 import PackCode
from tests import troubled
from tests.journeys.browser import Person
from tests.journeys.conftest import NOW, living
from tests.troubled import says, told, whole

# What the partner does, and why its word does not count.
WAYS = {
    "refuses": (troubled.refuses, "not reached"),
    "hangs": (troubled.hangs, "no answer in time"),
    "hangs up": (troubled.hangs_up, "not HTTP"),
    "an error": (says(b"HTTP/1.1 500 Out of order\r\nContent-Length: 0\r\n\r\n"), "status 500"),
    "no HTTP": (says(b"\x16\x03\x01\x02\x00" * 50), "not HTTP"),
    "garbage": (says(whole(b"<html>\xff\xfe")), "InvalidJws"),
    "nested": (says(whole(b"[" * 60_000)), "InvalidJws"),
    "not a table": (says(whole(b'["ACTIVE"]')), "the answer is to another question"),
    "a word nobody knows": (told(status="FINE"), "ValidationError"),
    "no amount": (told(remaining="0.0001"), "ValidationError"),
    "an amount without end": (told(remaining="1E+999999"), "ValidationError"),
    "what cannot be kept": (told(detail={"x": "\0"}), "ValidationError"),
    "another type": (troubled.another_type, "another content type"),
    "huge": (troubled.huge, "too large"),
    "endless": (troubled.endless, "too large"),
    "a bomb": (troubled.bomb, "a packed body"),
    "another id": (told(request_id="somebody-elses"), "the answer is to another question"),
    "another pack": (told(uid="somebody-elses"), "the answer is about another pack"),
    "late": (troubled.late, "no answer in time"),
    "one behind": (troubled.one_behind, "the answer is to another question"),
    "redirects": (troubled.redirects, "status 307"),
    "drips": (troubled.drips, "no answer in time"),
    "drips after its head": (troubled.drips_after_its_head, "no answer in time"),
}
UNVERIFIED = {"en": "not verified", "fa": "استعلام‌نشده"}
DOWN = {"en": "Does not answer", "fa": "پاسخ نمی‌دهد"}


@pytest.fixture(scope="module")
def partner():
    with troubled.partner() as one:
        yield one


@pytest.fixture
def weather(partner):
    """Begins a bad day, and ends it whatever happens."""

    @contextlib.contextmanager
    def bad(way):
        partner.begin(way)
        try:
            yield
        finally:
            partner.begin(None)

    return bad


@pytest.fixture
def asking(partner):
    """Ask the partner of a pack, as the service does."""
    code = PackCode(gtin="06260000000014", uid="10001", expiry=date(2028, 5, 24), lot="L1", raw="")
    with contextlib.closing(
        HttpAuthenticity(partner.url, internal=True, timeout=troubled.LIMIT_S)
    ) as gateway:
        yield lambda: gateway.verify(code, pharmacy="1", request_id=str(new_id()), now=NOW)


@pytest.mark.parametrize("name", WAYS)
def test_a_partners_bad_day_is_no_verdict_for_its_own_reason(partner, weather, asking, name):
    way, why = WAYS[name]
    assert asking().verdict == "genuine"
    with weather(way):
        for _ in range(2):  # so that what was left of the first answer is not taken for the second
            with pytest.raises(Unavailable) as no:
                asking()
            assert no.value.why == why
    assert asking().verdict == "genuine"
    assert "/elsewhere" not in {path for path, _ in partner.heard}


# --- The whole way, at the counter ------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(cluster, seeded, partner):
    """One world for the whole table; its clock goes on, and each row has a prescription of its own."""
    with living(cluster, seeded, partner.url, authenticity_timeout=troubled.LIMIT_S) as world:
        yield world


def test_no_other_partner_is_asked_over_http(place):
    states = [one.state(place.clock.now) for one in place.service.gateways.partners]
    assert {one.partner for one in states if one.adapter != "local"} == {"authenticity"}


def claims_of(place, dispense):
    return {c["state"] for c in place.pharmacy.get(f"/dispenses/{dispense}")["claims"]}


# One row of each kind: what is behind the port is the same for all that ends in Unavailable.
@pytest.mark.parametrize(
    "name", ["refuses", "hangs", "an error", "garbage", "a bomb", "another id", "late", "redirects", "drips"]
)
def test_the_counter_goes_on_says_so_and_settles_the_books(place, weather, name):
    way, _ = WAYS[name]
    pharmacist = Person(place, "pharmacist-9990011")
    item = place.item(quantity="6", duration_days=2)
    desk = pharmacist.get("/pharmacy").send("/pharmacy", scan=place.prescribe([item])["qr"][0])
    pack = place.fresh_pack(item["medicine"], least=6)
    sealed = len(place.tamin.get("/claim-batches", after=0)["items"])
    with weather(way):
        told = place.pharmacy.post("/packs/check", {"barcode": pack["barcode"]}, ok=202)
        assert (told["verdict"], told["degraded"]["partner"]) == ("unverified", "authenticity")
        desk = desk.send(f"{desk.path}/packs", barcode=pack["barcode"])
        assert UNVERIFIED["en"] in desk.text
        receipt = desk.send(f"{desk.path}/price").send(f"{desk.path}/dispense")
        assert "/pharmacy/dispenses/" in receipt.path, receipt.text
        for language in ("en", "fa"):
            reader = pharmacist.speaking(language)
            assert UNVERIFIED[language] in reader.get(receipt.path).text
            assert DOWN[language] in reader.get("/status").text
        dispense = receipt.path.rpartition("/")[2]
        place.work()
        assert claims_of(place, dispense) == {"held"}
        assert states_of(place, dispense) == {"pending_verify"}
        assert len(place.tamin.get("/claim-batches", after=0)["items"]) == sealed
    place.clock.advance(minutes=1)
    reactions.sweep(place.service)
    place.work()
    assert states_of(place, dispense) == {"consumed"}
    assert claims_of(place, dispense) == {"sealed"}
    assert len(place.tamin.get("/claim-batches", after=0)["items"]) == sealed + 1


def states_of(place, dispense):
    lines = place.pharmacy.get(f"/dispenses/{dispense}")["lines"]
    return {pack["state"] for line in lines for pack in line["packs"]}
