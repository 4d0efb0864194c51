"""Pulling batches beside a raw COPY of the same lines: bytes a second to bytes a second, in turns.

Whole files, as an insurer takes them: token, rights, the batch's row, the bytes, the record of the download. The client
is the standard library's, which spends next to nothing on a body, as psycopg does on a COPY.
"""

import http.client
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import psycopg

from tests.bench.ground import INSURER, Ground

TAMIN: Final = "insurer-tamin"
_PIECE: Final = 256 * 1024
_COPY: Final = f"""
    COPY (SELECT line FROM batch_item WHERE insurer = '{INSURER}' AND seq = {{}} ORDER BY position)
    TO STDOUT (FORMAT binary)"""


def last_batches(found: Ground, count: int) -> list[int]:
    """The numbers of the newest batches, the oldest of them first."""
    query = "SELECT seq FROM batch WHERE insurer = %s ORDER BY seq DESC LIMIT %s"
    with psycopg.connect(found.dsn) as connection:
        return [seq for (seq,) in connection.execute(query, [INSURER, count])][::-1]


def pulled(found: Ground, name: str, batches: Sequence[int], *, rounds: int) -> list[float]:
    """The ratio of each turn, the first turn thrown away; printed as they come. Raises SystemExit at a refusal."""
    turns = [(_copied(found, batches), _fetched(found, batches)) for _ in range(rounds + 1)][1:]
    for bare, ours in turns:
        print(f"  {name}: {ours:.0f} MB/s, raw COPY {bare:.0f} MB/s, ratio {ours / bare:.2f}", flush=True)
    return [ours / bare for bare, ours in turns]


def _copied(found: Ground, batches: Sequence[int]) -> float:
    """MB a second of the lines by COPY."""
    began, size = time.perf_counter(), 0
    with psycopg.connect(found.dsn) as connection, connection.cursor() as cursor:
        for seq in batches:
            with cursor.copy(_COPY.format(seq)) as rows:
                size += sum(len(piece) for piece in rows)
    return size / (time.perf_counter() - began) / 1e6


def _fetched(found: Ground, batches: Sequence[int]) -> float:
    """MB a second of the files over HTTP."""
    address = urlsplit(found.address)
    headers = {"Authorization": f"Bearer {found.token(TAMIN)}", "Accept-Encoding": "identity"}
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    began, size = time.perf_counter(), 0
    for seq in batches:
        connection.request("GET", f"/api/v1/claim-batches/{seq}/files/claims.ndjson", headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"batch {seq}: {answer.status} {answer.read()[:400]!r}")
        while piece := answer.read(_PIECE):
            size += len(piece)
    took = time.perf_counter() - began
    connection.close()
    return size / took / 1e6
