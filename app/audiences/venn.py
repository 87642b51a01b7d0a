"""Two audiences as two circles that overlap as far as their people do; the numbers stand beside it, too."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from canvas_widgets.look import Look

HEIGHT_IN_GRID = 16


class Venn(QWidget):
    """The areas of circles and overlap are in proportion to the people."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._sizes = (0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()
        look.changed.connect(self.update)

    def show_overlap(self, first: int, second: int, both: int, words: str) -> None:
        """Show two audiences; `words` say the same for those who do not see it."""
        self._sizes = (first, second, both)
        self.setAccessibleName(words)
        self.setVisible(bool(first or second))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(30 * self._look.sizes.grid, HEIGHT_IN_GRID * self._look.sizes.grid)

    def paintEvent(self, _event: QPaintEvent) -> None:
        first, second, both = self._sizes
        largest = max(first, second, 1)
        most = min(self.height() / 2 - 2, self.width() / 4 - 2)
        radii = (most * math.sqrt(first / largest), most * math.sqrt(second / largest))
        apart = distance(radii[0], radii[1], both * math.pi * most * most / largest)
        width = max(radii[0], apart + radii[1]) + max(radii[0], radii[1] - apart)
        left = (self.width() - width) / 2 + max(radii[0], radii[1] - apart)
        centres = QPointF(left, self.height() / 2), QPointF(left + apart, self.height() / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._look.colours
        shapes = []
        for centre, radius, colour in zip(centres, radii, (colours.accent, colours.ok), strict=True):
            shape = QPainterPath()
            shape.addEllipse(centre, radius, radius)
            shapes.append(shape)
            ground = QColor(colour)
            ground.setAlphaF(0.12)
            painter.fillPath(shape, ground)
        shared = QColor(colours.accent)
        shared.setAlphaF(0.28)
        painter.fillPath(shapes[0].intersected(shapes[1]), shared)
        for shape, colour in zip(shapes, (colours.accent, colours.ok), strict=True):
            painter.strokePath(shape, QPen(colour, 2))


def distance(first: float, second: float, shared: float) -> float:
    """How far apart the middles of two circles are whose overlap has an area; both inside where it is all."""
    low, high = abs(first - second), first + second
    if shared <= 0:
        return high
    for _ in range(40):
        middle = (low + high) / 2
        if _lens(first, second, middle) > shared:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _lens(first: float, second: float, apart: float) -> float:
    """The area that two circles share."""
    if apart >= first + second or not first or not second:
        return 0.0
    if apart <= abs(first - second):
        return math.pi * min(first, second) ** 2
    a, b, d = first, second, apart
    angle_a = math.acos(max(-1.0, min(1.0, (d * d + a * a - b * b) / (2 * d * a))))
    angle_b = math.acos(max(-1.0, min(1.0, (d * d + b * b - a * a) / (2 * d * b))))
    root = math.sqrt(max(0.0, (-d + a + b) * (d + a - b) * (d - a + b) * (d + a + b)))
    return a * a * angle_a + b * b * angle_b - root / 2
