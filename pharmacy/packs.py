"""What a scanned pack is, and what to do with it: our own checks first, then the authority's word.

`judge` is pure: the code read from the pack, the product it names, the authority's answer (None: nobody
answered) and what our ledger remembers go in, one judgement comes out. Levels follow the alert levels of the
European verification systems: 0 nothing, 1 said by the way, 2 refuse, 3 catalogue, 4 pattern, 5 alert. False alerts
are by far the most frequent ones, so a pack that this very counter handed over before is a message (2), not an
alarm (5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from codings.base import Words
from codings.gs1 import PackCode
from codings.tables import Product
from pharmacy.states import DispenseNumber, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityAnswer:
    """What the authenticity authority said about one pack.

    `verdict` is a word of `Verdict`; `remaining` is how many units of the pack are not yet supplied, where it says so.
    """

    verdict: str
    request_id: str
    answered_at: datetime
    remaining: Decimal | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with its alert level, who gave it, and what the pharmacist does with the pack and says."""

    verdict: Verdict
    level: int  # 0..5
    words: Words
    source: Literal["authority", "local"]

    @property
    def refuses(self) -> bool:
        return self.verdict.refuses


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPack:
    """A pack as it was read, what it is in our catalogue, and what was found out about it."""

    code: PackCode
    product: Product | None
    judgement: Judgement
    answer: AuthorityAnswer | None


# Each says three things: what is wrong, what happens to the pack, what the patient hears.
_QUARANTINE_FA = "این جعبه را تحویل ندهید، جدا و قرنطینه کنید و جعبهٔ دیگری بردارید."
_QUARANTINE_EN = "Do not supply this pack; set it apart in quarantine and take another."
LEVELS: Mapping[Verdict, int] = {
    Verdict.GENUINE: 0,
    Verdict.UNVERIFIED: 1,
    Verdict.EXPIRED: 2,
    Verdict.RECALLED: 2,
    Verdict.WITHDRAWN: 2,
    Verdict.UNKNOWN: 5,
    Verdict.ALREADY_SUPPLIED: 5,
    Verdict.STOLEN: 5,
    Verdict.MISMATCH: 5,
}
ADVICE: Mapping[Verdict, Words] = {
    Verdict.GENUINE: Words(
        "اصالت این جعبه تأیید شد؛ می‌توانید آن را تحویل دهید.",
        "This pack is genuine; it may be supplied.",
    ),
    Verdict.UNVERIFIED: Words(
        "سامانهٔ اصالت اکنون پاسخ نمی‌دهد. سلامت پلمب و تاریخ جعبه را با چشم بررسی کنید؛ داروی عادی را می‌توانید "
        "تحویل دهید و استعلام آن خودکار انجام می‌شود، اما داروی تحت کنترل یا پرخطر تا پاسخ سامانه می‌ماند. "
        "به بیمار بگویید اگر مشکلی پیدا شد با او تماس می‌گیریم.",
        "The authenticity service does not answer now. Look at the seal and the date; an ordinary medicine may be "
        "supplied and will be verified by itself later, a controlled or high-risk one waits for the answer. Tell the "
        "patient that you will call if anything is found.",
    ),
    Verdict.EXPIRED: Words(
        "تاریخ مصرف این جعبه گذشته است. آن را تحویل ندهید، از قفسه بردارید و در داروهای تاریخ‌گذشته بگذارید. "
        "به بیمار بگویید جعبهٔ تازه‌ای برایش می‌آورید.",
        "This pack is past its date. Do not supply it; take it off the shelf to the expired stock. Tell the "
        "patient that you are fetching a fresh one.",
    ),
    Verdict.RECALLED: Words(
        f"این سری ساخت فراخوان شده است. {_QUARANTINE_FA}"
        " جعبه‌های دیگر همین سری را هم از قفسه جمع کنید. "
        "به بیمار بگویید این سری جمع‌آوری شده و جعبه‌ای از سری دیگر می‌گیرد.",
        f"This lot has been recalled. {_QUARANTINE_EN}"
        " Take the other packs of this lot off the shelf too. "
        "Tell the patient that this lot is being collected and that the pack they get is of another one.",
    ),
    Verdict.WITHDRAWN: Words(
        f"این جعبه از بازار خارج شده و قابل عرضه نیست. {_QUARANTINE_FA}"
        " به بیمار بگویید این جعبه دیگر عرضه نمی‌شود.",
        f"This pack was withdrawn from the market. {_QUARANTINE_EN}"
        " Tell the patient that this pack is no longer supplied.",
    ),
    Verdict.UNKNOWN: Words(
        f"سامانهٔ اصالت این جعبه را نمی‌شناسد. یک بار دیگر اسکن کنید؛ اگر تکرار شد، {_QUARANTINE_FA}"
        " موضوع را به سازمان غذا و دارو گزارش کنید. به بیمار بگویید اصالت این جعبه تأیید نشد.",
        f"The authority does not know this pack. Scan it once more; if it stays so: {_QUARANTINE_EN}"
        " Report it to the Food and Drug Administration. Tell the patient that this pack could not be confirmed.",
    ),
    Verdict.ALREADY_SUPPLIED: Words(
        f"این جعبه پیش‌تر در جای دیگری عرضه شده است و ممکن است تقلبی باشد. {_QUARANTINE_FA}"
        " برچسب و فاکتور خرید آن را نگه دارید. به بیمار بگویید اصالت این جعبه تأیید نشد و جعبهٔ دیگری می‌گیرد.",
        f"This pack was already supplied elsewhere and may be a copy. {_QUARANTINE_EN}"
        " Keep its label and the purchase invoice. Tell the patient that this pack could not be confirmed and that "
        "they get another one.",
    ),
    Verdict.STOLEN: Words(
        "این جعبه به‌عنوان سرقتی ثبت شده است. آن را تحویل ندهید و پس ندهید، جدا نگه دارید، با کسی بر سر آن درگیر "
        "نشوید و به سازمان غذا و دارو گزارش کنید. به بیمار بگویید این جعبه قابل عرضه نیست و جعبهٔ دیگری بدهید.",
        "This pack is registered as stolen. Do not supply it or hand it back; keep it apart, confront "
        "nobody, and report it to the Food and Drug Administration. Tell the patient that this pack cannot be "
        "supplied, and take another.",
    ),
    Verdict.MISMATCH: Words(
        "سری ساخت یا تاریخ روی جعبه با آنچه در سامانهٔ اصالت ثبت است نمی‌خواند. یک بار دیگر "
        f"اسکن کنید؛ اگر تکرار شد، {_QUARANTINE_FA}"
        " به بیمار بگویید اصالت این جعبه تأیید نشد.",
        "The lot or the date on the pack is not what the authority has on record. Scan it once more; "
        f"if it stays so: {_QUARANTINE_EN}"
        " Tell the patient that this pack could not be confirmed.",
    ),
}
OTHER_MEDICINE = Words(
    "این جعبه «{product}» است، نه داروی این قلم. آن را به قفسه برگردانید و جعبهٔ داروی نوشته‌شده را اسکن کنید.",
    "This pack is “{product}”, not the medicine of this item. Put it back and scan a pack of what was prescribed.",
)
OUTSIDE_CATALOGUE = Words(
    "این فرآورده (GTIN {gtin}) در فهرست دارویی کشور نیست. آن را برای این نسخه تحویل ندهید و جعبه‌ای از فهرست بردارید؛ "
    "اگر گمان می‌کنید باید در فهرست باشد، به دفتر کدگذاری خبر دهید.",
    "This product (GTIN {gtin}) is not in the national catalogue. Do not supply it on this prescription; take a listed "
    "one, and tell the codings office if it should be listed.",
)
SUPPLIED_HERE = Words(
    "این جعبه پیش‌تر از همین داروخانه در تحویل {dispense} عرضه شده است. "
    "اگر تازه آن را تحویل داده‌اید، نیازی به اسکن دوباره نیست؛ وگرنه جعبهٔ دیگری بردارید و این یکی را جدا بگذارید.",
    "This pack was already handed over here, in dispense {dispense}. If you have just done that, there is nothing to "
    "scan again; otherwise take another pack and set this one apart.",
)


def judge(
    code: PackCode,
    product: Product | None,
    answer: AuthorityAnswer | None,
    *,
    item: str | None,
    on: date,
    earlier: DispenseNumber | None = None,
) -> Judgement:
    """The one judgement of a pack.

    `item` is the generic code prescribed (None: scanned by itself), `on` the Tehran day of the service, `earlier` the
    dispense in which this pharmacy itself handed the pack over. A verdict we do not know the word for is no answer.
    """
    if code.expiry < on:
        return _local(Verdict.EXPIRED)
    if product is None:
        return _local(Verdict.UNKNOWN, OUTSIDE_CATALOGUE.format(gtin=code.gtin), level=3)
    if item is not None and product.generic != item:
        words = Words(
            OTHER_MEDICINE.fa.format(product=product.name_fa),
            OTHER_MEDICINE.en.format(product=product.name_en),
        )
        return _local(Verdict.MISMATCH, words, level=2)
    if answer is None or answer.verdict not in set(Verdict):
        return _local(Verdict.UNVERIFIED)
    verdict = Verdict(answer.verdict)
    if verdict is Verdict.ALREADY_SUPPLIED and earlier is not None:
        words = SUPPLIED_HERE.format(dispense=earlier)
        return Judgement(verdict=verdict, level=2, words=words, source="authority")
    return Judgement(verdict=verdict, level=LEVELS[verdict], words=ADVICE[verdict], source="authority")


def _local(verdict: Verdict, words: Words | None = None, *, level: int | None = None) -> Judgement:
    return Judgement(
        verdict=verdict,
        level=LEVELS[verdict] if level is None else level,
        words=words or ADVICE[verdict],
        source="local",
    )
