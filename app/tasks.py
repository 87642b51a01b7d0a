"""Long work off the GUI thread, or in slices, with progress and cancel.

    task = Task(lambda progress: import_folder(workspace, folder, progress))
    task.progressed.connect(bar.show_progress)
    task.done.connect(self.on_import_done)
    task.failed.connect(self.on_import_failed)
    task.start()

The function gets a `Progress`: calling it reports, and raises `Cancelled` once the user has asked for an end.
Signals arrive in the thread that made the task. Whoever starts a task need not keep it.

What belongs to Qt may only go in the GUI thread; anywhere else, timers of it would fire into what is gone.
So the outcome is told when the thread is over and holds nothing any more, and garbage is collected in the
GUI thread only.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, SignalInstance

from canvas_widgets.slicing import Slices
from engine.files.memory import collect_due, pause_collection, resume_collection
from engine.steps import Steps

log = logging.getLogger(__name__)
_running: set[Task] = set()
_telling = threading.RLock()
_COLLECT_MS = 500
_over = False
"""Whether the program ends. A thread that tells Qt something while Python goes would make that a crash."""


class Cancelled(Exception):  # noqa: N818 - the user's wish, not an error
    """The user asked for an end; raised inside the work by its own report of progress."""


class Progress:
    """What the work reports to: `progress(done, total, text)`; `total` 0 where it is not known."""

    def __init__(self, report: Callable[[int, int, str], None]) -> None:
        self._report = report
        self.cancelled = threading.Event()

    def __call__(self, done: int, total: int = 0, text: str = "") -> None:
        if self.cancelled.is_set():
            raise Cancelled
        self._report(done, total, text)


Work = Callable[[Progress], Any]


def _done_already(_progress: Progress) -> None: ...


class Task(QObject):
    """One piece of work in a thread of its own.

    Signals: `progressed(done, total, text)`, then one of `done(result)`, `failed(exception)`, `cancelled()`.
    """

    progressed = Signal(int, int, str)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    _reported = Signal(int, int, str)
    _ended = Signal(object, object)

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self.progress = Progress(lambda *said: _tell(self._reported, *said))
        self._thread = threading.Thread(target=self._run, daemon=True, name="task")
        # By way of our own thread: a plain function connected to a signal runs where the signal is emitted.
        self._reported.connect(self._on_reported)
        self._ended.connect(self._on_ended)
        self._collecting = QTimer(self, interval=_COLLECT_MS)
        self._collecting.timeout.connect(collect_due)

    def start(self) -> None:
        _running.add(self)
        pause_collection()
        self._collecting.start()
        self._thread.start()

    def cancel(self) -> None:
        """Ask for an end: the work stops at its next report of progress."""
        self.progress.cancelled.set()

    def join(self, seconds: float) -> None:
        """Wait until the work is done, but no longer than this."""
        self._thread.join(seconds)

    def _run(self) -> None:
        result: object = None
        error: Exception | None = None
        try:
            result = self._work(self.progress)
        except Exception as caught:  # noqa: BLE001 - whatever it is, it belongs to whoever waits for the outcome
            error = caught
        _tell(self._ended, result, error)

    def _on_reported(self, done: int, total: int, text: str) -> None:
        if not self.progress.cancelled.is_set():
            self.progressed.emit(done, total, text)

    def _on_ended(self, result: object, error: Exception | None) -> None:
        if self._thread.ident is not None:
            self._thread.join()  # it has nothing left to do but let go
            self._collecting.stop()
            resume_collection()
        _running.discard(self)
        if error is None:
            self.done.emit(result)
        elif isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            log.info("a task failed", exc_info=error)
            self.failed.emit(error)
        self._go()

    def _go(self) -> None:
        """Go with all that it held. Functions connected to its own signals often know the task: no collection
        would find it, since Qt holds those.
        """
        self._work = _done_already
        self.deleteLater()


class SlicedTask(Task):
    """Work in the GUI thread, and what belongs to its end in one of its own.

    `making` is advanced between turns of the event loop, a few steps at a time. `finish`, where there is one,
    then gets what it made, and makes the outcome of it in the thread.

    Of Python, one thread runs at a time. Qt asks Python thousands of times for what a large canvas is; beside
    a busy thread, it waits for its turn each of those times, and the window answers nothing meanwhile. So
    long work of Python's own belongs into slices; threads are for what waits for others.
    """

    def __init__(self, making: Steps[Any], finish: Callable[[Any], Any] | None = None) -> None:
        super().__init__(lambda _progress: None if finish is None else finish(self._made))
        self._making = making
        self._ends_in_thread = finish is not None
        self._made: Any = None
        self._error: Exception | None = None
        self._slices = Slices(self)

    def start(self) -> None:
        _running.add(self)
        if (app := QCoreApplication.instance()) is not None:
            app.aboutToQuit.connect(self.cancel)  # Qt must not go before what is painted with it
        self._slices.begin(self._steps(), self._on_made)

    def cancel(self) -> None:
        """Ask for an end: at once, or as long as something is still made in slices."""
        super().cancel()
        if self._slices.active:
            self._slices.stop()
            self._making.close()
            self._on_ended(None, Cancelled())

    def _go(self) -> None:
        super()._go()
        self._made = None

    def _steps(self) -> Iterator[None]:
        try:
            self._made = yield from self._making
        except Exception as error:  # noqa: BLE001 - as in a thread: it belongs to whoever waits for the outcome
            self._error = error

    def _on_made(self) -> None:
        if self._error is None and self._ends_in_thread:
            super().start()
        else:
            self._on_ended(self._made, self._error)


def _tell(signal: SignalInstance, *said: object) -> None:
    """Emit a signal from whatever thread, unless nobody is left to hear it."""
    with _telling:
        if _over:
            return
        try:
            signal.emit(*said)
        except RuntimeError:  # the application closed while the work ran
            log.debug("nobody is left to hear the outcome")


def _end() -> None:
    """The last moment at which Qt and Python are both whole."""
    global _over
    with _telling:
        _over = True


atexit.register(_end)  # before that of Qt, which was registered earlier


def running() -> bool:
    """Whether any task has not delivered its outcome yet."""
    return bool(_running)


def finish(seconds: float) -> None:
    """Before the program ends: wait for work that goes on, but not for long."""
    until = time.monotonic() + seconds
    for task in tuple(_running):
        task.join(max(0.0, until - time.monotonic()))


def _raise(error: Exception) -> None:
    """Work that cannot fail and did is a fault of the program: let it be seen."""
    raise error


def run(
    work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None] = _raise
) -> Task:
    """Start work that reports no progress; `done` or `failed` is called in the GUI thread."""
    return _begun(Task(lambda _progress: work()), done, failed)


def run_in_slices(
    making: Steps[Any],
    finish: Callable[[Any], Any] | None,
    done: Callable[[Any], None],
    failed: Callable[[Exception], None] = _raise,
) -> Task:
    """As `run`, for a `SlicedTask`."""
    return _begun(SlicedTask(making, finish), done, failed)


def _begun(task: Task, done: Callable[[Any], None], failed: Callable[[Exception], None]) -> Task:
    task.done.connect(done)
    task.failed.connect(failed)
    task.start()
    return task
