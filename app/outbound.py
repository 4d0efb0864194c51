"""The one way out by HTTP: short questions to a partner whose address a person has configured or registered.

A partner may be down, slow, lying, or somebody else. So every address that a name stands for is looked at before the
connection is made, and the connection goes to that very address; https unless the partner is inside; no redirect, no
proxy, no cookie, no credentials; one deadline for the whole of a question; a small answer, whole and as it is, of
the type that was asked for. Whatever is not such an answer is `NoAnswer`.
"""

import contextlib
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

import httpcore
import httpx

Resolve = Callable[[str, int], Sequence[str]]  # host, port -> addresses

MOST_BYTES: Final = 65_536
# What is inside a network of one's own. Link-local addresses are not: there a machine's own secrets are told.
INSIDE: Final = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7"),
    )
)
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class NoAnswer(Exception):  # noqa: N818  it is what became of a question, not a fault of ours
    """There is no answer that could be trusted; `why` is a few fixed words, never the partner's own."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def addresses(host: str, port: int) -> list[str]:
    """What a name stands for now, by this machine's resolver. OSError or ValueError when nothing."""
    return [str(told[4][0]) for told in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def allowed(address: str, *, internal: bool) -> bool:
    """Whether a partner may be there: at a public address, and for one that is `internal` at one of INSIDE."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in NAT64):
        return False  # an older address in disguise
    if any(ip in network for network in INSIDE):
        return internal
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


class Outbound:
    """Questions with one deadline of `seconds`; may be shared by threads. `tls` and `resolve` are for tests."""

    def __init__(
        self,
        *,
        internal: bool,
        seconds: float,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = addresses,
    ) -> None:
        self._internal = internal
        self._seconds = seconds
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=_Checked(internal=internal, resolve=resolve),
        )

    def close(self) -> None:
        self._pool.close()

    def ask(
        self,
        url: str,
        *,
        content: bytes | None = None,
        types: frozenset[str] = frozenset({"application/json"}),
    ) -> bytes:
        """GET, or POST a JSON `content`; the body of a 200 of one of these media types. Raises NoAnswer."""
        target, host = self._target(url)
        headers = [(b"Host", host), (b"Accept", ", ".join(sorted(types)).encode())]
        headers += [(b"Accept-Encoding", b"identity"), (b"User-Agent", b"noskheh")]
        if content is not None:
            headers += [(b"Content-Type", b"application/json")]
            headers += [(b"Content-Length", str(len(content)).encode())]
        until = time.monotonic() + self._seconds
        # The pool hands these to the sockets as they are; ours read them as moments, not as durations.
        moments = {"connect": until, "read": until, "write": until, "pool": self._seconds}
        method = "GET" if content is None else "POST"
        with (
            _as_no_answer(),
            self._pool.stream(
                method, target, headers=headers, content=content, extensions={"timeout": moments}
            ) as answer,
        ):
            _refuse(answer, types)
            return _whole(answer.iter_stream())

    def _target(self, url: str) -> tuple[httpcore.URL, bytes]:
        """An address as what is asked and the Host that is told; read once, so that nobody reads it otherwise."""
        if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise NoAnswer("its address is not plain")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise NoAnswer("its address cannot be read") from None
        if parts.scheme not in ({"https", "http"} if self._internal else {"https"}):
            raise NoAnswer("its address is not https")
        if not host or "@" in parts.netloc or parts.fragment:
            raise NoAnswer("its address is not scheme, host and path")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        port = port or (443 if parts.scheme == "https" else 80)
        return httpcore.URL(scheme=parts.scheme, host=host, port=port, target=path), parts.netloc.encode()


def _refuse(answer: httpcore.Response, types: frozenset[str]) -> None:
    """A redirect is a status like any other that is not 200; nothing packed is unpacked."""
    if answer.status != httpx.codes.OK:
        raise NoAnswer(f"status {answer.status}")
    told = {name.lower(): value for name, value in answer.headers}
    if told.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1") not in types:
        raise NoAnswer("another content type")
    if told.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise NoAnswer("a packed body")


def _whole(pieces: Iterable[bytes]) -> bytes:
    content = b""
    for piece in pieces:
        content += piece
        if len(content) > MOST_BYTES:
            raise NoAnswer("too large")
    return content


@contextlib.contextmanager
def _as_no_answer() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException:
        raise NoAnswer("no answer in time") from None
    except (httpcore.NetworkError, OSError):
        raise NoAnswer("not reached") from None
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        raise NoAnswer("not HTTP") from None


def _left(until: float | None, late: type[Exception]) -> float:
    """Seconds until a moment; `late` when it has passed."""
    left = (until or 0.0) - time.monotonic()
    if left <= 0:
        raise late
    return left


class _Checked(httpcore.NetworkBackend):
    """Resolves a name, looks at every address, and connects to one of those. `timeout` is a moment here."""

    def __init__(self, *, internal: bool, resolve: Resolve) -> None:
        self._internal = internal
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        found = self._resolved(host, port, timeout)
        if not found or not all(allowed(one, internal=self._internal) for one in found):
            raise NoAnswer("its address is not one to connect to")
        for tried, address in enumerate(found):
            # An address that swallows everything leaves time for the next.
            share = _left(timeout, httpcore.ConnectTimeout) / (len(found) - tried)
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return _Timed(self._plain.connect_tcp(address, port, share, local_address, socket_options))
        raise httpcore.ConnectError

    def _resolved(self, host: str, port: int, until: float | None) -> Sequence[str]:
        """In a thread, since a resolver cannot be told how long it may take."""
        told: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

        def look() -> None:
            try:
                told.put(list(dict.fromkeys(self._resolve(host, port))))
            except (OSError, ValueError):
                told.put(())

        left = _left(until, httpcore.ConnectTimeout)
        threading.Thread(target=look, name=f"resolve {host}", daemon=True).start()
        try:
            return told.get(timeout=left)
        except queue.Empty:
            raise httpcore.ConnectTimeout from None


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline of the question. `timeout` is a moment here."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
