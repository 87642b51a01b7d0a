"""What comes back to an engine: receipts of providers, clicks on links, unsubscribed emails."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.channels.receipts import Receipt
from engine.channels.sending import links
from engine.channels.sending.received import Received, Taken
from engine.run.access import Access
from engine.run.clock import Clock
from engine.run.scheduler import Scheduler
from engine.store.database import Database
from engine.workspace.account import AccountFile


class Receiving:
    """Belongs to one engine, whose parts it uses. Any thread may call."""

    def __init__(
        self,
        database: Database,
        access: Access,
        scheduler: Scheduler,
        clock: Clock,
        zone: ZoneInfo,
        wake: Callable[[], None],
    ) -> None:
        """wake: somebody may have something to do."""
        self._database = database
        self._access = access
        self._scheduler = scheduler
        self._clock = clock
        self._received = Received(database.writer.dialect, zone)
        self._wake = wake
        self._clicks: Counter[str] = Counter()
        self._writing = False
        self._lock = threading.Lock()

    def take(self, account: AccountFile, receipts: Sequence[Receipt]) -> Taken:
        """Take in what an account's provider reports; it is durable then."""
        with self._access.asked() as connection:
            return self._judged(
                connection, self._received.take(connection, account, receipts, self._clock.now())
            )

    def reported(self, connection: Connection, account: AccountFile, receipts: Sequence[Receipt]) -> None:
        """Take in what a provider told that was asked, in a transaction of the caller."""
        self._judged(connection, self._received.take(connection, account, receipts, self._clock.now()))

    def catch_up(self, connection: Connection, account: AccountFile, references: Collection[str]) -> None:
        """Take in what was reported of messages before they had a result, in a transaction of the caller."""
        self._judged(
            connection,
            self._received.catch_up(connection, account, list(references), self._clock.now()),
        )

    def target(self, token: str) -> str | None:
        """Where the token of a link leads; empty where it ends further emails; None where it is none."""
        with self._database.read() as connection:
            return links.target(connection, token)

    def click(self, token: str) -> None:
        """A link that is known was followed. Clicks that come while others are written down are written
        together."""
        with self._lock:
            self._clicks[token] += 1
            if self._writing:
                return
            self._writing = True
        while clicks := self._next_clicks():
            try:
                with self._access.asked() as connection:
                    self._judged(connection, self._received.clicked(connection, clicks, self._clock.now()))
            except BaseException:
                with self._lock:  # the next one who clicks writes them down
                    self._clicks.update(clicks)
                    self._writing = False
                raise

    def unsubscribe(self, token: str) -> bool:
        """Let the address of the email that holds the token have no more. False where there is none."""
        with self._access.asked() as connection:
            taken = self._received.unsubscribed(connection, token, self._clock.now())
            return taken is not None and self._judged(connection, taken) is taken

    def _next_clicks(self) -> Counter[str]:
        """Those that are to be written down; nobody writes any more where there are none."""
        with self._lock:
            clicks, self._clicks = self._clicks, Counter()
            self._writing = bool(clicks)
            return clicks

    def _judged(self, connection: Connection, taken: Taken) -> Taken:
        """People who wait for the results of these messages go on."""
        if taken.touched and self._scheduler.judge(connection, taken.touched):
            self._wake()
        return taken
