"""The codes on the slip: read back by a scanner, as small as they may be, and never too small to print."""

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from app import qr

PIXELS = 4  # a module


def drawn(svg: str) -> Image.Image:
    """The SVG as a printer would lay it down: its white ground and its dark runs."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    picture = Image.new("L", (side * PIXELS, side * PIXELS), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        left, top = int(x) * PIXELS, int(y) * PIXELS
        pen.rectangle((left, top, left + int(run) * PIXELS - 1, top + PIXELS - 1), fill=0)
    return picture


def version(svg: str) -> int:
    return int(re.search(r'data-version="(\d+)"', svg)[1])


@pytest.mark.parametrize(
    "text", ["NSK1:/" + "5676295953" * 100, "http://localhost:8000/q/105ZWJXA4JV9-1#abcdefghijklmn"]
)
def test_a_scanner_reads_exactly_what_was_drawn(text):
    [read] = zxingcpp.read_barcodes(drawn(qr.svg(text, 0.5)), formats=zxingcpp.BarcodeFormat.QRCode)
    assert read.text == text


def test_the_digits_of_a_prescription_are_written_as_digits():
    """1,000 digits take a version 16 code in numeric mode; as letters they would take a version 22."""
    assert version(qr.svg("NSK1:/" + "5676295953" * 100, 0.5)) <= 16


def test_a_module_is_as_wide_as_asked_and_white_surrounds_the_code():
    svg = qr.svg("NSK1:/" + "12" * 40, 0.5)
    modules = version(svg) * 4 + 17
    assert f'width="{(modules + 8) * 0.5:g}mm"' in svg
    assert f'viewBox="0 0 {modules + 8} {modules + 8}"' in svg
    assert min(int(x) for x, _ in re.findall(r"M(\d+) (\d+)h\d+v1", svg)) == 4


def test_the_picture_needs_no_inline_style():
    svg = qr.svg("x" * 30, 0.5)
    assert "style=" not in svg
    assert "<script" not in svg
