"""Counts of what was answered, in the text format that Prometheus reads. Numbers only: no ids, no names."""

import threading
from collections import defaultdict

from starlette.types import Scope

from app import journal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_lock = threading.Lock()
_answers: dict[tuple[str, str, int], int] = defaultdict(int)
_seconds: dict[tuple[str, str], float] = defaultdict(float)


def answered(scope: Scope, status: int, seconds: float) -> None:
    """Count one answer under the route's pattern, never under the address itself."""
    route = getattr(scope.get("route"), "path", "none")
    with _lock:
        _answers[scope["method"], route, status] += 1
        _seconds[scope["method"], route] += seconds


def text() -> str:
    """All counters so far."""
    with _lock:
        answers, seconds = dict(_answers), dict(_seconds)
    lines = [
        "# HELP noskheh_answers_total Answers by route and status.",
        "# TYPE noskheh_answers_total counter",
    ]
    lines += [
        f'noskheh_answers_total{{method="{method}",route="{route}",status="{status}"}} {count}'
        for (method, route, status), count in sorted(answers.items())
    ]
    lines += [
        "# HELP noskheh_answer_seconds_total Time until answers began.",
        "# TYPE noskheh_answer_seconds_total counter",
    ]
    lines += [
        f'noskheh_answer_seconds_total{{method="{method}",route="{route}"}} {spent:.6f}'
        for (method, route), spent in sorted(seconds.items())
    ]
    return "\n".join(lines) + "\n" + journal.metrics_text()
