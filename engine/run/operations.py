"""What an engine does besides running campaigns: being held, retention, the events received, its troubles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.report.handed_over import handed_over
from engine.report.received import Received
from engine.run.answers import EventsReceipt, HeldState, IncomingEvent, Refused
from engine.run.epoch import Epoch
from engine.run.received import ReceivedEvents
from engine.run.retention import Cleaner
from engine.store.database import Database, StoreError
from engine.store.tables.operations import epoch as epoch_table
from engine.store.trouble import trouble_of
from engine.workspace.settings import Retention

log = get_logger()


class Operations:
    """Belongs to one engine. What writes (`release`, `clean`, `between_waves`) is called in the engine's
    turn; what only reads or notes may be called by any thread.
    """

    def __init__(
        self, database: Database, zone: ZoneInfo, retention: Retention, epoch: Epoch | None, now: int
    ) -> None:
        self._trouble: _Trouble | None = None
        self._database = database
        self._zone = zone
        self._cleaner = Cleaner(database, zone, retention)
        self._received = ReceivedEvents()
        self._epoch = epoch
        self._hold = None if epoch is None else epoch.open(now)

    # ---- held

    @property
    def held(self) -> Message | None:
        """Why the engine is held, or None."""
        hold = self._hold  # read once: somebody may release it meanwhile
        return None if hold is None else hold.reason

    @property
    def notice(self) -> Message | None:
        """What should be seen to, though the engine works, or None."""
        return None if self._epoch is None else self._epoch.notice

    def held_state(self, now: int) -> HeldState | None:
        """Why the engine is held and what may already have been sent; None where it is not."""
        hold = self._hold
        if hold is None:
            return None
        with self._database.read() as connection:
            return HeldState(hold.reason, hold.as_of, tuple(handed_over(connection, now)))

    def refuse_if_held(self) -> None:
        """Raises `Refused`."""
        if (reason := self.held) is not None:
            text = N_("The engine is held and starts nothing. {reason} Release it first.")
            raise Refused(Message(text, reason=reason))

    def is_held(self, now: int) -> bool:
        """Whether it still is; asked in the engine's turn. One whose clock was wrong goes on once it is
        right."""
        hold = self._hold
        if self._epoch is not None and hold is not None and hold.until is not None and now >= hold.until:
            self._hold = self._epoch.open(now)
        return self._hold is not None

    @property
    def waits_for_clock(self) -> bool:
        """Whether it is held until the clock is right."""
        return self._hold is not None and self._hold.until is not None

    def release(self, now: int) -> None:
        """Let an engine that is held go on, as somebody decided who knows what was sent."""
        if self._hold is not None and self._epoch is not None:
            self._epoch.release(now)
            self._hold = None

    # ---- between waves

    def worked(self) -> None:
        """Something was written or sent."""
        self._trouble = None
        if self._epoch is not None:
            self._epoch.worked()

    def between_waves(self, now: int) -> None:
        """What is to be done however busy the engine is."""
        if self._epoch is not None:
            self._epoch.renew(now)

    def clean(self, now: int) -> bool:
        """Delete a chunk of what is old; nothing else may be due. False where there is none."""
        return self._cleaner.step(now)

    def due(self) -> int | None:
        """When there is something to do of its own accord (ms), or None."""
        moments = (self._cleaner.due(), None if self._epoch is None else self._epoch.due())
        return min((moment for moment in moments if moment is not None), default=None)

    def close(self, now: int) -> None:
        """The engine ends."""
        if self._epoch is not None and self._hold is None:
            with suppress(
                DBAPIError, StoreError, OSError, UnicodeDecodeError
            ):  # the next start makes up for it
                self._epoch.close(now)

    # ---- events

    def oldest_event(self, now: int) -> int | None:
        """The time (ms) from which on events are kept, or None."""
        return self._cleaner.oldest_event(now)

    def note_events(self, events: Sequence[IncomingEvent], receipt: EventsReceipt, now: int) -> None:
        self._received.note(events, receipt, now)

    def note_malformed(self, malformed: Sequence[tuple[str, Message]], now: int) -> None:
        self._received.note_malformed(malformed, now)

    def note_import(self, events: int, now: int) -> None:
        self._received.note_import(events, now)

    def received(self, ahead: int, declared: Collection[str]) -> list[Received]:
        """The events received last, the latest first, and what they did. See `Explainer`."""
        return self._received.explained(self._database, self._zone, ahead, declared)

    # ---- troubles

    @property
    def problem(self) -> Message | None:
        """What keeps the engine from its work, or None."""
        trouble = self._trouble
        return None if trouble is None else trouble.message

    def found_nothing(self) -> None:
        """The engine has looked for work without a trouble. One that somebody met who had something to write
        lasts until something can be written."""
        if self._trouble is not None and not self._trouble.writing:
            self._trouble = None

    def write_again(self) -> None:
        """Where somebody could not write: try whether one can."""
        if self._trouble is not None and self._trouble.writing:
            with self._database.write() as connection:
                connection.execute(update(epoch_table).values(renewed_at=epoch_table.c.renewed_at))
            self._trouble = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Somebody who asked has something to write inside the block: a trouble that they meet is noted."""
        try:
            yield
        except Exception as error:
            if is_trouble(error):
                self.note_problem(error, writing=True)
            raise

    def note_problem(self, error: Exception, *, writing: bool = False) -> None:
        """Keep what keeps the engine from its work; log it when it is new."""
        problem, before = problem_of(error), self._trouble
        if before is None or problem != before.message:
            log.error("engine at a stand", reason=str(problem), exc_info=None if is_trouble(error) else error)
        self._trouble = _Trouble(problem, writing or (before is not None and before.writing))


class _Trouble(NamedTuple):
    """What keeps the engine from its work. writing: met by somebody who had something to write."""

    message: Message
    writing: bool


def is_trouble(error: Exception) -> bool:
    """Whether the database is to blame, or its file."""
    return isinstance(error, StoreError) or trouble_of(error) is not None


def problem_of(error: Exception) -> Message:
    """The database's trouble, or a defect of ours."""
    if isinstance(error, StoreError):
        return error.message
    if (trouble := trouble_of(error)) is not None:
        return trouble
    text = N_("The engine is at a stand, and tries again: {reason}. Its log says more.")
    return Message(text, reason=f"{type(error).__name__}: {error}")
