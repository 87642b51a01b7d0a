"""The sizes that an audience has had, as a small chart; the same in words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from canvas_widgets.look import Look
from engine.i18n import ntr, tr

HEIGHT_IN_GRID = 14


class SizeChart(QWidget):
    """A step from size to size over the time of the updates; dots where there is room for them."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._points: list[tuple[datetime, int]] = []
        self._zone = ZoneInfo("UTC")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)
        self.hide()

    def show_sizes(self, points: Sequence[tuple[datetime, int]], zone: ZoneInfo) -> None:
        """Show these, the earliest first."""
        self._points, self._zone = list(points), zone
        self.setAccessibleName(self.words())
        self.setVisible(len(self._points) > 1)
        self.update()

    def words(self) -> str:
        """The chart as a sentence or two."""
        if not self._points:
            return tr("No update yet.")
        sizes = [size for _, size in self._points]
        updates = ntr("{n:,} update", "{n:,} updates", len(sizes))
        if len(sizes) == 1:
            return tr("{updates}: {size:,} people.", updates=updates, size=sizes[0])
        if min(sizes) == max(sizes):
            return tr("{updates}, always {size:,} people.", updates=updates, size=sizes[0])
        return tr(
            "{updates} since {day}: {least:,} to {most:,} people, now {size:,}.",
            updates=updates,
            day=self._points[0][0].astimezone(self._zone).strftime("%Y-%m-%d"),
            least=min(sizes),
            most=max(sizes),
            size=sizes[-1],
        )

    def sizeHint(self) -> QSize:
        return QSize(24 * self._look.sizes.grid, HEIGHT_IN_GRID * self._look.sizes.grid)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if len(self._points) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, grid = self._look.colours, self._look.sizes.grid
        painter.setFont(self._look.font("summary"))
        lettering = painter.fontMetrics()
        edge = grid / 2
        above, below = lettering.height() + edge, lettering.height() + edge
        area = QRectF(self.rect()).adjusted(edge, above, -edge, -below)
        most = max(size for _, size in self._points)
        line = self._line(area, max(most, 1))
        painter.setPen(QPen(colours.border, 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        self._paint_line(painter, line, area)
        painter.setPen(colours.muted)
        top = QRectF(0, 0, self.width(), lettering.height())
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, f"{most:,}")
        foot = QRectF(0, self.height() - lettering.height(), self.width(), lettering.height())
        days = [self._points[at][0].astimezone(self._zone).strftime("%Y-%m-%d") for at in (0, -1)]
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, days[0])
        if days[0] != days[1]:
            painter.drawText(foot, Qt.AlignmentFlag.AlignRight, days[1])

    def _line(self, area: QRectF, most: int) -> list[QPointF]:
        first, last = (self._points[at][0].timestamp() for at in (0, -1))
        span = max(last - first, 1.0)
        return [
            QPointF(
                area.left() + area.width() * (at.timestamp() - first) / span,
                area.bottom() - area.height() * size / most,
            )
            for at, size in self._points
        ]

    def _paint_line(self, painter: QPainter, line: Sequence[QPointF], area: QRectF) -> None:
        colours = self._look.colours
        steps = QPolygonF()
        for before, after in pairwise(line):
            steps.append(before)
            steps.append(QPointF(after.x(), before.y()))
        steps.append(line[-1])
        ground = QPolygonF(steps)
        ground.prepend(QPointF(line[0].x(), area.bottom()))
        ground.append(QPointF(line[-1].x(), area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.accent_soft)
        painter.drawPolygon(ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours.accent, 2))
        painter.drawPolyline(steps)
        if len(line) <= area.width() / 16:
            painter.setBrush(colours.surface)
            for point in line:
                painter.drawEllipse(point, 3, 3)
