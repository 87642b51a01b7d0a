"""Send windows outside of waves, for a few people: whose messages are about to leave, or asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from engine.campaign.send_window import SendWindow
from engine.shapes.time import from_milliseconds, to_milliseconds
from engine.store.fields import DataFields
from engine.store.tables.people import person
from engine.store.zones import zone_names


def zones_of(
    connection: Connection, window: SendWindow, people: Collection[int], usual: ZoneInfo
) -> Mapping[int, ZoneInfo]:
    """The zone on whose clock the window is meant for each person, by key. usual: the workspace's."""
    zones = dict.fromkeys(people, usual)
    own = None if window.zone is None else DataFields.load(connection).attribute(window.zone)
    if own is not None:
        query = select(person.c.id, own.text(person)).where(person.c.id.in_(people))
        named = {key: name for key, name in connection.execute(query) if name in zone_names()}
        zones |= {key: ZoneInfo(name) for key, name in named.items()}
    return zones


def opens_at(window: SendWindow, now: int, zone: ZoneInfo) -> int | None:
    """When (ms) the window opens, where it is closed `now` (ms)."""
    opens = window.opens(from_milliseconds(now), zone)
    return None if opens is None else to_milliseconds(opens)
