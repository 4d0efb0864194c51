"""Fetches the browser's files by name and version from npm into static/vendor, with their licences and hashes.

Run by `make vendor` when a version changes; the files are committed, and nothing is fetched when the service runs.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"

# package@version -> what is taken from it, and under which name it is served
SERVED = {
    "htmx.org@4.0.1": {"dist/htmx.min.js": "htmx.min.js"},
    "@picocss/pico@2.1.1": {"css/pico.min.css": "pico.min.css"},
    "vazirmatn@33.0.3": {"fonts/webfonts/Vazirmatn[wght].woff2": "vazirmatn.woff2"},
    "barcode-detector@3.2.2": {"dist/iife/ponyfill.js": "barcode-detector.js"},
    # The very release that barcode-detector was built with: a newer one loads, and then dies in the first scan.
    "zxing-wasm@3.1.3": {"dist/reader/zxing_reader.wasm": "zxing_reader.wasm"},
}
# The same font as files that typst reads, for the slip's PDF; its licence lies in static/vendor.
FONTS = Path(__file__).resolve().parent.parent / "app" / "sheets" / "fonts"
FONT_PACKAGE = "vazirmatn@33.0.3"
FONT_FILES = ("Vazirmatn-Regular.ttf", "Vazirmatn-Bold.ttf")
LICENCES = {
    "htmx.org@4.0.1": {"LICENSE": "htmx.LICENSE.txt"},
    "@picocss/pico@2.1.1": {"LICENSE.md": "pico.LICENSE.md"},
    "vazirmatn@33.0.3": {"OFL.txt": "vazirmatn.OFL.txt", "AUTHORS.txt": "vazirmatn.AUTHORS.txt"},
    "barcode-detector@3.2.2": {"LICENSE": "barcode-detector.LICENSE.txt"},
    "zxing-wasm@3.1.3": {"LICENSE": "zxing-wasm.LICENSE.txt"},
}


def fetch(package: str) -> dict[str, bytes]:
    """The files of one npm package, by their path inside it; npm checks the archive against the registry's hash."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", "--ignore-scripts", package],  # noqa: S607  npm of whoever runs it
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        with tarfile.open(Path(folder, packed.stdout.split()[-1])) as archive:
            return {
                member.name.removeprefix("package/"): content.read()
                for member in archive
                if (content := archive.extractfile(member)) is not None
            }


def integrity(content: bytes) -> str:
    """The hash as a page's `integrity` attribute wants it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def vendor() -> None:
    """Replace static/vendor by what the tables above name."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    kept = {"integrity.json"}
    hashes: dict[str, str] = {}
    for package, served in SERVED.items():
        files = fetch(package)
        for path, name in {**served, **LICENCES[package]}.items():
            (VENDOR / name).write_bytes(files[path])
            kept.add(name)
        hashes |= {name: integrity(files[path]) for path, name in served.items()}
    (VENDOR / "integrity.json").write_text(json.dumps(hashes, indent=2, sort_keys=True) + "\n")
    for left in VENDOR.iterdir():
        if left.name not in kept:
            left.unlink()


def vendor_fonts() -> None:
    """Put the slip's fonts where typst looks for them."""
    FONTS.mkdir(parents=True, exist_ok=True)
    files = fetch(FONT_PACKAGE)
    for name in FONT_FILES:
        (FONTS / name).write_bytes(files[f"fonts/ttf/{name}"])


if __name__ == "__main__":
    try:
        vendor()
        vendor_fonts()
    except FileNotFoundError as error:
        sys.exit(f"npm is needed to fetch the browser's files: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"npm did not give {error.cmd[-1]}: {error.stderr.strip()}")
