"""Fatigue control, quiet times, duplicate addresses (components, section 9) and the control group: the
workspace's rules.

They are the workspace's own and not pinned: a plan is compiled anew when they change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta, tzinfo
from enum import IntFlag

from engine.shapes.time import at_wall_clock, clock, from_milliseconds, to_milliseconds
from engine.store.times import DAY, HOUR, MINUTE
from engine.workspace.settings import ControlGroup, Settings, holiday_dates


class Cuts(IntFlag):
    """Where places begin besides those where they must, so that what people do at one instant happens in the
    order of the graph. A version keeps what it was published with, for its people stand at numbered places.

    CROSSINGS: at marketing touches with several links in, where two people may come to one address.
    CONTACTS: at everything that fatigue control looks at.
    MAILED: no place; but what goes through a real account waits in the outbox of the sending loop, and its
    results come later.
    TRACKED: no place; but its entries count their tokens, for a later version asks who is still inside.
    FOLLOWS: no place; but there was a version before: its people may enter again, and had their cycles.
    """

    NONE = 0
    CROSSINGS = 1
    CONTACTS = 2
    MAILED = 4
    FOLLOWS = 8
    TRACKED = 16


PERIODS: Mapping[str, int] = {
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": 7 * DAY,
    "month": 30 * DAY,
}
"""Rolling windows in ms."""
LONGEST_WINDOW = max(PERIODS.values())
"""ms for which fatigue control may look back on a message."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max` messages in any `per` ms: of all channels (None), of one, or of one of its signatures."""

    per: int
    max: int
    channel: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Daily:
    """A quiet range of every day, [start, end) on the wall clock; over midnight where `end` is earlier."""

    start: time
    end: time
    postpone: bool


@dataclass(frozen=True, slots=True)
class Holiday:
    """A quiet period [start, end) in ms."""

    start: int
    end: int
    postpone: bool


Quiet = Daily | Holiday


@dataclass(frozen=True, slots=True)
class ContactRules:
    """What holds for marketing messages.

    daily: by channel. whitelist: id of the audience that is exempt from limits and quiet times. control: who
    is held back from every campaign.
    """

    limits: tuple[Limit, ...] = ()
    daily: Mapping[str, Daily] = field(default_factory=dict)
    holidays: tuple[Holiday, ...] = ()
    by_address: bool = False
    whitelist: str | None = None
    duplicates: bool = True
    control: ControlGroup | None = None

    @classmethod
    def of(cls, settings: Settings, zone: tzinfo) -> ContactRules:
        """The rules of a workspace."""
        limits = [Limit(PERIODS[limit.per], limit.max) for limit in settings.fatigue.all_channels]
        for channel, own in settings.fatigue.channels.items():
            limits += [Limit(PERIODS[limit.per], limit.max, channel, limit.signature) for limit in own]
        daily: dict[str, Daily] = {
            channel: Daily(clock(quiet.from_), clock(quiet.to), quiet.postpone)
            for channel, quiet in settings.quiet.channels.items()
        }
        holidays = [
            Holiday(
                to_milliseconds(at_wall_clock(first, time(), zone)),
                to_milliseconds(at_wall_clock(last + timedelta(days=1), time(), zone)),
                holiday.postpone,
            )
            for holiday in settings.quiet.holidays
            for first, last in [holiday_dates(holiday)]
        ]
        return cls(
            limits=tuple(limits),
            daily=daily,
            holidays=tuple(holidays),
            by_address=settings.count_by == "address",
            whitelist=settings.whitelist,
            duplicates=settings.duplicate_address,
            control=settings.control_group,
        )

    def quiet(self, channel: str) -> tuple[Quiet, ...]:
        """The quiet times of a channel."""
        own = self.daily.get(channel)
        daily = () if own is None or own.start == own.end else (own,)
        return (*daily, *self.holidays)

    def may_postpone(self, channel: str) -> bool:
        """Whether a message of the channel may have to wait."""
        return any(quiet.postpone for quiet in self.quiet(channel))

    def quiet_since(self, channel: str, now: int, zone: tzinfo) -> int | None:
        """When the quiet time of a channel began that `now` (ms) lies in: of several the last; or None."""
        begun = [_since(quiet, now, zone) for quiet in self.quiet(channel)]
        return max((moment for moment in begun if moment is not None), default=None)

    def limits_of(self, channel: str, signature: str | None) -> tuple[Limit, ...]:
        """The limits that a message has to keep to."""
        return tuple(
            limit
            for limit in self.limits
            if limit.channel is None or (limit.channel == channel and limit.signature in (None, signature))
        )

    def limits_on(self, channel: str) -> tuple[Limit, ...]:
        """The limits that exhaust a channel."""
        return tuple(limit for limit in self.limits if limit.channel in (None, channel))


def _since(quiet: Quiet, now: int, zone: tzinfo) -> int | None:
    """When a quiet period began that `now` lies in, or None."""
    if isinstance(quiet, Holiday):
        return quiet.start if quiet.start <= now < quiet.end else None
    today = from_milliseconds(now).astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        start = to_milliseconds(at_wall_clock(day, quiet.start, zone))
        over = quiet.end <= quiet.start
        end = to_milliseconds(at_wall_clock(day + timedelta(days=over), quiet.end, zone))
        if start <= now < end:
            return start
    return None
