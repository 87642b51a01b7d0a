"""Entries, messages and goals as time goes by, as bars: one an hour or day from the first to the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.i18n import tr
from engine.server.wire.reporting import ReportSeries

MOST_STEPS = 400
"""More steps than this share bars."""
PARTS = 4
"""So many parts the axis has."""


class Told(NamedTuple):
    """One thing that is told: its name, and the colour of its bars."""

    name: str
    colour: str


class Bars:
    """See `engine.report.series`; times in the workspace's zone.

    Attributes: title; told (what, in order); steps (when each begins, and a number for each that is told);
    top (where the axis ends).
    """

    def __init__(self, series: ReportSeries, zone: ZoneInfo, *, with_goal: bool = False) -> None:
        self.title = tr("By the hour") if series.step == "hour" else tr("By the day")
        self._hourly = series.step == "hour"
        moments = [datetime.fromisoformat(moment).astimezone(zone) for moment in series.moments]
        self.told = [Told(tr("Entered"), "accent"), Told(tr("Messages planned"), "touch")]
        lists = [series.entries, _sums(series)]
        if with_goal:
            self.told.append(Told(tr("Goal reached"), "control"))
            lists.append(series.converted)
        self.steps = list(self._spread(moments, list(zip(*lists, strict=True))))
        self.top = _round_up(max((max(values) for _, values in self.steps), default=0))

    def time_words(self, moment: datetime) -> str:
        """When a step begins."""
        return moment.strftime("%m-%d %H:%M" if self._hourly else "%Y-%m-%d")

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
        together = -(-(places[-1] + 1) // MOST_STEPS)
        sums = [[0] * len(self.told) for _ in range(places[-1] // together + 1)]
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
    """The next number that the parts of an axis can be written at."""
    size = PARTS
    while size < most:
        for factor in (2, 2.5, 2):
            size = round(size * factor)
            if size >= most:
                break
    return size
