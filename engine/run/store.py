"""What the scheduler needs of the place where it works."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from engine.workspace.audience import AudienceFile


class Store(Protocol):
    """Where the scheduler works: the engine's database, or a simulation's overlay."""

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction of the writing connection."""

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that sees what has been committed."""

    def update_audience(self, files: Mapping[str, AudienceFile], id: str, moment: datetime) -> None:
        """Store who is in an audience at the moment, and in those that it depends on. Raises `RuleError`."""
