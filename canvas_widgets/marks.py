"""The marks of copy mode: "Click to paste" wherever what was copied may go."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextOption
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from canvas_widgets.geometry import CARD
from canvas_widgets.link import LinkItem, place_rect
from canvas_widgets.paints import Paints
from canvas_widgets.stage import Stage
from engine.i18n import tr

_Z = 12.0
_PADDING = 10.0
_HEIGHT = 28.0
_ON_LINE = QRectF(-29, -18, 58, 36)  # between two cards of a row: the words stand one above the other
_RADIUS = 8.0


class MarkItem(QGraphicsItem):
    """One mark on a line or at its open end. Never smaller than at 100 %.

    Attributes: `link_id`; `chosen` (Enter pastes here); `hot` (the pointer is on it).
    """

    def __init__(self, stage: Stage, link: LinkItem) -> None:
        super().__init__()
        self._stage = stage
        self.link_id = link.link_id
        self.chosen = self.hot = False
        self._on_line = not link.open
        self._text = tr("Click to paste")
        line = link.line
        assert line is not None
        self.setPos(place_rect(line).center() if link.first_place else line.handle)
        self._rect = self._measured(stage.paints, link.first_place)
        self.setZValue(_Z)

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-3, -3, 3, 3)

    @property
    def centre(self) -> QPointF:
        """In scene coordinates."""
        return self.mapToScene(self._rect.center())

    def holds(self, point: QPointF) -> bool:
        """Whether a point in scene coordinates is on the mark."""
        return self._rect.contains(self.mapFromScene(point))

    def set_zoom(self, zoom: float) -> None:
        self.setScale(max(1.0, 1.0 / zoom))

    def show_state(self, *, chosen: bool, hot: bool) -> None:
        if (chosen, hot) != (self.chosen, self.hot):
            self.chosen, self.hot = chosen, hot
            self.setZValue(_Z + chosen + hot)
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        paints = self._stage.paints
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        full = self.chosen or self.hot
        painter.setPen(QPen(paints.colours.accent, 1.5))
        painter.setBrush(paints.colours.accent if full else paints.colours.card)
        painter.drawRoundedRect(self._rect.adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS, _RADIUS)
        if self.chosen:  # as a focus is shown elsewhere: a second ring, not the colour alone
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._rect.adjusted(-2, -2, 2, 2), _RADIUS + 2, _RADIUS + 2)
        painter.setFont(paints.mark_font)
        painter.setPen(paints.colours.on_accent if full else paints.colours.accent)
        painter.drawText(self._rect, self._text, _CENTRED)

    def _measured(self, paints: Paints, first_place: bool) -> QRectF:
        width = paints.mark_metrics.horizontalAdvance(self._text) + 2 * _PADDING
        if first_place:
            return QRectF(-CARD.width() / 2, -CARD.height() / 2, CARD.width(), CARD.height())
        if self._on_line and width > _ON_LINE.width():
            return _ON_LINE
        left = -width / 2 if self._on_line else -_HEIGHT / 2
        return QRectF(left, -_HEIGHT / 2, width, _HEIGHT)


_CENTRED = QTextOption(Qt.AlignmentFlag.AlignCenter)
_CENTRED.setWrapMode(QTextOption.WrapMode.WordWrap)
