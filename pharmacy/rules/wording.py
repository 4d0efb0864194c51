"""The words of the rules of the counter, in both languages: what is wrong, and what to do about it."""

from decimal import Decimal

from codings.base import Words
from codings.systems import amount_text
from pharmacy.rules.order import OnShelf
from pharmacy.spoken import persian_amount

Fix = tuple[str, Words]  # the action's stable name, and its label


def say(words: Words, product: OnShelf | None = None, **facts: Decimal | int | str) -> Words:
    """The words with their facts: numbers in the digits of each language, a product under its name in each."""
    fa = {name: _persian(value) for name, value in facts.items()}
    en = {name: amount_text(value) if isinstance(value, Decimal) else value for name, value in facts.items()}
    if product is not None:
        fa, en = fa | {"product": product.name_fa}, en | {"product": product.name_en}
    return Words(words.fa.format(**fa), words.en.format(**en))


def joined(first: Words, second: Words) -> Words:
    """One sentence after the other."""
    return Words(f"{first.fa} {second.fa}", f"{first.en} {second.en}")


def _persian(value: Decimal | int | str) -> str:
    if isinstance(value, str):
        return value  # a name or an identifier, as it is printed on the box
    return persian_amount(amount_text(value) if isinstance(value, Decimal) else str(value))


# --- What can be done -----------------------------------------------------------------------------

CHOOSE_ITEM: Fix = (
    "choose_item",
    Words("یکی از اقلام همین نسخه را انتخاب کنید", "Choose an item of this prescription"),
)
SCAN_AGAIN: Fix = ("scan_again", Words("جعبه را دوباره اسکن کنید", "Scan the pack again"))
ANOTHER_PACK: Fix = ("another_pack", Words("جعبهٔ دیگری بردارید", "Take another pack"))
TAKE_PRESCRIBED: Fix = (
    "take_prescribed",
    Words("فرآورده‌ای از همان داروی نوشته‌شده بردارید", "Take a product of the prescribed medicine"),
)
ASK_PRESCRIBER: Fix = (
    "ask_prescriber",
    Words("برای داروی دیگر، پزشک نسخه را اصلاح کند", "For another medicine, have the prescriber correct it"),
)
CHANGE_QUANTITY: Fix = ("change_quantity", Words("مقدار را اصلاح کنید", "Correct the quantity"))
CHANGE_COUNT: Fix = (
    "change_count",
    Words("شمار واحدهای برداشته از جعبه را اصلاح کنید", "Correct the units taken from the pack"),
)
CHECK_AGAIN: Fix = (
    "check_again",
    Words("چند دقیقهٔ دیگر دوباره استعلام کنید", "Ask the authority again in a few minutes"),
)
LOOK_AT_SEAL: Fix = (
    "look_at_seal",
    Words("پلمب و تاریخ جعبه را با چشم بررسی کنید", "Look at the seal and the date of the pack"),
)
GIVE_REASON: Fix = ("give_reason", Words("دلیل را ثبت کنید و ادامه دهید", "Give a reason and go on"))
SAY_WHY: Fix = (
    "say_why",
    Words(
        "دلیل تحویل ندادن را ثبت کنید، یا آن را هم تحویل دهید",
        "Say why it is not handed over, or hand it over",
    ),
)

# --- What is said ---------------------------------------------------------------------------------

ITEM = Words("این نسخه قلم {item} ندارد.", "This prescription has no item {item}.")
PRODUCT = Words(
    "فرآورده‌ای با کد IRC {irc} در فهرست دارویی نیست.", "No product with the IRC {irc} is in the catalogue."
)
GENERIC = Words(
    "برای قلم {item}، «{name}» نوشته شده است، ولی «{product}» داروی دیگری است. به‌جای آن نمی‌توان تحویل داد.",
    "Item {item} is “{name}”, and “{product}” is another medicine: it cannot be handed over instead.",
)
QUANTITY = Words(
    "از قلم {item} ({name}) امروز {open} واحد قابل تحویل است و {wanted} واحد خواسته‌اید.",
    "Of item {item} ({name}) {open} units may be dispensed today, and {wanted} were asked for.",
)
NOTHING_LEFT = Words(
    "از قلم {item} ({name}) امروز چیزی قابل تحویل نیست: همهٔ آن تحویل شده یا نوبت بعدی هنوز نرسیده است.",
    "Of item {item} ({name}) nothing may be dispensed today: all was handed over, or the next fill is not open yet.",
)
COUNT = Words(
    "جمع واحدهای برداشته از جعبه‌های قلم {item} ({name}) {total} است، ولی مقدار آن {quantity} نوشته شده است.",
    "The packs of item {item} ({name}) give {total} units together, but its quantity says {quantity}.",
)
COUNT_ABOVE_PACK = Words(
    "برای قلم {item} ({name}) از یک جعبه {most} واحد برداشته‌اید، ولی هر جعبه {size} واحد دارد.",
    "For item {item} ({name}) {most} units are taken from one pack, which holds {size}.",
)
PACK = Words("جعبهٔ {uid} برای قلم {item} ({name}):", "Pack {uid} for item {item} ({name}):")
OTHER_PRODUCT = Words(
    "این جعبه همان فرآورده‌ای نیست که در این ردیف آمده است. فرآوردهٔ ردیف را عوض کنید یا جعبهٔ درست را اسکن کنید.",
    "It is not the product that this line names. Change the line's product, or scan the right pack.",
)
REMAINING = Words(
    "از جعبهٔ {uid} برای قلم {item} ({name}) در سامانهٔ اصالت تنها {left} واحد مانده است و {count} واحد برداشته‌اید.",
    "By the authority's record only {left} units are left in pack {uid} for item {item} ({name}); {count} are taken.",
)
UNVERIFIED = Words(
    "اصالت جعبهٔ {uid} برای قلم {item} ({name}) هنوز استعلام نشده است، چون سامانهٔ اصالت پاسخ نمی‌دهد. می‌توانید آن را "
    "تحویل دهید؛ استعلام بعداً خودکار انجام می‌شود و ارسال صورت‌حساب به بیمه تا آن زمان می‌ماند.",
    "Pack {uid} for item {item} ({name}) is not verified, since the authority does not answer. It may be handed over; "
    "it is verified by itself later, and the claim waits for that.",
)
UNVERIFIED_GUARDED = Words(
    "قلم {item} ({name}) داروی تحت کنترل یا پرخطر است و جعبهٔ {uid} بدون پاسخ سامانهٔ اصالت قابل تحویل نیست. "
    "جعبه را نگه دارید و از بیمار بخواهید کمی منتظر بماند.",
    "Item {item} ({name}) is controlled or of high risk, and pack {uid} cannot be handed over without an answer of "
    "the authority. Keep the pack and ask the patient to wait a little.",
)
EXPIRES = Words(
    "تاریخ مصرف یکی از جعبه‌های قلم {item} ({name}) پیش از پایان دورهٔ درمان تمام می‌شود.",
    "A pack of item {item} ({name}) passes its date before the treatment ends.",
)
LEFT_OUT = Words(
    "{rest} واحد از قلم {item} ({name}) تحویل نمی‌شود و دلیلی برای آن ثبت نشده است؛ این مقدار روی نسخه می‌ماند.",
    "{rest} units of item {item} ({name}) are not handed over and no reason is given; they stay on the prescription.",
)
