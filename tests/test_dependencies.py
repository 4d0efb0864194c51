"""What is pinned: all by hash, nothing known to be bad, all of it in the bill; and an audit that cannot be silent."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import audit, locked, sbom, vendor

ROOT = Path(__file__).resolve().parent.parent
A_PIN = "idna==3.10 \\\n    --hash=sha256:" + "a" * 64 + "\n    # via httpx\n"


def test_every_line_of_the_lock_is_a_version_with_hashes_and_no_address():
    pins = locked.read()
    pinned = re.findall(r"^[a-z0-9][^ \n]*==", locked.LOCK.read_text(), re.MULTILINE)
    assert len(pins) == len(pinned) > 90
    assert "://" not in locked.LOCK.read_text()


@pytest.mark.parametrize(
    "bad",
    [
        "idna==3.10\n",
        "idna>=3 \\\n    --hash=sha256:" + "a" * 64 + "\n",
        "idna @ https://example.org/idna.whl \\\n    --hash=sha256:" + "a" * 64 + "\n",
        "--index-url https://example.org/simple\n" + A_PIN,
        "idna==3.10 \\\n    --hash=md5:" + "a" * 32 + "\n",
    ],
)
def test_a_lock_with_anything_else_is_refused(tmp_path, bad):
    lock = tmp_path / "requirements.lock"
    lock.write_text(A_PIN)
    assert [pin.name for pin in locked.read(lock)] == ["idna"]
    lock.write_text(bad)
    with pytest.raises(ValueError, match="not pinned"):
        locked.read(lock)


def test_no_version_that_is_known_to_be_bad_is_pinned():
    assert audit.denied(locked.read()) == []


@pytest.mark.parametrize(
    ("name", "version", "bad"),
    [
        ("python-jose", "3.3.0", 1),
        ("python-jose", "3.4.0", 0),
        ("starlette", "0.49.0", 1),
        ("starlette", "0.39.2", 3),
        ("starlette", "0.49.1", 0),
        ("python-multipart", "0.0.9", 1),
        ("h11", "0.14.0", 1),
    ],
)
def test_the_deny_list_knows_where_a_fault_begins_and_ends(name, version, bad):
    pin = locked.Pin(name, version, "", ("a" * 64,))
    assert len(audit.denied([pin])) == bad


def test_each_entry_of_the_deny_list_says_why_and_who_says_so():
    import csv

    with audit.DENIED.open(newline="") as file:
        for row in csv.DictReader(file):
            assert row["why"], row
            assert re.fullmatch(r"(CVE-\d{4}-\d+ ?)+", row["source"]), row


def report(*told: dict[str, object]) -> str:
    return json.dumps({"dependencies": list(told), "fixes": []})


def test_only_an_answer_about_everything_is_green():
    idna = locked.Pin("idna", "3.10", "", ("a" * 64,))
    two = [idna, replace(idna, name="h11")]
    clean = [{"name": pin.name, "version": pin.version, "vulns": []} for pin in two]
    assert audit.verdict(report(*clean), two)[0] == audit.CLEAN
    for silence in ("", "{}", "[]", report(), report(clean[0]), "null"):
        assert audit.verdict(silence, two)[0] == audit.NOT_AUDITED, silence
    skipped = {"name": "h11", "skip_reason": "no such package"}
    assert audit.verdict(report(clean[0], skipped), two)[0] == audit.NOT_AUDITED
    assert audit.verdict(report(*clean), [])[0] == audit.NOT_AUDITED
    fault = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["4"]}
    status, lines = audit.verdict(report({**clean[0], "vulns": [fault]}, clean[1]), two)
    assert status == audit.FOUND
    assert lines == ["idna 3.10: PYSEC-1, mended in 4"]
    known = {"id": "PYSEC-2", "aliases": ["CVE-2024-23342"], "fix_versions": []}
    assert audit.verdict(report({**clean[0], "vulns": [known]}, clean[1]), two)[0] == audit.CLEAN


def test_an_audit_that_reaches_nobody_says_so_and_fails():
    nowhere = dict.fromkeys(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"], "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.audit"],
        cwd=ROOT,
        env={**os.environ, **nowhere, "NO_PROXY": "", "no_proxy": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == audit.NOT_AUDITED, done.stdout + done.stderr
    assert "NOT AUDITED" in done.stdout


def test_the_bill_of_materials_names_every_package_and_every_file_with_its_hashes():
    whole = sbom.bill()
    assert (whole["bomFormat"], whole["specVersion"], whole["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", whole["serialNumber"])
    references = [one["bom-ref"] for one in whole["components"]]
    assert len(references) == len(set(references))
    libraries = {one["name"]: one for one in whole["components"] if one["type"] == "library"}
    for pin in locked.read():
        told = libraries.pop(pin.name)
        assert told["purl"] == f"pkg:pypi/{pin.name}@{pin.version}"
        hashes = {h["content"] for file in told["externalReferences"] for h in file["hashes"]}
        assert hashes == set(pin.hashes)
    assert not libraries
    files = {one["name"]: one for one in whole["components"] if one["type"] == "file"}
    lying = {path.name for path in vendor.VENDOR.iterdir()} - {"integrity.json", "README.md"}
    assert files.keys() == {name for name in lying if not name.endswith(".txt") and not name.endswith(".md")}
    for told in files.values():
        assert re.fullmatch(r"[0-9a-f]{96}", told["hashes"][0]["content"])
        assert told["purl"].startswith("pkg:npm/")
    [ours] = whole["dependencies"]
    assert set(ours["dependsOn"]) <= set(references)
    assert "pkg:pypi/python-jose@3.5.0" in ours["dependsOn"]


def test_the_same_files_make_the_same_bill():
    assert json.dumps(sbom.bill()) == json.dumps(sbom.bill())
    assert str(ROOT) not in json.dumps(sbom.bill())
