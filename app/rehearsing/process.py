"""The process that rehearses, as the window sees it: it tells how far it is, then answers questions."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QObject, QProcess, Signal

from engine import i18n
from engine.commands.rehearsal_lines import SAID, Line, Order, Outcome, Progress, Question, Refused, Reply
from engine.i18n import tr

log = logging.getLogger(__name__)
_ENDS_WITHIN_MS = 2_000

Answered = Callable[[Reply], None]


def command() -> list[str]:
    """The command of the process, from a checkout or from a packed program."""
    packed = bool(getattr(sys, "frozen", False))
    program = [sys.executable] if packed else [sys.executable, str(Path(__file__).parents[2] / "main.py")]
    return [*program, "rehearse"]


class RehearsalProcess(QObject):
    """Starts at once, and carries out one order when it has it: starting takes longer than most rehearsals.

    Signals: `progressed(done)`, from 0 to 1 or None; then `refused(text)` or `came_out(outcome)`. Once it has
    come out, `ask` asks about it, until everybody who holds it has called `stop`.
    """

    progressed = Signal(object)
    refused = Signal(str)
    came_out = Signal(object)

    def __init__(self, parent: QObject, program: Callable[[], list[str]] = command) -> None:
        super().__init__(parent)
        self._ordered = self._told = False
        self._holders = 1
        self._said_last = ""
        self._questions = 0
        self._waiting: dict[int, Answered] = {}
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._process.readyReadStandardOutput.connect(self._on_lines)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        name, *arguments = program()
        self._process.start(name, arguments)

    def carry_out(self, order: Order) -> None:
        """Say what is to be rehearsed."""
        self._ordered = True
        if self._process.state() is QProcess.ProcessState.NotRunning:
            self._refuse(self._why_it_ended())  # nobody has heard of that yet
        else:
            self._send(order)

    def ask(self, answered: Answered, **question: Any) -> None:
        """Ask something; `answered` gets the reply, later."""
        self._questions += 1
        if self._process.state() is QProcess.ProcessState.NotRunning:
            answered(_gone(self._questions))
            return
        self._waiting[self._questions] = answered
        language = i18n.current_language()
        self._send(Question.model_validate({**question, "number": self._questions, "language": language}))

    def hold(self) -> None:
        """Somebody else has questions, too: it stays until both have called `stop`."""
        self._holders += 1

    def stop(self) -> None:
        """Let it end, whatever it does; nothing is told any more."""
        self._holders -= 1
        if self._holders > 0:
            return
        self._told = True
        self._waiting.clear()
        self.blockSignals(True)
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(_ENDS_WITHIN_MS)
        self.deleteLater()

    def _send(self, line: Line) -> None:
        self._process.write(line.model_dump_json().encode() + b"\n")

    def _on_lines(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data())
            try:
                self._hear(SAID.validate_json(line))
            except ValidationError:
                log.warning("the rehearsal said what is not understood: %s", line[:200])

    def _hear(self, said: Progress | Refused | Outcome | Reply) -> None:
        match said:
            case Progress(done=done):
                self.progressed.emit(done)
            case Refused(text=text):
                self._refuse(text)
            case Outcome():
                self._told = True
                self.came_out.emit(said)
            case Reply(number=number):
                if (answered := self._waiting.pop(number, None)) is not None:
                    answered(said)

    def _why_it_ended(self) -> str:
        if self._process.error() is QProcess.ProcessError.FailedToStart:
            return tr("The rehearsal cannot be started: {reason}", reason=self._process.errorString())
        last = self._said_last or "?"
        return tr("The rehearsal ended before it was done: {reason}", reason=last)

    def _refuse(self, text: str) -> None:
        if self._ordered and not self._told:
            self._told = True
            self.refused.emit(text)

    def _on_finished(self) -> None:
        self._on_lines()
        said = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip()
        if said:
            log.warning("the rehearsal: %s", said)
            self._said_last = said.splitlines()[-1]
        waiting, self._waiting = self._waiting, {}
        for number, answered in waiting.items():
            answered(_gone(number))
        self._refuse(self._why_it_ended())

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._refuse(self._why_it_ended())


def _gone(number: int) -> Reply:
    """What is answered in the place of a process that is not there any more."""
    return Reply(number=number, failure=tr("This rehearsal has ended. Rehearse again."))
