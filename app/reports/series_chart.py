"""Entries, messages and goals as time goes by: bars for each hour or day from the first to the last."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, Qt

from app.reports.ink import Ink
from engine.i18n import tr
from engine.server.wire.reporting import ReportSeries

_AXIS, _FOOT, _LEGEND = 56.0, 22.0, 22.0
_MOST_BARS = 400
"""More steps than this share bars."""


class SeriesChart:
    """See `engine.report.series`; times in the workspace's zone."""

    def __init__(self, series: ReportSeries, zone: ZoneInfo, *, with_goal: bool = False) -> None:
        self.title = tr("By the hour") if series.step == "hour" else tr("By the day")
        self._zone, self._hourly = zone, series.step == "hour"
        moments = [datetime.fromisoformat(moment).astimezone(zone) for moment in series.moments]
        self._bars = [(tr("Entered"), "accent"), (tr("Messages planned"), "touch")]
        lists = [series.entries, _sums(series)]
        if with_goal:
            self._bars.append((tr("Goal reached"), "control"))
            lists.append(series.converted)
        self._steps = list(self._spread(moments, list(zip(*lists, strict=True))))

    def height(self, width: float) -> float:
        return 220.0

    def paint(self, ink: Ink, area: QRectF) -> None:
        left = area.left() + _AXIS
        for name, colour in self._bars:
            ink.box(QRectF(left, area.top() + 5, 10, 10), colour, 2)
            ink.text(QRectF(left + 16, area.top(), 160, 20), name, "small", "muted")
            left += ink.width(name, "small") + 48
        plot = QRectF(area)
        plot.adjust(_AXIS, _LEGEND + 6, 0, -_FOOT)
        most = _round_up(max((max(values) for _, values in self._steps), default=0))
        for part in range(5):
            y = plot.bottom() - plot.height() * part / 4
            ink.line(QPointF(plot.left(), y), QPointF(plot.right(), y), "dots")
            place = QRectF(area.left(), y - 8, _AXIS - 8, 16)
            ink.text(place, f"{most * part // 4:,}", "small", "faint", Qt.AlignmentFlag.AlignRight)
        self._paint_bars(ink, plot, most)
        self._paint_times(ink, plot)

    def _paint_bars(self, ink: Ink, plot: QRectF, most: int) -> None:
        wide = plot.width() / max(1, len(self._steps))
        bar = max(0.6, min(18.0, wide * 0.8 / len(self._bars)))
        for n, (_, values) in enumerate(self._steps):
            first = plot.left() + (n + 0.5) * wide - bar * len(self._bars) / 2
            for side, (value, (_, colour)) in enumerate(zip(values, self._bars, strict=True)):
                if value:
                    height = max(1.0, plot.height() * value / most)
                    left = first + side * bar
                    ink.box(QRectF(left, plot.bottom() - height, bar, height), colour, min(2.0, bar / 3))

    def _paint_times(self, ink: Ink, plot: QRectF) -> None:
        form = "%m-%d %H:%M" if self._hourly else "%Y-%m-%d"
        wide = plot.width() / max(1, len(self._steps))
        apart = max(1, math.ceil(104 / wide))
        for n in range(0, len(self._steps), apart):
            place = QRectF(plot.left() + (n + 0.5) * wide - 44, plot.bottom() + 4, 88, 16)
            if place.right() > plot.right() + 16:
                break
            text = self._steps[n][0].strftime(form)
            ink.text(place, text, "small", "faint", Qt.AlignmentFlag.AlignHCenter)

    def _spread(
        self, moments: Sequence[datetime], values: Sequence[tuple[int, ...]]
    ) -> Iterator[tuple[datetime, list[int]]]:
        """Every step from the first to the last, also where nothing happened; several together where they
        are many."""
        if not moments:
            return
        step = timedelta(hours=1) if self._hourly else timedelta(days=1)
        first = moments[0]
        places = [round((moment - first) / step) for moment in moments]
        together = -(-(places[-1] + 1) // _MOST_BARS)
        sums = [[0] * len(self._bars) for _ in range(places[-1] // together + 1)]
        for place, numbers in zip(places, values, strict=True):
            mine = sums[place // together]
            mine[:] = [known + n for known, n in zip(mine, numbers, strict=True)]
        for n, bars in enumerate(sums):
            yield first + n * together * step, bars


def _sums(series: ReportSeries) -> list[int]:
    """Messages of all components and states, step by step."""
    lists = [values for states in series.messages.values() for values in states.values()]
    return [sum(one) for one in zip(*lists, strict=True)] if lists else [0] * len(series.moments)


def _round_up(most: int) -> int:
    """The next number that four parts of an axis can be written at."""
    size = 4
    while size < most:
        for factor in (2, 2.5, 2):
            size = round(size * factor)
            if size >= most:
                break
    return size
