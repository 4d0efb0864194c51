"""What is wrong with a request as such: its shape, size, address, or its idempotency key."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.refusals.base import ShellProblem
from codings.base import Kind, Problem, Words


class Malformed(Problem):
    """What was sent does not have the right shape; `errors` are {pointer, code, detail: Words}."""

    code = "request.malformed"
    kind = Kind.MALFORMED
    words = Words(
        fa="آنچه فرستاده شد شکل درستی ندارد.",
        en="What was sent does not have the right shape.",
    )
    fix = Words(
        fa="موارد مشخص‌شده را اصلاح کنید و دوباره بفرستید.",
        en="Correct the fields named here and send it again.",
    )

    def __init__(self, *, errors: Sequence[Mapping[str, Any]] = (), **facts: Any) -> None:
        super().__init__(**facts)
        self.errors = tuple(errors)


class StillRunning(ShellProblem):
    code = "idempotency.running"
    status = 409
    kind = Kind.CONFLICT
    words = Words(
        fa="همین درخواست هنوز در حال انجام است.",
        en="The same request is still being carried out.",
    )
    fix = Words(
        fa="چند ثانیه صبر کنید و همان درخواست را با همان کلید دوباره بفرستید.",
        en="Wait a few seconds and send the same request again with the same key.",
    )

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": "2"}


class OtherContent(Problem):
    code = "idempotency.other_content"
    kind = Kind.REFUSED
    words = Words(
        fa="این کلید پیش‌تر با درخواست دیگری به کار رفته است.",
        en="This key was used before with another request.",
    )
    fix = Words(
        fa="برای درخواست تازه کلید تازه‌ای بسازید.",
        en="Make a new key for a new request.",
    )


class BadKey(Problem):
    code = "idempotency.key"
    kind = Kind.MALFORMED
    words = Words(
        fa="کلید یکتایی باید ۱ تا ۲۵۵ نویسهٔ سادهٔ لاتین باشد.",
        en="An idempotency key is 1 to 255 plain characters.",
    )


class TooLarge(Problem):
    code = "request.too_large"
    kind = Kind.TOO_LARGE
    words = Words(
        fa="حجم درخواست از {limit} بایت بیشتر است.",
        en="The request is larger than {limit} bytes.",
    )


class Unexpected(ShellProblem):
    """A fault of ours; the request id leads to it in the log, and nothing else of it is told."""

    code = "internal"
    status = 500
    kind = Kind.REFUSED
    words = Words(
        fa="خطایی در سامانه رخ داد و ثبت شد. اگر تکرار شد، شناسهٔ درخواست را به پشتیبانی بدهید.",
        en="Something failed here and was noted. If it happens again, give the request id to support.",
    )


class NoSuchRoute(ShellProblem):
    code = "route.unknown"
    status = 404
    kind = Kind.MISSING
    words = Words(
        fa="نشانی درخواست‌شده وجود ندارد.",
        en="There is nothing at this address.",
    )


class WrongMethod(ShellProblem):
    code = "route.method"
    status = 405
    kind = Kind.MALFORMED
    words = Words(
        fa="این نشانی این روش درخواست را نمی‌پذیرد.",
        en="This address does not accept this method.",
    )

    @property
    def headers(self) -> Mapping[str, str]:
        allow = self.facts.get("allow")
        return {"Allow": str(allow)} if allow else {}


def from_status(status: int, headers: Mapping[str, str] | None) -> Problem:
    """The problem behind an HTTP exception of the framework."""
    if status == 404:
        return NoSuchRoute()
    if status == 405:
        return WrongMethod(allow=(headers or {}).get("Allow"))
    if status == 413:
        return TooLarge(limit="?")
    return Malformed() if 400 <= status < 500 else Unexpected()
