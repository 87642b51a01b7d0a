"""A campaign as a picture, without a window: for template cards, reports, files and paper.

    picture = Picture(document, workspace, look)
    data = finished(svg(picture))

Who must not wait advances the iterator that a format's function returns in slices instead: every step is
short, and what it returns at its end is the outcome. A `Picture` belongs to the thread of the application.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from canvas_widgets.background import Background
from canvas_widgets.clearing import clear_away
from canvas_widgets.collector import keep_large
from canvas_widgets.items.card import CardItem
from canvas_widgets.items.link import LinkItem
from canvas_widgets.items.note import NoteItem
from canvas_widgets.items.stage import Counts
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from engine.campaign.document import CampaignDocument
from engine.campaign.notes import Group
from engine.components.base import Lookup
from engine.i18n import N_, Message, MessageError
from engine.steps import Steps, finished

LONGEST_SIDE = 30_000
"""Pixels of an image; Qt paints none that is longer."""

MOST_PIXELS = 120_000_000
"""Pixels of an image: each takes four bytes while it is made."""

_MARGIN = 32.0
_BAND_PIXELS = 4_000_000  # of the ground, in a step

Item = CardItem | LinkItem | NoteItem


class TooLarge(MessageError):  # noqa: N818 - an answer, not an error of the program
    """An image would have more pixels than it can have; `message` says what to do."""


class Picture:
    """What is to be seen: a whole campaign, or only some of its cards and notes, with live counts or without.

    It is of the document as it is now: that may change while the picture is made. `close` when done.
    """

    def __init__(
        self,
        document: CampaignDocument,
        lookup: Lookup,
        look: Look,
        counts: Counts | None = None,
        only: Group | None = None,
    ) -> None:
        copy = CampaignDocument(
            document.attributes, document.nodes, document.links, document.notes, document.layout
        )
        self.name = document.attributes.name
        self.look = look
        self._scene = CampaignScene(copy, lookup, look)
        self._counts = counts
        self._only = only

    def close(self) -> None:
        self._scene.close()
        clear_away(self._scene, self._forget)

    def _forget(self) -> None:
        """Only a collection finds the scene itself: until then it holds no copy of a document."""
        self._scene.stage.document = CampaignDocument(self._scene.document.attributes)

    def load(self) -> Steps[QRectF]:
        """Lay everything out. Returns what there is to paint, in scene units, with a margin."""
        if not self._scene.is_loaded:
            for _ in self._scene.loading():
                keep_large(len(self._scene.cards))  # no collection goes through what is being made
                yield
            yield from self._scene.counting(self._counts)
        area = shown_area(self._scene, self._only)
        yield
        return area

    def paint(self, painter: QPainter, *, scale: float = 1.0, vector: bool) -> Iterator[None]:
        """Paint item by item; the painter's transform maps scene units to the device.

        scale: device pixels to a scene unit. vector: keep lines, curves and texts as such.
        """
        stage = self._scene.stage
        stage.scale, stage.vector = scale, vector
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionGraphicsItem()
        items = self._items()
        yield
        for item in items:
            painter.save()
            painter.translate(item.pos())
            item.paint(painter, option)
            painter.restore()
            yield

    def fill_ground(self, painter: QPainter, rect: QRectF) -> None:
        """Fill a rectangle of the scene with the colour that lies behind everything."""
        painter.fillRect(rect, self._scene.stage.paints.colours.canvas)

    def paint_ground(self, painter: QPainter, rect: QRectF, scale: float) -> Iterator[None]:
        """The same with dots, band by band, for so many pixels to a scene unit."""
        ground, paints = Background(), self._scene.stage.paints
        height = _BAND_PIXELS / (rect.width() * scale * scale)
        top = rect.top()
        while top < rect.bottom():
            ground.paint(painter, QRectF(rect.left(), top, rect.width(), height), paints)
            top += height
            yield

    def _items(self) -> list[Item]:
        """From the rearmost to the foremost."""
        return sorted(_items(self._scene, self._only), key=lambda item: item.zValue())


def shown_area(scene: CampaignScene, only: Group | None = None) -> QRectF:
    """What a picture of a scene, or of some of it, shows: in scene units, with a margin."""
    rect = QRectF()
    for item in _items(scene, only):
        if isinstance(item, CardItem | NoteItem):
            rect = rect.united(item.scene_rect)
        elif item.open:
            rect = rect.united(item.boundingRect())
    rect = rect.adjusted(-8, -16, 8, 24)  # marks and counts
    return rect.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN).toAlignedRect().toRectF()


def _items(scene: CampaignScene, only: Group | None) -> Iterator[Item]:
    """The notes, lines and cards that belong to a picture; a line with the cards at both of its ends."""

    def takes(node_id: str | None) -> bool:
        return only is None or node_id is None or node_id in only.nodes

    yield from (item for id, item in scene.notes.items.items() if only is None or id in only.notes)
    yield from (item for item in scene.links.values() if takes(item.link.source) and takes(item.link.target))
    yield from (item for id, item in scene.cards.items() if takes(id))


def image(picture: Picture, scale: float = 1.0) -> Steps[QImage]:
    """The picture at `scale` pixels to a scene unit. Raises `TooLarge`."""
    area = yield from picture.load()
    size = image_size(area, scale)
    made = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    with QPainter(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        painter.translate(-area.topLeft())
        yield from picture.paint_ground(painter, area, scale)
        yield from picture.paint(painter, scale=scale, vector=False)
    return made


def image_size(area: QRectF, scale: float) -> QSize:
    """How many pixels the image of an area has. Raises `TooLarge`."""
    width, height = round(area.width() * scale), round(area.height() * scale)
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        text = N_(
            "The image would have {width:,} × {height:,} pixels. Choose a smaller scale, or SVG or PDF."
        )
        raise TooLarge(Message(text, width=width, height=height))
    return QSize(width, height)


def render(
    document: CampaignDocument, lookup: Lookup, look: Look, counts: Counts | None = None, scale: float = 1.0
) -> QImage:
    """The whole flow as an image, made at once. Raises `TooLarge`."""
    picture = Picture(document, lookup, look, counts)
    try:
        return finished(image(picture, scale))
    finally:
        picture.close()
