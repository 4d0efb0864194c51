"""Anyone gets the checkpoints, and the proof that each continues the one before."""

import pytest

from app import audit, audit_tree
from app.audit_tree import checkpoints, merkle
from codings.base import Actor, Role


@pytest.fixture
def sealed(service, clock):
    """Checkpoints of 1, 3, 6 and 10 rows."""
    for rows in (1, 2, 3, 4):
        for _ in range(rows):
            by = Actor(id="account:a", role=Role.PHYSICIAN, at=clock.now)
            audit.saw(service, by=by, verb="prescription.read", subject="s")
        audit_tree.seal(service)
        clock.advance(minutes=5)


def test_anyone_reads_the_checkpoints_a_page_at_a_time(client, service, sealed):
    told = client.get("/api/v1/audit/checkpoints").json()["items"]
    assert [one["size"] for one in told] == [1, 3, 6, 10]
    for one in told:
        said = checkpoints.opened(one["signed"], keys=service.keys)
        assert (said.size, said.root.hex()) == (one["size"], one["root"])
    assert client.get("/api/v1/audit/checkpoints", params={"after": 3, "limit": 1}).json()["items"] == [
        told[2]
    ]
    assert client.get("/api/v1/audit/checkpoints/latest").json() == told[3]


def test_each_continues_the_one_before(client, sealed):
    told = client.get("/api/v1/audit/checkpoints").json()["items"]
    for old in told:
        for new in told:
            sizes = {"first": old["size"], "second": new["size"]}
            answer = client.get("/api/v1/audit/consistency", params=sizes)
            if old["size"] > new["size"]:
                assert (answer.status_code, answer.json()["code"]) == (404, "audit.no_checkpoint")
                continue
            path = [bytes.fromhex(step) for step in answer.json()["path"]]
            roots = [bytes.fromhex(one["root"]) for one in (old, new)]
            assert merkle.is_consistent(old["size"], roots[0], new["size"], roots[1], path)


def test_before_the_first_there_is_none(client):
    assert client.get("/api/v1/audit/checkpoints").json() == {"items": []}
    assert client.get("/api/v1/audit/checkpoints/latest").status_code == 404
    assert client.get("/api/v1/audit/consistency", params={"first": 1, "second": 1}).status_code == 404


@pytest.mark.parametrize("sizes", [{"first": 0, "second": 1}, {"first": 5, "second": 11}, {"first": 1}])
def test_sizes_that_are_none_are_refused(client, sealed, sizes):
    assert client.get("/api/v1/audit/consistency", params=sizes).status_code in {400, 404}
