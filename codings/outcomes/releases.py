"""What happens to releases of code systems, and what is refused about them."""

from dataclasses import dataclass

from codings.base import Event, Kind, Problem, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReceived(Event):
    """A file waits to be checked, row by row."""

    system: str
    release: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTookEffect(Event):
    """Another release of a system is in force from now on."""

    system: str
    release: str


class ReleaseUnknown(Problem):
    code = "release.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="انتشار «{release}» از فهرست «{system}» وجود ندارد.",
        en="There is no release “{release}” of “{system}”.",
    )


class ReleaseExists(Problem):
    code = "release.exists"
    kind = Kind.CONFLICT
    words = Words(
        fa="همین پرونده پیش‌تر با نام «{release}» فرستاده شده است (وضعیت: {state}).",
        en="This very file was sent before, as release “{release}” (state: {state}).",
    )
    fix = Words(
        fa="گزارش همان انتشار را ببینید؛ برای ویرایش تازه، پروندهٔ اصلاح‌شده را بفرستید.",
        en="See the report of that release; for a new edition send the mended file.",
    )


class ReleaseFileEmpty(Problem):
    code = "release.file"
    words = Words(fa="پرونده‌ای فرستاده نشد یا خالی است.", en="No file was sent, or it is empty.")
    fix = Words(
        fa="پروندهٔ CSV یا CodeSystem (FHIR R4) را برگزینید.", en="Choose a CSV file or a FHIR R4 CodeSystem."
    )


class ReleaseSourceMissing(Problem):
    code = "release.source"
    words = Words(
        fa="منبع و مجوز استفاده از داده‌ها را بنویسید.",
        en="Name the source of the data and the licence under which it may be used.",
    )
    fix = Words(
        fa="نام ناشر و ویرایش، و مجوز یا اجازهٔ استفاده را بنویسید.",
        en="Write the publisher and edition, and the licence or permission.",
    )


class ReleaseStateRefused(Problem):
    code = "release.state"
    kind = Kind.CONFLICT
    words = Words(
        fa="این کار در وضعیت کنونی انتشار ممکن نیست؛ شاید همکار دیگری زودتر اقدام کرده باشد (وضعیت: {state}).",
        en="This cannot be done in the release's present state ({state}); someone else may have acted first.",
    )
    fix = Words(fa="صفحه را تازه کنید و وضعیت را ببینید.", en="Reload the page and see where it stands.")


class ReleaseSamePerson(Problem):
    code = "release.same_person"
    words = Words(
        fa="انتشار به دو نفر نیاز دارد؛ کسی که پرونده را آماده کرده است نمی‌تواند آن را منتشر کند.",
        en="A release needs two people: whoever prepared it cannot publish it.",
    )
    fix = Words(
        fa="از همکار دیگری بخواهید تفاوت‌ها را ببیند و منتشر کند.",
        en="Ask a colleague to look at the differences and publish it.",
    )


class ReleaseReasonMissing(Problem):
    code = "release.reason"
    words = Words(
        fa="دلیل پس گرفتن را بنویسید (حداکثر {limit} نویسه).",
        en="Give the reason for withdrawing it (at most {limit} characters).",
    )
    fix = Words(fa="در یک جمله بنویسید چه چیزی نادرست است.", en="Say in one sentence what is wrong with it.")


class ReleaseAlone(Problem):
    code = "release.alone"
    kind = Kind.CONFLICT
    words = Words(
        fa="پیش از این انتشار، انتشار دیگری از «{system}» نبوده است که به آن بازگردیم.",
        en="No other release of “{system}” was in force before this one, so there is none to go back to.",
    )
    fix = Words(fa="نخست انتشار درست را آماده و منتشر کنید.", en="First prepare and publish a right one.")


class ReleaseUnreadable(Problem):
    code = "release.unreadable"
    words = Words(
        fa="پروندهٔ {file} در سطر {line} خوانده نشد: {why}. هیچ‌چیز بارگذاری نشد.",
        en="The file {file} cannot be read at line {line}: {why}. Nothing was loaded.",
    )
    fix = Words(
        fa="همان سطر را اصلاح و دوباره بارگذاری کنید.",
        en="Mend that line and load the folder again.",
    )
