"""Which campaigns let people in on which days: drafts and what runs, cycles to come, overlaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from engine.campaign.model import Attributes, Node
from engine.components.base import RefKind
from engine.components.target_audience import TargetAudienceConfig
from engine.shapes.schedule import runs
from engine.shapes.time import at_wall_clock, instant
from engine.workspace.workspace import Workspace

MOST_MOMENTS = 2_000
"""Moments of one campaign in one view: an hourly one has 744 a month."""

State = Literal["draft", "not_started", "in_progress"]


class Published(NamedTuple):
    """What the engine says of a campaign: its state, when people of its audiences enter next, and when it was
    first published."""

    state: str
    next_run: datetime | None = None
    published_at: datetime | None = None


@dataclass(frozen=True)
class Planned:
    """A campaign in a stretch of the calendar.

    Attributes:
        first, last: the days on which it is open for people; `last` None: without end.
        moments: when people enter, by day; empty for campaigns that start with an event.
        times: how many of them fall on each day.
        by_event: whether events let people in.
        audiences: ids of the audiences whose members enter.
        overlaps: by day, the names of other campaigns that take in one of its audiences on that day.
        movable: whether it has a date and nobody has entered yet.
    """

    id: str
    name: str
    state: State
    first: date
    last: date | None
    moments: Mapping[date, tuple[datetime, ...]]
    by_event: bool
    audiences: tuple[str, ...]
    overlaps: Mapping[date, tuple[str, ...]]
    movable: bool

    def on(self, day: date) -> bool:
        """Whether something of it is on that day."""
        return day in self.moments or (self.first <= day and (self.last is None or day <= self.last))


def planned(
    workspace: Workspace,
    first: date,
    last: date,
    published: Mapping[str, Published],
    now: datetime,
) -> list[Planned]:
    """The campaigns of the days from `first` to `last`, both included, in order of their first day and name.

    A draft counts where it has a date; what is stopped or finished does not count.
    """
    zone = ZoneInfo(workspace.settings.time_zone)
    stretch = _Stretch(first, last, zone)
    found: list[Planned] = []
    for entry in workspace.campaigns():
        if entry.attributes is None:
            continue
        run = published.get(entry.attributes.id)
        state = "draft" if run is None else run.state
        if state not in ("draft", "not_started", "in_progress"):
            continue
        one = _planned(entry.attributes, entry.trigger, state, run, stretch, now)
        if one is not None:
            found.append(one)
    found.sort(key=lambda one: (one.first, one.name.casefold()))
    return _with_overlaps(found)


class _Stretch(NamedTuple):
    first: date
    last: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        return at_wall_clock(self.first, time(0), self.zone)

    @property
    def ends(self) -> datetime:
        """Exclusive."""
        return at_wall_clock(self.last + timedelta(days=1), time(0), self.zone)

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def _planned(
    attributes: Attributes,
    trigger: Node | None,
    state: str,
    run: Published | None,
    stretch: _Stretch,
    now: datetime,
) -> Planned | None:
    parsed = trigger.parsed.config if trigger is not None else None
    config = parsed if isinstance(parsed, TargetAudienceConfig) else None  # None: not configured yet
    start = instant(attributes.start) if attributes.start else None
    begun = start or (run.published_at if run is not None else None)
    end = instant(attributes.end) if attributes.end else None
    fixed = instant(config.at) if config is not None and config.mode == "once" and config.at else None
    runs_already = run is not None and run.state == "in_progress"
    if run is None and (start or fixed or end) is None:
        return None
    # The grid of a campaign without a start is anchored at publishing; its next run stands on it.
    since = (run.next_run if run is not None else None) or begun or now
    entered = runs_already and config is not None and config.mode != "recurring"
    moments = {} if entered and begun is None else _moments(config, begun or since, end, stretch)
    by_event = trigger is not None and trigger.kind == "behavior_event"
    unknown = min(stretch.begins, now) if runs_already else since
    opens = min(filter(None, (start, fixed)), default=begun or unknown)
    until = max(opens, now) if entered and end is None else end
    span = _span(opens, until, moments, by_event, config, stretch)
    if span is None:
        return None
    return Planned(
        id=attributes.id,
        name=attributes.name,
        state=state,  # type: ignore[arg-type]  # one of the three, as the caller has seen to
        first=span[0],
        last=span[1],
        moments=moments,
        by_event=by_event,
        audiences=config.audiences if config is not None else (),
        overlaps={},
        movable=state != "in_progress" and (attributes.start or attributes.end or fixed) is not None,
    )


def _moments(
    config: TargetAudienceConfig | None,
    since: datetime,
    end: datetime | None,
    stretch: _Stretch,
) -> dict[date, tuple[datetime, ...]]:
    if config is None:
        return {}
    by_day: dict[date, list[datetime]] = {}
    for moment in _entering(config, since, stretch):
        if moment >= stretch.ends or (end is not None and moment >= end):
            break
        if moment >= stretch.begins:
            by_day.setdefault(stretch.day(moment), []).append(moment)
    return {day: tuple(moments) for day, moments in by_day.items()}


def _entering(config: TargetAudienceConfig, since: datetime, stretch: _Stretch) -> Iterator[datetime]:
    if config.mode == "now":
        yield since
    elif config.mode == "once":
        if config.at is not None:
            yield instant(config.at)
    elif config.every is not None:
        if config.max_cycles is not None:
            yield from islice(runs(config.every, since, stretch.zone), min(config.max_cycles, 100_000))
        else:
            behind = stretch.begins - timedelta(microseconds=1)
            yield from islice(runs(config.every, since, stretch.zone, behind), MOST_MOMENTS)


def _span(
    opens: datetime,
    end: datetime | None,
    moments: Mapping[date, tuple[datetime, ...]],
    by_event: bool,
    config: TargetAudienceConfig | None,
    stretch: _Stretch,
) -> tuple[date, date | None] | None:
    """The first and the last day on which it is open; None: none of them is in the stretch."""
    first = stretch.day(opens)
    last = stretch.day(max(opens, end - timedelta(milliseconds=1))) if end is not None else None
    if last is None and config is not None and config.mode != "recurring":
        last = max((*moments, first))  # nobody enters later
    if last is None and config is None and not by_event:
        last = first  # a draft without a trigger
    if last is None and config is not None and config.max_cycles is not None:
        last = max(moments, default=None)
        if last is None:
            return None
    if first > stretch.last or (last is not None and last < max(first, stretch.first)):
        return None
    return first, last


def _with_overlaps(found: Sequence[Planned]) -> list[Planned]:
    """Campaigns that take in the same audience on the same day know of each other."""
    from dataclasses import replace

    taking: dict[tuple[date, str], list[Planned]] = {}
    for one in found:
        for day in one.moments:
            for audience in one.audiences:
                taking.setdefault((day, audience), []).append(one)
    overlaps: dict[str, dict[date, set[str]]] = {}
    for (day, _audience), together in taking.items():
        for one in together:
            others = {other.name for other in together if other.id != one.id}
            if others:
                overlaps.setdefault(one.id, {}).setdefault(day, set()).update(others)
    return [
        replace(one, overlaps={day: tuple(sorted(names)) for day, names in overlaps.get(one.id, {}).items()})
        for one in found
    ]


def audience_names(workspace: Workspace, one: Planned) -> list[str]:
    """What its audiences are called."""
    return [workspace.name_of(RefKind.AUDIENCE, id) or id for id in one.audiences]
