"""Who may write to an engine's database: waves, and between two of them whoever asks for something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from engine.run.answers import Refused, UnknownCampaign
from engine.run.gate import Gate
from engine.run.lock import DatabaseLock
from engine.run.operations import Operations
from engine.run.scheduler import Scheduler
from engine.store.database import Database


class Access:
    """Belongs to one engine. Any thread may come; they are let in one by one.

    Attributes:
        gate: where they wait.
    """

    def __init__(
        self, database: Database, lock: DatabaseLock | None, scheduler: Scheduler, operations: Operations
    ) -> None:
        self._database = database
        self._lock = lock
        self._scheduler = scheduler
        self._operations = operations
        self.gate = Gate()

    @property
    def leads(self) -> bool:
        """Whether nobody else can have the database by now, as far as is known without asking."""
        return self._lock is None or self._lock.leads

    def check_lock(self) -> None:
        """Raises `StoreError` where the database is no longer the one that was opened."""
        if self._lock is not None:
            self._lock.check()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Between two waves. What fails is undone in the database only, or has lost its temporary tables."""
        with self.gate.turn():
            self.check_lock()
            try:
                yield
            except (Refused, UnknownCampaign):
                raise
            except BaseException:
                self._scheduler.outdated = True
                raise

    @contextmanager
    def asked(self) -> Iterator[Connection]:
        """A writing transaction for somebody who asks, between two waves."""
        with self._operations.writing(), self.turn():
            with self._database.write() as connection:
                outdated = self._scheduler.outdated
                self._scheduler.refresh(connection)
                try:
                    yield connection
                except (Refused, UnknownCampaign):
                    self._scheduler.outdated = outdated  # a refusal undoes what was refreshed, and no more
                    raise
            self._operations.worked()
