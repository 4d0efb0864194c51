"""Refusals about people who sign in and machines that ask for tokens."""

from codings.base import Kind, Problem, Words


class SignInRefused(Problem):
    """One answer for an unknown name, a wrong password and a closed account."""

    code = "account.refused"
    kind = Kind.REFUSED
    words = Words(
        fa="نام کاربری یا گذرواژه درست نیست.",
        en="The user name or the password is not right.",
    )
    fix = Words(
        fa="هر دو را دوباره وارد کنید؛ پس از پنج بار اشتباه، ورود پانزده دقیقه بسته می‌شود.",
        en="Enter both again; after five wrong tries sign-in closes for fifteen minutes.",
    )


class SignInLocked(Problem):
    code = "account.locked"
    kind = Kind.THROTTLED
    words = Words(
        fa="پس از چند بار ورود نادرست، ورود با این نام تا {minutes} دقیقه بسته است.",
        en="After several wrong tries, signing in under this name is closed for {minutes} minutes.",
    )


class AccountExists(Problem):
    code = "account.exists"
    kind = Kind.CONFLICT
    words = Words(
        fa="این نام کاربری پیش‌تر گرفته شده است.",
        en="This user name is taken.",
    )


class AccountUnknown(Problem):
    code = "account.unknown"
    kind = Kind.MISSING
    words = Words(fa="چنین حسابی وجود ندارد.", en="There is no such account.")


class AccountIncomplete(Problem):
    code = "account.incomplete"
    words = Words(
        fa="این نقش بدون {missing} کامل نیست.",
        en="This role is not complete without: {missing}.",
    )


class AdministratorExists(Problem):
    code = "account.administrator_exists"
    kind = Kind.CONFLICT
    words = Words(
        fa="مدیر سامانه پیش‌تر ساخته شده است.",
        en="There is an administrator already.",
    )
    fix = Words(
        fa="حساب‌های دیگر را همان مدیر می‌سازد.",
        en="Further accounts are made by that administrator, or with `account add`.",
    )


class WeakPassword(Problem):
    code = "account.weak_password"
    words = Words(
        fa="گذرواژه باید دست‌کم {length} نویسه داشته باشد، نام کاربری در آن نباشد و از گذرواژه‌های رایج نباشد.",
        en="The password needs {length} characters or more, without the user name in it, and not a common one.",
    )


class ClientExists(Problem):
    code = "client.exists"
    kind = Kind.CONFLICT
    words = Words(
        fa="سامانه‌ای با این شناسه پیش‌تر ثبت شده است.",
        en="A client with this id is registered already.",
    )


class ClientUnknown(Problem):
    code = "client.unknown"
    kind = Kind.MISSING
    words = Words(fa="چنین سامانه‌ای ثبت نشده است.", en="There is no such client.")


class ClientRefused(Problem):
    code = "client.refused"
    words = Words(fa="این سامانه ثبت نشد: {why_fa}", en="The client was not registered: {why}")


class AssertionUsed(Problem):
    code = "token.assertion_used"
    kind = Kind.CONFLICT
    words = Words(
        fa="این گواهی درخواست پیش‌تر به کار رفته است.",
        en="This client assertion was used before.",
    )
