"""A new seal: what the one before signed still verifies, and it signs nothing more."""

import shutil
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app import audit_tree
from app.cli import main
from app.flows import replaying
from app.keys import open_keys
from app.main import create_app
from codings import jws
from tests.journeys.conftest import BASE, World
from tests.journeys.test_paper import declare, paper


@pytest.fixture
def rotate(world, tmp_path, monkeypatch, capsys):
    """The seal is changed by command in a copy of the keys, and the service started anew with them."""

    def rotated():
        folder = tmp_path / "keys"
        shutil.copytree(world.folder / "keys", folder)
        monkeypatch.setenv("NOSKHEH_KEYS_FOLDER", str(folder))
        monkeypatch.setenv("NOSKHEH_DATABASE_URL", world.service.settings.database_url)
        assert main(["seal", "rotate"]) == 0
        keys = open_keys(folder, now=world.clock.now)
        assert f"The new seal is {keys.seal.kid}" in capsys.readouterr().out
        return replace(world.service, keys=keys), folder

    return rotated


def test_after_a_new_seal_everything_of_the_old_one_verifies(world, rotate):
    old = world.service.keys
    receipt = world.dispense(world.prescribe())["receipt"]
    number = declare(world).json()["number"]
    transcribed = world.clinic.post("/paper", paper(world, number), ok=201)
    audit_tree.seal(world.service)
    service, folder = rotate()
    assert service.keys.seal.kid != old.seal.kid
    assert [one.kid for one in service.keys.earlier_seals] == [old.seal.kid]
    assert all(old.seal.pem not in path.read_text() for path in folder.iterdir())
    assert replaying.read(service, receipt)
    with TestClient(create_app(service), base_url=BASE, follow_redirects=False) as browser:
        anew = World(service, browser, world.clock, world.folder, world.told)
        assert anew.dispense(transcribed)["receipt"]
        published = {one["kid"]: one for one in browser.get("/.well-known/jwks.json").json()["keys"]}
    assert jws.verify(receipt, key=jws.key_from_jwk(published[old.seal.kid]), typ="receipt+jws")
    assert audit_tree.seal(service)
    check = audit_tree.Check()
    assert list(check.findings(service, file=service.settings.checkpoints_file)) == []
    assert check.checkpoints == 4  # one under each seal, in the database and in the file


def test_what_a_seal_that_was_never_ours_signed_is_refused_as_before(world, rotate):
    stranger = jws.Key(world.service.keys.seal.kid, "ES256", world.pen().pem)
    service, _ = rotate()
    for kid in (world.service.keys.seal.kid, service.keys.seal.kid, "AAAAAAAAAAA"):
        forged = jws.sign(jws.canonical({}), key=replace(stranger, kid=kid), typ="receipt+jws")
        with pytest.raises(jws.InvalidJws):
            replaying.read(service, forged)
