"""A note or a frame on the canvas: one item, one paint, no children."""

from __future__ import annotations

import logging

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QStaticText, QTextLayout, QTextOption
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from canvas_widgets.items.paints import Paints, static_text
from canvas_widgets.items.stage import Stage
from canvas_widgets.values import NotePaint
from engine.campaign.edits.notes import FRAME_TITLE
from engine.campaign.model import Note
from engine.campaign.notes import Box, note_box
from engine.i18n import tr

_LOG = logging.getLogger(__name__)
_PADDING = 10.0
_TITLE_BASE = 21.0
_LONGEST = 4000  # characters of a paragraph that are laid out: more never fit
_EDGE = 0.45  # opacity of a border
_HANDLE = 9.0  # side of a corner's mark on the screen
MARGIN = 16.0  # around the paper: the marks at its corners, also from far away
NOTE_Z = 2.0  # before cards
FRAME_Z = -1000.0  # behind everything
_SMALLER_FIRST = 1e-9  # smaller frames stand before larger ones, which may hold them


class NoteItem(QGraphicsItem):
    """Shows one note or frame.

    Attributes: `note_id`, `note`, `box` (what it covers just now), `selected`, `resizable` (marks at its
    corners), `written` (its text is being edited over it, and not drawn), `broken` (it could not be drawn).
    """

    def __init__(self, stage: Stage, note_id: str, note: Note) -> None:
        super().__init__()
        self._stage = stage
        self.note_id = note_id
        self.note = note
        self.box = note_box(note)
        self.selected = self.resizable = self.written = self.broken = False
        self._lines: list[tuple[QPointF, QStaticText]] | None = None
        self.set_note(note)

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    @property
    def rect(self) -> QRectF:
        """The paper, in item coordinates."""
        return QRectF(0, 0, self.box.width, self.box.height)

    @property
    def scene_rect(self) -> QRectF:
        return self.rect.translated(self.pos())

    @property
    def text(self) -> str:
        """What it says: a note's text, a frame's title."""
        return self.note.text if self.note.title is None else self.note.title

    def text_rect(self) -> QRectF:
        """Where its text stands, in item coordinates."""
        if self.note.is_frame:
            return QRectF(_PADDING, 0, self.rect.width() - 2 * _PADDING, FRAME_TITLE)
        return self.rect.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)

    def set_note(self, note: Note) -> None:
        """Show a changed note, where the document has it."""
        self.note = note
        self.broken = False
        self.set_box(note_box(note))
        self.forget()

    def set_box(self, box: Box) -> None:
        """Stand elsewhere, or be of another size."""
        if (box.width, box.height) != (self.box.width, self.box.height):
            self.prepareGeometryChange()
            self._lines = None
        self.box = box
        self.setPos(box.left, box.top)
        size = box.width * box.height * _SMALLER_FIRST
        self.setZValue(FRAME_Z - size if self.note.is_frame else NOTE_Z)

    def set_state(self, *, selected: bool, resizable: bool) -> None:
        if (selected, resizable) != (self.selected, self.resizable):
            self.selected, self.resizable = selected, resizable
            self.update()

    def set_written(self, written: bool) -> None:
        """Leave the text to the editor that stands over it, or draw it again."""
        self.written = written
        self.update()

    def forget(self) -> None:
        """Lay the text out anew with the next painting."""
        self._lines = None
        self.update()

    def holds(self, point: QPointF, edge: float) -> bool:
        """Whether a press at a point in scene coordinates takes hold of it.

        A frame is held by its title and its edge (`edge` scene units wide): inside it is canvas.
        """
        rect = self.scene_rect
        if not self.note.is_frame:
            return rect.contains(point)
        inside = rect.adjusted(edge, max(edge, FRAME_TITLE), -edge, -edge)
        return rect.adjusted(-edge, -edge, edge, edge).contains(point) and not inside.contains(point)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.broken:
            return
        try:
            self._paint(painter)
        except Exception:  # noqa: BLE001 - what leaves paint comes again with every frame
            _LOG.exception("note %s cannot be drawn", self.note_id)
            self.broken = True

    def _paint(self, painter: QPainter) -> None:
        paints = self._stage.paints
        if self._stage.fades:
            painter.setOpacity(painter.opacity() * self._stage.opacity())
        colour = paints.look.notes[self.note.shown_colour]
        self._paint_paper(painter, paints, colour)
        if not self.written:
            self._paint_text(painter, paints, colour)
        if self.resizable:
            self._paint_corners(painter, paints)

    def _paint_paper(self, painter: QPainter, paints: Paints, colour: NotePaint) -> None:
        paper, edge = QColor(colour.paper), QColor(colour.ink)
        edge.setAlphaF(_EDGE)
        if self.note.is_frame:
            paper.setAlphaF(paints.look.tints.frame)
        pen = QPen(paints.colours.accent, 2) if self.selected else QPen(edge, 1)
        inset = pen.widthF() / 2
        radius = paints.sizes.card_radius if self.note.is_frame else paints.sizes.control_radius
        painter.setPen(pen)
        painter.setBrush(paper)
        rect = self.rect.adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(rect, radius - inset, radius - inset)

    def _paint_text(self, painter: QPainter, paints: Paints, colour: NotePaint) -> None:
        if self._lines is None:
            self._lines = self._lay_out(paints)
        painter.setFont(paints.title_font if self.note.is_frame else paints.note_font)
        ink = colour.ink if self.note.is_frame else paints.colours.text
        painter.setPen(ink if self.text else paints.colours.muted)
        for place, line in self._lines:
            painter.drawStaticText(place, line)

    def _paint_corners(self, painter: QPainter, paints: Paints) -> None:
        side = _HANDLE / min(max(self._stage.scale, _HANDLE / (2 * MARGIN)), 1.0)
        painter.setPen(QPen(paints.colours.accent, 1.5))
        painter.setBrush(paints.surface)
        for corner in corners(self.rect):
            mark = QRectF(corner.x() - side / 2, corner.y() - side / 2, side, side)
            painter.drawRoundedRect(mark, side / 4, side / 4)

    def _lay_out(self, paints: Paints) -> list[tuple[QPointF, QStaticText]]:
        """The lines that fit, the last one ending in … where there are more."""
        room = self.text_rect()
        if self.note.is_frame:
            font, metrics = paints.title_font, paints.title_metrics
            text = " ".join(self.text.split("\n")) or tr("Untitled frame")
            line = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            return [(QPointF(_PADDING, _TITLE_BASE - metrics.ascent()), static_text(line, font))]
        font, metrics = paints.note_font, paints.note_metrics
        most = max(1, int(room.height() / metrics.lineSpacing()))
        lines = wrapped(self.text or tr("Empty note"), font, metrics, room.width(), most)
        return [
            (QPointF(room.left(), room.top() + row * metrics.lineSpacing()), static_text(line, font))
            for row, line in enumerate(lines)
        ]


def corners(rect: QRectF) -> tuple[QPointF, QPointF, QPointF, QPointF]:
    """Clockwise from the upper left."""
    return rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft()


def wrapped(text: str, font: QFont, metrics: QFontMetricsF, width: float, most: int) -> list[str]:
    """A text in lines of a width, at most so many; where there are more, the last one ends in …."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        for line in _wrapped_paragraph(paragraph[:_LONGEST], font, width, most + 1 - len(lines)):
            if len(lines) == most:
                last = lines[-1] + "…"
                lines[-1] = metrics.elidedText(last, Qt.TextElideMode.ElideRight, width)
                return lines
            lines.append(line)
    return lines


def _wrapped_paragraph(text: str, font: QFont, width: float, most: int) -> list[str]:
    if not text:
        return [""]
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    lines: list[str] = []
    layout.beginLayout()
    while len(lines) < most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        lines.append(text[line.textStart() : line.textStart() + line.textLength()].rstrip())
    layout.endLayout()
    return lines
