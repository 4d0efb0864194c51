"""The patient's page tells where each look stands in the audit, and gives a proof that others check by themselves."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import audit_tree
from app.flows import pointing
from prescriber import signing
from tests.app.pages.desk import HERE, INSURED

VERIFIER = Path(__file__).resolve().parents[3] / "examples" / "verify_audit.py"


@pytest.fixture
def view(desk):
    """A prescription that its physician has looked at, sealed."""
    desk.sign_in()
    signed = desk.signed()
    desk.get(f"/prescriber/prescriptions/{signed.number}")
    desk.post("/sign-out")
    audit_tree.seal(desk.service)
    return signed


def secret_of(desk, view):
    return signing.pointer_secret(desk.service.keys.pointer, view.number)


def shown(desk, view):
    return desk.post(f"/q/{view.number}", {"code": secret_of(desk, view)})


def ticket(page):
    return re.search(r'name="ticket" value="([^"]+)"', page.html)[1]


def asked(desk, view, **form):
    return desk.browser.post(f"/q/{view.number}/proof", data=form, headers=HERE)


@pytest.fixture
def check(desk, view, tmp_path):
    """Run the verifier as its own program on a proof, the published keys and whatever else is said."""

    def run(proof, *more):
        (tmp_path / "proof.json").write_text(json.dumps(proof))
        keys = tmp_path / "jwks.json"
        keys.write_text(desk.browser.get("/.well-known/jwks.json").text)
        words = [sys.executable, VERIFIER, tmp_path / "proof.json", "--keys", keys, *more]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    return run


def test_every_look_has_its_entry_once_it_is_sealed(desk, view):
    page = shown(desk, view)
    looked = page.text[page.text.index("Who looked at it") :]
    assert re.search(r"Physician · Sepid\S* · entry \d+", looked) or re.search(
        r"Physician .*? entry \d+", looked
    )
    assert "Download the proof" in looked
    desk.speak("fa")
    page = shown(desk, view)
    assert re.search("ردیف [۰-۹]+", page.text)
    assert "دریافت سند" in page.text


@pytest.mark.parametrize("way", ["code", "ticket"])
def test_the_proof_is_checked_by_the_independent_program(desk, view, check, way):
    given = secret_of(desk, view) if way == "code" else ticket(shown(desk, view))
    answer = asked(desk, view, **{way: given})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    proof = answer.json()
    (entry,) = proof["entries"]
    row = json.loads(entry["content"])
    assert (row["verb"], row["role"], row["subject"]) == ("prescription.read", "physician", str(view.number))
    done = check(proof)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 entries are under a checkpoint signed by the service" in done.stdout


def test_the_proof_names_nobody(desk, view):
    told = asked(desk, view, code=secret_of(desk, view)).text
    assert "physician-9990001" not in told
    assert INSURED not in told
    assert secret_of(desk, view) not in told


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p["entries"][0].update(
            content=p["entries"][0]["content"].replace("physician", "pharmacist")
        ),
        lambda p: p["entries"][0].update(leaf=p["entries"][0]["leaf"] - 1),
        lambda p: p["entries"][0]["path"].pop(),
        lambda p: p["entries"][0]["path"].append("00" * 32),
        lambda p: p.update(checkpoint=p["checkpoint"][:-9] + "AAAAAAAAA"),
        lambda p: p.update(checkpoint=None),
    ],
)
def test_a_proof_that_was_changed_is_refused(desk, view, check, change):
    proof = asked(desk, view, code=secret_of(desk, view)).json()
    change(proof)
    done = check(proof)
    assert done.returncode == 1
    assert "NOT as sealed" in done.stderr


def test_a_proof_continues_the_checkpoints_somebody_kept(desk, view, check, tmp_path):
    kept = tmp_path / "kept.jws"
    first = desk.browser.get("/api/v1/audit/checkpoints/latest").json()
    kept.write_text(first["signed"] + "\n")
    assert (
        "a checkpoint you kept"
        in check(asked(desk, view, code=secret_of(desk, view)).json(), "--checkpoints", kept).stdout
    )
    audit_tree.seal(desk.service)  # the patient's own looking is among it
    proof = asked(desk, view, code=secret_of(desk, view)).json()
    done = check(proof, "--checkpoints", kept)
    assert (done.returncode, "nothing shows" in done.stderr) == (1, True)
    second = desk.browser.get("/api/v1/audit/checkpoints/latest").json()
    sizes = {"first": first["size"], "second": second["size"]}
    told = desk.browser.get("/api/v1/audit/consistency", params=sizes).json()
    shows = tmp_path / "consistency.json"
    shows.write_text(json.dumps(told))
    done = check(proof, "--checkpoints", kept, "--consistency", shows)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"continues the one of {first['size']} entries you kept" in done.stdout
    shows.write_text(json.dumps(told | {"path": ["00" * 32, *told["path"][1:]]}))
    assert check(proof, "--checkpoints", kept, "--consistency", shows).returncode == 1


def test_what_is_not_sealed_yet_is_counted_and_not_proven(desk, view):
    shown(desk, view)
    proof = asked(desk, view, code=secret_of(desk, view)).json()
    assert (len(proof["entries"]), proof["waiting"]) == (1, 1)


def test_a_ticket_is_of_one_prescription_and_of_a_quarter_of_an_hour(desk, view):
    given = ticket(shown(desk, view))
    desk.sign_in()
    other = desk.signed()
    desk.post("/sign-out")
    assert asked(desk, other, ticket=given).status_code == 404
    late = str(int(given.split(".")[0]) + 600) + given[given.index(".") :]
    for wrong in (late, given[:-1], given + "0", "." + given, "x"):
        assert asked(desk, view, ticket=wrong).status_code == 404
    assert asked(desk, view, ticket=given).status_code == 200
    desk.clock.advance(minutes=pointing.TICKET_MINUTES, seconds=1)
    assert asked(desk, view, ticket=given).status_code == 404


def test_wrong_codes_for_the_proof_are_counted_like_those_for_the_page(desk, view):
    for _ in range(pointing.TRIES):
        assert asked(desk, view, code="AAAAAAAAAAAAAA").status_code == 404
    assert asked(desk, view, code=secret_of(desk, view)).status_code == 429


def test_before_the_first_sealing_the_page_says_so(desk):
    desk.sign_in()
    signed = desk.signed()
    desk.get(f"/prescriber/prescriptions/{signed.number}")
    desk.post("/sign-out")
    assert "Nothing was sealed yet" in shown(desk, signed).text
    proof = asked(desk, signed, code=secret_of(desk, signed)).json()
    assert (proof["checkpoint"], proof["entries"]) == (None, [])
