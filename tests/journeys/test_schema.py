"""Some calls of every operation, whoever calls, and no answer that the document does not describe."""

from tests.proof.schema import MACHINES, Tally, play, things_of


def test_every_answer_is_one_that_the_document_describes(world):
    tally = Tally()
    play(world, things_of(world), examples=3, of=7, tally=tally)
    assert tally.findings == {}, tally.table()
    assert {caller for _, caller in tally.calls} >= set(MACHINES.values())
    assert {200, 201, 401, 403, 404, 422} <= tally.answers.keys()
