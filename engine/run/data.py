"""What brings people and events in, takes them back, and forgets them: events that are posted, imports of
folders and tables, undo, erasing. Waves go on in between."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from engine.i18n import N_, Message, MessageError
from engine.report.totals import Totals
from engine.run import erasing
from engine.run.access import Access
from engine.run.answers import EventsReceipt, IncomingEvent
from engine.run.clock import Clock
from engine.run.ingest import Intake
from engine.run.merging import merge
from engine.run.operations import Operations
from engine.run.scheduler import Scheduler
from engine.shapes.time import from_milliseconds
from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.store.imports.folder import import_folder
from engine.store.imports.result import ImportResult
from engine.store.imports.runs import KnownImport, known_imports
from engine.store.imports.session import Progress
from engine.store.imports.table import Progress as TableProgress
from engine.store.imports.table import TableOrder, import_table
from engine.store.imports.undo import undo
from engine.store.people import UnknownPerson, key_of

T = TypeVar("T")


def no_progress(_done: object, _total: int) -> None:
    """Nobody wants to know how far it is."""


class ImportStopped(MessageError):  # noqa: N818 - names the condition
    """The engine ends while an import runs: nothing of it is left."""

    def __init__(self) -> None:
        super().__init__(Message(N_("The engine ended, and with it the import: nothing of it was taken.")))


class Data:
    """Belongs to one engine, whose parts it uses. Any thread may call; one import runs at a time."""

    def __init__(
        self,
        database: Database,
        future_events: int,
        operations: Operations,
        clock: Clock,
        access: Access,
        scheduler: Scheduler,
        intake: Intake,
        totals: Totals,
    ) -> None:
        """future_events: ms by which an event's time may lie ahead and still let somebody enter."""
        self._database = database
        self._future_events = future_events
        self._operations = operations
        self._clock = clock
        self._access = access
        self._scheduler = scheduler
        self._intake = intake
        self._totals = totals
        self._stopping = threading.Event()

    def post(self, events: Sequence[IncomingEvent]) -> EventsReceipt:
        """Take events in durably, behind one wave at most."""
        now = self._clock.now()
        with self._access.asked() as connection:
            receipt = self._intake.take_in(connection, events, now, self._operations.oldest_event(now))
            if receipt.accepted:
                latest = now + self._future_events
                self._scheduler.follow(connection, latest, {one.event for one in events})
        self._operations.note_events(events, receipt, now)
        return receipt

    def import_folder(self, folder: Path, catalogue: DataSchema | None, progress: Progress) -> ImportResult:
        """Import a data folder. Raises `ImportRefused`; `Refused` while another import runs."""
        now = self._clock.now()
        with self._intake.importing():
            result = import_folder(
                self._database,
                folder,
                catalogue,
                now=from_milliseconds(now),
                progress=self._unless_stopping(progress),
                last=self._last(now),
            )
        self._operations.note_import(result.counts["events"], now)
        return result

    def import_table(
        self, order: TableOrder, progress: TableProgress, begun: Callable[[int], None]
    ) -> ImportResult:
        """Import a table. Raises as `import_folder` does, and what `progress` raises to cancel it."""
        now = self._clock.now()
        with self._intake.importing():
            result = import_table(
                self._database,
                order,
                merge,
                now=from_milliseconds(now),
                progress=self._unless_stopping(progress),
                begun=begun,
                last=self._last(now),
            )
        self._operations.note_import(result.counts["events"], now)
        return result

    def imports(self) -> list[KnownImport]:
        """The last imports, the latest first."""
        with self._database.read() as connection:
            return known_imports(connection)

    def undo_import(self, import_id: int, then: Callable[[int], None]) -> Counter[str]:
        """Take an import back. Raises `UndoRefused`; `Refused` while an import runs."""
        with self._intake.importing():
            try:
                return undo(self._access.asked, import_id, then)
            finally:
                self._outdated()

    def erase_person(self, external_id: str, *, suppress: bool) -> Counter[str]:
        """Forget a person. Raises `UnknownPerson`."""
        with self._access.asked() as connection:
            who = key_of(connection, external_id)
            if who is None:
                raise UnknownPerson(external_id)
            counts = erasing.erase(connection, who, self._clock.now(), suppress=suppress)
        self._outdated()
        return counts

    def stop(self) -> None:
        """The engine ends: cancel the import that runs, and wait until nothing is left of it."""
        self._stopping.set()
        self._intake.wait_for_import()

    def _unless_stopping(self, progress: Callable[[T, int], None]) -> Callable[[T, int], None]:
        def told(done: T, total: int) -> None:
            if self._stopping.is_set():
                raise ImportStopped
            progress(done, total)

        return told

    def _last(self, now: int) -> Callable[[int], AbstractContextManager[Connection]]:
        """The last transaction of an import, after which its events are followed up."""

        @contextmanager
        def last(import_id: int) -> Iterator[Connection]:
            with self._access.asked() as connection:
                yield connection
                self._totals.forget()
                self._scheduler.load(connection)
                codes = self._scheduler.codes
                self._intake.list_imported(connection, import_id, codes)
                self._scheduler.follow(connection, now + self._future_events, codes)

        return last

    def _outdated(self) -> None:
        """Who is where, and who shares addresses, is another by now."""
        self._totals.forget()
        self._scheduler.outdated = True
