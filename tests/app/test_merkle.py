"""The tree is the one of RFC 6962: by its own definition, written out slowly here, for every size and every leaf."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit_tree import merkle

SIZES = range(1, 65)


def slowly(leaves):
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + slowly(leaves[:k]) + slowly(leaves[k:])).digest()


class Stored:
    """A tree as it is stored: hashes of leaves and of whole blocks, nothing between."""

    def __init__(self, contents):
        self.frontier = merkle.Frontier()
        self.hashes = {}
        for place, content in enumerate(contents):
            hashed = merkle.leaf_hash(content)
            self.hashes[0, place] = hashed
            for height, at, block in self.frontier.append(hashed):
                self.hashes[height, at] = block

    def read(self, height, place):
        return self.hashes[height, place]


def words(size):
    return [f"entry {n}".encode() for n in range(size)]


def test_the_root_of_nothing_is_that_of_the_rfc():
    assert (
        merkle.Frontier().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_the_root_is_the_rfcs_for_every_size_grown_or_read():
    tree = Stored(words(70))
    for size in range(71):
        assert merkle.root(tree.read, size) == Stored(words(size)).frontier.root() == slowly(words(size))


def test_whole_blocks_are_stored_and_read_back():
    tree = Stored(words(600))
    assert sorted(key for key in tree.hashes if key[0]) == [(8, 0), (8, 1)]
    assert tree.hashes[8, 1] == slowly(words(600)[256:512])
    assert merkle.root(tree.read, 600) == slowly(words(600))
    again = merkle.frontier(tree.read, 600)
    list(again.append(merkle.leaf_hash(b"one more")))
    assert again.root() == slowly([*words(600), b"one more"])


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_proven_and_nothing_else(size):
    tree = Stored(words(size))
    root = tree.frontier.root()
    for leaf in range(size):
        path = merkle.inclusion(tree.read, leaf, size)
        hashed = tree.read(0, leaf)
        assert merkle.includes(root, size, leaf, hashed, path)
        assert not merkle.includes(root, size, leaf, merkle.leaf_hash(b"another"), path)
        assert not merkle.includes(merkle.EMPTY, size, leaf, hashed, path)
        assert not merkle.includes(root, size, leaf, hashed, [*path, merkle.EMPTY])
        assert size == 1 or not merkle.includes(root, size, leaf, hashed, path[:-1])
        assert not any(
            merkle.includes(root, size, other, hashed, path) for other in range(-1, size + 1) if other != leaf
        )


@pytest.mark.parametrize("second", SIZES)
def test_every_smaller_tree_is_shown_to_be_its_beginning(second):
    tree = Stored(words(second))
    new = tree.frontier.root()
    for first in range(1, second + 1):
        old, path = slowly(words(first)), merkle.consistency(tree.read, first, second)
        assert merkle.is_consistent(first, old, second, new, path)
        other = slowly([*words(first - 1), b"another"])
        assert not merkle.is_consistent(first, other, second, new, path)
        assert not merkle.is_consistent(first, old, second, merkle.EMPTY, path)
        assert not merkle.is_consistent(first, old, second, new, [*path, merkle.EMPTY])
        assert first == second or not merkle.is_consistent(first, old, second, new, path[:-1])


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 1500))
def test_trees_of_several_blocks_prove_the_same_way(data, size):
    contents = words(size)
    tree = Stored(contents)
    leaf, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path = merkle.inclusion(tree.read, leaf, size)
    root = slowly(contents)
    assert merkle.includes(root, size, leaf, merkle.leaf_hash(contents[leaf]), path)
    broken = list(path)
    if broken:
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at] = bytes([broken[at][0] ^ 1]) + broken[at][1:]
        assert not merkle.includes(root, size, leaf, merkle.leaf_hash(contents[leaf]), broken)
    grown = merkle.consistency(tree.read, first, size)
    assert merkle.is_consistent(first, slowly(contents[:first]), size, root, grown)
    assert not merkle.is_consistent(first, slowly([*contents[: first - 1], b"x"]), size, root, grown)


@given(st.binary(max_size=80), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_no_leaf_passes_for_a_node(content, left, right):
    assert merkle.leaf_hash(content) != merkle.node_hash(left, right)
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)
