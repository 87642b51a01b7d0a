"""Entries, messages and goals as time goes by: bars for each hour or day from the first to the last."""

from __future__ import annotations

import math
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, Qt

from app.reports.ink import Ink
from engine.server.reported.series import PARTS, Bars
from engine.server.wire.reporting import ReportSeries

_AXIS, _FOOT, _LEGEND = 56.0, 22.0, 22.0


class SeriesChart:
    """See `engine.server.reported.series`."""

    def __init__(self, series: ReportSeries, zone: ZoneInfo, *, with_goal: bool = False) -> None:
        self._bars = Bars(series, zone, with_goal=with_goal)
        self.title = self._bars.title

    def height(self, width: float) -> float:
        return 220.0

    def paint(self, ink: Ink, area: QRectF) -> None:
        left = area.left() + _AXIS
        for name, colour in self._bars.told:
            ink.box(QRectF(left, area.top() + 5, 10, 10), colour, 2)
            ink.text(QRectF(left + 16, area.top(), 160, 20), name, "small", "muted")
            left += ink.width(name, "small") + 48
        plot = QRectF(area)
        plot.adjust(_AXIS, _LEGEND + 6, 0, -_FOOT)
        for part in range(PARTS + 1):
            y = plot.bottom() - plot.height() * part / PARTS
            ink.line(QPointF(plot.left(), y), QPointF(plot.right(), y), "dots")
            place = QRectF(area.left(), y - 8, _AXIS - 8, 16)
            words = f"{self._bars.top * part // PARTS:,}"
            ink.text(place, words, "small", "faint", Qt.AlignmentFlag.AlignRight)
        self._paint_bars(ink, plot)
        self._paint_times(ink, plot)

    def _paint_bars(self, ink: Ink, plot: QRectF) -> None:
        steps, told = self._bars.steps, self._bars.told
        wide = plot.width() / max(1, len(steps))
        bar = max(0.6, min(18.0, wide * 0.8 / len(told)))
        for n, (_, values) in enumerate(steps):
            first = plot.left() + (n + 0.5) * wide - bar * len(told) / 2
            for side, (value, (_, colour)) in enumerate(zip(values, told, strict=True)):
                if value:
                    height = max(1.0, plot.height() * value / self._bars.top)
                    left = first + side * bar
                    ink.box(QRectF(left, plot.bottom() - height, bar, height), colour, min(2.0, bar / 3))

    def _paint_times(self, ink: Ink, plot: QRectF) -> None:
        steps = self._bars.steps
        wide = plot.width() / max(1, len(steps))
        apart = max(1, math.ceil(104 / wide))
        for n in range(0, len(steps), apart):
            place = QRectF(plot.left() + (n + 0.5) * wide - 44, plot.bottom() + 4, 88, 16)
            if place.right() > plot.right() + 16:
                break
            words = self._bars.time_words(steps[n][0])
            ink.text(place, words, "small", "faint", Qt.AlignmentFlag.AlignHCenter)
