"""What can be wrong with a file, in words: what it is, and how it is mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from codings.base import Words

LONGEST_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the line of the file (0 is the whole file), the column, what stands there, and the words."""

    line: int
    column: str
    value: str
    what: Words
    mend: Words


def fault(line: int, column: str, value: object, name: str, **facts: object) -> Fault:
    """A fault by its name in WORDS; long values are shown from their beginning."""
    what, mend = WORDS[name]
    told = {"column": column, **facts}
    return Fault(line, column, _shown(value), what.format(**told), mend.format(**told))


def fault_of(line: int, error: Mapping[str, Any], told: Mapping[str, object]) -> Fault:
    """What pydantic found in a line. `told` is the line as it was read."""
    where = error.get("loc") or ("",)
    column = str(where[0])
    value = told.get(column, error.get("input", ""))
    context: Mapping[str, Any] = error.get("ctx") or {}
    if isinstance(context.get("fa"), str):  # our own types say it themselves, with what to do
        words = Words(context["fa"], context["en"])
        return Fault(line, column, _shown(value), words, MEND_VALUE)
    kind = str(error["type"])
    if kind == "missing":
        return fault(line, column, "", "empty")
    if kind == "extra_forbidden":
        return fault(line, column, value, "extra")
    if kind in {"string_too_short", "too_short"}:
        return fault(line, column, value, "empty")
    limit = next((context[name] for name in _LIMITS if name in context), "")
    name = _KINDS.get(kind, "value")
    return fault(line, column, value, name, limit=limit)


def _shown(value: object) -> str:
    text = str(value)
    visible = "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text[: LONGEST_SHOWN + 1])
    return visible if len(text) <= LONGEST_SHOWN else f"{visible[:LONGEST_SHOWN]}…"


_LIMITS: Final = ("max_length", "gt", "ge", "lt", "le", "max_digits", "decimal_places", "expected", "pattern")
_KINDS: Final = {
    "string_too_long": "long",
    "too_long": "long",
    "string_pattern_mismatch": "pattern",
    "enum": "choice",
    "literal_error": "choice",
    "date_from_datetime_parsing": "date",
    "date_parsing": "date",
    "date_type": "date",
    "bool_parsing": "flag",
    "bool_type": "flag",
    "decimal_parsing": "number",
    "decimal_type": "number",
    "decimal_max_digits": "number",
    "decimal_max_places": "number",
    "decimal_whole_digits": "number",
    "finite_number": "number",
    "greater_than": "number",
    "greater_than_equal": "number",
    "less_than": "number",
    "less_than_equal": "number",
    "int_parsing": "number",
    "int_type": "number",
}
MEND_VALUE: Final = Words("مقدار را از روی منبع دوباره بنویسید.", "Write the value again from its source.")

WORDS: Final[Mapping[str, tuple[Words, Words]]] = {
    "empty_file": (
        Words("پرونده خالی است.", "The file is empty."),
        Words(
            "پرونده‌ای با سطر عنوان و دست‌کم یک سطر بفرستید.", "Send a file with a header and at least one row."
        ),
    ),
    "encoding": (
        Words("این پرونده UTF-8 نیست (بایت {byte}).", "This file is not UTF-8 (byte {byte})."),
        Words(
            "در صفحه‌گسترده «CSV UTF-8» را برای ذخیره برگزینید.",
            "Save it from the spreadsheet as “CSV UTF-8”.",
        ),
    ),
    "nul": (
        Words("در پرونده بایت صفر هست؛ این متن نیست.", "The file holds a zero byte; this is not text."),
        Words("پرونده را از نو به شکل CSV بسازید.", "Export the file again as CSV."),
    ),
    "csv": (
        Words("ساختار CSV در این سطر شکسته است: {why}.", "The CSV is broken at this line: {why}."),
        Words(
            "گیومه‌های باز را ببندید؛ متن دارای ویرگول باید میان دو گیومه باشد. سطرهای پس از این خوانده نشدند.",
            'Close open quotes; text with a comma stands between quotes ("). Lines after this one were not read.',
        ),
    ),
    "json": (
        Words("این پرونده JSON درستی نیست: {why}.", "This is not valid JSON: {why}."),
        Words("پرونده را از نو از سامانهٔ مبدأ بگیرید.", "Export the file again."),
    ),
    "not_code_system": (
        Words("این پرونده یک CodeSystem از FHIR R4 نیست.", "This is not a FHIR R4 CodeSystem."),
        Words(
            "منبعی با resourceType برابر CodeSystem و فهرست concept بفرستید.",
            "Send a resource whose resourceType is CodeSystem, with its list of concepts.",
        ),
    ),
    "not_complete": (
        Words(
            "محتوای این CodeSystem کامل نیست ({content}).",
            "The content of this CodeSystem is not complete ({content}).",
        ),
        Words("نسخهٔ کامل (content: complete) را بفرستید.", "Send the complete one (content: complete)."),
    ),
    "shape": (
        Words(
            "این بخش از concept ساختار FHIR R4 را ندارد.",
            "This part of the concept is not as FHIR R4 has it.",
        ),
        Words(
            "پرونده را از نو از سامانهٔ مبدأ بگیرید؛ در ستون «ستون» جای آن در concept آمده است.",
            "Export the file again; the column says where in the concept it stands.",
        ),
    ),
    "no_column": (
        Words("ستون {column} در سطر عنوان نیست.", "The header has no column {column}."),
        Words("ستون را اضافه کنید. ستون‌های لازم: {columns}.", "Add the column. These are needed: {columns}."),
    ),
    "strange_column": (
        Words(
            "ستون {column} شناخته نیست یا دو بار آمده است.",
            "The column {column} is not known, or stands there twice.",
        ),
        Words(
            "ستون را بردارید. ستون‌های این فهرست: {columns}.",
            "Remove it. The columns of this list: {columns}.",
        ),
    ),
    "cells": (
        Words(
            "شمار خانه‌های این سطر با سطر عنوان نمی‌خواند.",
            "This line has another number of cells than the header.",
        ),
        Words(
            "ویرگول‌های سطر را بررسی کنید؛ متن دارای ویرگول باید میان دو گیومه باشد.",
            'Check the commas of the line; text with a comma stands between quotes (").',
        ),
    ),
    "empty": (
        Words("این مقدار لازم است و خالی است.", "This value is needed, and is empty."),
        Words("مقدار را بنویسید یا سطر را بردارید.", "Write the value, or remove the line."),
    ),
    "extra": (
        Words("این ستون در این فهرست نیست.", "This list has no such column."),
        Words("ستون را بردارید.", "Remove the column."),
    ),
    "hidden": (
        Words("نویسهٔ پنهان {character} در متن هست.", "The text holds the hidden character {character}."),
        Words(
            "متن را پاک کنید و دوباره بنویسید؛ از جایی که علامت‌های جهت دارد نچسبانید.",
            "Clear the text and type it again; do not paste it from where direction marks are added.",
        ),
    ),
    "long": (
        Words("بلندتر از {limit} نویسه است.", "This is longer than {limit} characters."),
        Words("کوتاه‌ترش کنید.", "Shorten it."),
    ),
    "pattern": (
        Words("این مقدار شکل یک کد را ندارد.", "This does not have the form of a code."),
        Words(
            "کد تنها از حرف و رقم لاتین، نقطه و خط تیره است، بدون فاصله.",
            "A code is made of Latin letters, digits, dots and hyphens, without spaces.",
        ),
    ),
    "choice": (
        Words("از مقدارهای مجاز نیست.", "This is not one of the allowed values."),
        Words("یکی از این‌ها را بنویسید: {limit}.", "Write one of: {limit}."),
    ),
    "date": (
        Words("این تاریخ نیست.", "This is not a date."),
        Words("تاریخ را میلادی و مانند 2026-11-22 بنویسید.", "Write the Gregorian date like 2026-11-22."),
    ),
    "flag": (
        Words("این مقدار باید ۰ یا ۱ باشد.", "This must be 0 or 1."),
        Words("۱ برای آری، ۰ برای نه بنویسید.", "Write 1 for yes, 0 for no."),
    ),
    "number": (
        Words("این عدد پذیرفته نیست.", "This number is not accepted."),
        Words(
            "عدد مثبت را تنها با رقم و ممیز نقطه بنویسید، مانند 2.5، با حداکثر شش رقم پس از ممیز.",
            "Write a positive number with digits and a point, such as 2.5, with at most six decimals.",
        ),
    ),
    "money": (
        Words("قیمت باید عدد صحیح ریال باشد.", "The price must be a whole number of Rial."),
        Words(
            "تنها رقم بنویسید، بدون ویرگول، فاصله، ممیز یا نام واحد: 12000 و نه 12,000.",
            "Write digits only, no comma, space, decimals or unit: 12000, not 12,000.",
        ),
    ),
    "value": (
        Words("این مقدار پذیرفته نیست.", "This value is not accepted."),
        Words("مقدار را از روی منبع دوباره بنویسید.", "Write the value again from its source."),
    ),
    "twice": (
        Words(
            "{column} تکراری است؛ در سطر {first} هم آمده است.",
            "This {column} stands in line {first} already.",
        ),
        Words(
            "یکی از دو سطر را بردارید یا کدش را اصلاح کنید.",
            "Remove one of the two lines, or correct its code.",
        ),
    ),
    "taken": (
        Words("{column} از آن کد «{owner}» است.", "This {column} belongs to the code “{owner}”."),
        Words(
            "شماره را از روی جعبه بررسی کنید؛ شماره‌ای که یک بار داده شده است به کد دیگری نمی‌رسد.",
            "Check the number on the box; one that was given once does not pass to another code.",
        ),
    ),
    "unknown": (
        Words("کد «{code}» در فهرست {system} نیست.", "The code “{code}” is not in the list {system}."),
        Words(
            "کد را اصلاح کنید، یا نخست آن را در انتشار تازه‌ای از همان فهرست بیفزایید.",
            "Correct the code, or first add it in a new release of that list.",
        ),
    ),
    "unsourced": (
        Words("این حد یا نشان منبع ندارد.", "This limit or flag has no source."),
        Words(
            "منبع را در ستون منبع بنویسید، یا مقدار را خالی بگذارید.",
            "Name where it comes from, or leave the value empty.",
        ),
    ),
}
