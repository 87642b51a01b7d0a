"""When people may enter a campaign, and from which lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.audience.errors import RuleError
from engine.components.behaviour import Behaviour, EnterAudiences, EnterOnEvent
from engine.i18n import N_, Message
from engine.plan.graph import flow_of
from engine.shapes.schedule import Every
from engine.shapes.time import instant, to_milliseconds
from engine.store.tables.people import audience
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Window:
    """When people may enter: from `start` on, before `end` (ms; None: for ever)."""

    start: int
    end: int | None

    def holds(self, moment: int) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


def window_of(bundle: Bundle, since: int) -> Window:
    """When people may enter a campaign that begins to run at `since`."""
    attributes = bundle.campaign.attributes
    start = since if attributes.start is None else max(since, to_milliseconds(instant(attributes.start)))
    return Window(start, None if attributes.end is None else to_milliseconds(instant(attributes.end)))


@dataclass(frozen=True, slots=True)
class Grid:
    """When a recurring trigger is due: at the moments from `since` on of a grid that begins at `anchor`."""

    anchor: int
    since: int


def grid_of(bundle: Bundle, since: int) -> Grid:
    """That of a version whose schedule counts from a moment on."""
    start = bundle.campaign.attributes.start
    return Grid(since if start is None else to_milliseconds(instant(start)), since)


def has_schedule_of(bundle: Bundle, other: Bundle) -> bool:
    """Whether the triggers of two versions are due at the same times. Raises `NotRunnable`."""
    return _schedule(bundle) == _schedule(other)


def audiences_of(bundle: Bundle) -> tuple[str, ...]:
    """The audiences that enter a version; none where events let people in. Raises `NotRunnable`."""
    trigger = _trigger(bundle)
    return trigger.audiences if isinstance(trigger, EnterAudiences) else ()


def asks_who_is_inside(bundle: Bundle) -> bool:
    """Whether people enter again only once they are out. Raises `NotRunnable`."""
    trigger = _trigger(bundle)
    return isinstance(trigger, EnterOnEvent) and trigger.re_entry == "after_exit"


def counts_events_of(bundle: Bundle, other: Bundle) -> bool:
    """Whether people enter both versions with the n-th of the same events. Raises `NotRunnable`."""
    one, another = _trigger(bundle), _trigger(other)
    if not isinstance(one, EnterOnEvent) or not isinstance(another, EnterOnEvent):
        return False
    return (one.event, one.where) == (another.event, another.where) and min(one.times, another.times) > 1


def _schedule(bundle: Bundle) -> tuple[Every | None, str | None]:
    """Of a recurring trigger; no other has one."""
    trigger = _trigger(bundle)
    every = trigger.every if isinstance(trigger, EnterAudiences) else None
    return every, bundle.campaign.attributes.start


def _trigger(bundle: Bundle) -> Behaviour:
    numbers = {id: number for number, id in enumerate(bundle.campaign.nodes)}
    return flow_of(bundle.campaign, numbers).trigger.behaviour


def lists_in_force(
    connection: Connection, audiences: tuple[str, ...], files: Mapping[str, AudienceFile]
) -> list[int]:
    """The lists of members in force. Raises `RuleError` where an audience has none, or none any more."""
    rows = connection.execute(select(audience.c.id, audience.c.list).where(audience.c.id.in_(audiences)))
    lists = dict(rows.all())
    for id in audiences:
        if lists.get(id) is None:
            text = N_("Nobody could enter: the engine's database holds no people of the audience “{name}”.")
            raise RuleError(Message(text, name=files[id].name))
    return [lists[id] for id in audiences]
