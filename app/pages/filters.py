"""Fields of filters as people here type them: words, whole amounts of Rial in any digits, Jalali days."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from app.pages.moments import JalaliDay
from codings.base import Words
from codings.identifiers import spoken
from codings.text import ascii_digits, normalise

NOT_RIAL = Words(
    "مبلغ را به ریال و با عدد صحیح بنویسید، مانند ۱۲۵۰۰۰۰.",
    "Write the amount in whole Rial, such as 1250000.",
)
_RIAL = re.compile(r"[0-9]{1,15}|[0-9]{1,3}([,٬][0-9]{3}){1,4}")


def _rial(value: Any) -> Any:
    plain = ascii_digits(str(value)).strip()
    if not _RIAL.fullmatch(plain):
        raise spoken("rial", NOT_RIAL)
    return int(plain.replace(",", "").replace("٬", ""))


def _plain(value: Any) -> Any:
    return ascii_digits(normalise(value)) if isinstance(value, str) else value


Rial = Annotated[int, BeforeValidator(_rial)]
# A number, a code or a name that is looked for: digits of any script are the same digits.
Sought = Annotated[str, BeforeValidator(_plain), StringConstraints(max_length=120, strip_whitespace=True)]


class DayFilter(BaseModel):
    """Days from and to, both included."""

    model_config = ConfigDict(extra="ignore")

    day_from: JalaliDay | None = None
    day_to: JalaliDay | None = None
