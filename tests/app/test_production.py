"""A deployment with real patients refuses, in one sentence each, what would endanger them; and serves otherwise."""

import httpx
import pytest

from app import production
from app.keys import open_keys
from app.main import open_service
from app.production import Unfit
from app.settings import Settings
from tests import deployed
from tests.app.conftest import NOW, no_gateways


@pytest.fixture(scope="module")
def server():
    with deployed.durable() as cluster:
        deployed.set_up(cluster)
        yield cluster


@pytest.fixture
def here(server, tmp_path):
    return deployed.place(server, tmp_path)


@pytest.fixture
def fit(server, tmp_path):
    """Settings that nothing is to be said against."""
    return Settings(
        database_url=deployed.url(server), public_url=deployed.PUBLIC, keys_folder=tmp_path / "keys"
    )


def check(settings, **changed):
    service = open_service(settings.model_copy(update=changed), gateways=no_gateways)
    try:
        production.check(service)
    finally:
        service.close()


def test_a_deployment_as_it_should_be_serves_from_several_processes(here):
    port = deployed.free_port()
    with here.running(
        "serve", "--port", str(port), "--processes", "2", NOSKHEH_RUN_WORKER="false"
    ) as process:
        deployed.wait_for(f"http://127.0.0.1:{port}/health/ready", process)
        told = httpx.get(f"http://127.0.0.1:{port}/health/live", trust_env=False)
        assert told.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"NOSKHEH_DEMONSTRATION": "true"}, "NOSKHEH_DEMONSTRATION is on"),
        ({"NOSKHEH_PUBLIC_URL": "http://localhost:8000"}, "give the https address"),
        ({"NOSKHEH_SECOND_FACTOR_REQUIRED": "false"}, "a stolen password would open"),
        ({"NOSKHEH_ARGON2_MEMORY_KIB": "64"}, "cheap to guess"),
        ({"NOSKHEH_ARGON2_TIME_COST": "1"}, "cheap to guess"),
    ],
)
def test_unfit_settings_are_refused_in_one_sentence(here, changed, words):
    told = here.command("serve", "--port", "0", **changed)
    assert (told.returncode, len(told.stderr.splitlines())) == (1, 1), told.stderr
    assert words in told.stderr


def test_the_worker_refuses_the_same(here):
    told = here.command("worker", NOSKHEH_ARGON2_TIME_COST="1")
    assert (told.returncode, "cheap to guess" in told.stderr) == (1, True), told.stderr


def test_what_is_fit_passes(fit):
    check(fit)


def test_keys_of_a_demonstration_are_refused(fit):
    open_keys(fit.keys_folder, now=NOW, demonstration=True)
    with pytest.raises(Unfit, match="made for a demonstration"):
        check(fit)
    for name in ("ca.key", "ca.pem"):
        (fit.keys_folder / name).unlink()  # another authority, and the seal the old one certified
    with pytest.raises(Unfit, match="made for a demonstration"):
        check(fit)


@pytest.mark.parametrize("secret", ["00" * 32, "6e6f736b686568" * 4 + "01020304"])
def test_a_secret_that_was_thought_out_is_refused(fit, secret):
    open_keys(fit.keys_folder, now=NOW)
    (fit.keys_folder / "patient.key").write_text(secret)
    with pytest.raises(Unfit, match="key are not random"):
        check(fit)


def test_one_secret_for_two_purposes_is_refused(fit):
    open_keys(fit.keys_folder, now=NOW)
    (fit.keys_folder / "pointer.key").write_bytes((fit.keys_folder / "patient.key").read_bytes())
    with pytest.raises(Unfit, match="not random or not different"):
        check(fit)


def test_keys_that_others_can_read_are_refused(here, fit):
    open_keys(fit.keys_folder, now=NOW)
    (fit.keys_folder / "seal.key").chmod(0o644)
    told = here.command("serve", "--port", "0")
    assert (told.returncode, len(told.stderr.splitlines())) == (1, 1)
    assert "chmod 600" in told.stderr


def test_a_database_that_answers_before_it_wrote_is_refused(server, fit):
    with deployed.superuser(server) as root:
        root.execute("ALTER DATABASE noskheh SET synchronous_commit = off")
        try:
            with pytest.raises(Unfit, match="synchronous_commit = off"):
                check(fit)
        finally:
            root.execute("ALTER DATABASE noskheh RESET synchronous_commit")


def test_a_server_that_writes_half_pages_is_refused(server, fit):
    with deployed.superuser(server) as root:
        root.execute("ALTER SYSTEM SET full_page_writes = off")
        root.execute("SELECT pg_reload_conf()")
        try:
            with pytest.raises(Unfit, match="full_page_writes = off"):
                until_refused(fit)
        finally:
            root.execute("ALTER SYSTEM RESET full_page_writes")
            root.execute("SELECT pg_reload_conf()")


def until_refused(fit):
    """The server takes its new settings a moment after it was told to."""
    for _ in range(200):
        check(fit)


def test_a_server_without_fsync_is_refused(fit, cluster, template):
    url = cluster.create_database("without_fsync", template=template)  # of the tests' own careless server
    with pytest.raises(Unfit, match="fsync = off"):
        check(fit, database_url=url)


@pytest.mark.parametrize("role", ["noskheh_app", ""])
def test_a_superuser_is_refused_even_if_it_took_the_role(server, fit, role):
    with pytest.raises(Unfit, match="a superuser"):
        check(fit, database_url=server.url_of("noskheh"), database_role=role)


def test_the_owner_of_the_tables_is_refused(server, fit):
    with pytest.raises(Unfit, match="owns tables"):
        check(fit, database_url=deployed.url(server, "noskheh_owner"))


def test_a_login_that_may_become_the_owner_is_refused(server, fit):
    with deployed.superuser(server) as root:
        root.execute("GRANT noskheh_owner TO noskheh_service")
        try:
            with pytest.raises(Unfit, match="owns tables"):
                check(fit)
        finally:
            root.execute("REVOKE noskheh_owner FROM noskheh_service")


def test_a_role_that_skips_row_security_is_refused(server, fit):
    with deployed.superuser(server) as root:
        root.execute("ALTER ROLE noskheh_app BYPASSRLS")
        try:
            with pytest.raises(Unfit, match="BYPASSRLS"):
                check(fit)
        finally:
            root.execute("ALTER ROLE noskheh_app NOBYPASSRLS")


def test_a_database_behind_the_code_is_refused(server, fit):
    with deployed.superuser(server, "noskheh") as root:
        here = root.execute("SELECT version_num FROM alembic_version").fetchall()[0][0]
        root.execute("UPDATE alembic_version SET version_num = '0001'")
        try:
            with pytest.raises(Unfit, match="python -m app migrate"):
                check(fit)
        finally:
            root.execute("UPDATE alembic_version SET version_num = %s", (here,))
    with pytest.raises(Unfit, match="database is empty"):
        check(fit, database_url=deployed.url(server, name="postgres"))
