"""What the database says when it is busy, slow or away, or when someone else was faster."""

from collections.abc import Mapping

from app.refusals.base import ShellProblem
from codings.base import Kind, Problem, Words


class Busy(ShellProblem):
    code = "busy"
    status = 409
    kind = Kind.CONFLICT
    words = Words(
        fa="هم‌زمان کس دیگری روی همین مورد کار می‌کند.",
        en="Someone else is working on the same thing at this moment.",
    )
    fix = Words(fa="چند ثانیهٔ دیگر دوباره بفرستید.", en="Send it again in a few seconds.")

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": "1"}


class LostRace(Problem):
    code = "state.lost_race"
    kind = Kind.CONFLICT
    words = Words(
        fa="هم‌زمان کار دیگری انجام شد که با این درخواست نمی‌خواند؛ چیزی از این درخواست ثبت نشد.",
        en="Something else happened first that this does not fit with; nothing of this request was kept.",
    )
    fix = Words(
        fa="وضعیت تازه را ببینید و اگر هنوز لازم است دوباره بفرستید.",
        en="Look at the present state, and send it again if it is still needed.",
    )


class DatabaseSlow(Problem):
    code = "database.slow"
    kind = Kind.PARTNER_DOWN
    words = Words(
        fa="پاسخ به‌موقع آماده نشد و چیزی از این درخواست ثبت نشد.",
        en="The answer was not ready in time, and nothing of this request was kept.",
    )
    fix = Words(fa="کمی بعد دوباره بفرستید.", en="Send it again a little later.")


class DatabaseAway(Problem):
    code = "database.away"
    kind = Kind.PARTNER_DOWN
    words = Words(
        fa="پایگاه داده در این لحظه در دسترس نیست.",
        en="The database cannot be reached at this moment.",
    )
    fix = Words(
        fa="چند ثانیهٔ دیگر با همان کلید دوباره بفرستید؛ کاری دو بار انجام نمی‌شود.",
        en="Send it again in a few seconds with the same key; nothing will be done twice.",
    )


class CounterClosed(Problem):
    code = "dispensing.closed"
    kind = Kind.PARTNER_DOWN
    words = Words(
        fa="سامانه تازه از نسخهٔ پشتیبان بازگردانده شده است و تحویل دارو تا ثبت دوبارهٔ رسیدها بسته است.",
        en="The service was just restored from a backup: dispensing is closed until receipts are replayed.",
    )
    fix = Words(
        fa="رسیدهای پس از زمان پشتیبان را به گردانندهٔ سامانه بدهید و تا باز شدن تحویل صبر کنید.",
        en="Give the operator your receipts from after the backup, and wait until dispensing opens again.",
    )


class ReceiptDiffers(Problem):
    code = "receipt.differs"
    kind = Kind.CONFLICT
    words = Words(
        fa="رسید {dispense} با آنچه اینجا ثبت می‌شود یکی نیست؛ چیزی ثبت نشد.",
        en="The receipt {dispense} does not agree with what would be recorded here; nothing was recorded.",
    )
    fix = Words(
        fa="نخست رسیدهای پیشین همین نسخه را ثبت کنید، یا آن را دستی بررسی کنید.",
        en="Replay the earlier receipts of this prescription first, or look into it by hand.",
    )
