"""Refusals about proving who one is: passkeys, one-time codes, and the minutes in which one may sign."""

from codings.base import Kind, Problem, Words


class SecondProofNeeded(Problem):
    """Signing in by password alone, to an account that has a stronger way."""

    code = "account.second_proof"
    kind = Kind.FORBIDDEN
    words = Words(
        fa="این حساب افزون بر گذرواژه، کلید عبور یا کد یک‌بارمصرف هم می‌خواهد.",
        en="This account needs a passkey or a one-time code besides its password.",
    )


class SecondFactorMissing(Problem):
    """This deployment wants a second factor, and the account has none yet."""

    code = "account.second_factor"
    kind = Kind.FORBIDDEN
    words = Words(
        fa="پیش از کار با سامانه باید کلید عبور یا برنامهٔ کد یک‌بارمصرف را برای حساب خود راه‌اندازی کنید.",
        en="Before you work here, set up a passkey or an authenticator app for your account.",
    )
    fix = Words(fa="صفحهٔ «حساب من» را باز کنید.", en="Open the page “My account”.")


class LastProof(Problem):
    code = "account.last_proof"
    kind = Kind.CONFLICT
    words = Words(
        fa="این تنها راه دومِ ورود شماست و بدون آن نمی‌توانید کار کنید.",
        en="This is your only second way of signing in, and work here needs one.",
    )
    fix = Words(
        fa="نخست کلید عبور یا برنامهٔ کد دیگری اضافه کنید، سپس این را حذف کنید.",
        en="Add another passkey or an authenticator app first, then remove this one.",
    )


class OwnRole(Problem):
    code = "account.own_role"
    kind = Kind.CONFLICT
    words = Words(
        fa="نقش حساب خودتان را نمی‌توانید عوض کنید.",
        en="You cannot change the role of your own account.",
    )
    fix = Words(fa="از مدیر دیگری بخواهید این کار را انجام دهد.", en="Ask another administrator to do it.")


class OwnProofs(Problem):
    code = "account.own_proofs"
    kind = Kind.CONFLICT
    words = Words(
        fa="راه‌های ورود خودتان را از این‌جا نمی‌توانید پاک کنید.",
        en="You cannot reset your own ways of signing in here.",
    )
    fix = Words(
        fa="آن‌ها را در صفحهٔ «حساب من» تغییر دهید یا از مدیر دیگری کمک بخواهید.",
        en="Change them on the page “My account”, or ask another administrator.",
    )


class PasswordRefused(Problem):
    """The password of a person who is known already: at a lock, before signing, before a new password."""

    code = "account.password"
    words = Words(fa="گذرواژه درست نیست.", en="The password is not right.")
    fix = Words(
        fa="دوباره وارد کنید؛ پس از پنج بار اشتباه، ورود پانزده دقیقه بسته می‌شود.",
        en="Enter it again; after five wrong tries sign-in closes for fifteen minutes.",
    )


class PasskeyRefused(Problem):
    """One answer whatever was wrong: signature, origin, challenge, a removed key, or no user verification."""

    code = "passkey.refused"
    words = Words(
        fa="کلید عبور پذیرفته نشد.",
        en="The passkey was not accepted.",
    )
    fix = Words(
        fa="دوباره تلاش کنید و هویت خود را روی دستگاه با اثر انگشت، چهره یا رمز دستگاه تأیید کنید.",
        en="Try again, and confirm on the device that it is you, by fingerprint, face or its PIN.",
    )


class PasskeyCopied(Problem):
    """The count of a passkey went back: the same key is used in two places."""

    code = "passkey.copied"
    words = Words(
        fa="شمارندهٔ این کلید عبور به عقب برگشته است؛ شاید نسخه‌ای از آن ساخته شده باشد.",
        en="This passkey's counter went back: there may be a copy of it.",
    )
    fix = Words(
        fa="با راه دیگری وارد شوید، این کلید را حذف کنید و به مدیر سامانه خبر دهید.",
        en="Sign in another way, remove this passkey, and tell your administrator.",
    )


class PasskeyKnown(Problem):
    code = "passkey.known"
    kind = Kind.CONFLICT
    words = Words(
        fa="این کلید عبور پیش‌تر ثبت شده است.",
        en="This passkey is registered already.",
    )


class PasskeyUnknown(Problem):
    code = "passkey.unknown"
    kind = Kind.MISSING
    words = Words(fa="چنین کلید عبوری ندارید.", en="You have no such passkey.")


class CeremonyOver(Problem):
    """Used, too old, or another session's: one answer."""

    code = "passkey.ceremony_over"
    kind = Kind.CONFLICT
    words = Words(
        fa="مهلت این درخواست گذشته یا یک بار به کار رفته است.",
        en="The time for this has passed, or it was used already.",
    )
    fix = Words(fa="از نو آغاز کنید.", en="Begin again.")


class CodeRefused(Problem):
    code = "one_time.refused"
    words = Words(
        fa="این کد درست نیست یا پیش‌تر به کار رفته است.",
        en="This code is not right, or was used already.",
    )
    fix = Words(
        fa="کد تازهٔ شش‌رقمی را از برنامه بخوانید؛ ساعت تلفن باید درست باشد.",
        en="Read the new six-digit code from the app; the phone's clock must be right.",
    )


class NothingPending(Problem):
    code = "one_time.nothing_pending"
    kind = Kind.CONFLICT
    words = Words(
        fa="راه‌اندازی برنامهٔ کد آغاز نشده است.",
        en="Setting up an authenticator app has not begun.",
    )
    fix = Words(fa="آن را در صفحهٔ «حساب من» آغاز کنید.", en="Begin it on the page “My account”.")


class MethodNotYours(Problem):
    code = "signing.method"
    words = Words(
        fa="با این روش نمی‌توانید هویت خود را تأیید کنید.",
        en="You cannot prove who you are in this way.",
    )
    fix = Words(
        fa="روش دیگری را برگزینید یا در صفحهٔ «حساب من» آن را راه‌اندازی کنید.",
        en="Choose another way, or set this one up on the page “My account”.",
    )


class StepUpNeeded(Problem):
    code = "signing.step_up"
    kind = Kind.FORBIDDEN
    words = Words(
        fa="برای امضا باید هویت خود را دوباره تأیید کنید؛ این تأیید پنج دقیقه اعتبار دارد.",
        en="To sign, prove again who you are; the proof is good for five minutes.",
    )
