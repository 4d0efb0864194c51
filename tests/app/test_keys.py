"""Keys are made once, kept privately, read again as they were, and refused when others could read them."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from app.keys import KeyFileError, open_keys
from codings import jws
from tests.app.conftest import NOW

FILES = {
    "ca.key",
    "ca.pem",
    "seal.key",
    "seal.pem",
    "token.key",
    "patient.key",
    "pointer.key",
    "accounts.key",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_every_file_is_made_at_first_use_and_is_private(folder):
    open_keys(folder, now=NOW)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert made == dict.fromkeys(FILES | {".lock"}, 0o600)


def test_what_was_made_is_read_again(folder):
    first, again = open_keys(folder, now=NOW), open_keys(folder, now=NOW + timedelta(days=30))
    assert first == again
    assert len({first.patient, first.pointer, first.accounts}) == 3
    assert len({first.seal.pem, first.token.pem}) == 2


def test_the_seal_is_certified_by_the_authority_and_signs(folder):
    keys = open_keys(folder, now=NOW)
    token = jws.sign(b"receipt", key=keys.seal, typ="receipt+jws")
    assert jws.verify(token, key=keys.seal, typ="receipt+jws") == b"receipt"
    assert keys.ca_certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "Noskheh"
    assert "BEGIN CERTIFICATE" in keys.seal_certificate_pem


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_open_is_refused_with_what_to_do(folder, name, mode):
    open_keys(folder, now=NOW)
    (folder / name).chmod(mode)
    with pytest.raises(KeyFileError, match=rf"{name} .*run: chmod 600"):
        open_keys(folder, now=NOW)


def test_a_folder_that_others_can_enter_is_refused(folder):
    open_keys(folder, now=NOW)
    folder.chmod(0o755)
    with pytest.raises(KeyFileError, match="chmod 700"):
        open_keys(folder, now=NOW)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ca.key", b"x"),
        ("seal.pem", b"x"),
        ("patient.key", b"00"),
        ("pointer.key", b"zz"),
        ("token.key", b""),
    ],
)
def test_a_damaged_file_is_named_and_never_replaced(folder, name, content):
    open_keys(folder, now=NOW)
    (folder / name).write_bytes(content)
    with pytest.raises(KeyFileError, match=name):
        open_keys(folder, now=NOW)
    assert (folder / name).read_bytes() == content


def test_a_certificate_of_another_key_is_refused(folder, tmp_path):
    open_keys(folder, now=NOW)
    open_keys(tmp_path / "other", now=NOW)
    (folder / "ca.pem").write_bytes((tmp_path / "other" / "ca.pem").read_bytes())
    with pytest.raises(KeyFileError, match="must be a pair"):
        open_keys(folder, now=NOW)


def test_processes_that_start_at_once_make_one_set(folder):
    program = (
        "import sys, datetime; from pathlib import Path; from app.keys import open_keys;"
        "keys = open_keys(Path(sys.argv[1]), now=datetime.datetime.now(datetime.UTC));"
        "print(keys.seal.kid, keys.token.kid, keys.patient.hex())"
    )

    def start(_: int) -> str:
        command = [sys.executable, "-c", program, str(folder)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    with ThreadPoolExecutor(3) as threads:
        assert len(set(threads.map(start, range(3)))) == 1


def test_secrets_do_not_show_when_the_keys_are_printed(folder):
    keys = open_keys(folder, now=NOW)
    shown = repr(keys)
    assert keys.seal.pem not in shown
    assert "PRIVATE" not in shown
    assert repr(keys.patient) not in shown
    assert repr(keys.pointer) not in shown
