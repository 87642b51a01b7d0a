"""Where the scheduler works."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.audience.updates import update_audience
from engine.store.database import Database
from engine.workspace.audience import AudienceFile
from engine.workspace.catalog import Catalog


class Store(Protocol):
    """The engine's database, or a simulation's overlay."""

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction of the writing connection."""

    def wave(self) -> AbstractContextManager[Connection]:
        """The same, for a wave."""

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that sees what has been committed."""

    def update_audience(
        self, files: Mapping[str, AudienceFile], id: str, moment: datetime, catalog: Catalog
    ) -> None:
        """Store who is in an audience at the moment, and in those that it depends on; `catalog` defines what
        their cards name. Raises `RuleError`."""


class EngineStore:
    """The engine's database as a store."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self.write = database.write
        self.wave = partial(database.write, wave=True)
        self.read = database.read
        self._database = database
        self._zone = zone

    def update_audience(
        self, files: Mapping[str, AudienceFile], id: str, moment: datetime, catalog: Catalog
    ) -> None:
        update_audience(self._database, files, id, moment, self._zone, catalog=catalog, including_now=True)
