"""The browser's files are the very ones that were vetted, with their licences, and ask no other host for anything."""

import json
import re

import pytest

from scripts.vendor import LICENCES, SERVED, VENDOR, integrity

HASHES = json.loads((VENDOR / "integrity.json").read_text())


def test_every_served_file_has_a_hash_and_every_hash_a_file() -> None:
    served = {name for names in SERVED.values() for name in names.values()}
    licences = {name for names in LICENCES.values() for name in names.values()}
    assert set(HASHES) == served
    assert {path.name for path in VENDOR.iterdir()} == served | licences | {"integrity.json"}


@pytest.mark.parametrize("name", sorted(HASHES))
def test_a_served_file_is_the_one_that_was_hashed(name: str) -> None:
    assert integrity((VENDOR / name).read_bytes()) == HASHES[name]


@pytest.mark.parametrize("package", sorted(SERVED))
def test_every_package_comes_with_its_licence(package: str) -> None:
    assert LICENCES[package]
    assert all((VENDOR / name).stat().st_size for name in LICENCES[package].values())


def test_the_stylesheet_loads_nothing_from_elsewhere() -> None:
    sheet = (VENDOR / "pico.min.css").read_text()
    targets = re.findall(r"url\(\s*[\"']?([^\"')]+)", sheet)
    assert targets
    assert all(target.startswith("data:") for target in targets)
    assert "@import" not in sheet


def test_the_font_is_a_woff2() -> None:
    assert (VENDOR / "vazirmatn.woff2").read_bytes()[:4] == b"wOF2"
