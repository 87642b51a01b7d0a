"""The workspace's engine as the window sees it: asked each second in the background, never waited for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app import tasks
from app.campaign_list.status import GOING_ON, status_of
from app.engine import poll
from app.engine.poll import Answer, Find
from app.engine.situation import (
    NO_SIZES,
    Condition,
    Counts,
    Runs,
    Situation,
    Sizes,
    State,
    VersionRow,
    Watched,
)
from app.tasks import Progress, Task
from engine.i18n import Message

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.server.wire.campaigns import Campaign

log = logging.getLogger(__name__)
POLL_MS = 1000
SIZES_EVERY = 15
"""So many polls pass until sizes are asked for again."""
_ENDS_WITHIN_S = 60.0
_LOOK_AGAIN_S = 0.2

T = TypeVar("T")
Ensure = Callable[[Path], "EngineClient"]
"""Gives a client of a workspace's engine, started where it does not run."""


class NotStarted(Exception):  # noqa: N818 - an answer that is shown
    """The engine could not be started; `message` says why."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.message: Message = getattr(error, "message", Message.verbatim(str(error)))

    def __str__(self) -> str:
        return str(self.message)


class EngineService(QObject):
    """One workspace's bundled engine.

    Attributes: `state`; `condition`; `runs`, the last answer by campaign id; `awaited`, whether the first one
    is still to come from an engine that was started because it knows of campaigns; `watched`, whose counts
    are asked for.
    Signals: `state_changed(State)`; `condition_changed(Condition)`, `runs_changed(Runs)`,
    `counts_changed(campaign id, Counts)` and `versions_changed(campaign id, rows)`, where there are several,
    when an answer differs from the one before; `sizes_changed(Sizes)`, also once the engine is off;
    `sending_told(SendingAnswer)`, with each answer while somebody watches it.
    """

    state_changed = Signal(object)
    condition_changed = Signal(object)
    runs_changed = Signal(object)
    counts_changed = Signal(str, object)
    versions_changed = Signal(str, object)
    sizes_changed = Signal(object)
    sending_told = Signal(object)

    def __init__(
        self,
        workspace: Path,
        find: Find | None = None,
        ensure: Ensure | None = None,
    ) -> None:
        """`find` gives a client of the running engine or None, `ensure` starts it; both in the background."""
        super().__init__()
        self.workspace = workspace
        self.state = State.OFF
        self.condition = Condition()
        self.runs: Runs = {}
        self.awaited = False
        self.watched = Watched()
        self._watches_sending = False
        self._find, self._ensure = find or _find, ensure or _ensure
        self._counts: Counts = {}
        self._versions: tuple[VersionRow, ...] = ()
        self._sizes = NO_SIZES
        self._polls = 0
        self._asking = self._again = False
        self._answered = False
        self._when_known: list[Callable[[], None]] = []
        self._closed = False
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._on_time)

    def begin(self, *, start: bool) -> None:
        """Ask from now on; start the engine where none runs and `start` says so."""
        self._timer.start()
        self.awaited = start
        if start:
            self.use(lambda _client: None, lambda _result: None, lambda _error: None)
        else:
            self.poll()

    def use(
        self,
        work: Callable[[EngineClient], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run `work(client)` in the background; starts the engine first where none answers."""
        if self.state is State.OFF:
            self._set_state(State.STARTING)

        def on_done(result: T) -> None:
            self._set_state(State.ON)
            self.poll()
            done(result)

        def on_failed(error: Exception) -> None:
            if self.state is State.STARTING or isinstance(error, NotStarted):
                self._set_state(State.OFF)  # first: it takes the condition along
            if isinstance(error, NotStarted) and not self._closed:
                self._set_condition(Condition(problem=error.message))
            failed(error)

        tasks.run(partial(_with_client, self._ensure, self.workspace, work), on_done, on_failed)

    def task(self, work: Callable[[EngineClient, Progress], T]) -> Task:
        """`work(client, progress)` as a task to be started; it starts the engine first where none answers."""

        def run(progress: Progress) -> T:
            return _with_client(self._ensure, self.workspace, lambda client: work(client, progress))

        task = Task(run)
        task.done.connect(lambda _result: self.poll())
        return task

    @property
    def situation(self) -> Situation:
        going_on = sum(status_of(run.status, run.backlog) in GOING_ON for run in self.runs.values())
        return Situation(self.state, self.condition, going_on)

    def watch(self, watched: Watched) -> None:
        """Ask for these counts from now on."""
        self.watched = watched
        self._counts, self._versions = {}, ()
        self.poll()

    def watch_sending(self, *, watched: bool) -> None:
        """Ask how sending goes from now on, or no longer."""
        if watched != self._watches_sending:
            self._watches_sending = watched
            if watched:
                self.poll()

    @property
    def known(self) -> bool:
        """Whether it is certain what runs: the engine is off, or has told its campaigns."""
        return self.state is State.OFF or self._answered

    def when_known(self, then: Callable[[], None]) -> None:
        """Call `then` as soon as it is certain what runs; at once where it is."""
        if self.known:
            then()
        else:
            self._when_known.append(then)

    def poll(self) -> None:
        """Ask once; where an answer is still awaited, as soon as it has come."""
        self._again = self._asking
        if self._asking or self._closed:
            return
        self._asking = True
        tasks.run(
            partial(
                poll.ask,
                self._find,
                self.workspace,
                self.watched,
                with_sizes=self._polls % SIZES_EVERY == 0,
                with_sending=self._watches_sending,
            ),
            self._on_answer,
            self._on_no_answer,
        )

    def _on_time(self) -> None:
        if not self._asking:  # an engine that answers slowly is not asked without a pause
            self.poll()

    def shut_down(self, done: Callable[[], None]) -> None:
        """Ask the engine to end; `done` is called when it has heard, or is gone."""
        self.close()

        def work() -> None:
            client = self._find(self.workspace)
            if client is not None:
                with client:
                    client.shutdown()

        tasks.run(work, lambda _result: done(), lambda _error: done())

    def restart(self, failed: Callable[[Exception], None]) -> None:
        """Let the engine end its present work and start anew: it then obeys the workspace's settings."""

        def work() -> None:
            client = self._find(self.workspace)
            if client is not None:
                with client:
                    client.shutdown()
            give_up = time.monotonic() + _ENDS_WITHIN_S
            while self._find(self.workspace) is not None and time.monotonic() < give_up:
                time.sleep(_LOOK_AGAIN_S)
            with self._ensure(self.workspace):
                pass

        def on_failed(error: Exception) -> None:
            self.poll()
            failed(error)

        tasks.run(work, lambda _result: self.poll(), on_failed)

    def close(self) -> None:
        """Stop asking. The engine goes on."""
        self._closed = True
        self._timer.stop()

    def learn(self, campaign: Campaign) -> None:
        """Take over at once what the engine answered about one campaign."""
        run = poll.run_of(campaign)
        if not self._closed and self.runs.get(campaign.id) != run:
            self.runs = {**self.runs, campaign.id: run}
            self.runs_changed.emit(self.runs)

    def _on_answer(self, answer: Answer | None) -> None:
        self._asking = False
        if self._closed:
            return
        if self._again:
            self.poll()
        if answer is None:
            if self.state is State.ON:
                self._set_state(State.OFF)
            return
        runs = answer.runs
        self._set_state(State.ON)
        self._set_condition(answer.condition)
        if runs is None:
            return
        if runs != self.runs or self.awaited:
            self.runs, self.awaited = runs, False
            self.runs_changed.emit(runs)
        self._tell_watched(answer)
        if answer.sending is not None:
            self.sending_told.emit(answer.sending)
        self._polls += 1
        if answer.sizes is not None:
            self._set_sizes(answer.sizes)
        self._answered = True
        self._call_waiting()

    def _tell_watched(self, answer: Answer) -> None:
        """What is told of the campaign on show, unless another one is by now."""
        id = self.watched.campaign
        if id is None or answer.watched != self.watched:
            return
        if answer.versions != self._versions:
            self._versions = answer.versions
            self.versions_changed.emit(id, answer.versions)
        if answer.counts != self._counts:
            self._counts = answer.counts
            self.counts_changed.emit(id, answer.counts)

    def _on_no_answer(self, error: Exception) -> None:
        self._asking = self._again = False
        log.info("the engine did not answer: %s", error)

    def _set_state(self, state: State) -> None:
        if state is not self.state and not self._closed:
            self.state = state
            self.state_changed.emit(state)
            if state is State.OFF:
                self._set_condition(Condition())
                self._polls = 0
                self._set_sizes(NO_SIZES)
                self._answered = False
                if self.awaited:
                    self.awaited = False
                    self.runs_changed.emit(self.runs)
                self._call_waiting()

    def _set_sizes(self, sizes: Sizes) -> None:
        if sizes != self._sizes:
            self._sizes = sizes
            self.sizes_changed.emit(sizes)

    def _set_condition(self, condition: Condition) -> None:
        if condition != self.condition:
            self.condition = condition
            self.condition_changed.emit(condition)

    def _call_waiting(self) -> None:
        waiting, self._when_known = self._when_known, []
        for then in waiting:
            then()


def _find(workspace: Path) -> EngineClient | None:
    from engine.client import bundled

    return bundled(workspace)


def _ensure(workspace: Path) -> EngineClient:
    from app.engine.bundled import ensure

    return ensure(workspace)


def _with_client(ensure: Ensure, workspace: Path, work: Callable[[EngineClient], T]) -> T:
    try:
        client = ensure(workspace)
    except Exception as error:
        raise NotStarted(error) from error
    with client:
        return work(client)
