"""Drawing pages: one template, whole or one block of it, in the reader's language.

    return page(request, "prescriber/visit.html", by=by, form=form)
    return page(request, "prescriber/draft.html", block="findings", by=by, ...)

Templates are strict: a name that is not there is an error and not an empty place. Numbers, dates and money are
drawn by the filters here, so that they look the same everywhere (`ui.md` 12-18).
"""

import json
import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.errors import ProblemView
from app.i18n import translations
from app.language import Language
from codings.base import Actor, Words
from codings.systems import amount_text
from codings.text import TEHRAN, jalali, persian_digits

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE_COOKIE = "noskheh_language"
ANYONE = "anyone"
LONGEST_ADDRESS: Final = 500


def page(
    request: Request, template: str, *, block: str | None = None, status: int = 200, **context: Any
) -> HTMLResponse:
    """The template, or only its `block` when htmx asked for a part (`HX-Request`)."""
    language = language_of_page(request)
    environment = _environment(language)
    full = {
        "request": request,
        **_spoken(language),
        "actor": _actor(request),
        "key": lambda: str(uuid.uuid4()),
        "problem": None,
        "errors": {},
        **context,
    }
    drawn = environment.get_template(template)
    if block is not None and request.headers.get("HX-Request") == "true":
        body = "".join(drawn.blocks[block](drawn.new_context(full)))
    else:
        body = drawn.render(full)
    return HTMLResponse(body, status, headers={"Vary": "HX-Request, Cookie", "Content-Language": language})


_POINT: Final = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_LATIN_RUN: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9 .+%/_-]*[A-Za-z0-9%])?")


def drawn(template: str, *, language: Language, **context: Any) -> Markup:
    """A part of a page in a language of its own, whatever the page around it speaks: a sheet for a patient."""
    return Markup(_environment(language).get_template(template).render(_spoken(language) | context))  # noqa: S704  escaped by the template


def macros(template: str, *, language: Language) -> Any:
    """The macros of a template, to be called from here: for sentences that do not only stand on pages."""
    return _environment(language).get_template(template).make_module(_spoken(language))


def _spoken(language: Language) -> dict[str, Any]:
    return {"language": language, "direction": "ltr" if language == "en" else "rtl"}


def see_other(url: str) -> RedirectResponse:
    return RedirectResponse(url, 303)


def render_problem(request: Request, shown: ProblemView) -> Response:
    """The page of a refusal that no form could show beside its field; whoever is signed out signs in and comes back."""
    if shown.code == "access.sign_in" and request.method == "GET":
        return see_other(f"/sign-in?next={quote(address_of(request))}")
    return page(request, "problem.html", status=shown.status, shown=shown)


def address_of(request: Request) -> str:
    """The address that was asked for with its query, to come back to; without it where it is longer than is kept."""
    path, query = request.url.path, request.url.query
    whole = f"{path}?{query}" if query else path
    return whole if len(whole) <= LONGEST_ADDRESS else path


def language_of_page(request: Request) -> Language:
    """Persian, unless the reader chose English with one click (kept in a cookie)."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    language: Language = "en" if chosen == "en" else "fa"
    request.state.language = language
    return language


def _actor(request: Request) -> Actor | None:
    actor: Actor | None = getattr(request.state, "actor", None)
    return actor if actor is not None and actor.id != ANYONE else None


@cache
def integrity() -> Mapping[str, str]:
    """The sha384 of each vendored file, as its `integrity` attribute wants it."""
    kept: dict[str, str] = json.loads((ROOT / "static" / "vendor" / "integrity.json").read_text())
    return kept


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {"integrity": integrity, "fail": _fail}
    environment.filters |= {
        "digits": _digits,
        "day": _day,
        "instant": _instant,
        "rial": _rial,
        "amount": _amount,
        "say": _say,
        "told": _told,
        "latin": _latin,
    }
    return environment


def _fail(words: str) -> None:
    """A macro was called without what it needs: refuse to draw half a component."""
    raise ValueError(words)


@pass_context
def _digits(context: Context, value: object) -> str:
    """A count in the reader's digits."""
    return str(value) if context["language"] == "en" else persian_digits(str(value))


@pass_context
def _day(context: Context, value: date | datetime) -> Markup:
    """Jalali in Persian, ISO in English, the other calendar on hover."""
    plain = value.astimezone(TEHRAN).date() if isinstance(value, datetime) else value
    iso, persian = plain.isoformat(), persian_digits(jalali(plain))
    shown, title = (iso, jalali(plain)) if context["language"] == "en" else (persian, iso)
    return Markup('<time dir="ltr" datetime="{}" title="{}">{}</time>').format(iso, title, shown)


@pass_context
def _instant(context: Context, value: datetime) -> Markup:
    """Day and Tehran time to the minute."""
    local = value.astimezone(TEHRAN)
    clock = f"{local:%H:%M}"
    persian = persian_digits(f"{jalali(local)} {clock}")
    shown = f"{local:%Y-%m-%d} {clock}" if context["language"] == "en" else persian
    return Markup('<time dir="ltr" datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), f"{local:%Y-%m-%d %H:%M}", shown
    )


@pass_context
def _rial(context: Context, value: int) -> Markup:
    """Whole Rial with separators at thousands, isolated from the text around it."""
    shown = f"{value:,}"
    if context["language"] == "fa":
        shown = persian_digits(shown.replace(",", "٬"))
    return Markup('<bdi class="number" dir="ltr">{}</bdi>').format(shown)


@pass_context
def _amount(context: Context, value: Decimal) -> Markup:
    """A dose or quantity: no trailing zero, the reader's digits and decimal mark."""
    shown = amount_text(value)
    if context["language"] == "fa":
        shown = persian_digits(shown.replace(".", "٫"))
    return Markup('<bdi class="number" dir="ltr">{}</bdi>').format(shown)


@pass_context
def _say(context: Context, words: Words | Mapping[str, str]) -> str:
    """One of the two languages of a sentence."""
    if isinstance(words, Mapping):
        return words["en"] if context["language"] == "en" else words["fa"]
    return words.en if context["language"] == "en" else words.fa


@pass_context
def _told(context: Context, words: Words | Mapping[str, str]) -> Markup:
    """A sentence with names in it: in Persian a run of Latin letters keeps its direction, and a number is Persian."""
    text = _say(context, words)
    if context["language"] == "en":
        return escape(text)
    told, place = Markup(), 0
    for run in _LATIN_RUN.finditer(text):
        told += escape(_numbered(text[place : run.start()])) + _latin(run[0])
        place = run.end()
    return told + escape(_numbered(text[place:]))


def _numbered(text: str) -> str:
    """Persian text with its numbers in Persian digits."""
    return persian_digits(_POINT.sub("٫", text))


def _latin(value: object) -> Markup:
    """A Latin name or code inside Persian text: kept in its own direction."""
    return Markup('<bdi class="latin" dir="ltr" lang="en">{}</bdi>').format(escape(value))
