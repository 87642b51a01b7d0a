"""Contact sheets: many small pictures on one, compared pixel by pixel with the one that is kept.

What a sheet shows is drawn with the program's own font and without the system's help, so that it is alike on
every machine. `--image-snapshot-update` keeps what is drawn now.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from io import BytesIO
from itertools import count

import pytest
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QSize
from PySide6.QtGui import QImage, QPainter

from canvas_widgets.look import Look
from engine.campaign.edits import edit

_GAP = 12
_CAPTION = 22
_COLOURS = 128
"""Of each picture that are kept, the nearest of which are compared."""


def count_ids(patch: pytest.MonkeyPatch) -> None:
    """Give what edits add ids that are the same every time: ties in the layout are settled by them."""
    numbers = count(1)

    def new_id(prefix: str, taken: Container[str] = ()) -> str:
        return f"{prefix}_{next(numbers):05}"

    patch.setattr(edit, "new_id", new_id)


class Sheet:
    """Pictures with their captions, in rows of at most `width` pixels."""

    def __init__(self, width: int, look: Look) -> None:
        self._width, self._look = width, look
        self._parts: list[tuple[str, QImage]] = []

    def add(self, caption: str, picture: QImage) -> None:
        picture.setDevicePixelRatio(1)
        self._parts.append((caption, picture))

    def drawn(self) -> QImage:
        places, size = self._lay_out()
        sheet = QImage(size, QImage.Format.Format_RGB32)
        sheet.fill(self._look.colours.surface)
        with QPainter(sheet) as painter:
            painter.setFont(self._look.font("small"))
            painter.setPen(self._look.colours.text)
            for (caption, picture), place in zip(self._parts, places, strict=True):
                painter.drawText(place + QPoint(0, _CAPTION - 7), caption)
                painter.drawImage(place + QPoint(0, _CAPTION), picture)
        return sheet

    def _lay_out(self) -> tuple[Sequence[QPoint], QSize]:
        places: list[QPoint] = []
        left = top = _GAP
        row = widest = 0
        for _, picture in self._parts:
            if left > _GAP and left + picture.width() + _GAP > self._width:
                left, top, row = _GAP, top + row + _GAP, 0
            places.append(QPoint(left, top))
            left += picture.width() + _GAP
            row = max(row, picture.height() + _CAPTION)
            widest = max(widest, left)
        return places, QSize(widest, top + row + _GAP)


Compare = Callable[[Sheet, str], None]


@pytest.fixture
def compare_sheet(
    request: pytest.FixtureRequest, image_snapshot: Callable[[Image.Image, str], None]
) -> Compare:
    """Fails where a sheet is not the picture of this name beside the test."""
    updating = request.config.getoption("--image-snapshot-update")

    def compare(sheet: Sheet, name: str) -> None:
        path = request.path.parent / "pictures" / f"{name}.png"
        drawn = _as_pillow(sheet.drawn())
        if path.exists() and not updating:
            with Image.open(path) as kept:
                image_snapshot(_in_colours_of(kept, drawn).convert("RGB"), str(path))
        else:
            image_snapshot(_in_colours_of(_palette(drawn), drawn), str(path))

    return compare


def _palette(drawn: Image.Image) -> Image.Image:
    """In few colours, among them those of small things: a red dot stays red."""
    return drawn.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)


def _in_colours_of(kept: Image.Image, drawn: Image.Image) -> Image.Image:
    return drawn.quantize(_COLOURS, palette=kept, dither=Image.Dither.NONE)


def _as_pillow(image: QImage) -> Image.Image:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    with Image.open(BytesIO(buffer.data().data())) as full:
        return full.convert("RGB")
