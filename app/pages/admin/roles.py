"""Another role for an account, or another place to work: from that person's next request on."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import accounts
from app.db import WriteSession
from app.forms import Sent, read
from app.idempotency import Once
from app.pages.admin.accounts import Administrator, Fresh, RoleInput, account_page, changed, require_known
from app.service import TheService
from app.web import see_other

router = APIRouter(prefix="/admin/accounts")


@router.get("/{username}/role")
def back(username: str, _by: Administrator) -> Response:
    return see_other(f"/admin/accounts/{username}")


@router.post("/{username}/role")
def give_role(
    request: Request, username: str, by: Fresh, once: Once, sent: Sent, service: TheService
) -> Response:
    """Another role, or another place to work, from the next request on."""
    form = read(sent, RoleInput)
    if form.value is None:
        return account_page(request, service, username, form, by=by, status=422)
    told = form.value

    def write(session: WriteSession) -> str:
        require_known(session, told)
        accounts.give_role(session, username=username, **told.model_dump(), by=by)
        return f"/admin/accounts/{username}"

    return changed(request, service, once, write, username, form, by=by)
