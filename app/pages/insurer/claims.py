"""Claims on the page: the list by state, and one claim with its evidence, versions, decisions and money."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

import codings.queries as codings
import insurer.queries.claims as claim_queries
from app import audit
from app.access import Person
from app.db import Reading
from app.pages import labels
from app.service import TheService
from app.web import language_of_page, page
from codings.base import Actor, Role, Words
from insurer.states import CLAIM_WORDS, ClaimState
from insurer.tables.coverage import Shabad
from pharmacy.states import VERDICT_WORDS

router = APIRouter(prefix="/insurer/claims", include_in_schema=False)
Officer = Annotated[Actor, Person(Role.INSURER_OFFICER)]
Asked = Annotated[str, Query(max_length=200)]
AT_ONCE = 50
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("")
def claims(
    request: Request,
    by: Officer,
    session: Reading,
    state: Asked = "",
    cursor: Asked = "",
    limit: Limit = AT_ONCE,
) -> Response:
    """This insurer's claims, the newest first, all or of one state, `limit` on a page."""
    wanted = ClaimState(state) if state in set(ClaimState) else None
    found = claim_queries.claims(session, by=by, state=wanted, limit=limit, cursor=cursor or None)
    language = language_of_page(request)
    return page(
        request,
        "insurer/claims.html",
        by=by,
        claims=found.items,
        further=found.next,
        state=wanted.value if wanted else "",
        newest=not cursor,
        limit=limit,
        states=[(s.value, words.en if language == "en" else words.fa) for s, words in CLAIM_WORDS.items()],
        centres=labels.centre_names(session),
        claim_words=CLAIM_WORDS,
    )


@router.get("/{number}")
def claim(number: str, request: Request, by: Officer, service: TheService, session: Reading) -> Response:
    """Everything that was ever said about one claim. Another insurer's looks like one that does not exist."""
    view = claim_queries.claim(session, number=number, by=by)
    whose = session.get_one(Shabad, view.claim.shabad).patient
    audit.saw(service, by=by, verb="claim.read", subject=number, patient=str(whose) if whose else None)
    evidence = view.evidence or {}
    generics = {line["generic"] for line in evidence.get("dispense", {}).get("lines", ())}
    return page(
        request,
        "insurer/claim.html",
        by=by,
        view=view,
        claim=view.claim,
        evidence=view.evidence,
        medicines={
            code: Words(m.name_fa, m.short) for code, m in codings.medicines(session, generics).items()
        },
        insurers=labels.insurer_names(session),
        centre=labels.centre_names(session).get(view.claim.pharmacy),
        states={state.value: words for state, words in CLAIM_WORDS.items()},
        verdicts={verdict.value: words for verdict, words in VERDICT_WORDS.items()},
    )
