"""docs/promises.md is whole, names tests that exist, and breaks lines that stand where it says."""

import re

from tests.proof.promises import ROOT, TABLE, promises, table


def test_the_page_is_what_the_list_says():
    assert TABLE.read_text(encoding="utf-8") == table(), "run python -m tests.proof.promises"


def test_there_are_forty_two_and_each_is_shown_or_named_as_absent():
    known = promises()
    assert [one.number for one in known] == list(range(1, 43))
    for one in known:
        assert bool(one.tests) != bool(one.absent), one.number
        assert one.absent or one.seen or one.file, f"{one.number} was never seen to fail"


def test_every_test_it_names_exists():
    for one in promises():
        for node in (*one.tests, *(one.red or "").split()):
            name, _, test = node.partition("::")
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not test or re.search(rf"^\s*def {test}\(", text, re.MULTILINE), node


def test_every_line_it_breaks_stands_there_once():
    for one in promises():
        if one.file is not None:
            assert (ROOT / one.file).read_text(encoding="utf-8").count(one.find) == 1, one.number
            assert one.find != one.replace, one.number
