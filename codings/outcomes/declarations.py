"""What happens to declared emergencies, and what is refused about them."""

from dataclasses import dataclass

from codings.base import Event, Kind, Problem, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationApproved(Event):
    """An emergency was declared with two signatures; sites are to be told."""

    number: str


class DeclarationUnknown(Problem):
    code = "declaration.unknown"
    kind = Kind.MISSING
    words = Words(
        fa="اعلامیه‌ای با شمارهٔ {number} وجود ندارد.",
        en="There is no declaration with the number {number}.",
    )


class DeclarationSameOfficer(Problem):
    code = "declaration.same_officer"
    words = Words(
        fa="اعلام شرایط اضطراری به امضای دو نفر نیاز دارد؛ تنظیم‌کننده نمی‌تواند آن را تأیید کند.",
        en="A declaration needs two officers: whoever drafted it cannot approve it.",
    )
    fix = Words(fa="از همکار دیگری بخواهید آن را تأیید کند.", en="Ask another officer to approve it.")


class DeclarationTooLong(Problem):
    code = "declaration.too_long"
    words = Words(
        fa="شرایط اضطراری حداکثر برای {hours} ساعت اعلام می‌شود.",
        en="An emergency is declared for at most {hours} hours.",
    )
    fix = Words(
        fa="زمان پایان را نزدیک‌تر بگذارید؛ برای ادامه، اعلامیهٔ تازه‌ای تنظیم کنید.",
        en="Choose an earlier end; to go on after it, draft a new declaration.",
    )


class DeclarationEndsBeforeStart(Problem):
    code = "declaration.ends_before_start"
    words = Words(
        fa="زمان پایان باید پس از زمان آغاز باشد.",
        en="The end must come after the start.",
    )
    fix = Words(fa="زمان آغاز و پایان را بررسی کنید.", en="Check the start and the end.")


class DeclarationBackdated(Problem):
    code = "declaration.backdated"
    words = Words(
        fa="آغاز اعلامیه حداکثر {hours} ساعت پیش از تنظیم آن می‌تواند باشد.",
        en="A declaration may start at most {hours} hours before it is drafted.",
    )
    fix = Words(fa="زمان آغاز را دیرتر بگذارید.", en="Choose a later start.")


class DeclarationOver(Problem):
    code = "declaration.over"
    words = Words(
        fa="زمان پایان این اعلامیه گذشته است و دیگر نمی‌تواند جاری شود.",
        en="The end of this declaration has passed; it cannot come into force any more.",
    )
    fix = Words(fa="اعلامیهٔ تازه‌ای با زمان پایان دیرتر تنظیم کنید.", en="Draft a new one with a later end.")


class DeclarationIncomplete(Problem):
    code = "declaration.incomplete"
    words = Words(
        fa="اعلامیه باید دست‌کم یک استان و شرحی کوتاه (حداکثر {limit} نویسه) داشته باشد.",
        en="A declaration needs at least one province and a few words (at most {limit} characters).",
    )
    fix = Words(fa="استان و شرح را کامل کنید.", en="Complete the provinces and the words.")


class DeclarationStateRefused(Problem):
    code = "declaration.state"
    kind = Kind.CONFLICT
    words = Words(
        fa="این کار در وضعیت کنونی اعلامیه ممکن نیست؛ شاید همکار دیگری زودتر اقدام کرده باشد (وضعیت: {state}).",
        en="This cannot be done in the declaration's present state ({state}); someone else may have acted first.",
    )
    fix = Words(fa="صفحه را تازه کنید و وضعیت را ببینید.", en="Reload the page and see where it stands.")
