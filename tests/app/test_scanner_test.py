"""What a hand scanner made of the known card, and which setting that is."""

import pytest

from app.pages.pharmacy import scanner_test as it

BARE = it.CARD.replace(it.GS, "")


@pytest.mark.parametrize(
    ("arrived", "said"),
    [
        (it.CARD, [it.GOOD]),
        (it.CARD.replace(it.GS, "~") + "\r\n", [it.GOOD]),
        (it.CARD.replace(it.GS, it.SHOWN_GS), [it.GOOD]),
        ("]d1" + it.CARD, [it.GOOD]),
        (BARE, [it.NO_SEPARATOR]),
        (it.CARD.swapcase(), [it.CAPS]),
        (BARE.swapcase(), [it.CAPS, it.NO_SEPARATOR]),
        ("*" + it.CARD, [it.PREFIX]),
        (it.CARD + "*", [it.PREFIX]),
        ("*" + BARE, [it.NO_SEPARATOR, it.PREFIX]),
        (it.CARD[:12], [it.CUT]),
        ("دسن Test ۰۱۲۳", [it.OTHER_LAYOUT]),
        (it.CARD.replace(":", "Ö").replace("-", "ß"), [it.DIFFERENT]),
        ("6260123456786", [it.DIFFERENT]),
    ],
)
def test_what_arrived_is_judged(arrived, said):
    assert it.findings(arrived) == said
