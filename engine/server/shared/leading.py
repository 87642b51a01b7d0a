"""Several servers on one PostgreSQL database: one leads, the others stand by and take over when it is gone.

    stands by → has the lock → leads ⇄ suspended
        ↑________________________________|

Suspended is a leader who could not renew its lease in time: it was frozen, or cut off, or its database is
away. It answers nothing and begins nothing. When it hears that nobody has led meanwhile it goes on as if
nothing had been; otherwise all that it has in memory is old, and it stands by. What keeps it from writing in
any case is told in `engine.run.lease`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.run.answers import Refused
from engine.run.lease import Renewals, Watch
from engine.run.lock import ServerLock, end_holder, sight
from engine.run.sharing import leases
from engine.store.database import Database, StoreError, cannot_open, turns_away

LOOKS = 12
"""How often who stands by looks after the leader while a lease lasts."""

Work = Callable[[Database, ServerLock], AbstractContextManager[ASGIApp]]
"""Opens the engine and all that answers for it, until the block ends; the lock is let go of then."""
StandBy = Callable[[Database], ASGIApp]
"""What answers meanwhile. The database must not be written to."""

log = get_logger()


@dataclass
class _Term:
    """From when this process has begun to lead. over: it is to end; ended: nothing is left of it."""

    database: Database
    renewals: Renewals
    over: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    app: ASGIApp | None = None

    @property
    def holds(self) -> bool:
        return self.renewals.left > 0


class Leadership:
    """This process among the servers of a database; as an application, what it answers at present.

    Attributes:
        terms: how often it has begun to lead.
    """

    def __init__(self, url: str, holder: str, lasts: float, work: Work, stand_by: StandBy) -> None:
        """holder: what it is called. lasts: for how many seconds the others wait for a sign of the leader."""
        self._url = url
        self._holder = holder
        self._lasts = lasts
        self._work = work
        self._stand_by = stand_by
        self.terms = 0
        self._term: _Term | None = None
        self._standing_by: ASGIApp | None = None
        self._database: Database | None = None
        self._begun = threading.Event()
        self._failure: Exception | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leadership", daemon=True)

    # ---- from outside

    @property
    def leads(self) -> bool:
        """Whether it leads, and nobody else can have begun to."""
        term = self._term
        return term is not None and term.app is not None and term.holds

    @property
    def number(self) -> int:
        """The number of the lease that it has, 0 where it has none."""
        term = self._term
        return 0 if term is None else term.renewals.number

    def start(self) -> None:
        """Lead, or stand by until somebody is needed; a database that is starting is waited for. Raises what
        keeps it from both at the first time, such as `StoreError`; later it tries again."""
        self._thread.start()
        self._begun.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def close(self) -> None:
        """End in order: what is being done is finished, and another one takes over at once."""
        self._closing.set()
        term, database = self._term, self._database
        if term is not None:
            term.over.set()
        elif database is not None:
            database.cut()  # nobody leads here, so nothing is lost
        self._thread.join()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        term, standing_by = self._term, self._standing_by
        leading = term is not None and term.holds
        app = term.app if term is not None and leading and term.app is not None else standing_by
        assert app is not None  # nothing is served before the start
        await app(scope, receive, send)

    # ---- inside

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._once()
            except Exception as error:
                if not self._begun.is_set():
                    self._failure = error
                    break
                known = isinstance(error, (Refused, StoreError, SQLAlchemyError))
                log.exception("cannot lead now", exc_info=None if known else error, reason=str(error))
                self._closing.wait(self._lasts)
        self._begun.set()

    def _once(self) -> None:
        """Stand by, and then lead for as long as that lasts."""
        with Database.unmigrated(self._url) as database:
            self._standing_by = self._stand_by(database)
            self._database = database
            lock = self._turn(database)
            if lock is not None:
                try:
                    self._lead(database, lock)
                finally:
                    self._term = None
                    lock.release()

    def _turn(self, database: Database) -> ServerLock | None:
        """The database's lock, once nobody has it who goes on; None where this process ends before."""
        watch, said, blind, refused = Watch(), False, False, False
        while not self._closing.is_set():
            try:
                with database.write() as connection:
                    seen = sight(connection)
                    silent = watch.is_silent(seen, self._lasts)
                    if silent and seen.backend is not None and end_holder(connection, seen.backend):
                        said_by = {"leader": seen.holder, "number": seen.number}
                        log.warning("the leader is silent; its connection was ended", **said_by)
                if silent:
                    return ServerLock(database)
                if not said:
                    log.info("standing by", leader=seen.holder, number=seen.number)
                    said = True
                blind = False
                self._begun.set()
            except Refused:
                watch.forget()  # somebody was faster
            except SQLAlchemyError as error:
                # Whoever was refused once may have asked just before it was there.
                if not self._begun.is_set() and not turns_away(database.url):
                    if refused:
                        raise cannot_open(database.url, error) from error
                    refused = True
                watch.forget()
                say, blind = (log.debug if blind else log.warning), True
                say("the leader cannot be seen", reason=str(error).partition("\n")[0])
            self._closing.wait(self._lasts / LOOKS)
        return None

    def _lead(self, database: Database, lock: ServerLock) -> None:
        with database.write() as connection:
            leases.withdraw(connection)
        database.migrate()  # now that nobody uses it as it was
        renewals = lock.lead(self._holder, self._lasts)
        term = self._term = _Term(database, renewals)
        guard = threading.Thread(target=self._guard, args=(term,), name="lease's guard", daemon=True)
        guard.start()
        try:
            with self._work(database, lock) as term.app:
                self.terms += 1
                log.info("leading", number=renewals.number, holder=self._holder)
                self._begun.set()
                if self._closing.is_set():
                    term.over.set()
                term.over.wait()
                log.info("leading no more", number=renewals.number, lost=renewals.lost.is_set())
        finally:
            term.ended.set()
            guard.join()

    def _guard(self, term: _Term) -> None:
        """See that nobody waits for ever for a database that does not answer, and that all ends when somebody
        else leads."""
        renewals, suspended = term.renewals, False
        while not term.ended.wait(self._lasts / LOOKS):
            if renewals.lost.is_set():
                term.database.give_up(Message(N_("Another server has taken over from this one.")))
                term.over.set()
            elif not term.holds:
                if not suspended:
                    log.warning("the lease has run out; nothing is done until it is renewed")
                term.database.cut()
                renewals.cut()
            elif suspended:
                log.info("nobody has taken over meanwhile; the work goes on", number=renewals.number)
            suspended = not term.holds
