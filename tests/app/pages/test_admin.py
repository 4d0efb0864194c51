"""The administrator's pages: accounts, machines, and the audit."""

import json
import re
from html import unescape

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlmodel import select

from app import clients
from app.db import reading
from app.tables import Account, Client
from codings import jws
from tests.app.pages.desk import HERE

PHYSICIAN = {
    "username": "dr.new",
    "name": "پزشک تازه",
    "role": "physician",
    "password": "a long enough one",
    "centre": "9900000001",
    "practitioner": "9990002",
}


def key_set(*names: str) -> str:
    def public(name: str) -> dict[str, str]:
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        return jws.public_jwk(jws.Key(name, "ES256", pem.decode()))

    return json.dumps({"keys": [public(name) for name in names]})


def machine(**changed: str) -> dict[str, str]:
    told = {"id": "new-clinic", "name": "New clinic", "scope": "prescriber", "centre": "9900000001"}
    return told | {"jwks": key_set("k1")} | changed


@pytest.fixture(autouse=True)
def administrator(desk) -> None:
    desk.sign_in("admin")


# --- Accounts


def test_a_new_account_can_sign_in(desk):
    page = desk.post("/admin/accounts", PHYSICIAN)
    assert page.location == "/admin#account-dr.new"
    form = {"username": "dr.new", "password": PHYSICIAN["password"]}
    told = desk.browser.post("/sign-in", data=form, headers=HERE)
    assert told.headers["location"] == "/account/first"  # where a second factor is offered, once


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "short"}, "password"),
        ({"centre": ""}, "role"),
        ({"centre": "9900000077"}, "centre"),
        ({"practitioner": "123456"}, "practitioner"),
        ({"username": "admin"}, "username"),
        ({"role": "king"}, "role"),
        ({"role": "insurer_officer", "insurer": "88"}, None),
    ],
)
def test_a_wrong_account_is_refused_with_everything_typed_but_the_password(desk, wrong, field):
    page = desk.post("/admin/accounts", PHYSICIAN | wrong)
    assert page.status in {404, 409, 422}
    assert page.error(field) if field else "88" in page.text
    assert page.value("name") == "پزشک تازه"
    assert PHYSICIAN["password"] not in page.html
    with reading(desk.service) as session:
        assert session.get(Account, "dr.new") is None


@pytest.mark.parametrize("role", ["machine", "service"])
def test_no_person_gets_the_role_of_a_machine(desk, role):
    assert desk.post("/admin/accounts", PHYSICIAN | {"role": role}).status == 422


def test_a_closed_account_is_out_at_once(desk):
    desk.sign_in("physician-9990002")
    theirs = dict(desk.browser.cookies)
    desk.browser.cookies.clear()
    desk.sign_in("admin")
    page = desk.follow(desk.post("/admin/accounts/physician-9990002/disable"))
    page = desk.get("/admin", sought="physician-9990002")
    assert "Closed" in page.text
    desk.browser.cookies.clear()
    desk.browser.cookies.update(theirs)
    assert desk.get("/prescriber").status == 303


def test_nobody_closes_their_own_account(desk):
    assert 'action="/admin/accounts/admin/disable"' not in desk.get("/admin/accounts/admin").html
    page = desk.post("/admin/accounts/admin/disable")
    assert page.status == 422
    assert "cannot close your own account" in page.text
    assert desk.get("/admin").status == 200


def test_closing_somebody_who_is_not_there_says_so(desk):
    assert desk.post("/admin/accounts/nobody/disable").status == 404


def usernames(page) -> list[str]:
    return re.findall(r'<tr role="row" id="account-([^"]+)"', page.html)


def test_accounts_are_found_by_words_role_and_state(desk):
    assert usernames(desk.get("/admin", of_role="council_officer")) == ["council-1", "council-2"]
    assert usernames(desk.get("/admin", sought="۹۹۹۰۰۰۲")) == ["physician-9990002"]
    desk.post("/admin/accounts/council-2/disable")
    assert usernames(desk.get("/admin", of_state="disabled")) == ["council-2"]
    assert "No account fits this filter" in desk.get("/admin", sought="%").text


@pytest.mark.parametrize("sort", ["username", "-username", "name", "role", "-made"])
def test_accounts_are_sorted(desk, sort):
    found = usernames(desk.get("/admin", sort=sort))
    assert len(found) > 8
    if "username" in sort:
        assert found == sorted(found, reverse=sort.startswith("-"))
    assert "no such column to sort by" not in desk.get("/admin", sort=sort).text
    assert usernames(desk.get("/admin", sort="password_hash")) == sorted(found)


def test_accounts_as_a_file_hold_no_password(desk):
    told = desk.browser.get("/admin.csv?of_role=regulator").text
    assert [line.split(",")[0] for line in told.strip().split("\r\n")[1:]] == ["regulator-1", "regulator-2"]
    assert "argon2" not in told


def test_a_new_password_opens_the_account_and_ends_its_sessions(desk):
    desk.sign_in("council-1")
    theirs = dict(desk.browser.cookies)
    desk.browser.cookies.clear()
    desk.sign_in("admin")
    weak = desk.post("/admin/accounts/council-1/password", {"password": "short"})
    assert (weak.status, bool(weak.error("password"))) == (422, True)
    assert "short" not in weak.html.partition("<main")[2].partition('class="field short"')[0]
    done = desk.post("/admin/accounts/council-1/password", {"password": "quite another one"})
    assert done.location == "/admin/accounts/council-1"
    told = desk.browser.post(
        "/sign-in", data={"username": "council-1", "password": "quite another one"}, headers=HERE
    )
    assert told.status_code == 303
    desk.browser.cookies.clear()
    desk.browser.cookies.update(theirs)
    assert desk.get("/council").status == 303


def test_an_account_that_is_not_there_is_not_found(desk):
    assert desk.get("/admin/accounts/nobody").status == 404
    assert desk.post("/admin/accounts/nobody/password", {"password": "quite another one"}).status == 404


def test_the_accounts_in_persian(desk):
    desk.speak("fa")
    page = desk.get("/admin")
    assert "کارشناس نظام پزشکی" in page.text
    assert "ساختن حساب" in page.text


# --- Machines


def test_a_machine_is_registered_with_the_keys_pasted(desk):
    page = desk.follow(desk.post("/admin/clients", machine(jwks=key_set("k1", "k2"))))
    assert "new-clinic" in page.text
    with reading(desk.service) as session:
        assert {key.kid for key in clients.keys_of(session, id="new-clinic")} == {"k1", "k2"}


@pytest.mark.parametrize(
    "pasted", ["", "{", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AA"}]}']
)
def test_what_is_no_key_set_is_refused_as_typed(desk, pasted):
    page = desk.post("/admin/clients", machine(jwks=pasted))
    assert page.status == 422
    assert page.value("id") == "new-clinic"
    with reading(desk.service) as session:
        assert session.get(Client, "new-clinic") is None


def test_a_private_key_that_was_pasted_is_refused(desk):
    secret = json.loads(key_set("k1"))
    secret["keys"][0]["d"] = "AAAA"
    page = desk.post("/admin/clients", machine(jwks=json.dumps(secret)))
    with reading(desk.service) as session:
        kept = session.get(Client, "new-clinic")
    assert page.status == 422
    assert kept is None


def test_a_machine_of_a_centre_that_does_not_exist_is_refused(desk):
    page = desk.post("/admin/clients", machine(centre="9900000077"))
    assert page.status == 404
    assert page.error("centre")


def test_new_keys_take_the_place_of_the_old(desk):
    desk.post("/admin/clients", machine())
    page = desk.post("/admin/clients/new-clinic/keys", {"jwks": key_set("k2")})
    assert page.location == "/admin/clients/new-clinic"
    with reading(desk.service) as session:
        assert [key.kid for key in clients.keys_of(session, id="new-clinic")] == ["k2"]
    told = desk.get("/admin/clients/new-clinic").text
    assert "k1 ES256" in told
    assert "out of use since" in told


def test_wrong_new_keys_leave_the_old_ones_in_force(desk):
    desk.post("/admin/clients", machine())
    page = desk.post("/admin/clients/new-clinic/keys", {"jwks": "not json"})
    assert page.status == 422
    assert "not json" in page.html
    with reading(desk.service) as session:
        assert [key.kid for key in clients.keys_of(session, id="new-clinic")] == ["k1"]


def test_a_closed_machine_has_no_keys(desk):
    desk.post("/admin/clients", machine())
    desk.post("/admin/clients/new-clinic/disable")
    with reading(desk.service) as session:
        assert clients.keys_of(session, id="new-clinic") == []


def test_a_machine_that_is_not_there_is_not_found(desk):
    assert desk.post("/admin/clients/nobody/disable").status == 404
    assert desk.post("/admin/clients/nobody/keys", {"jwks": key_set("k1")}).status == 404


def test_machines_are_found_sorted_and_saved(desk):
    desk.post("/admin/clients", machine())
    found = re.findall(
        r'id="client-([^"]+)"', desk.get("/admin/clients", acts_as="prescriber", sort="-id").html
    )
    assert found == ["new-clinic", "clinic-sepid"]
    assert "No machine fits this filter" in desk.get("/admin/clients", of_state="disabled").text
    told = desk.browser.get("/admin/clients.csv?sought=new").text
    assert told.count("\r\n") == 2
    assert "new-clinic,New clinic,prescriber,9900000001" in told


# --- The audit


def test_the_audit_tells_who_did_what_and_reading_it_is_told_too(desk):
    desk.post("/admin/accounts", PHYSICIAN)
    page = desk.get("/admin/audit", subject="dr.new")
    assert "account.add" in page.text
    assert "account:admin" in page.text
    assert "audit.read" in desk.get("/admin/audit", subject="dr.new").text


def test_the_audit_of_one_actor_and_of_nobody(desk):
    page = desk.get("/admin/audit", actor="account:admin")
    assert "account:admin" in page.text
    assert "service:" not in page.text
    assert "There is no such entry." in desk.get("/admin/audit", actor="account:nobody").text


def test_the_audit_goes_on_where_the_page_ended_and_shows_no_entry_twice(desk):
    for subject in range(120):
        desk.get("/admin/audit", subject=f"looked-for-{subject}")
    seen: list[str] = []
    url = "/admin/audit?actor=account:admin"
    for _ in range(2):
        html = desk.get(url).html
        seen += re.findall(r"looked-for-[0-9]+", html[html.index("<tbody") : html.index("</tbody>")])
        url = unescape(re.search(r'id="further-rows" href="([^"]+)"', html)[1])
    assert len(seen) >= 90
    assert len(set(seen)) == len(seen)


def test_a_filter_is_text_and_nothing_else(desk):
    page = desk.get("/admin/audit", actor="' OR 1=1 --", subject="<script>")
    assert "There is no such entry." in page.text
    assert "<script>" not in page.html


def test_the_audit_of_a_verb_and_of_a_day(desk):
    desk.get("/admin/audit", subject="looked-for")
    page = desk.get("/admin/audit", verb="audit.read")
    assert "looked-for" in page.text
    assert page.value("day_from") == "1405/08/10"  # a verb alone is looked for in thirty days
    assert "There is no such entry." in desk.get("/admin/audit", day_to="۱۴۰۵/۰۹/۰۹").text
    assert "looked-for" in desk.get("/admin/audit", day_from="1405/09/10", sort="at").text
    wrong = desk.get("/admin/audit", day_from="yesterday")
    assert (wrong.status, bool(wrong.error("day_from"))) == (422, True)


def test_the_audit_as_a_file_is_the_same_and_is_written_down(desk):
    desk.get("/admin/audit", subject="=cmd()")
    told = desk.browser.get("/admin/audit.csv?verb=audit.read").text
    assert "'=cmd()" in told
    assert "audit.export" in desk.get("/admin/audit", verb="audit.export").text


def test_what_the_audit_is_searched_for_is_not_pushed_into_the_history(desk):
    assert "hx-push-url" not in desk.get("/admin/audit", subject="x").html
    assert "hx-push-url" in desk.get("/admin").html


@pytest.mark.parametrize(
    "path",
    ["/admin", "/admin.csv", "/admin/accounts/admin", "/admin/clients", "/admin/audit", "/admin/audit.csv"],
)
def test_only_an_administrator_enters(desk, path):
    for username in ("physician-9990001", "council-1", "regulator-1"):
        desk.sign_in(username)
        assert desk.get(path).status == 403
    desk.browser.cookies.clear()
    assert desk.get(path).status == 303


def test_a_refused_form_leaves_the_accounts_as_they_were(desk):
    with reading(desk.service) as session:
        before = len(session.exec(select(Account)).all())
    desk.post("/admin/accounts", PHYSICIAN | {"password": "x"})
    with reading(desk.service) as session:
        assert len(session.exec(select(Account)).all()) == before
