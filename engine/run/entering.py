"""Who enters, and when: audience cycles, and events that let people in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, literal, select

from engine.audience.updates import members_now, update_order
from engine.components.behaviour import EnterAudiences, EnterOnEvent
from engine.plan.plan import Plan
from engine.run.overlay import below
from engine.shapes.time import instant, to_milliseconds
from engine.store.lists import new_list, put_in_force
from engine.store.tables.people import audience, audience_member, event
from engine.store.tables.runs import arrival
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


def entering_moment(trigger: EnterAudiences, window: Window) -> int | None:
    """When an audience campaign's people enter; None where that has passed or is no longer allowed."""
    moment = window.start if trigger.at is None else to_milliseconds(trigger.at)
    return moment if window.holds(moment) else None


def arrivals_between(plan: Plan, connection: Connection, window: Window, since: int, until: int) -> None:
    """Let every matching event of the span (both ends included, ms) arrive; for simulations."""
    trigger = plan.flow.trigger.behaviour
    assert isinstance(trigger, EnterOnEvent)
    query = select(literal(plan.context.version), event.c.time, event.c.person, event.c.source_id).where(
        event.c.code == trigger.event,
        event.c.time >= max(since, window.start),
        event.c.time <= until,
    )
    if window.end is not None:
        query = query.where(event.c.time < window.end)
    if trigger.where is not None:
        query = query.where(plan.context.conditions.of_event(trigger.where, trigger.event, event))
    connection.execute(insert(arrival).from_select(["version", "due", "person", "event"], query))


def update_in_overlay(connection: Connection, bundle: Bundle, now: datetime, zone: ZoneInfo) -> None:
    """Store in the overlay who is in each of the bundle's audiences `now`: rules judged, lists taken over."""
    done: set[str] = set()
    for id in bundle.audiences:
        for one in update_order(bundle.audiences, id):
            if one in done:
                continue
            done.add(one)
            file = bundle.audiences[one]
            key = new_list(connection)
            if file.cards is None:
                base = below(audience_member)
                source = below(audience)
                query = select(literal(key), base.c.person).where(
                    base.c.list == select(source.c.list).where(source.c.id == one).scalar_subquery()
                )
            else:
                people = members_now(connection, file, now, zone).subquery()
                query = select(literal(key), *people.c)
            connection.execute(insert(audience_member).from_select(["list", "person"], query))
            put_in_force(connection, one, key, to_milliseconds(now))


def lists_in_force(connection: Connection, audiences: tuple[str, ...]) -> list[int]:
    """The lists of members in force; an audience that was never updated has nobody."""
    rows = connection.execute(select(audience.c.id, audience.c.list).where(audience.c.id.in_(audiences)))
    lists = dict(rows.all())
    return [lists.get(id) or -1 for id in audiences]
