"""What a deployment writes down of its running: JSON lines on standard error, and nothing of a patient in them.

Denied by default. A line holds the fixed words of our own messages, never what was put into them; the fields named in
FIELDS and no others; of an exception its kind and its places, never its text. Of other libraries' messages only who
spoke and where, since what they say may hold anything. What is left is masked once more.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from starlette.types import Scope

log = logging.getLogger("noskheh.answers")

# What may be said besides the time, the level, who speaks and the event.
FIELDS = (
    "request_id",
    "trace_id",
    "span_id",
    "method",
    "route",
    "status",
    "ms",
    "problem",
    "fault",
    "places",
)
TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?"
)
# A second wall: national IDs, mobiles and pack numbers in any digits, and the long words that secrets are.
MASKS = (
    (re.compile(r"(?<![0-9a-fA-F-])\+?\d{8,}(?![0-9a-fA-F-])"), "[number]"),
    # But the last part of a UUID: one in 280 of them is of digits alone, and a line that lost its request's id is lost.
    (re.compile(r"(?<!-[89ab][0-9a-f]{3}-)\b(?=[0-9A-Z]*\d)[0-9A-Z]{10,}\b"), "[code]"),
    (
        re.compile(r"\b[A-Za-z0-9_-]*[A-Za-z][A-Za-z0-9_-]*\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
        "[token]",
    ),
)


def install(level: int = logging.INFO) -> None:
    """Write everything this process logs as lines, uvicorn's own and the queue's too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("uvicorn.access").disabled = True  # its lines are addresses
    logging.captureWarnings(capture=True)


class Lines(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] == "noskheh"
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": masked(str(record.msg)) if ours else f"{record.module}.{record.funcName}",
        }
        for name in FIELDS:
            value = getattr(record, name, None)
            if value is not None:
                said[name] = masked(value) if isinstance(value, str) else value
        if record.exc_info and record.exc_info[1] is not None:
            said |= told(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False, default=lambda other: type(other).__name__)


def told(error: BaseException) -> dict[str, Any]:
    """What may be said of an exception: its kind, what it came from, and where; never its text."""
    kinds: list[str] = []
    link: BaseException | None = error
    while link is not None and len(kinds) < 10:
        kinds.append(type(link).__name__)
        link = link.__cause__ or link.__context__
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "fault": " from ".join(kinds),
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def masked(text: str) -> str:
    """The text without whatever looks like a number of a person, a pack or a prescription, or like a token."""
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def trace_of(traceparent: str) -> dict[str, str]:
    """The caller's trace (W3C Trace Context), so that lines here stand beside its spans; empty when it names none."""
    found = TRACEPARENT.fullmatch(traceparent)
    return {"trace_id": found[1], "span_id": found[2]} if found else {}


def answered(scope: Scope, status: int, seconds: float) -> None:
    """One answer: its route's pattern, never its address; milliseconds until it began."""
    state = scope.get("state", {})
    said = {
        "request_id": state.get("request_id"),
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", "none"),
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    log.info("answered", extra=said | state.get("trace", {}))
