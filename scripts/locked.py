"""What requirements.lock pins: each requirement with its version, its hashes and where it applies."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """One requirement, by its normalised name."""

    name: str
    version: str
    marker: str  # empty: everywhere
    hashes: tuple[str, ...]  # SHA-256 in hexadecimal, of each file an index may give


def read(path: Path = LOCK) -> list[Pin]:
    """All pins of a lock file. ValueError with the line when one is no pin, names an address, or has no hash."""
    pins: list[Pin] = []
    for line in _joined(path.read_text(encoding="utf-8")):
        required, *hashed = re.split(r"\s+(?=--)", line)
        pinned = _PIN.fullmatch(required)
        hashes = [_HASH.fullmatch(one) for one in hashed]
        if pinned is None or not hashes or None in hashes:
            raise ValueError(f"not pinned by version and hash: {line[:90]}")
        name = re.sub(r"[-_.]+", "-", pinned["name"]).lower()
        found = tuple(one[1] for one in hashes if one is not None)
        pins.append(Pin(name, pinned["version"], pinned["marker"] or "", found))
    return pins


def _joined(text: str) -> list[str]:
    """Logical lines: continuations joined, comments and empty lines left out."""
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [line.strip() for line in "\n".join(kept).replace("\\\n", " ").splitlines() if line.strip()]
