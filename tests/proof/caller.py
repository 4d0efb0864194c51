"""A machine that does not give up: its own key, any of the addresses, the same request until there is an answer.

An answer counts when it says what became of the request. No connection, a broken one, 503, "busy" and "the same
request is still running" do not: the same is sent again under the same key, to whichever process answers.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from codings import jws
from codings.base import new_id

AGAIN: Final = frozenset({"busy", "idempotency.running"})
PATIENCE_S: Final = 15.0  # of one try; a process that is killed ends it sooner
GIVE_UP_S: Final = 90.0  # of all tries together
_PAUSE_S: Final = (0.02, 0.2)
_TOKEN_S: Final = 200.0


class GaveUp(Exception):  # noqa: N818  the end of a story
    """No answer came in all this time."""


@dataclass
class Tally:
    """Counts and faults, from any thread. A fault is an answer that nobody should ever be given.

    `hopeless` once somebody gave up: then the others need not try any longer.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    hopeless: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    @property
    def acknowledged(self) -> int:
        """How many deeds somebody was told are done."""
        return self.counts["signatures acknowledged"] + self.counts["dispenses acknowledged"]

    def fault(self, words: str) -> None:
        with self._lock:
            self.faults.append(words)

    def tries(self) -> Iterator[None]:
        """As many tries as patience allows. Raises GaveUp."""
        end = time.monotonic() + GIVE_UP_S
        while time.monotonic() < end and not self.hopeless:
            yield
        self.hopeless = True
        raise GaveUp


@dataclass
class Caller:
    """One machine of the demonstration; shared by the threads that act for it."""

    addresses: Sequence[str]
    entry: dict[str, Any]
    key: jws.Key
    audience: str
    http: httpx.Client
    tally: Tally
    _token: str = ""
    _until: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def post(self, path: str, body: Any, *, once: str | None = None, hasty: bool = False) -> httpx.Response:
        """The answer to a request sent as often as it takes. `hasty`: hang up on the first try before it answers."""
        return self.ask("POST", path, body, once=once or str(new_id()), hasty=hasty)

    def ask(
        self, method: str, path: str, body: Any, *, once: str | None = None, hasty: bool = False
    ) -> httpx.Response:
        for _ in self.tally.tries():
            headers = {"Authorization": f"Bearer {self._bearer()}", "Accept-Language": "en"}
            if once is not None:
                headers["Idempotency-Key"] = once
            patience = random.uniform(0.005, 0.15) if hasty else PATIENCE_S
            answer = self._try(method, f"/api/v1{path}", patience, headers=headers, json=body)
            if answer is not None:
                return answer
            hasty = False
            self.tally.count("retries")
            time.sleep(random.uniform(*_PAUSE_S))
        raise AssertionError("`tries` ends by raising")

    def _try(self, method: str, path: str, patience: float, **sent: Any) -> httpx.Response | None:
        """One try; None when nobody knows what became of it."""
        address = random.choice(self.addresses)
        try:
            answer = self.http.request(method, f"{address}{path}", timeout=patience, **sent)
        except httpx.TimeoutException:
            self.tally.count("answers not waited for")
            return None
        except httpx.TransportError as lost:
            self.tally.count(
                "refused connections" if isinstance(lost, httpx.ConnectError) else "lost answers"
            )
            return None
        if answer.status_code == 503 or code_of(answer) in AGAIN:
            self.tally.count(f"{answer.status_code} {code_of(answer)}")
            return None
        if answer.status_code >= 500:
            self.tally.fault(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return None
        self.tally.count("answers")
        return answer

    def _bearer(self) -> str:
        with self._turn:
            if time.monotonic() > self._until:
                self._token = self._new_token()
                self._until = time.monotonic() + _TOKEN_S
            return self._token

    def _new_token(self) -> str:
        name = self.entry["client_id"]
        for _ in self.tally.tries():
            now = int(time.time())
            claims = {"iss": name, "sub": name, "aud": self.audience, "jti": str(new_id())}
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": jws.sign_claims(
                    {**claims, "iat": now, "exp": now + 240}, key=self.key, typ="JWT"
                ),
            }
            answer = self._try("POST", "/oauth/token", PATIENCE_S, data=form)
            if answer is not None:
                answer.raise_for_status()
                return str(answer.json()["access_token"])
            time.sleep(random.uniform(*_PAUSE_S))
        raise AssertionError("`tries` ends by raising")


def code_of(answer: httpx.Response) -> str:
    """The code of a refusal; nothing for a success."""
    if answer.is_success or "json" not in answer.headers.get("content-type", ""):
        return ""
    return str(answer.json().get("code", ""))


def caller(found: Any, name: str, http: httpx.Client, tally: Tally) -> Caller:
    """The machine of this name in the demonstration world of `found`, a Ground."""
    entry = next(one for one in found.told["clients"] if one["client_id"] == name)
    return Caller(
        found.addresses, entry, key_of(found.folder, entry), found.service.settings.token_url, http, tally
    )


def key_of(folder: Path, entry: dict[str, Any]) -> jws.Key:
    """The private key of a client or practitioner of world.json."""
    return jws.Key(entry["kid"], "ES256", (folder / "demo" / entry["key_file"]).read_text())
