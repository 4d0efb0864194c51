"""The administrator's help for somebody who lost every second way: they are taken away, and set up again."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from app import accounts
from app.access import Person
from app.db import WriteSession
from app.idempotency import Once
from app.web import see_other
from codings.base import Actor, Role

router = APIRouter(prefix="/admin/accounts")

Administrator = Annotated[Actor, Person(Role.ADMINISTRATOR, fresh=True)]


@router.get("/{username}/reset-proofs")
def back(username: str, _by: Annotated[Actor, Person(Role.ADMINISTRATOR)]) -> Response:  # noqa: ARG001
    return see_other("/admin")


@router.post("/{username}/reset-proofs")
def reset_proofs(username: str, by: Administrator, once: Once) -> Response:
    """Take passkeys and codes from an account; its sessions end, and its password alone opens it once more."""

    def write(session: WriteSession) -> str:
        accounts.reset_proofs(session, username=username, by=by)
        return f"/admin#account-{username}"

    return once.page(write)
