"""Pictures of a campaign as the content of a file, and on paper.

Each format is made step by step in the application's thread, as `canvas_widgets.picture` says. The outcome is
a function that gives the file's content: encoding and compressing are left to it, for any thread to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QPagedPaintDevice, QPageLayout, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from canvas_widgets.picture import Picture, image
from canvas_widgets.values import FALLBACK_FAMILIES
from engine.i18n import Message, MessageError
from engine.steps import Steps

_PAPER_MARGIN = 10.0  # millimetres
_DOTS_OF_A_SCREEN = 96  # to the inch: a scene unit is one of them
_DOTS_OF_A_PDF = 1_200
_POINTS = 72
_LONGEST_PAGE = 14_400.0  # points: what programs show of a PDF
_NOTHING = re.compile(rb"<g [^>]*>\s*</g>\s*")
"""A group that holds nothing: Qt writes one for every change of the painter, a tenth of a file."""

_CREATOR = "Campaign Canvas"


Content = Callable[[], bytes]


class NoPaper(MessageError):  # noqa: N818 - an answer, not an error of the program
    """The device takes nothing; `message` says so."""


class Sheet:
    """A device that is painted on, and the buffer that it writes to; a printer has none.

    Qt must lose neither before the painter: the three go together, also when a picture is given up.
    Raises `NoPaper`.
    """

    def __init__(self, device: QPaintDevice, buffer: QBuffer | None = None) -> None:
        self._device = device
        self._buffer = buffer
        self._painter: QPainter | None = QPainter()
        if not self._painter.begin(device):
            raise NoPaper(Message("The printer cannot be used just now."))

    @property
    def painter(self) -> QPainter:
        assert self._painter is not None, "it has ended"
        return self._painter

    def end(self) -> bytes:
        """End it, which takes its time, and give what was written.

        A painter that goes ends what it paints. Other threads of Python may work meanwhile, and so the window
        goes on; they may not while one calls `QPainter.end`.
        """
        self._painter = None
        if self._buffer is None:
            return b""
        written = bytes(self._buffer.data().data())
        self._buffer.close()
        self._buffer.setData(QByteArray())  # there may be very much of it
        return written

    def __del__(self) -> None:
        self._painter = None


class Page(StrEnum):
    """How large the page of a PDF is: as the flow is, or paper to which it is fitted."""

    FLOW = "flow"
    A4 = "a4"
    A3 = "a3"


_PAPERS = {Page.A4: QPageSize.PageSizeId.A4, Page.A3: QPageSize.PageSizeId.A3}


def png(picture: Picture, scale: float) -> Steps[Content]:
    """An image of `scale` pixels to a scene unit. Raises `TooLarge`."""
    made = yield from image(picture, scale)

    def content() -> bytes:
        buffer = _buffer()
        made.save(buffer, "PNG")  # type: ignore[call-overload]  # takes str, its stub says bytes
        return bytes(buffer.data().data())

    return content


def svg(picture: Picture) -> Steps[Content]:
    """One drawing with texts as texts."""
    area = yield from picture.load()
    buffer = _buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(_DOTS_OF_A_SCREEN)
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle(picture.name)
    generator.setDescription(_CREATOR)
    sheet = Sheet(generator, buffer)
    sheet.painter.translate(-area.topLeft())
    picture.fill_ground(sheet.painter, area)
    yield from picture.paint(sheet.painter, vector=True)
    family = picture.look.font("control").family()
    given, wanted = f'font-family="{family}"', f'font-family="{family}, {FALLBACK_FAMILIES}"'
    return lambda: _without_nothing(sheet.end()).replace(given.encode(), wanted.encode())


def pdf(picture: Picture, page: Page) -> Steps[Content]:
    """One page with texts as texts, and the font with it."""
    area = yield from picture.load()
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setResolution(_DOTS_OF_A_PDF)
    writer.setTitle(picture.name)
    writer.setCreator(_CREATOR)
    writer.setPageLayout(_layout(area.size(), page))
    sheet = yield from on_paper(picture, writer, buffer)
    return sheet.end


def on_paper(picture: Picture, device: QPagedPaintDevice, buffer: QBuffer | None = None) -> Steps[Sheet]:
    """Paint the picture onto a page: in its middle, at 100 % at most, whole. Raises `NoPaper`.

    White paper is ground enough for light cards; for dark ones it is filled. Whoever gets the sheet ends it.
    """
    area = yield from picture.load()
    full = device.pageLayout().fullRectPixels(device.logicalDpiX())
    room = device.pageLayout().paintRectPixels(device.logicalDpiX())
    unit = device.logicalDpiX() / _DOTS_OF_A_SCREEN
    scale = min(room.width() / area.width(), room.height() / area.height(), unit)
    sheet = Sheet(device, buffer)
    painter = sheet.painter
    if picture.look.is_dark:
        picture.fill_ground(painter, full.translated(-room.topLeft()).toRectF())
    left = (room.width() - area.width() * scale) / 2
    top = (room.height() - area.height() * scale) / 2
    painter.translate(left, top)
    painter.scale(scale, scale)
    painter.translate(-area.topLeft())
    yield from picture.paint(painter, vector=True)
    return sheet


def _layout(size: QSizeF, page: Page) -> QPageLayout:
    if page in _PAPERS:
        margin = QMarginsF(_PAPER_MARGIN, _PAPER_MARGIN, _PAPER_MARGIN, _PAPER_MARGIN)
        landscape = QPageLayout.Orientation.Landscape
        return QPageLayout(QPageSize(_PAPERS[page]), landscape, margin, QPageLayout.Unit.Millimeter)
    points = size * (_POINTS / _DOTS_OF_A_SCREEN)
    longest = max(points.width(), points.height())
    if longest > _LONGEST_PAGE:
        points *= _LONGEST_PAGE / longest
    exact = QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    return QPageLayout(exact, QPageLayout.Orientation.Portrait, QMarginsF())


def _without_nothing(drawing: bytes) -> bytes:
    """Match by match: one `sub` over it all would keep every other thread of Python waiting."""
    parts, at = [], 0
    for nothing in _NOTHING.finditer(drawing):
        parts.append(drawing[at : nothing.start()])
        at = nothing.end()
    return b"".join([*parts, drawing[at:]])


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
