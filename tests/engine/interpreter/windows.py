"""The campaign's send window: when it opens for somebody, on their own wall clock."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import available_timezones

from tests.engine.interpreter.clock import Clock
from tests.engine.interpreter.world import World

NAMES = available_timezones()


def clock_of(world: World, who: str) -> Clock:
    """The clock that counts for somebody: their own zone's, where the campaign asks and they have one."""
    attribute = world.case.campaign["send_window"].get("zone")
    name = world.attributes[who].get(attribute, "") if attribute else ""
    return Clock(name) if name in NAMES else world.clock


def next_opening(world: World, who: str, now: int) -> int | None:
    """When the window opens next, None while it is open: [from, to) of every day, maybe over midnight."""
    window = world.case.campaign.get("send_window")
    if window is None:
        return None
    clock = clock_of(world, who)
    days = [clock.today(now) + timedelta(days=days) for days in (-2, -1, 0, 1, 2)]
    over = timedelta(days=window["to"] < window["from"])
    if any(clock.at(day, window["from"]) <= now < clock.at(day + over, window["to"]) for day in days):
        return None
    return min(opens for day in days if (opens := clock.at(day, window["from"])) > now)
