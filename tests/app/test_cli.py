"""The command line makes the first entries of a new deployment, and says no in one sentence."""

import io
import json

import pytest
from sqlmodel import Session, select

from app.cli import main
from app.tables import Account, Client, ClientState, OneTimeSecret
from codings import jws
from codings.tables import Centre
from tests import factories
from tests.app.conftest import new_key


@pytest.fixture
def here(database, tmp_path, monkeypatch):
    """The environment of an operator at a terminal."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("NOSKHEH_KEYS_FOLDER", str(tmp_path / "keys"))
    monkeypatch.setenv("NOSKHEH_ARGON2_MEMORY_KIB", "64")
    monkeypatch.setattr("sys.stdin", io.StringIO("a long pass phrase\n" * 4))
    return database


def stored(engine, table, key):
    with Session(engine) as session:
        return session.get(table, key)


def test_the_first_administrator_is_made_once(here, capsys):
    assert main(["bootstrap", "root", "Root"]) == 0
    assert stored(here, Account, "root").role == "administrator"
    assert main(["bootstrap", "second", "Second"]) == 1
    assert "account." in capsys.readouterr().err
    assert stored(here, Account, "second") is None


def test_a_centre_its_people_and_its_machine(here, tmp_path):
    centre = ["centre", "add", "9900000077", "clinic", "درمانگاه", "Clinic", "IR-23"]
    assert main(centre) == 0
    assert stored(here, Centre, "9900000077").name_en == "Clinic"
    key = new_key()
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps({"keys": [jws.public_jwk(key)]}))
    add = [
        "client",
        "add",
        "their-system",
        "--scope",
        "prescriber",
        "--centre",
        "9900000077",
        "--jwks",
        str(jwks),
    ]
    assert main(add) == 0
    assert stored(here, Client, "their-system").scopes == ["prescriber"]
    assert main(["client", "rotate", "their-system", "--jwks", str(jwks)]) == 0
    assert main(["client", "disable", "their-system"]) == 0
    assert stored(here, Client, "their-system").state is ClientState.DISABLED


def test_an_account_is_added_and_closed(here):
    assert main(["account", "add", "reg", "Regulator", "regulator"]) == 0
    assert main(["account", "disable", "reg"]) == 0
    with Session(here) as session:
        assert session.exec(select(Account.state).where(Account.username == "reg")).one() == "disabled"


def test_lost_proofs_of_the_only_administrator_are_reset_from_the_terminal(here):
    assert main(["bootstrap", "root", "Root"]) == 0
    with Session(here) as session:
        app = OneTimeSecret(username="root", sealed=b"x", began_at=factories.AT, confirmed_at=factories.AT)
        session.add(app)
        session.commit()
    assert main(["account", "reset-proofs", "root"]) == 0
    assert stored(here, OneTimeSecret, "root") is None
    assert main(["account", "reset-proofs", "nobody"]) == 1


def test_what_cannot_be_done_is_said_in_words(here, tmp_path, capsys):
    assert main(["client", "disable", "nobody"]) == 1
    assert main(["client", "add", "x-y", "--scope", "insurer", "--jwks", str(tmp_path / "none.json")]) == 1
    said = capsys.readouterr().err
    assert "client.unknown" in said
    assert "Traceback" not in said
