"""A Merkle tree as in RFC 6962: what its root is, and what proves that a leaf, or a smaller tree, is in it.

Pure: hashes in, hashes out. A leaf and a node are hashed with different first bytes, so that neither passes for the
other. Stored are the hashes of the leaves and of every whole block of 256, 65,536 ... leaves; `Read` gives them by
height (a multiple of 8) and place, and whatever lies between is computed.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

STORED_EVERY: Final = 8  # heights between two stored levels: a block is 256 of the level below
EMPTY: Final = hashlib.sha256(b"").digest()

Read = Callable[[int, int], bytes]  # (height, place) -> hash of the block of 2**height leaves


def leaf_hash(content: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree: its size and the whole blocks it consists of, the largest first."""

    size: int = 0
    blocks: list[tuple[int, bytes]] = field(default_factory=list)  # (height, hash)

    def append(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add a leaf's hash; gives the blocks to store that it completes, as (height, place, hash)."""
        height, whole = 0, leaf
        self.size += 1
        while self.blocks and self.blocks[-1][0] == height:
            whole = node_hash(self.blocks.pop()[1], whole)
            height += 1
            if height % STORED_EVERY == 0:
                yield height, (self.size >> height) - 1, whole
        self.blocks.append((height, whole))

    def root(self) -> bytes:
        return _joined([block for _, block in self.blocks])


def frontier(read: Read, size: int) -> Frontier:
    """The right edge of the stored tree of this size."""
    return Frontier(size, list(_blocks(read, 0, size)))


def root(read: Read, size: int) -> bytes:
    """The root of the stored tree's first `size` leaves."""
    return frontier(read, size).root()


def inclusion(read: Read, leaf: int, size: int) -> list[bytes]:
    """The path that leads from leaf number `leaf` (from 0) to the root of the tree of `size` leaves."""
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if leaf < middle:
            path.append(_range(read, middle, high))
            high = middle
        else:
            path.append(_range(read, low, middle))
            low = middle
    return path[::-1]


def consistency(read: Read, first: int, second: int) -> list[bytes]:
    """What proves that the tree of `second` leaves begins with the one of `first`; 0 < first <= second."""
    path: list[bytes] = []
    low, high, known = 0, second, True
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            path.append(_range(read, middle, high))
            high = middle
        else:
            path.append(_range(read, low, middle))
            low, known = middle, False
    if not known:
        path.append(_range(read, low, high))
    return path[::-1]


def includes(root_hash: bytes, size: int, leaf: int, hashed: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path leads from this leaf to this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= leaf < size:
        return False
    at, last, found = leaf, size - 1, hashed
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root_hash


def is_consistent(
    first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the path shows that the first tree is the beginning of the second (RFC 9162, 2.1.4.2)."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = list(path) if first & (first - 1) else [first_root, *path]
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, where RFC 6962 divides a tree."""
    return 1 << (size - 1).bit_length() - 1


def _range(read: Read, low: int, high: int) -> bytes:
    return _joined([block for _, block in _blocks(read, low, high)])


def _blocks(read: Read, low: int, high: int) -> Iterator[tuple[int, bytes]]:
    """The whole blocks of a range whose beginning is a multiple of its largest block."""
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, _block(read, height, low >> height)
        low += 1 << height


def _block(read: Read, height: int, place: int) -> bytes:
    if height % STORED_EVERY == 0:
        return read(height, place)
    return node_hash(_block(read, height - 1, 2 * place), _block(read, height - 1, 2 * place + 1))


def _joined(blocks: Sequence[bytes]) -> bytes:
    """The root over whole blocks, the largest first."""
    if not blocks:
        return EMPTY
    found = blocks[-1]
    for block in blocks[-2::-1]:
        found = node_hash(block, found)
    return found
