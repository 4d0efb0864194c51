"""The same request again is one action with one answer; another request under its key is refused."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlmodel import func, select

from app.access import Machine, Person
from app.accounts import sign_in
from app.db import WriteSession, reading, side_session, writing
from app.idempotency import Once, forget_old
from app.refusals import AccountExists
from app.tables import Message
from codings.base import Actor
from tests.app.conftest import HERE, PASSWORD


class Order(BaseModel):
    text: str
    fail: bool = False


class Work:
    """What the routes of this test do: write one row, and wait for the test where it says so."""

    def __init__(self) -> None:
        self.runs = 0
        self.asked = 0
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def do(self, session: WriteSession, order: Order, by: Actor) -> dict[str, Any]:
        self.runs += 1
        if order.fail:
            raise AccountExists
        row = Message(key=f"{order.text}-{self.runs}", mobile="0", text=order.text, at=by.at)
        session.add(row)
        session.flush()
        self.begun.set()
        assert self.may_end.wait(5)
        return {"row": row.key, "amount": Decimal("2.50"), "at": by.at}


@pytest.fixture
def work(app: FastAPI) -> Work:
    work = Work()
    router = APIRouter()

    @router.post("/api/v1/orders")
    def order(by: Annotated[Actor, Machine("prescriber")], once: Once, body: Order) -> Any:
        return once.write(lambda session: (201, work.do(session, body, by)))

    @router.post("/api/v1/orders/release")
    def release(by: Annotated[Actor, Machine("prescriber")], once: Once) -> Any:
        def released(session: WriteSession) -> tuple[int, None]:
            work.do(session, Order(text="released"), by)
            return 204, None

        return once.write(released)

    @router.post("/orders")
    def form(by: Annotated[Actor, Person()], once: Once) -> Any:
        return once.page(lambda session: f"/orders/{work.do(session, Order(text='form'), by)['row']}")

    @router.post("/api/v1/asked")
    def asked(by: Annotated[Actor, Machine("prescriber")], once: Once) -> Any:
        work.asked += 1  # a partner, before the transaction
        return once.write(lambda _session: (200, {"asked": work.asked}))

    app.include_router(router)
    return work


def rows(service: Any) -> int:
    with reading(service) as session:
        return session.exec(select(func.count()).select_from(Message)).one()


def test_the_same_request_again_is_the_same_answer_and_one_action(machine, client, service, work):
    headers = machine.bearer() | {"Idempotency-Key": "k-1"}
    first = client.post("/api/v1/orders", json={"text": "a", "fail": False}, headers=headers)
    again = client.post(
        "/api/v1/orders",
        content=b'{ "fail":false,"text":"a" }',
        headers=headers | {"Content-Type": "application/json"},
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["amount"] == "2.50"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    assert (work.runs, rows(service)) == (1, 1)


def test_a_partner_is_not_asked_again_for_an_answer_that_was_given(machine, client, work):
    headers = machine.bearer() | {"Idempotency-Key": "k-partner"}
    answers = [client.post("/api/v1/asked", headers=headers).json() for _ in range(2)]
    assert answers == [{"asked": 1}] * 2
    assert work.asked == 1


def test_an_answer_without_a_body_is_repeated_too(machine, client, service, work):
    headers = machine.bearer() | {"Idempotency-Key": "k-204"}
    for _ in range(2):
        assert client.post("/api/v1/orders/release", headers=headers).status_code == 204
    assert (work.runs, rows(service)) == (1, 1)


def test_without_a_key_every_request_is_its_own(machine, client, service, work):
    for _ in range(2):
        assert client.post("/api/v1/orders", json={"text": "a"}, headers=machine.bearer()).status_code == 201
    assert (work.runs, rows(service)) == (2, 2)


def test_the_same_key_with_other_content_is_refused_and_does_nothing(machine, client, service, work):
    headers = machine.bearer() | {"Idempotency-Key": "k-1"}
    client.post("/api/v1/orders", json={"text": "a"}, headers=headers)
    for path, body in (("/api/v1/orders", {"text": "b"}), ("/api/v1/orders/release", {"text": "a"})):
        other = client.post(path, json=body, headers=headers)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency.other_content")
    assert rows(service) == 1


def test_while_the_first_runs_the_second_is_told_so_at_once(machine, client, service, work):
    headers = machine.bearer() | {"Idempotency-Key": "k-1"}
    work.may_end.clear()

    def post() -> Any:
        return client.post("/api/v1/orders", json={"text": "a"}, headers=headers)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(post)
        assert work.begun.wait(5)
        second = post()
        work.may_end.set()
        assert (second.status_code, second.json()["code"]) == (409, "idempotency.running")
        assert "retry-after" in second.headers
        assert first.result().status_code == 201
    assert post().headers["idempotent-replayed"] == "true"
    assert (work.runs, rows(service)) == (1, 1)


def test_eight_at_once_with_one_key_are_one_action(machine, client, service, work):
    headers = machine.bearer() | {"Idempotency-Key": "k-8"}
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda _: client.post("/api/v1/orders", json={"text": "a"}, headers=headers), range(8)
            )
        )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert (work.runs, rows(service)) == (1, 1)


def test_a_refusal_is_not_kept_so_the_same_key_may_try_again(machine, client, service, work):
    headers = machine.bearer() | {"Idempotency-Key": "k-1"}
    refused = client.post("/api/v1/orders", json={"text": "a", "fail": True}, headers=headers)
    assert refused.status_code == 409
    assert rows(service) == 0
    assert client.post("/api/v1/orders", json={"text": "a"}, headers=headers).status_code == 201


def test_one_callers_key_does_not_reach_anothers_answer(register, client, service, work):
    body = {"text": "a"}
    for name in ("system-one", "system-two"):
        headers = register(name).bearer() | {"Idempotency-Key": "k-1"}
        assert client.post("/api/v1/orders", json=body, headers=headers).status_code == 201
    assert (work.runs, rows(service)) == (2, 2)


@pytest.mark.parametrize("key", ["", "x" * 256, '""'])
def test_a_key_that_is_none_is_malformed(machine, client, work, key):
    told = client.post(
        "/api/v1/orders", json={"text": "a"}, headers=machine.bearer() | {"Idempotency-Key": key}
    )
    assert (told.status_code, told.json()["code"]) == (400, "idempotency.key")
    assert work.runs == 0


def test_a_form_sent_twice_by_an_impatient_person_is_one_action(client, service, person, work):
    client.cookies["noskheh"] = sign_in(service, username=person(), password=PASSWORD).secret
    answers = [client.post("/orders", data={"key": "f-1", "note": "x"}, headers=HERE) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    assert {a.headers["location"] for a in answers} == {"/orders/form-1"}
    changed = client.post("/orders", data={"key": "f-1", "note": "y"}, headers=HERE)
    assert changed.status_code == 422
    assert (work.runs, rows(service)) == (1, 1)


def test_a_key_is_forgotten_after_its_time(machine, client, service, clock, work):
    headers = machine.bearer() | {"Idempotency-Key": "k-1"}
    client.post("/api/v1/orders", json={"text": "a"}, headers=headers)
    with side_session(service) as session:
        forget_old(session, before=clock.now)
    assert client.post("/api/v1/orders", json={"text": "a"}, headers=headers).headers.get(
        "idempotent-replayed"
    )
    clock.advance(hours=49)
    with writing(service) as session:
        forget_old(session, before=clock.now)
    again = client.post(
        "/api/v1/orders", json={"text": "a"}, headers=machine.bearer() | {"Idempotency-Key": "k-1"}
    )
    assert "idempotent-replayed" not in again.headers
    assert work.runs == 2
