"""CSV files of lists, in and out of the engine: asked for, worked on in the background, and reported on."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog

from app import tasks
from app.tasks import Progress
from app.widgets.ask import Choice, ask
from app.widgets.busy import BusyDialog
from engine.i18n import ntr, tr

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.hand_lists import Taken

_LINES_SHOWN = 10


def ask_for_csv(window: MainWindow, title: str, chosen: Callable[[Path], object]) -> QFileDialog:
    """Ask for a file to read."""
    dialog = QFileDialog(window, title, str(Path.home()))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([f"{tr('CSV files')} (*.csv *.txt)", f"{tr('All files')} (*)"])
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()
    return dialog


def ask_where_to_write(
    window: MainWindow, title: str, name: str, chosen: Callable[[Path], object]
) -> QFileDialog:
    """Ask where a CSV file is to be written."""
    dialog = QFileDialog(window, title, str(Path.home() / name))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    dialog.setNameFilters([f"{tr('CSV files')} (*.csv)"])
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()
    return dialog


def work_on(
    window: MainWindow, title: str, work: Callable[[Any, Progress], Any], done: Callable[[Any], object]
) -> None:
    """Let the engine work, starting it where it does not run, with progress on show and a way to stop it."""
    assert window.service is not None
    task = window.service.task(work)
    task.done.connect(done)
    task.failed.connect(window.show_error)
    task.cancelled.connect(
        lambda: window.toast.show_message(tr("Stopped. What was taken until then stays."), tone="warn")
    )
    BusyDialog(window, window.look, title, task).open()
    task.start()


def show_taken(window: MainWindow, name: str, taken: Taken) -> None:
    """Say what became of a file's rows; where some were not taken, which and why."""
    added = ntr("{n:,} row of {name} was taken.", "{n:,} rows of {name} were taken.", taken.added, name=name)
    if not taken.rejected:
        window.toast.show_message(added)
        return
    lines = [
        reason if line is None else tr("Line {line}: {reason}", line=line, reason=reason)
        for line, reason in taken.rejects[:_LINES_SHOWN]
    ]
    rest = taken.rejected - len(lines)
    if rest > 0:
        lines.append(ntr("and {n:,} more", "and {n:,} more", rest))
    refused = ntr("{n:,} row was not taken:", "{n:,} rows were not taken:", taken.rejected)
    ask(
        window,
        tr("Some rows were not taken"),
        "\n".join([added, refused, *lines]),
        Choice(tr("Save the list…"), lambda: _save_rejects(window, name, taken), ""),
    )


def _save_rejects(window: MainWindow, name: str, taken: Taken) -> None:
    def write(path: Path) -> None:
        def work() -> None:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(("line", "reason"))
                writer.writerows(("" if line is None else line, reason) for line, reason in taken.rejects)

        tasks.run(work, lambda _result: None, window.show_error)

    ask_where_to_write(window, tr("Save the list"), f"{Path(name).stem}-rejected.csv", write)
