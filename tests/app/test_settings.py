"""Settings come from the environment, know their own addresses, and refuse what would be unsafe."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.cli import main
from app.settings import Settings

URL = "postgresql://noskheh:a-secret@db.example/noskheh"


def test_the_plain_names_of_the_environment_are_read(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv("PUBLIC_URL", "https://rx.example.org/")
    monkeypatch.setenv("NOSKHEH_THREADS", "4")
    settings = Settings()
    assert settings.database_url == "postgresql+psycopg://noskheh:a-secret@db.example/noskheh"
    assert (settings.public_url, settings.threads, settings.secure) == ("https://rx.example.org", 4, True)


def test_a_password_does_not_show_when_settings_are_printed_or_refused():
    assert "a-secret" not in repr(Settings(database_url=URL))
    with pytest.raises(ValidationError) as no:
        Settings(database_url=URL.replace("postgresql", "mysql"))
    assert "a-secret" not in str(no.value)


@pytest.mark.parametrize(
    "url", ["rx.example.org", "ftp://rx.example.org", "https://rx.example.org/path", "https://"]
)
def test_a_public_address_is_scheme_host_and_port(url):
    with pytest.raises(ValidationError, match="PUBLIC_URL"):
        Settings(database_url=URL, public_url=url)


def test_plain_http_is_for_this_machine_only():
    with pytest.raises(ValidationError, match="https"):
        Settings(database_url=URL, public_url="http://rx.example.org")
    assert not Settings(database_url=URL, public_url="http://localhost:8000").secure
    assert not Settings(database_url=URL, public_url="http://rx.example.org", demonstration=True).secure


def test_assertions_may_name_every_address_of_the_demonstration_but_one_elsewhere():
    demo = Settings(database_url=URL, public_url="http://localhost:8123", demonstration=True)
    assert {"http://localhost:8123/oauth/token", "http://127.0.0.1:8123/oauth/token"} <= demo.token_audiences
    real = Settings(database_url=URL, public_url="https://rx.example.org")
    assert real.token_audiences == {"https://rx.example.org/oauth/token"}


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "database_url"
    secret.write_text(f"{URL}\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("NOSKHEH_DATABASE_URL_FILE", str(secret))
    assert Settings().database_url.endswith("noskheh:a-secret@db.example/noskheh")
    monkeypatch.setenv("DATABASE_URL", "postgresql://said-plainly/noskheh")
    assert "said-plainly" in Settings().database_url


def test_the_reference_of_settings_is_what_the_code_says(capsys):
    assert main(["settings"]) == 0
    page = Path(__file__).parents[2] / "docs" / "settings.md"
    assert capsys.readouterr().out == page.read_text(encoding="utf-8"), (
        "python -m app settings > docs/settings.md"
    )


def test_every_setting_says_what_it_is():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
