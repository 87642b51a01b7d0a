"""A line on the canvas: between two cards, or to an open end with its + mark."""

from __future__ import annotations

import logging

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from canvas_widgets.items.count_line import untested_text
from canvas_widgets.items.geometry import CARD, TEXT_LEFT, TILE_LEFT, LinkShape
from canvas_widgets.items.paints import COUNT_HEIGHT, draw_ground, draw_ring
from canvas_widgets.items.stage import Stage
from engine.campaign.lines.geometry import CHIP_HEIGHT, CHIP_PADDING, passes_columns
from engine.campaign.model import Link
from engine.i18n import Message, tr

_LOG = logging.getLogger(__name__)
_SPREAD = 14.0  # around the path: chip, mark
_COUNT_ABOVE, _COUNT_ON = 6.0, 4.0  # from the line to the base of its count
_COUNT_ABOVE_MARK = 14.0  # where campaigns are compared, a mark stands on the line
_ABOVE = _COUNT_ABOVE_MARK + COUNT_HEIGHT  # the path: the highest count
_SLANT = 0.3  # of a stroke's offset that goes sideways where a line rises or falls


class LinkItem(QGraphicsItem):
    """Shows one link. The scene gives its shape, its label and whether what it leads to is configured.

    Attributes: `link_id`, `link`, `line` (its shape), `strokes` (the same from far away), `goes_around`
    (whether it may lead past cards, above or below all of them), `solid`, `lit`, `first_place` (whether it
    leads to the marked place behind Start in an empty flow), `pen` (what it is drawn with instead where
    campaigns are compared).
    """

    def __init__(self, stage: Stage, link_id: str, link: Link) -> None:
        super().__init__()
        self._stage = stage
        self.link_id = link_id
        self.link = link
        self.solid = False
        self.lit = False
        self.first_place = False
        self.line: LinkShape | None = None
        self.strokes: tuple[QLineF, ...] = ()
        self.goes_around = False
        self.pen: QPen | None = None
        self._path = QPainterPath()
        self._parts: list[tuple[QPainterPath, float]] = []
        self._bounds = QRectF()
        self._label: Message | None = None
        self._chip: str | None = None
        self._count = self._whole = ""
        self._untested = False

    def boundingRect(self) -> QRectF:
        return self._bounds

    @property
    def open(self) -> bool:
        """Whether the line leads nowhere yet."""
        return self.link.target is None

    @property
    def label(self) -> str:
        """The branch's whole name, or ""."""
        return "" if self._label is None else str(self._label)

    def set_label(self, label: Message | None) -> None:
        """Give the line its branch's name."""
        self._label = label

    @property
    def name_width(self) -> float:
        """How wide the chip is with the whole name and the count; 0 without a name."""
        return 0.0 if self._label is None else self.width_of(self._chip_text())

    def width_of(self, text: str) -> float:
        """How wide a chip with this text is."""
        return self._stage.paints.small_metrics.horizontalAdvance(text) + 2 * CHIP_PADDING

    def set_line(self, line: LinkShape, first_place: bool = False) -> None:
        """Run along another line. It is in scene coordinates: the item stands at the origin."""
        self.prepareGeometryChange()
        self.setPos(0, 0)
        self.line, self.strokes = line, line.strokes
        self._stage.changed.links.add(self.link_id)
        self.goes_around = passes_columns(line.shape.start, line.shape.end)
        self.first_place = first_place
        self._path = line.path
        self._parts = line.parts(self._path)
        bounds = self._path.controlPointRect()
        if line.chip is not None:
            bounds = bounds.united(chip_rect(line.chip, line.chip_width))
        if first_place:
            bounds = bounds.united(place_rect(line))
        above = _SPREAD if self.open else _ABOVE  # open ends have no count above them
        self._bounds = bounds.adjusted(-_SPREAD, -above, _SPREAD, _SPREAD)
        self._chip = None

    def set_solid(self, solid: bool) -> None:
        if solid != self.solid:
            self.solid = solid
            self.update()

    def set_lit(self, lit: bool) -> None:
        """Light up: under the pointer, or as the target of a drag."""
        if lit != self.lit:
            self.lit = lit
            self.update()

    def set_untested(self, untested: bool) -> None:
        """In a rehearsal: nobody went down here. The line is dashed then, besides what stands at it."""
        if untested != self._untested:
            self._untested = untested
            self.update()

    def set_count(self, text: str, whole: str = "") -> bool:
        """What stands at the line while the campaign runs. True where the line must be laid anew.

        whole: what the tooltip says instead, where that is more.
        """
        self._whole = whole
        if text == self._count:
            return False
        self._count = text
        self.update()
        return self._label is not None

    def full_text(self) -> str:
        """The branch's whole name and its count, for the tooltip."""
        if self._untested and self.label:
            return f"{self.label} · {untested_text()}"
        if self._whole:
            return f"{self.label} · {self._whole}" if self.label else self._whole
        return self._chip_text() or self._count

    def distance(self, point: QPointF) -> float:
        """How far a point is from the line, in scene units."""
        return float("inf") if self.line is None else self.line.distance(point)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.line is None:
            return
        try:
            self._paint(painter, self.line)
        except Exception:  # noqa: BLE001 - what leaves paint comes again with every frame
            _LOG.exception("line %s cannot be drawn", self.link_id)
            self.line, self.goes_around = None, False

    def _paint(self, painter: QPainter, line: LinkShape) -> None:
        paints, stage = self._stage.paints, self._stage
        if stage.fades:
            painter.setOpacity(stage.opacity(self.link_id))
        lit = self.lit or (stage.targets is not None and self.link_id in stage.targets)
        self._paint_strokes(painter, lit)
        if self.first_place:
            self._paint_first_place(painter, line, lit)
        elif self.open:
            colour = paints.colours.accent if lit else paints.colours.line
            self._cover_line(painter, _square(line.end, paints.sizes.open_end))
            draw_ring(painter, paints, line.end, paints.sizes.open_end, colour)
        if line.chip is not None:
            self._paint_chip(painter, line.chip, line.chip_width)
        elif self._count and not self.open:
            self._paint_count(painter, line)

    def _paint_strokes(self, painter: QPainter, lit: bool) -> None:
        solid = self.solid and not self._untested
        if self.pen is not None or self._stage.vector:
            painter.setPen(self.pen or self._stage.paints.plain_stroke(solid))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self._path)
            return
        pen, down = self._stage.paints.stroke(self._stage.scale, solid, lit)
        painter.setPen(pen)
        # Two strokes side by side: offset across the direction in which the line runs.
        for path, direction in self._parts:
            across = -down * direction * _SLANT
            painter.translate(across, down)
            painter.drawPath(path)
            painter.translate(-2 * across, -2 * down)
            painter.drawPath(path)
            painter.translate(across, down)

    def _cover_line(self, painter: QPainter, mark: QRectF) -> None:
        """Keep the line from showing through a mark that stands on it, which fades like everything."""
        if (opacity := painter.opacity()) < 1:
            rounding = mark.height() / 2
            painter.setOpacity(1)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._stage.paints.colours.canvas)
            painter.drawRoundedRect(mark.adjusted(1, 1, -1, -1), rounding, rounding)
            painter.setOpacity(opacity)

    def _paint_chip(self, painter: QPainter, centre: QPointF, width: float) -> None:
        self._cover_line(painter, chip_rect(centre, width))
        corner, text, paints = chip_rect(centre, width).topLeft(), self.chip_text(width), self._stage.paints
        if self._stage.vector:
            painter.translate(corner)
            paints.draw_chip(painter, text, width)
            painter.translate(-corner)
        else:
            painter.drawPixmap(corner, paints.chip(text, width, self._stage.scale))

    def _paint_count(self, painter: QPainter, line: LinkShape) -> None:
        """Above the line; on it, and in front of it, where it rises or falls."""
        paints, at = self._stage.paints, line.handle
        if any(run.y == at.y() and run.left <= at.x() <= run.right for run in line.runs):
            at -= QPointF(0, _COUNT_ABOVE if self.pen is None else _COUNT_ABOVE_MARK)
        else:
            at += QPointF(0, _COUNT_ON)
        width = paints.small_metrics.horizontalAdvance(self._count)
        draw_ground(painter, paints, at, width)
        painter.setFont(paints.small_font)
        painter.setPen(paints.muted)
        painter.drawText(QPointF(at.x() - width / 2, at.y()), self._count)

    def chip_text(self, width: float) -> str:
        """What fits into the chip: the beginning of the name, and the whole share."""
        if self._chip is None:
            metrics, share = self._stage.paints.small_metrics, self._share()
            room = max(width - 2 * CHIP_PADDING - metrics.horizontalAdvance(share), 0.0) + 1
            self._chip = metrics.elidedText(self.label, Qt.TextElideMode.ElideRight, room) + share
        return self._chip

    def _chip_text(self) -> str:
        return self.label + self._share()

    def _share(self) -> str:
        """What the chip says behind the name while the campaign runs."""
        return f" · {self._count}" if self._count and self._label is not None else ""

    def _paint_first_place(self, painter: QPainter, line: LinkShape, lit: bool) -> None:
        """Where the trigger of an empty flow goes: a dashed card with a + and what to do."""
        paints = self._stage.paints
        rect = place_rect(line)
        colour = paints.colours.accent if lit else paints.colours.line
        vector, scale = self._stage.vector, self._stage.scale
        painter.setPen(paints.plain_stroke(False) if vector else paints.stroke(scale, False, lit)[0])
        painter.setBrush(paints.surface)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        draw_ring(painter, paints, place_plus(line, paints.sizes.card_tile), paints.sizes.ring, colour)
        painter.setFont(paints.name_font)
        painter.setPen(paints.text if lit else paints.muted)
        painter.drawText(QPointF(rect.left() + TEXT_LEFT, rect.center().y() + 5), tr("Add a trigger"))


def chip_rect(centre: QPointF, width: float) -> QRectF:
    return QRectF(centre.x() - width / 2, centre.y() - CHIP_HEIGHT / 2, width, CHIP_HEIGHT)


def _square(centre: QPointF, side: float) -> QRectF:
    return QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)


def place_rect(line: LinkShape) -> QRectF:
    """The marked place behind Start, in scene coordinates."""
    return CARD.translated(line.end.x(), line.end.y() - CARD.height() / 2)


def place_plus(line: LinkShape, tile: float) -> QPointF:
    """Where the + of the marked place stands: in the middle of what will be the card's tile."""
    rect = place_rect(line)
    return QPointF(rect.left() + TILE_LEFT + tile / 2, rect.center().y())
