"""The *now* that relative conditions are judged at: one moment for all rows, or each row's own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, literal

from engine.shapes.time import Duration, to_milliseconds

Ms = ColumnElement[int]
"""Milliseconds since 1970 UTC."""


class Moment(Protocol):
    """A now, and the moments a duration before and after it, in the workspace's time zone."""

    @property
    def now(self) -> Ms: ...

    def before(self, duration: Duration) -> Ms: ...

    def after(self, duration: Duration) -> Ms: ...


class FixedMoment:
    """The same now for every row: an audience's update."""

    def __init__(self, moment: datetime, zone: ZoneInfo) -> None:
        self.moment = moment
        self.zone = zone

    @property
    def now(self) -> Ms:
        return _literal(self.moment)

    def before(self, duration: Duration) -> Ms:
        return _literal(duration.before(self.moment, self.zone))

    def after(self, duration: Duration) -> Ms:
        return _literal(duration.plus(self.moment, self.zone))


class Clock(Protocol):
    """Wall-clock arithmetic in SQL (`engine.store.times.WallClock`)."""

    def plus(self, moment: Ms, duration: Duration) -> Ms: ...


class ColumnMoment:
    """Each row's own now: a column, such as a wave's due time or an event's time."""

    def __init__(self, now: Ms, clock: Clock) -> None:
        self._now = now
        self._clock = clock

    @property
    def now(self) -> Ms:
        return self._now

    def before(self, duration: Duration) -> Ms:
        # A step back: no file can hold a negative amount, the arithmetic takes one.
        back = Duration.model_construct(amount=-duration.amount, unit=duration.unit)
        return self._clock.plus(self._now, back)

    def after(self, duration: Duration) -> Ms:
        return self._clock.plus(self._now, duration)


def _literal(moment: datetime) -> Ms:
    return literal(to_milliseconds(moment), BigInteger())
