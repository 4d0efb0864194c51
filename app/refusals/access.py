"""Not signed in, not allowed, not from here: 401 and 403, with the challenge HTTP wants."""

from collections.abc import Mapping

from app.refusals.base import ShellProblem
from codings.base import Kind, Words


class NoToken(ShellProblem):
    code = "access.no_token"
    status = 401
    kind = Kind.FORBIDDEN
    words = Words(
        fa="این درخواست توکن دسترسی ندارد.",
        en="This request carries no access token.",
    )
    fix = Words(
        fa="از نشانی /oauth/token توکن بگیرید و آن را در سرآیند Authorization بفرستید.",
        en="Get a token from /oauth/token and send it in the Authorization header.",
    )

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="noskheh"'}


class BadToken(ShellProblem):
    """Wrong signature, expired, not ours, or its client was disabled: one answer, nothing to learn from it."""

    code = "access.bad_token"
    status = 401
    kind = Kind.FORBIDDEN
    words = Words(
        fa="توکن دسترسی معتبر نیست یا زمان آن گذشته است.",
        en="The access token is not valid, or no longer.",
    )
    fix = Words(fa="توکن تازه‌ای بگیرید.", en="Get a new token.")

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="noskheh", error="invalid_token"'}


class WrongScope(ShellProblem):
    code = "access.scope"
    status = 403
    kind = Kind.FORBIDDEN
    words = Words(
        fa="این توکن اجازهٔ این کار را ندارد؛ دامنهٔ لازم: {scope}.",
        en="This token does not allow that; the scope needed is: {scope}.",
    )

    @property
    def headers(self) -> Mapping[str, str]:
        scope = self.facts["scope"]
        return {"WWW-Authenticate": f'Bearer realm="noskheh", error="insufficient_scope", scope="{scope}"'}


class CentreClosed(ShellProblem):
    code = "access.centre"
    status = 403
    kind = Kind.FORBIDDEN
    words = Words(
        fa="پروانهٔ این مرکز معتبر نیست یا تعلیق شده است.",
        en="This centre's licence is not in force or was suspended.",
    )
    fix = Words(
        fa="با دفتر صدور پروانه تماس بگیرید.",
        en="Ask the office that issues the licence.",
    )


class NotSignedIn(ShellProblem):
    code = "access.sign_in"
    status = 401
    kind = Kind.FORBIDDEN
    words = Words(
        fa="برای دیدن این صفحه وارد شوید؛ شاید مدتی کار نکرده‌اید و نشست شما بسته شده است.",
        en="Sign in to see this; your session may have ended after a while without work.",
    )


class SessionLocked(ShellProblem):
    code = "access.locked"
    status = 401
    kind = Kind.FORBIDDEN
    words = Words(
        fa="چون مدتی کار نکرده‌اید، صفحه قفل شده است؛ با تأیید هویت خود آن را باز کنید.",
        en="The session is locked after a while without work; prove that it is you to open it.",
    )


class ProveAgain(ShellProblem):
    """Something so weighty that an open page is not enough."""

    code = "access.prove_again"
    status = 401
    kind = Kind.FORBIDDEN
    words = Words(
        fa="برای این کار دوباره تأیید کنید که خودتان هستید.",
        en="For this, prove once more that it is you.",
    )


class WrongRole(ShellProblem):
    code = "access.role"
    status = 403
    kind = Kind.FORBIDDEN
    words = Words(
        fa="نقش شما اجازهٔ این کار را ندارد.",
        en="Your role does not allow this.",
    )


class CrossSite(ShellProblem):
    code = "access.cross_site"
    status = 403
    kind = Kind.FORBIDDEN
    words = Words(
        fa="این درخواست از صفحه‌ای بیرون از این سامانه فرستاده شد و پذیرفته نشد.",
        en="This request came from a page outside this service and was refused.",
    )
    fix = Words(
        fa="صفحه را از خود سامانه باز کنید و دوباره تلاش کنید.",
        en="Open the page within this service and try again.",
    )
