"""The leader's side: which versions it leaves to workers, and who of these is still there.

The engine decides in its own turn what is left to others (`divide`); a thread with a connection of its own
sees after the workers, for a frozen one may hold what the engine waits for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from engine.logs import get_logger
from engine.run.lease import Monotonic, Watch
from engine.run.sharing import leases
from engine.run.sharing.leases import Offer, Progress
from engine.run.waves import Left
from engine.store.database import Database, StoreError, server_engine
from engine.store.wires import Wires

LOOKS = 12
"""How often the workers are looked after while a lease lasts."""

log = get_logger()


class Division:
    """Belongs to one engine, which leads.

    Attributes:
        workers: numbers of those who are there.
        progress: how it goes with the versions that are left to them, as last seen.
    """

    def __init__(self, database: Database, lasts: float, monotonic: Monotonic = time.monotonic) -> None:
        """lasts: for how many seconds a worker who says nothing is believed to go on."""
        self._database = database
        self._lasts = lasts
        self._monotonic = monotonic
        self._offered: dict[int, Offer] | None = {}
        self._on = False
        self.workers: frozenset[int] = frozenset()
        self.progress: Mapping[int, Progress] = {}
        self._wake: Callable[[], None] = lambda: None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._engine = server_engine(database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._wires = Wires()
        self._wires.watch(self._engine)

    # ---- in the engine's turn

    @property
    def is_on(self) -> bool:
        """Whether anything may be left to others."""
        return self._on

    def found(self, connection: Connection, settings: str) -> None:
        """The engine begins: nobody has anything. settings: what its plans are compiled with."""
        leases.withdraw(connection)
        leases.found(connection, settings)

    def began(self, connection: Connection, wave: bool) -> None:
        """A transaction of the engine's has begun: waves go on beside each other, all else between them."""
        if self._on:
            (leases.besides if wave else leases.alone)(connection)

    def changed(self, connection: Connection, may: set[int]) -> None:
        """Other versions are in progress now, or the data is another; these may stay with others."""
        leases.note_change(connection, may)
        self._offered = None

    def divide(self, wanted: Mapping[int, Offer]) -> None:
        """Leave these versions to others, and no further ones."""
        if self._offered == wanted:
            return
        self._on = self._on or bool(wanted)  # from here on no transaction begins unguarded
        try:
            with self._database.write() as connection:
                before = leases.offered(connection)
                leases.take_back(connection, before.keys() - wanted.keys())
                for version, offer in wanted.items():
                    if before.get(version) != offer:
                        leases.offer(connection, version, offer)
                leases.settle(connection)
        except BaseException:
            self._offered = None
            raise
        self._offered = dict(wanted)
        self._on = bool(wanted)

    def note_written(self, connection: Connection, version: int) -> Left:
        """The engine writes for a version that it may have left to others. What of it it has."""
        return leases.note_written(connection, version) if self._on else Left.NOTHING

    # ---- seeing after workers

    def start(self, wake: Callable[[], None]) -> None:
        """See after workers in the background until `close`. wake: there may be something to divide."""
        self._wake = wake
        self._thread = threading.Thread(target=self._run, name="workers", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The engine ends: take all back, and see after nobody any more."""
        self._ended.set()
        self._wires.cut()
        if self._thread is not None:
            self._thread.join()
        self._engine.dispose()
        self._on = False  # nobody's wave is waited for: those who run any are ended
        with suppress(DBAPIError, StoreError), self._database.write() as connection:  # whoever leads does it
            leases.withdraw(connection)
            leases.settle(connection)

    def _run(self) -> None:
        watches: dict[int, Watch] = {}
        failed = False
        while not self._ended.is_set():
            try:
                with self._engine.connect() as connection:
                    while not self._ended.wait(self._lasts / LOOKS):
                        self._look(connection, watches)
                        failed = False
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                say = log.debug if failed else log.warning
                say("the workers cannot be seen", reason=str(error).partition("\n")[0])
                failed = True
                watches.clear()  # they could not be seen for a while: they may have renewed meanwhile
                self._ended.wait(self._lasts / LOOKS)

    def _look(self, connection: Connection, watches: dict[int, Watch]) -> None:
        seen = leases.workers(connection)
        for number in watches.keys() - seen.keys():
            del watches[number]
        for number, sighting in list(seen.items()):
            watch = watches.setdefault(number, Watch(self._monotonic))
            if watch.is_silent(sighting, self._lasts):
                log.warning("a worker is silent; others have its work", worker=sighting.holder, number=number)
                leases.end_worker(connection, number)
                del seen[number]
        leases.free(connection)
        before = self.workers, self.progress
        self.progress = leases.progress(connection)
        self.workers = frozenset(seen)
        if before != (self.workers, self.progress):
            self._wake()
