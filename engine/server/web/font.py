"""How wide texts are in the font of the canvas: read from its file, for there is no Qt here to ask."""

from __future__ import annotations

import struct
from functools import cache
from typing import NamedTuple

from engine.server.web.look import RESOURCES

FONTS = RESOURCES / "fonts"
REGULAR, SEMIBOLD = "CampaignSans-Regular.ttf", "CampaignSans-SemiBold.ttf"
ELLIPSIS = "…"


class Face(NamedTuple):
    """A font in a size."""

    advances: dict[int, int]
    units: int
    pixels: float
    else_: int

    def width(self, text: str) -> float:
        """How wide a text is drawn; what the font lacks counts as wide as a Chinese sign."""
        return sum(self.advances.get(ord(letter), self.else_) for letter in text) * self.pixels / self.units

    def fitting(self, text: str, room: float) -> str:
        """A text as far as there is room, with … where it is cut."""
        if self.width(text) <= room:
            return text
        left = room - self.width(ELLIPSIS)
        for end, letter in enumerate(text):
            left -= self.width(letter)
            if left < 0:
                return text[:end].rstrip() + ELLIPSIS
        return text


@cache
def face(file: str, pixels: float) -> Face:
    """A bundled font in a size."""
    advances, units = _advances(file)
    return Face(advances, units, pixels, advances.get(ord("中"), units))


@cache
def _advances(file: str) -> tuple[dict[int, int], int]:
    """Character → advance, and in how many units an em is divided (OpenType: cmap, head, hhea, hmtx)."""
    data = (FONTS / file).read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {}
    for index in range(count):
        name, _, offset, _ = struct.unpack_from(">4sLLL", data, 12 + 16 * index)
        tables[name] = offset
    (units,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (metrics,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    widths = [pair[0] for pair in struct.iter_unpack(">Hh", _slice(data, tables[b"hmtx"], 4 * metrics))]
    glyphs = _glyphs(data, tables[b"cmap"])
    return {letter: widths[min(glyph, metrics - 1)] for letter, glyph in glyphs.items()}, units


def _slice(data: bytes, offset: int, length: int) -> bytes:
    return data[offset : offset + length]


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Character → glyph, from the table of the Basic Multilingual Plane (format 4), which all fonts have."""
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for index in range(count):
        _, _, offset = struct.unpack_from(">HHL", data, cmap + 4 + 8 * index)
        at = cmap + offset
        if struct.unpack_from(">H", data, at)[0] == 4:
            return _segments(data, at)
    raise ValueError("the font has no table of characters that is read here")


def _segments(data: bytes, at: int) -> dict[int, int]:
    (double,) = struct.unpack_from(">H", data, at + 6)
    number = double // 2
    ends = struct.unpack_from(f">{number}H", data, at + 14)
    starts = struct.unpack_from(f">{number}H", data, at + 16 + double)
    deltas = struct.unpack_from(f">{number}h", data, at + 16 + 2 * double)
    ranges_at = at + 16 + 3 * double
    ranges = struct.unpack_from(f">{number}H", data, ranges_at)
    glyphs = {}
    for index, (first, last, delta, distance) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for letter in range(first, min(last, 0xFFFE) + 1):
            if distance == 0:
                glyph = letter + delta
            else:
                place = ranges_at + 2 * index + distance + 2 * (letter - first)
                (glyph,) = struct.unpack_from(">H", data, place)
                glyph += delta if glyph else 0
            if glyph & 0xFFFF:
                glyphs[letter] = glyph & 0xFFFF
    return glyphs
