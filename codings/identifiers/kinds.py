"""The list of identifiers: how each looks, what makes it valid, what is said when it is not."""

import re
import string
from typing import Annotated, Final

from codings.base import Words
from codings.identifiers.identifier import Identifier
from codings.text import ZWNJ

_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
SPACES: Final = f" \u00a0{ZWNJ}"
SPACES_AND_HYPHENS: Final = f"{SPACES}-\u2010\u2011"


def _national_id_digit_holds(value: str) -> bool:
    """The 11-modulus of the civil registry; ten equal digits pass it and belong to nobody."""
    remainder = sum(int(digit) * (10 - place) for place, digit in enumerate(value[:9])) % 11
    return len(set(value)) > 1 and int(value[9]) == (remainder if remainder < 2 else 11 - remainder)


def _gtin_digit_holds(value: str) -> bool:
    """The mod-10 check digit of GS1 General Specifications 7.9, over fourteen digits."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(value))
    return weighted % 10 == 0


def _capitals(value: str) -> str:
    """ASCII letters in capitals; `upper` would also make ASCII of a dotless i or a long s."""
    return value.translate(_CAPITALS)


def _pad_gtin(value: str) -> str:
    """A GTIN-13 as the fourteen digits in which GS1 wants every GTIN stored."""
    return f"0{value}" if re.fullmatch("[0-9]{13}", value) else value


NATIONAL_ID = Identifier(
    name="national_id",
    meaning="National ID (کد ملی): 10 digits, the last one a check digit of modulus 11.",
    pattern="[0-9]{10}",
    example="1234567891",
    fillers=SPACES_AND_HYPHENS,
    check=_national_id_digit_holds,
    words=Words(
        "کد ملی درست نیست. کد ملی ۱۰ رقم دارد؛ آن را از روی کارت ملی یا شناسنامه دوباره وارد کنید.",
        "This is not a national ID. It has 10 digits; type it again from the national card.",
    ),
)
FIDA = Identifier(
    name="fida",
    meaning="FIDA code of a foreign national (کد فراگیر اتباع): 10 to 12 digits.",
    pattern="[0-9]{10,12}",
    example="692412781810",
    fillers=SPACES_AND_HYPHENS,
    words=Words(
        "کد فراگیر اتباع (فیدا) درست نیست. این کد ۱۰ تا ۱۲ رقم دارد؛ آن را از روی کارت یا برگهٔ اقامت وارد کنید.",
        "This is not a FIDA code of a foreign national. It has 10 to 12 digits; type it from the residence card.",
    ),
)
COUNCIL_NUMBER = Identifier(
    name="council_number",
    meaning="Medical Council number (شمارهٔ نظام پزشکی): 1 to 10 digits, then perhaps «م» or «ات».",
    pattern="[0-9]{1,10}(م|ات)?",
    example="123456",
    fillers=SPACES_AND_HYPHENS,
    shown=4,
    words=Words(
        "شمارهٔ نظام پزشکی درست نیست. ۱ تا ۱۰ رقم دارد و پس از آن تنها «م» یا «ات» می‌آید.",
        "This is not a medical council number: 1 to 10 digits, followed by nothing but «م» or «ات».",
    ),
)
SIAM = Identifier(
    name="siam",
    meaning="SIAM ID of a centre (شناسهٔ سیام): opaque, 4 to 40 Latin letters, digits or hyphens.",
    pattern="[0-9A-Za-z-]{4,40}",
    example="1000000001",
    shown=4,
    words=Words(
        "شناسهٔ سیام درست نیست. ۴ تا ۴۰ حرف لاتین، رقم یا خط تیره دارد؛ آن را از پروانهٔ مرکز بردارید.",
        "This is not a SIAM centre ID: 4 to 40 Latin letters, digits or hyphens, as on the centre's licence.",
    ),
)
SHABAD = Identifier(
    name="shabad",
    meaning="SHABAD (شباد), the unique ID of one visit's prescriptions: opaque, 8 to 20 digits and capital letters.",
    pattern="[0-9A-Z]{8,20}",
    example="1057Y3KP0M4A",
    fillers=SPACES,
    shown=4,
    fold=_capitals,
    words=Words(
        "شناسهٔ شباد درست نیست. ۸ تا ۲۰ رقم و حرف لاتین دارد؛ آن را از روی برگهٔ نسخه دوباره وارد کنید.",
        "This is not a SHABAD: 8 to 20 digits and Latin letters. Type it again from the prescription slip.",
    ),
)
PRESCRIPTION_NUMBER = Identifier(
    name="prescription_number",
    meaning="A SHABAD, alone or with the number of a prescription within it: SHABAD-1.",
    pattern="[0-9A-Z]{8,20}(-[1-9][0-9]{0,3})?",
    example="1057Y3KP0M4A-1",
    fillers=SPACES,
    shown=4,
    fold=_capitals,
    words=Words(
        "شمارهٔ نسخه درست نیست. شناسهٔ شباد و در صورت وجود خط تیره و شمارهٔ پس از آن را از روی برگهٔ نسخه وارد کنید.",
        "This is not a prescription number. Type the SHABAD from the slip and, if there is one, the hyphen and "
        "the number after it.",
    ),
)
IRC = Identifier(
    name="irc",
    meaning="IRC of a registered product (کد IRC): 16 digits.",
    pattern="[0-9]{16}",
    example="1228012345678901",
    fillers=SPACES_AND_HYPHENS,
    shown=4,
    words=Words(
        "کد IRC درست نیست. این کد ۱۶ رقم دارد و روی جعبهٔ دارو چاپ شده است.",
        "This is not an IRC. It has 16 digits and is printed on the box of the medicine.",
    ),
)
GTIN = Identifier(
    name="gtin",
    meaning="GTIN of a pack: 14 digits, the last one a GS1 check digit; 13 digits get a zero in front.",
    pattern="[0-9]{14}",
    example="06260123456786",
    fillers=SPACES_AND_HYPHENS,
    shown=4,
    fold=_pad_gtin,
    check=_gtin_digit_holds,
    words=Words(
        "شمارهٔ جهانی کالا (GTIN) درست نیست. ۱۴ یا ۱۳ رقم دارد؛ بارکد روی جعبه را دوباره اسکن کنید.",
        "This is not a GTIN. It has 14 or 13 digits with a check digit; scan the box again.",
    ),
)
UID = Identifier(
    name="uid",
    meaning="UID of one pack (شناسهٔ اصالت): 20 digits.",
    pattern="[0-9]{20}",
    example="12345012345678901234",
    fillers=SPACES_AND_HYPHENS,
    shown=4,
    words=Words(
        "شناسهٔ اصالت (UID) درست نیست. ۲۰ رقم دارد و روی برچسب اصالت جعبه است؛ آن را دوباره اسکن کنید.",
        "This is not a UID. It has 20 digits and is on the authenticity label of the box; scan it again.",
    ),
)
MOBILE = Identifier(
    name="mobile",
    meaning="Mobile number in Iran: 11 digits, beginning with 09.",
    pattern="09[0-9]{9}",
    example="09120000000",
    fillers=SPACES_AND_HYPHENS,
    words=Words(
        "شمارهٔ تلفن همراه درست نیست. شماره را ۱۱ رقمی و با ۰۹ در آغاز وارد کنید.",
        "This is not a mobile number. Type all 11 digits, beginning with 09.",
    ),
)
INSURER_CODE = Identifier(
    name="insurer_code",
    meaning="Code of an insurer: 1 to 3 digits, not beginning with zero.",
    pattern="[1-9][0-9]{0,2}",  # no leading zero: "1" and "01" would be two insurers
    example="1",
    shown=3,
    words=Words(
        "کد بیمه‌گر درست نیست. یک عدد ۱ تا ۳ رقمی است که با صفر آغاز نمی‌شود.",
        "This is not an insurer code: 1 to 3 digits, not beginning with zero.",
    ),
)
GENERIC_CODE = Identifier(
    name="generic_code",
    meaning="Generic code of a medicine (کد ژنریک): 1 to 10 digits or Latin letters.",
    pattern="[0-9A-Za-z]{1,10}",
    example="60000",
    shown=10,
    words=Words(
        "کد ژنریک درست نیست. ۱ تا ۱۰ رقم یا حرف لاتین دارد؛ دارو را از فهرست برگزینید.",
        "This is not a generic code: 1 to 10 digits or Latin letters. Choose the medicine from the list.",
    ),
)

NationalId = Annotated[str, NATIONAL_ID]
Fida = Annotated[str, FIDA]
CouncilNumber = Annotated[str, COUNCIL_NUMBER]
Siam = Annotated[str, SIAM]
Shabad = Annotated[str, SHABAD]
PrescriptionNumber = Annotated[str, PRESCRIPTION_NUMBER]
Irc = Annotated[str, IRC]
Gtin = Annotated[str, GTIN]
Uid = Annotated[str, UID]
Mobile = Annotated[str, MOBILE]
InsurerCode = Annotated[str, INSURER_CODE]
GenericCode = Annotated[str, GENERIC_CODE]
