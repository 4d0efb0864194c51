"""What anyone may ask of the service, and what the published description of it holds."""

from starlette.testclient import TestClient

from app.main import create_app, open_service
from codings import jws
from tests.app.conftest import no_gateways


def test_a_living_service_says_so(client):
    assert client.get("/health/live").json() == {"status": "ok", "missing": [], "late": []}


def test_readiness_names_what_is_missing(client, service):
    told = client.get("/health/ready")
    assert (told.status_code, told.json()) == (200, {"status": "ok", "missing": [], "late": []})
    with service.engine.begin() as connection:
        connection.exec_driver_sql("RESET ROLE")
        connection.exec_driver_sql("ALTER TABLE procrastinate_jobs RENAME TO put_away")
    told = client.get("/health/ready")
    assert (told.status_code, told.json()) == (503, {"status": "missing", "missing": ["queue"], "late": []})


def test_a_database_behind_the_code_is_not_ready(client, service):
    with service.engine.begin() as connection:
        connection.exec_driver_sql("RESET ROLE")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    told = client.get("/health/ready")
    assert (told.status_code, told.json()["missing"]) == (503, ["migrations"])


def test_a_late_worker_is_told_and_care_goes_on(client, service):
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)"
            " VALUES ('default', 'noskheh.tidy', now() - interval '1 hour')"
        )
    told = client.get("/health/ready")
    assert (told.status_code, told.json()) == (200, {"status": "ok", "missing": [], "late": ["worker"]})


def test_without_a_database_it_lives_but_is_not_ready(settings, tmp_path):
    nowhere = settings.model_copy(
        update={
            "database_url": f"postgresql+psycopg://x@/none?host={tmp_path}",
            "keys_folder": tmp_path / "k",
        }
    )
    service = open_service(nowhere, gateways=no_gateways)
    browser = TestClient(create_app(service), base_url="http://localhost:8000")  # not entered: no start-up
    assert browser.get("/health/live").status_code == 200
    told = browser.get("/health/ready")
    assert (told.status_code, told.json()["missing"]) == (503, ["database"])


def test_the_published_keys_verify_what_the_service_seals(client, service):
    published = {
        key["kid"]: jws.key_from_jwk(key) for key in client.get("/.well-known/jwks.json").json()["keys"]
    }
    assert set(published) == {service.keys.seal.kid, service.keys.token.kid}
    sealed = service.seal(b"content", "receipt+jws")
    assert jws.verify(sealed, key=published[service.keys.seal.kid], typ="receipt+jws") == b"content"
    assert "PRIVATE" not in client.get("/.well-known/jwks.json").text
    assert not [
        name for key in client.get("/.well-known/jwks.json").json()["keys"] for name in key if name == "d"
    ]


def test_a_machine_learns_where_to_get_a_token(client):
    told = client.get("/.well-known/smart-configuration").json()
    assert told["token_endpoint"] == "http://localhost:8000/oauth/token"
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


def test_counters_count_by_pattern_and_never_by_address(client):
    before = client.get("/metrics").text
    client.get("/api/v1/nobody-should-see-this-1234567891")
    client.get("/health/live")
    after = client.get("/metrics").text
    assert "1234567891" not in after
    assert 'route="/health/live",status="200"' in after
    assert after != before


def test_the_description_is_openapi_31_with_one_shape_of_error(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in str(document)
    assert document["components"]["schemas"]["ProblemDetails"]["required"]
    for path, calls in document["paths"].items():
        for call in calls.values():
            assert {"400", "404", "409", "422", "503"} <= set(call["responses"]), path


def test_no_page_of_documentation_is_served_from_elsewhere(client):
    for path in ("/docs", "/redoc"):
        assert client.get(path).status_code == 404
