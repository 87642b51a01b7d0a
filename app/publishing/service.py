"""The workspace's engine as the window sees it: asked each second in the background, never waited for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from app import tasks
from app.campaign_list.rows import Run
from app.campaign_list.status import GOING_ON, status_of
from engine.i18n import Message

log = logging.getLogger(__name__)
POLL_MS = 1000

Counts = Mapping[str, Any]
"""Live counts in the shape of `GET /campaigns/{id}/counts`."""
Runs = dict[str, Run]


class State(StrEnum):
    """Of the bundled engine: not running, on its way up, answering."""

    OFF = "off"
    STARTING = "starting"
    ON = "on"


class Condition(NamedTuple):
    """What the engine says of itself, each in words or empty.

    held: why it does nothing until it is released. problem: what keeps it from its work. notice: what should
    be seen to.
    """

    held: str = ""
    problem: str | Message = ""
    notice: str = ""


class Situation(NamedTuple):
    """All that is shown of a workspace's engine. `going_on`: how many campaigns need it, by its last word."""

    state: State = State.OFF
    condition: Condition = Condition()
    going_on: int = 0


class NotStarted(Exception):  # noqa: N818 - an answer that is shown
    """The engine could not be started; `message` says why."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.message: Message = getattr(error, "message", Message.verbatim(str(error)))

    def __str__(self) -> str:
        return str(self.message)


class Answer(NamedTuple):
    """What one poll brought; `runs` None where the engine could not read its campaigns."""

    condition: Condition
    runs: Runs | None
    watched: str | None
    counts: Counts


class EngineService(QObject):
    """One workspace's bundled engine.

    Attributes: `state`; `condition`; `runs`, the last answer by campaign id; `watched`, whose counts are
    asked for.
    Signals: `state_changed(State)`; `condition_changed(Condition)`, `runs_changed(Runs)` and
    `counts_changed(campaign id, Counts)`, when an answer differs from the one before.
    """

    state_changed = Signal(object)
    condition_changed = Signal(object)
    runs_changed = Signal(object)
    counts_changed = Signal(str, object)

    def __init__(
        self,
        workspace: Path,
        find: Callable[[Path], Any] | None = None,
        ensure: Callable[[Path], Any] | None = None,
    ) -> None:
        """`find` gives a client of the running engine or None, `ensure` starts it; both in the background."""
        super().__init__()
        self.workspace = workspace
        self.state = State.OFF
        self.condition = Condition()
        self.runs: Runs = {}
        self.watched: str | None = None
        self._find, self._ensure = find or _find, ensure or _ensure
        self._counts: Counts = {}
        self._asking = False
        self._answered = False
        self._when_known: list[Callable[[], None]] = []
        self._closed = False
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.poll)

    def begin(self, *, start: bool) -> None:
        """Ask from now on; start the engine where none runs and `start` says so."""
        self._timer.start()
        if start:
            self.use(lambda _client: None, lambda _result: None, lambda _error: None)
        else:
            self.poll()

    def use(
        self,
        work: Callable[[Any], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run `work(client)` in the background; starts the engine first where none answers."""
        if self.state is State.OFF:
            self._set_state(State.STARTING)

        def on_done(result: Any) -> None:
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

    @property
    def situation(self) -> Situation:
        going_on = sum(status_of(run.status) in GOING_ON for run in self.runs.values())
        return Situation(self.state, self.condition, going_on)

    def watch(self, campaign_id: str | None) -> None:
        """Ask for the counts of this campaign from now on."""
        self.watched = campaign_id
        self._counts = {}
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
        """Ask once, unless an answer is still awaited."""
        if self._asking or self._closed:
            return
        self._asking = True
        tasks.run(
            partial(_ask, self._find, self.workspace, self.watched), self._on_answer, self._on_no_answer
        )

    def shut_down(self, done: Callable[[], None]) -> None:
        """Ask the engine to end; `done` is called when it has heard, or is gone."""
        self.close()

        def work() -> None:
            client = self._find(self.workspace)
            if client is not None:
                with client:
                    client.shutdown()

        tasks.run(work, lambda _result: done(), lambda _error: done())

    def close(self) -> None:
        """Stop asking. The engine goes on."""
        self._closed = True
        self._timer.stop()

    def _on_answer(self, answer: Answer | None) -> None:
        self._asking = False
        if self._closed:
            return
        if answer is None:
            if self.state is State.ON:
                self._set_state(State.OFF)
            return
        condition, runs, watched, counts = answer
        self._set_state(State.ON)
        self._set_condition(condition)
        if runs is None:
            return
        if runs != self.runs:
            self.runs = runs
            self.runs_changed.emit(runs)
        if watched is not None and watched == self.watched and counts != self._counts:
            self._counts = counts
            self.counts_changed.emit(watched, counts)
        self._answered = True
        self._call_waiting()

    def _on_no_answer(self, error: Exception) -> None:
        self._asking = False
        log.info("the engine did not answer: %s", error)

    def _set_state(self, state: State) -> None:
        if state is not self.state and not self._closed:
            self.state = state
            self.state_changed.emit(state)
            if state is State.OFF:
                self._set_condition(Condition())
                self._answered = False
                self._call_waiting()

    def _set_condition(self, condition: Condition) -> None:
        if condition != self.condition:
            self.condition = condition
            self.condition_changed.emit(condition)

    def _call_waiting(self) -> None:
        waiting, self._when_known = self._when_known, []
        for then in waiting:
            then()


def _find(workspace: Path) -> Any:
    from engine.client import bundled

    return bundled(workspace)


def _ensure(workspace: Path) -> Any:
    from app.publishing.bundled import ensure

    return ensure(workspace)


def _with_client(ensure: Callable[[Path], Any], workspace: Path, work: Callable[[Any], Any]) -> Any:
    try:
        client = ensure(workspace)
    except Exception as error:
        raise NotStarted(error) from error
    with client:
        return work(client)


def _ask(find: Callable[[Path], Any], workspace: Path, watched: str | None) -> Answer | None:
    from engine.client import EngineRefused

    client = find(workspace)
    if client is None:
        return None
    with client:
        state = client.status()
        condition = Condition(state.held or "", state.problem or "", state.notice or "")
        try:
            runs = {
                campaign.id: Run(
                    campaign.status,
                    campaign.inside,
                    campaign.entries,
                    campaign.reason,
                    campaign.next_run,
                    campaign.version,
                    campaign.hash,
                )
                for campaign in client.campaigns()
            }
            counts = client.counts(watched).model_dump() if watched in runs else {}
        except (
            EngineRefused
        ) as refused:  # its database refuses: what it said of itself is still worth telling
            return Answer(condition._replace(problem=condition.problem or str(refused)), None, watched, {})
        return Answer(condition, runs, watched, counts)
