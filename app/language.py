"""Which of the two languages a request is answered in."""

from typing import Literal

from starlette.requests import Request

Language = Literal["fa", "en"]

# What machines call. They say their language in a header and are answered in JSON; people choose theirs by a click.
MACHINE_PATHS = ("/api/", "/oauth/", "/.well-known/", "/health/", "/metrics", "/openapi.json")
COOKIE = "noskheh_language"


def language_of(request: Request) -> Language:
    """For a machine the best of Accept-Language; for a person the one they chose; Persian if they said nothing."""
    if request.url.path.startswith(MACHINE_PATHS):
        return preferred(request.headers.get("accept-language", ""))
    return "en" if request.cookies.get(COOKIE) == "en" else "fa"


def preferred(header: str) -> Language:
    """The better rated of `fa` and `en` in an Accept-Language header; Persian when neither or both alike."""
    rated = {"fa": 0.0, "en": 0.0}
    for part in header[:500].split(","):
        tag, _, parameter = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary in rated:
            rated[primary] = max(rated[primary], _weight(parameter))
    return "en" if rated["en"] > rated["fa"] else "fa"


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
