"""Which events campaigns may still look back on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.components.behaviour import (
    After,
    EnterAudiences,
    EnterOnEvent,
    JudgeAt,
    JudgeEvents,
    JudgeGoal,
)
from engine.report.published import PublishedVersion
from engine.shapes.time import Duration, from_milliseconds, instant, to_milliseconds
from engine.store.times import DAY, NEVER
from engine.workspace.audience import AudienceFile, BehaviourCard, LastRange

SLACK = DAY
"""ms by which more is kept than is asked for: calendar days are not all equally long."""


@dataclass(frozen=True, slots=True)
class EventNeeds:
    """since: event code → the time (ms) from which on its events are needed. triggered: numbers of campaigns
    whose people may need the event that let them in.
    """

    since: dict[str, int]
    triggered: tuple[int, ...]


def event_needs(versions: Iterable[PublishedVersion], now: int, zone: ZoneInfo) -> EventNeeds:
    """What the versions need at a moment when nothing is due.

    A stopped campaign's people may have waited for any time: it keeps everything since its start.
    """
    since: dict[str, int] = {}
    triggered: dict[int, None] = {}
    for version in versions:
        for code, span in _looked_at(version):
            first = _before(span, now, zone) if span and not version.stopped else version.starts_at
            since[code] = min(since.get(code, NEVER), first)
        for code, first in _of_audiences(version, now, zone):
            since[code] = min(since.get(code, NEVER), first)
        if isinstance(version.trigger, EnterOnEvent):
            triggered[version.number] = None
    return EventNeeds(since, tuple(triggered))


def _looked_at(version: PublishedVersion) -> Iterator[tuple[str, Duration | None]]:
    """Events that components look back on, and how far; None: to the campaign's start."""
    for behaviour in version.behaviours.values():
        match behaviour:
            case EnterOnEvent(event, times=times, within=within) if times > 1:
                yield event, within
            case JudgeEvents(until, tests):
                yield from ((test.event, _span(until)) for test in tests)
            case JudgeGoal(until=until, goal=goal):
                yield goal.event, _span(until)


def _span(until: JudgeAt) -> Duration | None:
    return until.duration if isinstance(until, After) else None


def _of_audiences(version: PublishedVersion, now: int, zone: ZoneInfo) -> Iterator[tuple[str, int]]:
    """Events that the audiences of a campaign look back on, if it lets audiences in or out."""
    exits = version.bundle.campaign.attributes.exits
    if isinstance(version.trigger, EnterAudiences) or any(rule.audience for rule in exits):
        for file in version.bundle.audiences.values():
            yield from _of_rule(file, now, zone)


def _of_rule(file: AudienceFile, now: int, zone: ZoneInfo) -> Iterator[tuple[str, int]]:
    for card in file.cards or ():
        if not isinstance(card, BehaviourCard):
            continue
        if card.range is None:
            yield card.event, -NEVER
        elif isinstance(card.range, LastRange):
            yield card.event, _before(card.range.last, now, zone)
        else:
            yield card.event, to_milliseconds(instant(card.range.from_))


def _before(span: Duration, now: int, zone: ZoneInfo) -> int:
    return to_milliseconds(span.before(from_milliseconds(now), zone)) - SLACK
