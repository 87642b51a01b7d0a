"""What running campaigns obey of a workspace's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.i18n import Message
from engine.plan.contact import ContactRules
from engine.plan.whitelist import doubt_about
from engine.run.compiling import PlanSettings
from engine.workspace.audience import AudienceFile
from engine.workspace.catalog import Catalog
from engine.workspace.settings import Retention
from engine.workspace.workspace import Workspace

FUTURE_EVENTS = 5 * 60_000
"""ms by which an event's time may lie ahead and still let somebody enter, where a workspace says no other."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The workspace's settings that running campaigns obey.

    zone: for every wall-clock setting. future_events: ms by which an event's time may lie ahead and still let
    somebody enter. contact: fatigue control, quiet times, duplicates. retention: what is deleted once old.
    audiences, catalog: the workspace's, of which the whitelist is kept up to date. resend_notifications: see
    `engine.channels.sending.policy`. public_address: where those who get messages reach the engine, if they
    do.
    """

    zone: ZoneInfo
    future_events: int = FUTURE_EVENTS
    contact: ContactRules = field(default_factory=ContactRules)
    retention: Retention = field(default_factory=Retention)
    audiences: Mapping[str, AudienceFile] = field(default_factory=dict)
    catalog: Catalog = field(default_factory=Catalog)
    resend_notifications: bool = False
    public_address: str | None = None

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        """A workspace's settings as they are now."""
        settings = workspace.settings
        zone = ZoneInfo(settings.time_zone)
        # A length in minutes or hours is the same everywhere; one in months is that of the present month.
        now = datetime.now(UTC)
        ahead = settings.future_events.plus(now, zone) - now
        return cls(
            zone=zone,
            future_events=round(ahead.total_seconds() * 1000),
            contact=ContactRules.of(settings, zone),
            retention=settings.retention,
            audiences=workspace.audiences,
            catalog=workspace.catalog,
            resend_notifications=settings.resend_notifications,
            public_address=settings.public_address,
        )

    @property
    def plans(self) -> PlanSettings:
        """What the plans of its campaigns are compiled with."""
        return PlanSettings(self.zone, self.contact)

    def doubt(self, connection: Connection) -> Message | None:
        """Why the whitelist exempts nobody, where there is one that does not."""
        id = self.contact.whitelist
        if id is None:
            return None
        file = self.audiences.get(id)
        return doubt_about(connection, id, None if file is None else file.name)
