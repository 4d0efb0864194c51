"""An insurer's program: pull the next batch, check it against its own hashes, acknowledge."""

import hashlib
import json
from pathlib import Path
from typing import Any

from connect import Client


class Insurer:
    def __init__(self, base_url: str, entry: dict[str, Any], *, folder: Path) -> None:
        self.api = Client(base_url, entry, folder=folder)

    def cursor(self) -> Any:
        return self.api.get("/claim-batches/cursor")

    def next_batches(self, after: int, *, wait: int = 20) -> list[Any]:
        """Batches after this number, waiting up to `wait` seconds for the first; never a gap."""
        return list(self.api.get("/claim-batches", after=after, wait=wait)["items"])

    def download(self, manifest: dict[str, Any]) -> bytes:
        """The claims file, fetched in two ranges as a client that was interrupted would."""
        file = manifest["files"][0]
        path = f"/claim-batches/{manifest['seq']}/files/{file['name']}"
        half = file["bytes"] // 2
        first = self.api.send("GET", path, headers={"Range": f"bytes=0-{half - 1}"})
        rest = self.api.send("GET", path, headers={"Range": f"bytes={half}-"})
        body = first.content + rest.content
        if hashlib.sha256(body).hexdigest() != file["sha256"]:
            msg = f"batch {manifest['seq']}: the file is not what its manifest says"
            raise ValueError(msg)
        return body

    @staticmethod
    def claims(body: bytes) -> list[dict[str, Any]]:
        return [json.loads(line) for line in body.splitlines()]

    def acknowledge(self, manifest: dict[str, Any], receipt_no: str) -> Any:
        files = [{k: f[k] for k in ("name", "sha256", "count")} for f in manifest["files"]]
        body = {"manifest_sha256": manifest["manifest_sha256"], "files": files, "receipt_no": receipt_no}
        return self.api.post(f"/claim-batches/{manifest['seq']}/ack", body)
