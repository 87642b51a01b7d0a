"""When people would enter a campaign that is published, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from app.publishing.known import Published
from app.widgets import moments
from engine.campaign.model import Attributes
from engine.components.behaviour import EnterAudiences, EnterOnEvent
from engine.i18n import ntr, tr
from engine.shapes import schedule
from engine.shapes.time import instant


class Times:
    """Says it of one draft, as of now."""

    def __init__(
        self,
        attributes: Attributes,
        trigger: EnterAudiences | EnterOnEvent | None,
        now: datetime,
        zone: ZoneInfo,
    ) -> None:
        self._trigger = trigger
        self._now = now
        self._zone = zone
        self._start = None if attributes.start is None else instant(attributes.start)
        self._end = None if attributes.end is None else instant(attributes.end)

    def lines(self, published: Published | None) -> Iterator[str]:
        """When people enter, line by line."""
        trigger, start, end = self._trigger, self._start, self._end
        opens = self._now if start is None else max(start, self._now)
        if published is not None and published.status == "stopped":
            yield tr("The campaign is stopped: nobody enters until it is restarted.")
        if end is not None and end <= opens:
            yield tr("Its end, {time}, is past: nobody enters.", time=self._time(end))
            return
        if isinstance(trigger, EnterOnEvent):
            yield (
                tr("At each such event from now on")
                if opens <= self._now
                else tr("At each such event from {time} on", time=self._time(opens))
            )
        elif isinstance(trigger, EnterAudiences):
            yield from self._runs(trigger, published, opens, end)
        if end is not None:
            yield tr("Until {time}", time=self._time(end))

    def _runs(
        self, trigger: EnterAudiences, published: Published | None, opens: datetime, end: datetime | None
    ) -> Iterator[str]:
        if trigger.every is not None:
            yield from self._cycles(trigger, published, opens, end)
        elif (entered := self._entered(trigger, published)) is not None:
            yield tr("Its people entered on {time}; nobody enters once more.", time=self._time(entered))
        elif trigger.at is None:
            at_once = opens <= self._now
            yield tr("At once") if at_once else tr("Once, on {time}", time=self._time(opens))
        elif trigger.at < opens:
            yield tr("{time} will be past by then: nobody enters.", time=self._time(trigger.at))
        elif end is not None and trigger.at >= end:
            yield tr("{time} is after the end: nobody enters.", time=self._time(trigger.at))
        else:
            yield tr("Once, on {time}", time=self._time(trigger.at))

    def _entered(self, trigger: EnterAudiences, published: Published | None) -> datetime | None:
        """When people entered, where they do not enter later than that."""
        if published is None or published.entered is None:
            return None
        entered = instant(published.entered)
        return None if trigger.at is not None and trigger.at > entered else entered

    def _cycles(
        self, trigger: EnterAudiences, published: Published | None, opens: datetime, end: datetime | None
    ) -> Iterator[str]:
        assert trigger.every is not None
        yield str(schedule.words(trigger.every))
        so_far = 0 if published is None else published.runs
        left = 2 if trigger.max_cycles is None else max(trigger.max_cycles - so_far, 0)
        following = self._next_runs(trigger.every, published, opens, end)[:left]
        if len(following) == 2:
            first, second = following
            start = moments.shown(first, self._zone)
            yield tr("Next: {first}, then {second}", first=start, second=self._time(second))
        elif following:
            yield tr("Once more: {time}", time=self._time(following[0]))
        else:
            yield tr("Nobody enters any more.")
        if trigger.max_cycles is not None:
            yield ntr("At most {n:,} run", "At most {n:,} runs", trigger.max_cycles)
        if not trigger.repeat_unchanged:
            yield tr("A run is skipped unless every audience has been updated since the run before.")

    def _next_runs(
        self, every: schedule.Every, published: Published | None, opens: datetime, end: datetime | None
    ) -> list[datetime]:
        """The next two; the grid begins at the campaign's start, or when its schedule was first published."""
        known = published if published is not None and not published.rescheduled else None
        grid = self._now if known is None else instant(known.since)
        before = opens - timedelta(milliseconds=1)
        runs = schedule.runs(every, self._start or grid, self._zone, before)
        return [run for run in islice(runs, 2) if end is None or run < end]

    def _time(self, moment: datetime) -> str:
        return moments.told(moment, self._zone)
