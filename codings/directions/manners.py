"""Every way of taking a medicine: the verb, where it goes, and what else has to be said."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from codings.base import Words

NOWHERE: Final = Words("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """One way of taking. `onto` leads to a site that the order names."""

    verb: Words
    place: Words = NOWHERE
    onto: Words | None = None
    note: Words | None = None
    note_of_many: Words | None = None  # where English says "them" of several
    note_of_a_part: Words | None = None  # where a part of one is taken
    by: Words | None = None  # what somebody else does: a sentence in Persian, "by ..." in English

    def notes(self, *, many: bool, broken: bool) -> Iterator[Words]:
        """What is said after the sentence, for this amount."""
        if self.by is not None:
            yield Words(self.by.fa, "")
        if broken and self.note_of_a_part is not None:
            yield self.note_of_a_part
        elif many and self.note_of_many is not None:
            yield self.note_of_many
        elif self.note is not None:
            yield self.note


# --- By mouth ---------------------------------------------------------------------------------------

TAKEN: Final = Manner(verb=Words("بخورید", "take"), place=Words("", "by mouth"))
SWALLOWED_WHOLE: Final = replace(
    TAKEN,
    note=Words("درسته ببلعید؛ نجوید و خرد نکنید.", "Swallow it whole; do not chew or crush it."),
    note_of_many=Words("درسته ببلعید؛ نجوید و خرد نکنید.", "Swallow them whole; do not chew or crush them."),
    note_of_a_part=Words("نجوید و خرد نکنید.", "Do not chew or crush it."),
)
DISSOLVED: Final = replace(
    TAKEN, note=Words("پیش از خوردن در کمی آب حل کنید.", "Dissolve in a little water before taking.")
)
DISSOLVED_IN_A_GLASS: Final = replace(
    TAKEN,
    note=Words("پیش از خوردن در یک لیوان آب حل کنید.", "Dissolve in a glass of water before taking."),
)
DISSOLVED_AS_TOLD: Final = replace(  # a rehydration salt needs another amount of water than a laxative
    TAKEN,
    note=Words(
        "پیش از خوردن، طبق دستور روی بسته در آب حل کنید.",
        "Before taking, dissolve in water as the pack says.",
    ),
)
CHEWED: Final = Manner(verb=Words("بجوید و ببلعید", "chew and swallow"))
SUCKED: Final = Manner(
    verb=Words("بمکید", "suck"),
    note=Words("آرام بمکید تا حل شود؛ نجوید.", "Let it dissolve slowly; do not chew it."),
    note_of_many=Words("آرام بمکید تا حل شود؛ نجوید.", "Let them dissolve slowly; do not chew them."),
)
ON_THE_TONGUE: Final = Manner(
    verb=Words("بگذارید", "place"),
    place=Words("روی زبان", "on the tongue"),
    note=Words("صبر کنید تا حل شود، سپس ببلعید.", "Let it dissolve, then swallow."),
    note_of_many=Words("صبر کنید تا حل شود، سپس ببلعید.", "Let them dissolve, then swallow."),
)
UNDER_THE_TONGUE: Final = Manner(
    verb=Words("بگذارید", "place"),
    place=Words("زیر زبان", "under the tongue"),
    note=Words("صبر کنید تا حل شود؛ نجوید و نبلعید.", "Let it dissolve; do not chew or swallow it."),
    note_of_many=Words(
        "صبر کنید تا حل شود؛ نجوید و نبلعید.", "Let them dissolve; do not chew or swallow them."
    ),
)
DROPPED_UNDER_THE_TONGUE: Final = Manner(
    verb=Words("بچکانید", "put"), place=Words("زیر زبان", "under the tongue")
)
AT_THE_GUM: Final = Manner(
    verb=Words("بگذارید", "place"),
    place=Words("میان لثه و گونه", "between the gum and the cheek"),
    note=Words("صبر کنید تا حل شود؛ نجوید و نبلعید.", "Let it dissolve; do not chew or swallow it."),
    note_of_many=Words(
        "صبر کنید تا حل شود؛ نجوید و نبلعید.", "Let them dissolve; do not chew or swallow them."
    ),
)
POURED_AT_THE_GUM: Final = Manner(
    verb=Words("بریزید", "put"),
    place=Words("میان لثه و گونه", "between the gum and the cheek"),
    note=Words("آهسته بریزید.", "Put it in slowly."),
    note_of_many=Words("آهسته بریزید.", "Put it in slowly."),
)
CHEWED_GUM: Final = Manner(
    verb=Words("بجوید", "chew"),
    note=Words("آرام بجوید و قورت ندهید.", "Chew slowly; do not swallow the gum."),
)
RINSED: Final = Manner(
    verb=Words("در دهان بگردانید و بیرون بریزید", "rinse the mouth with"),
    note=Words("قورت ندهید.", "Do not swallow it."),
)
IN_THE_MOUTH: Final = Manner(verb=Words("بمالید", "apply"), place=Words("داخل دهان", "inside the mouth"))
SPRAYED_IN_THE_MOUTH: Final = Manner(
    verb=Words("اسپری کنید", "spray"), place=Words("داخل دهان", "into the mouth")
)
SPRAYED_UNDER_THE_TONGUE: Final = Manner(
    verb=Words("اسپری کنید", "spray"), place=Words("زیر زبان", "under the tongue")
)
GIVEN_BY_MOUTH: Final = Manner(
    verb=Words("داده شود", "to be given"),
    place=Words("از راه دهان", "by mouth"),
    by=Words("این کار را پرستار یا پزشک انجام می‌دهد.", "a nurse or a doctor"),
)
USED: Final = Manner(verb=Words("مصرف کنید", "use"))

# --- Breathed in, into nose, eye and ear ------------------------------------------------------------

INHALED: Final = Manner(verb=Words("استنشاق کنید", "inhale"))
INHALED_CAPSULE: Final = Manner(
    verb=Words("استنشاق کنید", "inhale"),
    place=Words("با دستگاه مخصوص آن", "through the inhaler that comes with it"),
    note=Words("کپسول را نبلعید.", "Do not swallow the capsule."),
    note_of_many=Words("کپسول‌ها را نبلعید.", "Do not swallow the capsules."),
)
NEBULISED: Final = Manner(
    verb=Words("استنشاق کنید", "inhale"), place=Words("با دستگاه نبولایزر", "through a nebuliser")
)
_NOSE: Final = Words("در بینی", "into the nose")
_INTO: Final = Words("در", "into")
SPRAYED_IN_THE_NOSE: Final = Manner(verb=Words("اسپری کنید", "spray"), place=_NOSE, onto=_INTO)
DROPPED_IN_THE_NOSE: Final = Manner(verb=Words("بچکانید", "put"), place=_NOSE, onto=_INTO)
PUT_IN_THE_NOSE: Final = Manner(verb=Words("بگذارید", "put"), place=_NOSE, onto=_INTO)
DROPPED_IN_THE_EYE: Final = Manner(
    verb=Words("بچکانید", "put"), place=Words("در چشم", "into the eye"), onto=_INTO
)
PUT_IN_THE_EYE: Final = Manner(
    verb=Words("بگذارید", "put"), place=Words("در چشم", "into the eye"), onto=_INTO
)
DROPPED_IN_THE_EAR: Final = Manner(
    verb=Words("بچکانید", "put"), place=Words("در گوش", "into the ear"), onto=_INTO
)

# --- On the skin ------------------------------------------------------------------------------------

_SKIN: Final = Words("روی پوست", "to the skin")
_ON: Final = Words("روی", "to")
RUBBED: Final = Manner(verb=Words("بمالید", "apply"), place=_SKIN, onto=_ON)
SPRAYED_ON: Final = Manner(
    verb=Words("اسپری کنید", "spray"), place=Words("روی پوست", "on the skin"), onto=Words("روی", "on")
)
SPRINKLED: Final = Manner(
    verb=Words("بپاشید", "sprinkle"), place=Words("روی پوست", "on the skin"), onto=Words("روی", "on")
)
WASHED: Final = Manner(
    verb=Words("بمالید و سپس بشویید", "apply"),
    place=Words("روی مو و پوست سر", "to the hair and scalp"),
    note=Words("", "Then rinse it out."),
)
STUCK: Final = Manner(
    verb=Words("بچسبانید", "stick"),
    place=Words("روی پوست تمیز و خشک", "on clean, dry skin"),
    onto=Words("روی", "on"),
)

# --- Put in -----------------------------------------------------------------------------------------

IN_THE_RECTUM: Final = Manner(verb=Words("بگذارید", "insert"), place=Words("داخل مقعد", "into the rectum"))
RUBBED_AT_THE_ANUS: Final = Manner(
    verb=Words("بمالید", "apply"), place=Words("در ناحیهٔ مقعد", "to the anal area")
)
ENEMA: Final = Manner(verb=Words("وارد کنید", "use"), place=Words("داخل مقعد", "in the rectum"))
IN_THE_VAGINA: Final = Manner(verb=Words("بگذارید", "insert"), place=Words("داخل واژن", "into the vagina"))
IN_THE_WOMB: Final = Manner(
    verb=Words("گذاشته شود", "to be placed"),
    place=Words("داخل رحم", "in the womb"),
    by=Words("این کار را پزشک یا ماما انجام می‌دهد.", "a doctor or a midwife"),
)
IMPLANTED: Final = Manner(
    verb=Words("گذاشته شود", "to be placed"),
    place=Words("زیر پوست", "under the skin"),
    by=Words("این کار را پزشک یا ماما انجام می‌دهد.", "a doctor or a midwife"),
)

# --- Injected ---------------------------------------------------------------------------------------

_NURSE: Final = Words("تزریق را پرستار یا پزشک انجام می‌دهد.", "a nurse or a doctor")
DOCTOR: Final = Words("تزریق را پزشک انجام می‌دهد.", "a doctor")
_INJECTED: Final = Words("تزریق شود", "to be injected")


def injected(fa: str, en: str, by: Words = _NURSE) -> Manner:
    return Manner(verb=_INJECTED, place=Words(fa, en), onto=Words("داخل", "into"), by=by)


INFUSED: Final = Manner(
    verb=Words("تزریق شود", "to be infused slowly"),
    place=Words("به‌آهستگی داخل رگ", "into a vein"),
    by=_NURSE,
)
UNDER_THE_SKIN: Final = Manner(
    verb=Words("تزریق کنید", "inject"),
    place=Words("زیر پوست", "under the skin"),
    onto=Words("زیر پوست", "under the skin of"),
)
IN_THE_MUSCLE: Final = Manner(
    verb=Words("تزریق کنید", "inject"),
    place=Words("داخل عضله", "into a muscle"),
    onto=Words("داخل عضلهٔ", "into the muscle of"),
)
