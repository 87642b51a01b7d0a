"""What the API serves: one engine, its database, and the workspace whose data they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.run.clock import Clock
from engine.run.engine import Engine
from engine.shapes.time import from_milliseconds
from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.workspace.catalog import CATALOG, Catalog
from engine.workspace.workspace import CATALOG_NAME, Workspace


@dataclass(frozen=True)
class TeamRules:
    """What holds where several people publish.

    Attributes:
        four_eyes: somebody else must approve what is published. approval_ms: for how long that holds.
        signing_secret: of events that are signed, or None; signed_only: no others are taken.
    """

    four_eyes: bool = False
    approval_ms: int = 7 * 24 * 3_600_000
    signing_secret: str | None = None
    signed_only: bool = False


@dataclass(frozen=True)
class Service:
    """Attributes: engine, database, clock; name, zone and folder of the workspace; instance, new after every
    start; shut_down, which begins the end and returns at once; team, None for somebody's own engine."""

    engine: Engine
    database: Database
    clock: Clock
    name: str
    zone: ZoneInfo
    folder: Path
    instance: str
    shut_down: Callable[[], None]
    team: TeamRules | None = None

    def now(self) -> datetime:
        return from_milliseconds(self.clock.now())

    def data_schema(self) -> DataSchema:
        """The types that the workspace's catalogue gives, as its file says now. Raises `FileError`."""
        return DataSchema.of(self.catalog())

    def catalog(self) -> Catalog:
        """The workspace's catalogue, as its file says now. Raises `FileError`."""
        path = self.folder / CATALOG_NAME
        return CATALOG.load(path) if path.exists() else Catalog()

    def workspace(self) -> Workspace:
        """The workspace as its files say now. Raises `FileError`."""
        return Workspace.open(self.folder)
