"""The client of the measurements, in a process of its own: it sends what a file says and notes each answer.

    python -m tests.bench.load ADDRESS REQUESTS ANSWERS --at-a-time 8
    python -m tests.bench.load ADDRESS REQUESTS ANSWERS --burst 30 --rate 300

REQUESTS holds one JSON object a line: `method`, `path`, `headers`, `body` (text or null), and `note`, which comes
back with the answer. A closed loop keeps so many requests in the air over as many kept-open connections; bursts
send so many at one instant, however the ones before are doing, and an answer's time counts from that instant.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_PATIENCE_S = 60.0


class _Line:
    """One kept-open connection."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send prepared bytes; the status and body of what comes back."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=2**20)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        body = await reader.readexactly(int(length)) if length else b""
        return int(head[9:12]), body

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


def _bytes(host: str, asked: dict[str, Any]) -> bytes:
    body = (asked["body"] or "").encode()
    headers = {"Host": host, "Content-Length": str(len(body)), **asked["headers"]}
    lines = [f"{asked['method']} {asked['path']} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _one(line: _Line, request: bytes, since: float) -> tuple[int, bytes, float]:
    status, body = await asyncio.wait_for(line.ask(request), _PATIENCE_S)
    return status, body, time.perf_counter() - since


async def closed_loop(place: Any, requests: list[bytes], at_a_time: int) -> list[tuple[int, bytes, float]]:
    """Every request once, so many in the air; answers in the order of the requests."""
    answers: list[tuple[int, bytes, float]] = [(0, b"", 0.0)] * len(requests)
    waiting: Iterator[tuple[int, bytes]] = iter(enumerate(requests))

    async def work() -> None:
        line = _Line(place.hostname, place.port)
        for i, request in waiting:
            answers[i] = await _one(line, request, time.perf_counter())
        line.close()

    await asyncio.gather(*(work() for _ in range(at_a_time)))
    return answers


async def bursts(place: Any, requests: list[bytes], size: int, rate: float) -> list[tuple[int, bytes, float]]:
    """`size` at once, `rate` a second on the whole, never waiting for the burst before."""
    free: list[_Line] = []
    began = time.perf_counter() + 0.1

    async def send(request: bytes, due: float) -> tuple[int, bytes, float]:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        line = free.pop() if free else _Line(place.hostname, place.port)
        answer = await _one(line, request, due)
        free.append(line)
        return answer

    sent = [send(request, began + (i // size) * size / rate) for i, request in enumerate(requests)]
    answers = await asyncio.gather(*sent)
    for line in free:
        line.close()
    return list(answers)


def main() -> None:
    """Play one rung and write down what came back."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address", type=urlsplit)
    parser.add_argument("requests", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--at-a-time", type=int, default=1)
    parser.add_argument("--burst", type=int)
    parser.add_argument("--rate", type=float, default=300.0)
    asked = parser.parse_args()
    lines = [json.loads(line) for line in asked.requests.read_text(encoding="utf-8").splitlines()]
    requests = [_bytes(asked.address.netloc, line) for line in lines]
    began = time.perf_counter()
    if asked.burst:
        work = bursts(asked.address, requests, asked.burst, asked.rate)
    else:
        work = closed_loop(asked.address, requests, asked.at_a_time)
    answers = asyncio.run(work)
    took = time.perf_counter() - began
    with asked.answers.open("w", encoding="utf-8") as out:
        out.write(json.dumps({"seconds": took}) + "\n")
        for line, (status, body, seconds) in zip(lines, answers, strict=True):
            told = {"note": line["note"], "status": status, "seconds": seconds}
            if line.get("keep", True):
                told["body"] = body.decode("utf-8", "replace")
            out.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
