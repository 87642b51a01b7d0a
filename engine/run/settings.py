"""What running campaigns obey of a workspace's settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo

from engine.plan.contact import ContactRules
from engine.workspace.settings import Retention, Settings

FUTURE_EVENTS = 5 * 60_000
"""ms by which an event's time may lie ahead and still let somebody enter, where a workspace says no other."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The workspace's settings that running campaigns obey.

    zone: for every wall-clock setting. future_events: ms by which an event's time may lie ahead and still let
    somebody enter. contact: fatigue control, quiet times, duplicates. retention: what is deleted once old.
    """

    zone: ZoneInfo
    future_events: int = FUTURE_EVENTS
    contact: ContactRules = field(default_factory=ContactRules)
    retention: Retention = field(default_factory=Retention)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """A workspace's settings as they are now."""
        zone = ZoneInfo(settings.time_zone)
        # A length in minutes or hours is the same everywhere; one in months is that of the present month.
        now = datetime.now(UTC)
        ahead = settings.future_events.plus(now, zone) - now
        return cls(
            zone=zone,
            future_events=round(ahead.total_seconds() * 1000),
            contact=ContactRules.of(settings, zone),
            retention=settings.retention,
        )
