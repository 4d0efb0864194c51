"""The hands of the codings editors: files as they send them, jobs as the worker runs them."""

import csv
import io

import anyio
from sqlmodel import select

import codings.queries as codings
from app import jobs, queue
from app.db import reading
from app.tables import AuditEntry
from codings.loader import DATA
from tests.app.pages.desk import HERE, Desk
from tests.app.pages.page import Page, fields

FIRST, SECOND = "codings-1", "codings-2"
TODAY, TOMORROW = "1405/09/10", "1405/09/11"
FORMS = [  # three rows that are right, and one of them new
    {"code": "tablet", "fa": "قرص", "en": "tablet", "properties": "{}"},
    {"code": "capsule", "fa": "کپسول", "en": "capsule", "properties": "{}"},
    {"code": "zorbcap", "fa": "زوربک", "en": "zorbular cap", "properties": "{}"},
]
CENTRES = [
    {
        "siam": f"998000000{n}",
        "kind": "clinic",
        "name_fa": f"درمانگاه {n}",
        "name_en": f"Clinic {n}",
        "province": "IR-23",
        "address_fa": "تهران",
        "phone": "021",
        "licence_from": "2020-03-20",
        "state": "active",
    }
    for n in (1, 2, 3)
]


def written(rows: list[dict[str, str]]) -> bytes:
    paper = io.StringIO()
    writer = csv.DictWriter(paper, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return paper.getvalue().encode()


def products() -> list[dict[str, str]]:
    with (DATA / "products.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def send(desk: Desk, system: str, content: bytes, *, name: str = "list.csv", **told: str) -> Page:
    """The upload's form, as a browser sends it."""
    page = desk.get("/codings/upload")
    said = fields(page, "/codings/upload") | {
        "system": system,
        "effective_from": TODAY,
        "source": "Ministry list, edition 7",
        "licence": "by permission",
    }
    said.pop("file", None)
    sent = desk.browser.post(
        "/codings/upload",
        data=said | told,
        files={"file": (name, content, "text/csv")},
        headers=HERE,
    )
    return desk._page(sent)


def run_jobs(desk: Desk) -> None:
    """What waits in the queue, as the worker runs it."""

    async def run() -> None:
        jobs.register()
        async with queue.opened(desk.service):
            await queue.work(desk.service, until_empty=True)

    anyio.run(run)


def received(desk: Desk, system: str, content: bytes, **told: str) -> str:
    """A file sent by the first editor and checked; the address of its release."""
    desk.sign_in(FIRST)
    page = send(desk, system, content, **told)
    assert page.status == 303, page.text
    run_jobs(desk)
    return str(page.location)


def published(desk: Desk, system: str, content: bytes, **told: str) -> str:
    at = received(desk, system, content, **told)
    desk.sign_in(SECOND)
    done = desk.post(f"{at}/publish")
    assert done.status == 303, done.text
    return at


def in_force(desk: Desk, system: str) -> str | None:
    with reading(desk.service) as session:
        found = codings.releases_in_force(session, {system}).get(system)
        return found.release if found else None


def verbs(desk: Desk) -> list[str]:
    with reading(desk.service) as session:
        told = session.exec(select(AuditEntry.verb).order_by(AuditEntry.at, AuditEntry.id)).all()
    return [verb for verb in told if verb.startswith("codings.")]
