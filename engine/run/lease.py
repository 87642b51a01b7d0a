"""Who leads of several servers on one PostgreSQL database, and how the others notice that he is gone.

What keeps all but one from writing is not the lease but the advisory lock of the writing connection
(`engine.run.lock`): PostgreSQL lets go of it when that connection ends and not before, after whatever was
open on it has been committed or undone. So nobody commits who has lost the lock, however late he learns it.
The lease is for the others: a leader who no longer renews it is frozen or cut off, and they end his
connection. Its number is the fence: it grows with each who begins to lead, under the lock, so a connection
that comes back with an earlier one is refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, extract, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from engine.logs import get_logger
from engine.store.database import server_engine
from engine.store.tables.operations import lease
from engine.store.wires import Wires

NAME = "engine"
"""What is led: all of a database's engine. Campaigns are not divided among servers."""
RENEWALS = 3
"""How many of them fit into the time that a lease lasts."""

Monotonic = Callable[[], float]

log = get_logger()


class Sighting(NamedTuple):
    """What somebody who does not lead sees of the leader.

    backend: of the connection that has the lock, None where nobody has; the others: of the lease, 0 where
    there is none yet; lasts is 0, too, of one that was ended in order.
    """

    backend: int | None
    number: int = 0
    renewed_at: int = 0
    lasts: int = 0
    holder: str = ""


class Watch:
    """Tells by its own clock whether a leader goes on: whether anything has changed of late.

    It asks no clock but its own, so none needs to be right, and none may be set.
    """

    def __init__(self, monotonic: Monotonic = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last: Sighting | None = None
        self._since = 0.0

    def is_silent(self, seen: Sighting, lasts: float) -> bool:
        """Whether the same has been seen for so long that nobody goes on there. lasts: seconds, of a leader
        who does not say himself for how long his lease lasts."""
        now = self._monotonic()
        if seen != self._last:
            self._last, self._since = seen, now
        if seen.backend is None:
            # Gone, or about to connect anew to a database that was away: it would renew before it works.
            return now - self._since >= seen.lasts / 1000 / 2
        return now - self._since >= (seen.lasts / 1000 or lasts)

    def forget(self) -> None:
        """The leader could not be seen for a while: he may have renewed meanwhile."""
        self._last = None


def begin(connection: Connection, holder: str, lasts: float) -> int:
    """Begin to lead, under the lock; the new number. lasts: seconds."""
    values = {"holder": holder, "lasts": round(lasts * 1000), "renewed_at": _now()}
    made = insert(lease).values(name=NAME, number=1, **values)
    more = {**values, "number": lease.c.number + 1}
    raised = made.on_conflict_do_update(index_elements=["name"], set_=more)
    number: int = connection.execute(raised.returning(lease.c.number)).scalar_one()
    return number


def number_of(connection: Connection) -> int | None:
    """The number of who leads, or did last."""
    return connection.execute(select(lease.c.number).where(lease.c.name == NAME)).scalar()


def end(connection: Connection, number: int) -> None:
    """End the lease of this number: somebody else may lead at once."""
    mine = update(lease).where(lease.c.name == NAME, lease.c.number == number)
    connection.execute(mine.values(lasts=0))


def renew(connection: Connection, number: int) -> bool:
    """Renew the lease of this number; False where somebody has a later one."""
    mine = update(lease).where(lease.c.name == NAME, lease.c.number == number)
    return connection.execute(mine.values(renewed_at=_now())).rowcount == 1


def last_seen(connection: Connection) -> Sighting:
    """What the lease says, without who has the lock; also of a database that has no such table yet."""
    if connection.dialect.has_table(connection, lease.name):
        columns = (lease.c.number, lease.c.renewed_at, lease.c.lasts, lease.c.holder)
        row = connection.execute(select(*columns).where(lease.c.name == NAME)).first()
        if row is not None:
            return Sighting(None, *row)
    return Sighting(None)


def _now() -> ColumnElement[int]:
    return cast(extract("epoch", func.clock_timestamp()) * 1000, BigInteger)


class Renewals:
    """Renews a lease on a connection of its own, which waits behind no wave.

    Attributes:
        number: the lease's.
        lost: set once somebody else has begun to lead.
    """

    def __init__(
        self,
        url: URL,
        number: int,
        lasts: float,
        began: float,
        renewed: Callable[[Connection, int], bool] = renew,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """lasts: seconds, from `began` on. renewed: renews the lease of a number; False where it is lost."""
        self._engine = server_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._wires = Wires()
        self._wires.watch(self._engine)
        self.number = number
        self.lasts = lasts
        self._renew = renewed
        self._monotonic = monotonic
        self._until = began + lasts
        self._ended = threading.Event()
        self.lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._thread.start()

    @property
    def left(self) -> float:
        """For how many seconds nobody else can have begun to lead; negative: since when somebody may have."""
        return -1.0 if self.lost.is_set() else self._until - self._monotonic()

    def cut(self) -> None:
        """Whoever renews and waits for an answer tries anew."""
        self._wires.cut()

    def close(self) -> None:
        """Renew no more."""
        self._ended.set()
        self.cut()
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        pause, failed = self.lasts / RENEWALS, False
        while not self._ended.is_set():
            try:
                with self._engine.connect() as connection:
                    while self._renewed(connection):
                        failed = False
                        if self._ended.wait(pause):
                            return
                self.lost.set()
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                say = log.debug if failed else log.warning
                say("the lease could not be renewed", reason=str(error).partition("\n")[0])
                failed = True
                self._ended.wait(pause / 4)

    def _renewed(self, connection: Connection) -> bool:
        began = self._monotonic()  # the others count from a later moment
        kept = self._renew(connection, self.number)
        if kept:
            self._until = began + self.lasts
        return kept
