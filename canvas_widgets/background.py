"""The canvas behind everything: a ground with dots that fade out from far away."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap, QTransform

from canvas_widgets.items.paints import Paints

_FADE_FROM = 0.6  # the zoom under which the dots begin to fade
_FADE_TO = 0.4  # and where they are gone
_DOT_RADIUS = 0.9
_TILES = 8  # dots to a side of the texture: fewer, larger tiles fill faster


class Background:
    """Paints the ground. Keeps the dots' texture for the last zoom and colours."""

    def __init__(self) -> None:
        self._key: tuple[float, str] | None = None
        self._brush = QBrush()

    def paint(self, painter: QPainter, rect: QRectF, paints: Paints) -> None:
        """Fill a rectangle in scene coordinates."""
        scale = painter.deviceTransform().m11()
        beyond = 1 / scale  # where a screen scales by a fraction, what is exposed ends between two pixels
        rect = rect.adjusted(-beyond, -beyond, beyond, beyond)
        if scale <= _FADE_TO:
            painter.fillRect(rect, paints.colours.canvas)
            return
        key = (scale, paints.colours.canvas.name())
        if key != self._key:
            self._brush = _texture(scale, paints)
            self._key = key
        painter.fillRect(rect, self._brush)


def _texture(scale: float, paints: Paints) -> QBrush:
    pitch = paints.sizes.dots
    side = round(pitch * scale) * _TILES
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(paints.colours.canvas)
    dot = QColor(paints.colours.dots)
    dot.setAlphaF(min(1.0, (scale - _FADE_TO) / (_FADE_FROM - _FADE_TO)))
    step, radius = side / _TILES, max(_DOT_RADIUS * scale, 0.8)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dot)
        for row in range(_TILES):
            for column in range(_TILES):
                x, y = (column + 0.5) * step, (row + 0.5) * step
                painter.drawEllipse(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))
    brush = QBrush(pixmap)
    to_scene = pitch * _TILES / side  # exactly 1 at 100 %, where filling needs no resampling
    brush.setTransform(QTransform.fromScale(to_scene, to_scene))
    return brush
