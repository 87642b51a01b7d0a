"""The engine as its sending loop sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Connection

from engine.campaign.send_window import SendWindow
from engine.channels.receipts import Receipt
from engine.run.access import Access
from engine.run.clock import Clock, VirtualClock
from engine.run.operations import Operations
from engine.run.receiving import Receiving
from engine.run.scheduler import Scheduler
from engine.run.send_windows import opens_at, zones_of
from engine.run.settings import EngineSettings
from engine.store.database import Database
from engine.workspace.account import AccountFile


class EngineDesk:
    """What the sending loop asks of the engine; see `engine.channels.sending.desk.Desk`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        scheduler: Scheduler,
        operations: Operations,
        receiving: Receiving,
        settings: EngineSettings,
        wake: Callable[[], None],
    ) -> None:
        """wake: somebody may have something to do."""
        self._clock = clock
        self.now = clock.now
        self.write = access.asked
        self._access = access
        self.read = database.read
        self._scheduler = scheduler
        self._operations = operations
        self._receiving = receiving
        self._settings = settings
        self._wake = wake

    def monotonic(self) -> float:
        """Seconds that only go forward; on a virtual clock, its own."""
        if isinstance(self._clock, VirtualClock):
            return self._clock.now() / 1000
        return time.monotonic()

    @property
    def public_address(self) -> str | None:
        return self._settings.public_address

    @property
    def held(self) -> bool:
        return self._operations.held is not None

    @property
    def leads(self) -> bool:
        return self._access.leads

    def judge(self, connection: Connection, touched: Collection[tuple[int, int]]) -> None:
        if self._scheduler.judge(connection, touched):
            self._wake()

    def heard(self, connection: Connection, account: AccountFile, references: Collection[str]) -> None:
        self._receiving.catch_up(connection, account, references)

    def reported(self, connection: Connection, account: AccountFile, receipts: Sequence[Receipt]) -> None:
        self._receiving.reported(connection, account, receipts)

    def quiet_since(self, channel: str, now: int) -> int | None:
        return self._settings.contact.quiet_since(channel, now, self._settings.zone)

    def closed(
        self, connection: Connection, window: SendWindow, people: Collection[int], now: int
    ) -> Collection[int]:
        zones = zones_of(connection, window, people, self._settings.zone)
        return [one for one in people if opens_at(window, now, zones[one]) is not None]

    def look_again(self, connection: Connection, touched: Collection[tuple[int, int]]) -> None:
        self._scheduler.look_again(connection, touched, self.now())
        self._wake()
