"""A partner with bad days, on a socket of its own: it speaks HTTP as badly as its `way` says, byte by byte."""

import contextlib
import gzip
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

LIMIT_S = 0.5  # how long the service waits for this partner
LATE_S = 0.8
SPACES = b" " * 30_000_000
PACKED_SPACES = gzip.compress(SPACES, compresslevel=1)
_OK = "HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n{more}\r\n"

Way = Callable[["Partner", socket.socket, dict[str, Any]], None]


def honest(asked: dict[str, Any]) -> dict[str, Any]:
    """The answer of a good day: every pack is genuine, every registration is taken."""
    told = {"registered": True} if "count" in asked else {"remaining": "100"}
    return {"request_id": asked.get("request_id"), "status": "ACTIVE", **told}


def whole(body: bytes | dict[str, Any], *, type: str = "application/json", more: str = "") -> bytes:
    """A 200 with this body."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return _OK.format(type=type, length=len(content), more=more).encode() + content


class Partner:
    """Listens at `url`; `way` is None on a good day. `heard` are paths and bodies, `hosts` its names as asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.way: Way | None = None
        self.hosts: list[str] = []
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.ended = threading.Event()
        self.kept: list[bytes] = []  # answers that were not given yet
        self._listening: socket.socket | None = None
        self.port = 0
        self._callers: list[socket.socket] = []
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self, way: Way | None) -> None:
        """From now on answer in this way; `refuses` does not even listen."""
        self.way = way
        self.kept.clear()
        if way is refuses:
            self.shut()
        else:
            self.open()

    def open(self) -> None:
        if self._listening is None:
            self._listening = socket.create_server(("127.0.0.1", self.port), backlog=50)
            self.port = self._listening.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def shut(self) -> None:
        """Nobody listens any more, and nobody is listened to: a new connection is refused."""
        if self._listening is not None:
            for caller in self._callers:
                with contextlib.suppress(OSError):
                    caller.shutdown(socket.SHUT_RDWR)
            self._callers.clear()
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listening.accept()
                threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _secured(self, caller: socket.socket) -> socket.socket:
        return self.tls.wrap_socket(caller, server_side=True) if self.tls else caller

    def _serve(self, caller: socket.socket) -> None:
        with contextlib.suppress(OSError), self._secured(caller) as safe, safe.makefile("rb") as said:
            self._callers.append(safe)
            for path, host, asked in _requests(said):
                self.heard.append((path, asked))
                self.hosts.append(host)
                if self.way is None or path == "/packs":
                    safe.sendall(whole(honest(asked)))
                else:
                    self.way(self, safe, asked)


def _requests(said: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    while line := said.readline():
        length, host = 0, ""
        while (header := said.readline().strip().lower()) != b"":
            if header.startswith(b"content-length:"):
                length = int(header.partition(b":")[2])
            if header.startswith(b"host:"):
                host = header.partition(b":")[2].strip().decode()
        yield line.split()[1].decode(), host, json.loads(said.read(length) or b"{}")


# --- The ways ---------------------------------------------------------------------------------------


def says(answer: bytes) -> Way:
    """Always these bytes."""
    return lambda _, caller, __: caller.sendall(answer)


def told(**changed: Any) -> Way:
    """A whole answer to the very question, but for what is changed in it."""
    return lambda _, caller, asked: caller.sendall(whole(honest(asked) | changed))


def refuses(*_: Any) -> None:
    """Nobody is there to say anything."""
    raise ConnectionRefusedError


def hangs(partner: Partner, *_: Any) -> None:
    partner.ended.wait(10)


def hangs_up(_: Partner, caller: socket.socket, __: dict[str, Any]) -> None:
    caller.shutdown(socket.SHUT_RDWR)


def another_type(_: Partner, caller: socket.socket, asked: dict[str, Any]) -> None:
    caller.sendall(whole(honest(asked), type="text/html"))


def huge(_: Partner, caller: socket.socket, asked: dict[str, Any]) -> None:
    caller.sendall(whole(json.dumps(honest(asked)).encode() + SPACES))


def endless(partner: Partner, caller: socket.socket, _: dict[str, Any]) -> None:
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not partner.ended.is_set():
        caller.sendall(b"8000\r\n" + b" " * 0x8000 + b"\r\n")


def bomb(_: Partner, caller: socket.socket, asked: dict[str, Any]) -> None:
    caller.sendall(
        whole(
            gzip.compress(json.dumps(honest(asked)).encode()) + PACKED_SPACES,
            more="Content-Encoding: gzip\r\n",
        )
    )


def late(partner: Partner, caller: socket.socket, asked: dict[str, Any]) -> None:
    """The right answer, when nobody waits for it any more."""
    partner.ended.wait(LATE_S)
    caller.sendall(whole(honest(asked)))


def one_behind(partner: Partner, caller: socket.socket, asked: dict[str, Any]) -> None:
    """To each question the right answer to the one before it."""
    partner.kept.append(whole(honest(asked)))
    before = partner.kept[-2] if len(partner.kept) > 1 else whole(honest(asked | {"request_id": "the-first"}))
    caller.sendall(before)


def redirects(partner: Partner, caller: socket.socket, _: dict[str, Any]) -> None:
    head = (
        f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {partner.url}/elsewhere\r\nContent-Length: 0\r\n\r\n"
    )
    caller.sendall(head.encode())


def drips(partner: Partner, caller: socket.socket, asked: dict[str, Any]) -> None:
    """A byte now and then: each comes in time, the whole never does."""
    for place in whole(honest(asked)):
        caller.sendall(bytes([place]))
        if partner.ended.wait(0.05):
            return


def drips_after_its_head(partner: Partner, caller: socket.socket, asked: dict[str, Any]) -> None:
    head, _, body = whole(honest(asked)).partition(b"\r\n\r\n")
    caller.sendall(head + b"\r\n\r\n")
    for place in body:
        caller.sendall(bytes([place]))
        if partner.ended.wait(0.05):
            return


@contextlib.contextmanager
def partner(tls: ssl.SSLContext | None = None) -> Iterator[Partner]:
    """A partner for as long as the block lasts."""
    one = Partner(tls)
    yield one
    one.ended.set()
    one.shut()
