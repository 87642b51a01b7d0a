"""What all parts of a report are painted with: texts and shapes in the look's fonts and colours."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from canvas_widgets.look import Look
from engine.server.reported.numbers import Ask


@dataclass(frozen=True, slots=True)
class Spot:
    """A number that can be clicked: where it stands, what it says, and who is asked for."""

    area: QRectF
    words: str
    ask: Ask


@dataclass(slots=True)
class Ink:
    """A painter in a look. spots: the numbers that were painted so far."""

    painter: QPainter
    look: Look
    spots: list[Spot] = field(default_factory=list)

    def colour(self, name: str, alpha: float = 1.0) -> QColor:
        found = QColor(self.look.colours.named(name))
        found.setAlphaF(alpha)
        return found

    def width(self, text: str, role: str) -> float:
        return QFontMetricsF(self.look.font(role)).horizontalAdvance(text)

    def text(
        self,
        area: QRectF,
        text: str,
        role: str = "control",
        colour: str = "text",
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        """One line, cut with … where it does not fit."""
        font = self.look.font(role)
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width() + 1)
        self.painter.setFont(font)
        self.painter.setPen(self.colour(colour))
        self.painter.drawText(area, int(align | Qt.AlignmentFlag.AlignVCenter), shown)

    def number(
        self,
        area: QRectF,
        text: str,
        ask: Ask | None,
        words: str = "",
        role: str = "control",
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignRight,
    ) -> None:
        """A number; with people behind it, it can be clicked."""
        self.text(area, text, role, "accent" if ask else "text", align)
        if ask:
            self.spots.append(Spot(area, words or text, ask))

    def box(self, area: QRectF, colour: str, radius: float = 3, alpha: float = 1.0) -> None:
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.colour(colour, alpha))
        self.painter.drawRoundedRect(area, radius, radius)

    def frame(self, area: QRectF) -> None:
        """A card that holds a part of the report."""
        radius = self.look.sizes.card_radius
        self.painter.setPen(QPen(self.colour("border"), self.look.strokes.border))
        self.painter.setBrush(self.colour("card"))
        self.painter.drawRoundedRect(area, radius, radius)

    def line(self, start: QPointF, end: QPointF, colour: str = "border", width: float = 1) -> None:
        self.painter.setPen(QPen(self.colour(colour), width))
        self.painter.drawLine(start, end)

    def shape(self, path: QPainterPath, colour: str, alpha: float = 1.0) -> None:
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.fillPath(path, self.colour(colour, alpha))
