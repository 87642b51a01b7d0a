"""An engine at work: one piece after the other, in a thread of its own or in that of whoever calls."""

from __future__ import annotations

import threading

from engine.channels.sending.loop import Sending
from engine.run.access import Access
from engine.run.clock import Clock, VirtualClock
from engine.run.filing import Filing
from engine.run.keeping import AudienceKeeper
from engine.run.operations import Operations
from engine.run.scheduler import Scheduler

RETRY_AFTER = 5_000
"""ms until the database is tried again after it refused (a full disk, another program's lock)."""
LOOK_MS = 100
"""How long it rests at most while other processes run waves, of whose ends nobody tells it."""


class Worker:
    """Belongs to one engine, whose parts it uses.

    sending: takes what waits for real providers; None: nothing can.
    """

    def __init__(
        self,
        clock: Clock,
        access: Access,
        scheduler: Scheduler,
        operations: Operations,
        keeper: AudienceKeeper,
        filing: Filing,
    ) -> None:
        self._clock = clock
        self._access = access
        self._scheduler = scheduler
        self._operations = operations
        self._keeper = keeper
        self._filing = filing
        self.sending: Sending | None = None
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    # ---- in a thread of its own

    @property
    def running(self) -> bool:
        """Whether the thread is there, and lives."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Do what is due in a background thread until `close`; audiences are kept up to date in another."""
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()
        self._keeper.start(self._clock, lambda: self._operations.held is None)
        if self.sending is not None:
            self.sending.start()

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    def close(self) -> None:
        """Stop the background threads after what they are at."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._keeper.close()
        if self.sending is not None:
            self.sending.close()

    def _run(self) -> None:
        while not self._closing:
            self._wake.clear()
            try:
                moved = self.step()
                following = None if moved else self.following()
                self._operations.found_nothing()
            except Exception as error:  # noqa: BLE001 - whatever it is, the engine says so and tries again
                self._operations.note_problem(error)
                moved, following = False, self._clock.now() + RETRY_AFTER
            if not moved:
                self._clock.wait_until(following, self._wake)

    def following(self) -> int | None:
        """When there is something to do again (ms), or None while there is not."""
        if self._operations.held is not None:
            return self._clock.now() + RETRY_AFTER if self._operations.waits_for_clock else None
        again = None if self._operations.problem is None else self._clock.now() + RETRY_AFTER
        if self._scheduler.shares:
            return self._clock.now() + LOOK_MS
        moments = (self._scheduler.next_due(), self._operations.due(), self._filing.due, again)
        return min((moment for moment in moments if moment is not None), default=None)

    # ---- piece by piece

    def step(self) -> bool:
        """Run one piece of due work (at most one wave). False where nothing is due now."""
        with self._access.turn():
            now = self._clock.now()
            if self._operations.is_held(now):
                return False
            moved = self._scheduler.step(now) or (
                not self._scheduler.is_behind_elsewhere(now) and self._operations.clean(now)
            )
            if not moved and self._thread is None:  # else in threads of their own
                moved = self._keeper.step(now) or (self.sending is not None and self.sending.step())
            if moved:
                self._operations.worked()
                if self.sending is not None:
                    self.sending.wake()
            else:
                self._operations.write_again()
            self._file(now)
            self._operations.between_waves(now)
            return moved

    def run_until_idle(self, until: int | None = None) -> None:
        """Run everything that is due now; a `VirtualClock` goes on to what is due by `until`."""
        while True:
            while self.step():
                pass
            following = None
            if self._operations.held is None:
                following = self._next_due()
            if not isinstance(self._clock, VirtualClock) or following is None:
                return
            if until is not None and following > until:
                self._clock.set(max(until, self._clock.now()))
                return
            self._clock.set(following)

    def _next_due(self) -> int | None:
        """When people, messages or audiences are due next (ms)."""
        sending = None if self.sending is None else self.sending.next_due()
        moments = [self._scheduler.next_due(), sending, self._keeper.due()]
        return min((moment for moment in moments if moment is not None), default=None)

    def file(self) -> None:
        """Give the workspace the audiences that somebody's asking has written."""
        with self._access.turn():
            self._file(self._clock.now())

    def _file(self, now: int) -> None:
        """Give the workspace the audiences that have been written."""
        if self._scheduler.generated or self._filing.is_due(now):
            self._scheduler.generated = False
            self._filing.give(now)
