"""docs/deploy.md by hand, from an empty server to an answering service; and what compose.yaml and Dockerfile name."""

import os
import re
import subprocess

import pytest
import yaml  # type: ignore[import-untyped]

from app.embedded_programs import as_account, programs, server_account
from app.settings import Settings
from tests import deployed
from tests.deployed import ROOT


@pytest.fixture(scope="module")
def server():
    with deployed.durable() as cluster:
        yield cluster


def psql(cluster, *words):
    account = server_account(cluster.home)
    order = [programs(cluster.home, account) / "psql", "-X", "-q", "-h", cluster.socket, "-U", "postgres"]
    script = (ROOT / "deploy" / "roles.sql").read_text()
    return subprocess.run(
        [*order, "-v", "ON_ERROR_STOP=1", *words],
        input=script,
        text=True,
        capture_output=True,
        check=True,
        cwd="/",
        **as_account(account),
    )


def test_by_hand_from_an_empty_server_to_an_answer(server, tmp_path):
    psql(server, "-v", "owner=one's own", "-v", "service=another's")
    here = deployed.place(server, tmp_path)
    steps = [
        (("migrate",), {"NOSKHEH_DATABASE_URL": deployed.url(server, "noskheh_owner")}),
        (("codings", "load"), {}),
        (("bootstrap", "admin", "First Administrator"), {}),
    ]
    for words, more in steps:
        told = here.command(*words, given="a long pass phrase\n", **more)
        assert told.returncode == 0, (words, told.stderr)
    port = str(deployed.free_port())
    with here.running("serve", "--port", port, NOSKHEH_RUN_WORKER="false") as process:
        deployed.wait_for(f"http://127.0.0.1:{port}/health/ready", process)


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_compose_names_only_settings_that_there_are(compose):
    known = {f"NOSKHEH_{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    named = {name for one in compose["services"].values() for name in one.get("environment", {})}
    assert {name for name in named if name.startswith("NOSKHEH_")} <= known
    assert "NOSKHEH_DATABASE_URL_FILE" in named


def test_what_compose_mounts_and_refers_to_is_there(compose):
    services = compose["services"]
    for name, one in services.items():
        assert set(one.get("depends_on", {})) <= set(services), name
        assert set(one.get("secrets", [])) <= set(compose["secrets"]), name
        for mount in one.get("volumes", []):
            source = mount.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists(), mount
    made = (ROOT / "deploy" / "secrets.sh").read_text()
    assert all(secret["file"].startswith("deploy/secrets/") for secret in compose["secrets"].values())
    assert "_password" in made
    assert "_url" in made


def test_two_services_and_one_worker_that_cannot_rewrite(compose):
    services = compose["services"]
    assert services["service"]["deploy"]["replicas"] >= 2
    for name in ("service", "worker"):
        assert services[name]["secrets"] == ["service_url"]
        assert services[name]["cap_drop"] == ["ALL"]
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert f"-c{name}=on" in services["database"]["command"]


def test_secrets_are_made_once_and_closed_to_others(tmp_path):
    script = tmp_path / "deploy" / "secrets.sh"
    script.parent.mkdir()
    script.write_text((ROOT / "deploy" / "secrets.sh").read_text())
    made = []
    for _ in range(2):
        subprocess.run(["/bin/sh", str(script)], check=True, env={"PATH": os.environ["PATH"]})
        made.append({path.name: path.read_text() for path in (tmp_path / "deploy" / "secrets").iterdir()})
    assert made[0] == made[1]
    assert (tmp_path / "deploy" / "secrets").stat().st_mode & 0o777 == 0o700
    assert set(made[0]) == {
        "superuser_password",
        "owner_password",
        "service_password",
        "owner_url",
        "service_url",
    }
    assert re.fullmatch(r"postgresql://noskheh_owner:[0-9a-f]{48}@database/noskheh\n", made[0]["owner_url"])


def test_the_image_takes_what_is_there_and_runs_without_rights():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert all(f"!{name}" in ignored for name in copied)
    assert "USER noskheh" in lines
    assert any("--require-hashes" in line for line in lines)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= set(copied)
