"""FastAPI's and pydantic's findings about a malformed request, in our shape and in both languages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request

from app.language import language_of
from app.refusals import Malformed
from codings.base import Words

# pydantic's error type -> words; {limit} is the bound it was measured against.
WORDS: Mapping[str, Words] = {
    "missing": Words(fa="این مورد لازم است.", en="This is required."),
    "extra_forbidden": Words(fa="این مورد شناخته نیست.", en="This field is not known."),
    "json_invalid": Words(fa="متن فرستاده‌شده JSON درستی نیست.", en="The body is not valid JSON."),
    "string_type": Words(fa="باید متن باشد.", en="This must be a string."),
    "string_too_short": Words(
        fa="کوتاه‌تر از {limit} نویسه است.", en="This is shorter than {limit} characters."
    ),
    "string_too_long": Words(fa="بلندتر از {limit} نویسه است.", en="This is longer than {limit} characters."),
    "string_pattern_mismatch": Words(fa="شکل این مقدار درست نیست.", en="This does not have the right form."),
    "int_type": Words(fa="باید عدد صحیح باشد.", en="This must be a whole number."),
    "int_parsing": Words(fa="باید عدد صحیح باشد.", en="This must be a whole number."),
    "int_from_float": Words(fa="باید عدد صحیح باشد.", en="This must be a whole number."),
    "bool_type": Words(fa="باید true یا false باشد.", en="This must be true or false."),
    "bool_parsing": Words(fa="باید true یا false باشد.", en="This must be true or false."),
    "list_type": Words(fa="باید فهرست باشد.", en="This must be a list."),
    "dict_type": Words(fa="باید شیء JSON باشد.", en="This must be a JSON object."),
    "model_type": Words(fa="باید شیء JSON باشد.", en="This must be a JSON object."),
    "model_attributes_type": Words(fa="باید شیء JSON باشد.", en="This must be a JSON object."),
    "too_short": Words(fa="دست‌کم {limit} مورد لازم است.", en="At least {limit} entries are needed."),
    "too_long": Words(fa="بیش از {limit} مورد است.", en="There are more than {limit} entries."),
    "greater_than": Words(fa="باید بزرگ‌تر از {limit} باشد.", en="This must be greater than {limit}."),
    "greater_than_equal": Words(fa="نباید کمتر از {limit} باشد.", en="This must not be less than {limit}."),
    "less_than": Words(fa="باید کوچک‌تر از {limit} باشد.", en="This must be less than {limit}."),
    "less_than_equal": Words(fa="نباید بیشتر از {limit} باشد.", en="This must not be more than {limit}."),
    "enum": Words(fa="از مقدارهای مجاز نیست: {limit}.", en="This is not one of: {limit}."),
    "literal_error": Words(fa="از مقدارهای مجاز نیست: {limit}.", en="This is not one of: {limit}."),
    "uuid_parsing": Words(fa="شناسهٔ UUID درستی نیست.", en="This is not a UUID."),
    "uuid_type": Words(fa="شناسهٔ UUID درستی نیست.", en="This is not a UUID."),
    "date_from_datetime_parsing": Words(
        fa="تاریخ باید به شکل YYYY-MM-DD باشد.", en="The date must be YYYY-MM-DD."
    ),
    "date_parsing": Words(fa="تاریخ باید به شکل YYYY-MM-DD باشد.", en="The date must be YYYY-MM-DD."),
    "date_type": Words(fa="تاریخ باید به شکل YYYY-MM-DD باشد.", en="The date must be YYYY-MM-DD."),
    "datetime_parsing": Words(
        fa="زمان باید به شکل RFC 3339 و با منطقهٔ زمانی باشد.", en="The time must be RFC 3339 with its zone."
    ),
    "datetime_from_date_parsing": Words(
        fa="زمان باید به شکل RFC 3339 و با منطقهٔ زمانی باشد.", en="The time must be RFC 3339 with its zone."
    ),
    "timezone_aware": Words(fa="زمان بدون منطقهٔ زمانی است.", en="The time has no zone."),
    "decimal_parsing": Words(fa="عدد اعشاری درستی نیست.", en="This is not a decimal number."),
}
ANYTHING_ELSE = Words(fa="این مقدار پذیرفته نیست.", en="This value is not accepted.")
PARAMETERS = frozenset({"query", "path", "header", "cookie"})
LIMITS = ("limit", "min_length", "max_length", "gt", "ge", "lt", "le", "expected")


def malformed(errors: Iterable[Any]) -> Malformed:
    """The problem for what pydantic found; what was sent is not repeated, since it may be a patient's."""
    return Malformed(errors=[_told(error) for error in errors])


def words_of(error: ValidationError, request: Request) -> str:
    """The same findings as one sentence in the caller's language, for a line of a longer body."""
    english = language_of(request) == "en"
    told = [_told(found) for found in error.errors(include_url=False, include_input=False)]
    return " ".join(f"{t['pointer']}: {t['detail'].en if english else t['detail'].fa}" for t in told)


def _told(error: Mapping[str, Any]) -> dict[str, Any]:
    context: Mapping[str, Any] = error.get("ctx") or {}
    where = ("body",) if error["type"] == "json_invalid" else error.get("loc", ())
    return {**_place(where), "code": str(error["type"]), "detail": _words(error["type"], context)}


def _words(kind: str, context: Mapping[str, Any]) -> Words:
    if isinstance(context.get("fa"), str) and isinstance(context.get("en"), str):
        return Words(fa=context["fa"], en=context["en"])  # our own types say it better themselves
    limit = next((context[name] for name in LIMITS if name in context), "")
    return WORDS.get(kind, ANYTHING_ELSE).format(limit=limit)


def _place(where: Sequence[int | str]) -> dict[str, str]:
    """A JSON pointer into the body; for anything else, which parameter it is and where it stands."""
    if where and where[0] in PARAMETERS:
        name = str(where[1]) if len(where) > 1 else ""
        return {"pointer": f"/{_escaped(name)}", "in": str(where[0])}
    inside = where[1:] if where and where[0] == "body" else where
    return {"pointer": "".join(f"/{_escaped(part)}" for part in inside)}


def _escaped(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
