"""Ask the public advisories about every pinned dependency: `make audit`.

Ends with 0 only when each requirement that applies here was really looked up and nothing was found; with 1 when an
advisory was found; with 2 and the words NOT AUDITED when anything kept it from looking: no pip-audit, no network,
no answer, fewer answers than requirements. Silence is never green.

The list in `denied.csv` needs no network: known bad versions with the advisory that says so. It is checked here
first, and by a test.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from packaging.markers import Marker
from packaging.version import Version

from scripts.locked import LOCK, Pin, read

DENIED = Path(__file__).with_name("denied.csv")
# Advisories that do not touch us, each with the reason.
ACCEPTED = {
    "CVE-2024-23342": "ecdsa comes with python-jose, which signs and verifies by the cryptography package instead",
}
CLEAN, FOUND, NOT_AUDITED = 0, 1, 2
_AT_MOST_S = 300


def denied(pins: Iterable[Pin], path: Path = DENIED) -> list[str]:
    """Each pin that the deny-list knows, in words."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        f"{pin.name} {pin.version}: {row['why']} ({row['source']})"
        for pin in pins
        for row in rows
        if row["package"] == pin.name and Version(row["from"]) <= Version(pin.version) < Version(row["below"])
    ]


def verdict(report: str, pins: Iterable[Pin]) -> tuple[int, list[str]]:
    """What a report of pip-audit (its JSON) says of these pins: the status to end with, and lines to print."""
    try:
        told = {one["name"].lower(): one for one in json.loads(report)["dependencies"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return NOT_AUDITED, ["NOT AUDITED: no report came back"]
    wanted = sorted({pin.name for pin in pins})
    missing = [name for name in wanted if "vulns" not in told.get(name, {})]
    if missing or not wanted:
        return NOT_AUDITED, [f"NOT AUDITED: no answer about {len(missing)} of {len(wanted)} packages"]
    found = [
        f"{one['name']} {one['version']}: {bad['id']}, mended in {', '.join(bad['fix_versions']) or 'none yet'}"
        for one in told.values()
        for bad in one.get("vulns", ())
        if not ACCEPTED.keys() & {bad["id"], *bad.get("aliases", ())}
    ]
    return (FOUND, found) if found else (CLEAN, [f"Audited {len(wanted)} packages: no advisory."])


def ask() -> str:
    """Run pip-audit over the lock file; its report, or nothing when there is none."""
    here = str(Path(sys.executable).parent)
    program = shutil.which("pip-audit", path=os.pathsep.join([here, os.environ.get("PATH", "")]))
    if program is None:
        print("pip-audit is not installed: pip install pip-audit")
        return ""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [program, "--disable-pip", "--require-hashes", "--progress-spinner=off", "--timeout=15"]
        command += ["--requirement", str(LOCK), "--format=json", f"--output={report}"]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_AT_MOST_S)
        except subprocess.TimeoutExpired:
            print(f"pip-audit gave no answer within {_AT_MOST_S} s")
            return ""
        if not report.exists():
            print("\n".join(done.stderr.strip().splitlines()[-1:]))
            return ""
        return report.read_text(encoding="utf-8")


def main() -> int:
    """The whole audit; gives the status to end with."""
    pins = read()
    if known := denied(pins):
        print("\n".join(["Known bad versions are pinned:", *known]))
        return FOUND
    here = [pin for pin in pins if not pin.marker or Marker(pin.marker).evaluate()]
    status, lines = verdict(ask(), here)
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
