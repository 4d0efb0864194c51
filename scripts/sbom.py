"""The software bill of materials: `make sbom` writes var/sbom.json, CycloneDX 1.6.

Everything that runs: the pinned packages of requirements.lock and the browser's files of static/vendor, each with
its hashes. The same files give the same bytes: there is no time in it, and its serial number is made of its content.
"""

import base64
import json
import re
import sys
import tomllib
import uuid
from typing import Any

from scripts.locked import ROOT, Pin, read
from scripts.vendor import SERVED, VENDOR

WRITTEN = ROOT / "var" / "sbom.json"


def package(pin: Pin) -> dict[str, Any]:
    """One Python package. An index may give any of its files, so each hash stands at a reference of its own."""
    purl = f"pkg:pypi/{pin.name}@{pin.version}"
    files = [
        {
            "type": "distribution",
            "url": f"https://pypi.org/project/{pin.name}/{pin.version}/",
            "hashes": [{"alg": "SHA-256", "content": sha256}],
        }
        for sha256 in sorted(pin.hashes)
    ]
    told = {"type": "library", "bom-ref": purl, "name": pin.name, "version": pin.version, "purl": purl}
    where = {"properties": [{"name": "noskheh:marker", "value": pin.marker}]} if pin.marker else {}
    return {**told, "externalReferences": files, **where}


def served(source: str, name: str, integrity: str) -> dict[str, Any]:
    """One file of the browser, with the package and version it was taken from."""
    package_name, version = source.rsplit("@", 1)
    purl = f"pkg:npm/{package_name.replace('@', '%40')}@{version}"
    sha384 = base64.b64decode(integrity.removeprefix("sha384-")).hex()
    told = {"type": "file", "bom-ref": f"static/vendor/{name}", "name": name, "version": version}
    return {**told, "purl": purl, "hashes": [{"alg": "SHA-384", "content": sha384}]}


def bill() -> dict[str, Any]:
    """The whole document. KeyError when a served file has no hash or a hash no served file's source."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    integrity: dict[str, str] = json.loads((VENDOR / "integrity.json").read_text(encoding="utf-8"))
    sources = {name: source for source, files in SERVED.items() for name in files.values()}
    components = [package(pin) for pin in read()]
    components += [served(sources[name], name, integrity[name]) for name in sorted(integrity)]
    components.sort(key=lambda one: str(one["bom-ref"]))
    ours = f"pkg:generic/{project['name']}@{project['version']}"
    body = {
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": ours,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
        "dependencies": [
            {"ref": ours, "dependsOn": [named(one, components) for one in project["dependencies"]]}
        ],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    head = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
    }
    return {**head, **body}


def named(requirement: str, components: list[dict[str, Any]]) -> str:
    """The reference of the package that a line of pyproject.toml asks for."""
    [name] = re.findall(r"^[A-Za-z0-9._-]+", requirement)
    plain = re.sub(r"[-_.]+", "-", name).lower()
    return next(str(one["bom-ref"]) for one in components if one["name"] == plain)


def main() -> int:
    """Write it; where to, and how much is in it."""
    whole = bill()
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(whole, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{WRITTEN.relative_to(ROOT)}: {len(whole['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
