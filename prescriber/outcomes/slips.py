"""What can be refused about slips and their copies."""

from codings.base import Kind, Problem, Words


class SlipNotFound(Problem):
    """One answer for a copy that was never given and for another centre's."""

    code = "slip.not_found"
    kind = Kind.MISSING
    words = Words(
        fa="چنین برگه‌ای از این نسخه داده نشده است.",
        en="No such slip of this prescription was given out.",
    )
    fix = Words(fa="از صفحهٔ نسخه برگهٔ تازه بگیرید.", en="Take a new slip from the prescription's page.")


class SlipGivenMeanwhile(Problem):
    """Two asked for the next copy at once, and the other had it first."""

    code = "slip.given_meanwhile"
    kind = Kind.CONFLICT
    words = Words(
        fa="در همین لحظه برگهٔ دیگری از این نسخه داده شد و برگهٔ شما ثبت نشد.",
        en="Another slip of this prescription was given out at this very moment; yours was not.",
    )
    fix = Words(
        fa="اگر هنوز برگه لازم است، دوباره دکمهٔ چاپ را بزنید.",
        en="If a slip is still needed, press the button again.",
    )
