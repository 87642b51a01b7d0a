"""The import that runs in the background: how far it is, what came of it, and cancelling it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from engine.i18n import N_, Message, MessageError
from engine.run.answers import Refused
from engine.run.data import ImportStopped
from engine.run.engine import Engine
from engine.run.operations import is_trouble, problem_of
from engine.server.answering import import_answer
from engine.server.wire.imports import ImportState, LearnedFields
from engine.store.fields import DataSchema
from engine.store.imports.learned import Learned
from engine.store.imports.result import ImportResult
from engine.store.imports.table import TableOrder


class _Cancelled(Exception):  # noqa: N818 - somebody's wish, not an error
    """Raised by the import's own report of progress."""


class ImportJob:
    """At most one at a time. Any thread may ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self._file = ""
        self._id: int | None = None
        self._done, self._total = 0, 0
        self._outcome: ImportResult | Exception | None = None

    def start(self, order: TableOrder) -> None:
        """Begin with a table. Raises `Refused` while another import runs."""
        self._start(order.path.name, partial(self._engine.import_table, order, self._progress, self._begun))

    def start_folder(self, folder: Path, catalogue: DataSchema) -> None:
        """Begin with a data folder, of which it is not known how much there is. Raises `Refused` likewise."""

        def work() -> ImportResult:
            result = self._engine.import_data(folder, catalogue, lambda _file, rows: self._progress(rows, 0))
            self._begun(self._engine.imports()[0].id)
            return result

        self._start(folder.name, work)

    def _start(self, name: str, work: Callable[[], ImportResult]) -> None:
        with self._lock:
            if self._running:
                raise Refused(Message(N_("Another import runs. Wait until it has ended.")))
            self._cancelled.clear()
            self._file, self._id, self._outcome = name, None, None
            self._done, self._total = 0, 0
            self._thread = threading.Thread(target=self._run, args=(work,), name="import", daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """Ask for an end; what was taken until then is taken back."""
        self._cancelled.set()

    @property
    def state(self) -> ImportState:
        """As it is sent, in the language of who asks."""
        if self._thread is None:
            return ImportState(state="none")
        known: dict[str, Any] = {
            "id": self._id,
            "file": self._file,
            "done": self._done,
            "total": self._total,
        }
        outcome = self._outcome
        match outcome:
            case None:
                return ImportState(state="running", **known)
            case ImportResult():
                learned = None if outcome.learned is None else _sent(outcome.learned)
                return ImportState(state="done", answer=import_answer(outcome), learned=learned, **known)
            case _Cancelled() | ImportStopped():
                return ImportState(state="cancelled", **known)
            case _:
                return ImportState(state="failed", problem=str(_reason(outcome)), **known)

    @property
    def _running(self) -> bool:
        return self._thread is not None and self._outcome is None

    def _run(self, work: Callable[[], ImportResult]) -> None:
        outcome: ImportResult | Exception
        try:
            outcome = work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told whoever asks
            outcome = error
        self._outcome = outcome

    def _begun(self, id: int) -> None:
        self._id = id

    def _progress(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        if self._cancelled.is_set():
            raise _Cancelled


def _reason(error: Exception) -> Message:
    if isinstance(error, MessageError):
        return error.message
    if isinstance(error, Refused):
        return error.messages[0]
    if isinstance(error, OSError) and not is_trouble(error):
        return Message(N_("The system refused: {reason}."), reason=error.strerror or str(error))
    return problem_of(error)


def _sent(learned: Learned) -> LearnedFields:
    return LearnedFields(
        attributes=learned.attributes,
        tags=learned.tags,
        events=learned.events,
        id_types=list(learned.id_types),
        values={tag: sorted(values) for tag, values in learned.values.items() if values is not None},
    )
