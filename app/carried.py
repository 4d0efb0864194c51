"""What somebody had typed when their session was found locked or ended, kept for them and for nobody else.

The refused form travels in the answer itself, sealed for its person: it stands in no database, another person who
signs in at the same desk can neither read nor send it, and it goes nowhere but to the address it was typed for.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from app.idempotency import FORM_FIELD, FORMS
from app.sealed_box import NotOurs, seal, unseal
from app.service import Service

LARGEST: Final = 150_000  # bytes of what was typed; a form of ours is far below
LONGEST: Final = 250_000  # characters of it sealed
KEPT: Final = timedelta(hours=10)
SECRETS: Final = frozenset({"password", "old", "new", "code", "credential"})  # typed again, never kept
_PURPOSE: Final = "carried"


class Carried(BaseModel):
    """A form that was refused at the door: where it goes, its fields, and whether files have to be chosen again."""

    path: str
    fields: list[tuple[str, str]]
    files: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form as they arrived."""

    fields: list[tuple[str, str]]
    files: bool

    @property
    def written(self) -> bool:
        """Whether there is anything in it but the form's own key: a mere press of a button is pressed again."""
        return any(name != FORM_FIELD for name, _ in self.fields)


async def typed_of(request: Request) -> Typed | None:
    """The form of a request that was refused before its route ran; none when it carried none."""
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(FORMS):
        return None
    async with request.form() as form:
        sent = [(name, value) for name, value in form.multi_items() if name not in SECRETS]
        fields = [(name, value) for name, value in sent if isinstance(value, str)]
        return Typed(fields, any(isinstance(value, UploadFile) and value.filename for _, value in sent))


def keep(service: Service, *, username: str, path: str, typed: Typed | None) -> str | None:
    """Seal a form for its person; none when there is nothing to keep, or more than is kept."""
    if typed is None or not typed.written:
        return None
    plain = Carried(path=path, fields=typed.fields, files=typed.files, at=service.clock()).model_dump_json()
    if len(plain.encode()) > LARGEST:
        return None
    sealed = seal(service.keys, plain.encode(), purpose=_PURPOSE, username=username)
    return base64.urlsafe_b64encode(sealed).decode()


def take(service: Service, *, username: str, kept: str) -> Carried | None:
    """The form that was kept for this person; none when it is another's, too old, or not ours."""
    try:
        sealed = base64.urlsafe_b64decode(kept.encode("ascii"))
        plain = unseal(service.keys, sealed, purpose=_PURPOSE, username=username)
        carried = Carried.model_validate_json(plain)
    except (NotOurs, ValidationError, binascii.Error, UnicodeError):
        return None
    return carried if service.clock() - carried.at < KEPT else None
