"""Start of the designer: application, look, language, window, and the workspace after the first paint."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app import language, preferences, tasks
from app.opening.one_window import OneWindow, Outcome
from app.widgets.on_screen import on_screen
from app.window import FIRST_SIZE, MainWindow
from canvas_widgets import matching
from canvas_widgets.collector import keep_program
from canvas_widgets.look import Look, Theme
from engine import i18n
from engine.workspace.engine_folder import APPLICATION

log = logging.getLogger(__name__)
SWITCH_SECONDS = 0.001
"""How long a thread that works may keep the window's waiting. With Python's 5 ms, a window that opens files
while a campaign is checked in the background waits 5 ms for each."""

LOG_LEVEL_VARIABLE = "CAMPAIGN_CANVAS_LOG"
SCALE_VARIABLE = "QT_SCALE_FACTOR"
"""Qt's own, which it reads once."""
LAST_TASKS_S = 2.0
"""How long the end waits at most: for a journal that is still being written, for instance."""


def application(arguments: Sequence[str]) -> QApplication:
    """The Qt application with its names and icon."""
    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication(list(arguments))
    app.setApplicationName(APPLICATION)
    app.setApplicationDisplayName("Campaign Canvas")
    app.setDesktopFileName(APPLICATION)
    app.setQuitOnLastWindowClosed(True)
    return app


def open_window(app: QApplication, chosen: preferences.Preferences, file: Path | None = None) -> MainWindow:
    """A dressed window, shown; what is slow comes after its first paint: the last workspace, or this file."""
    from app.widgets import style

    if chosen.language is None or chosen.language not in i18n.LANGUAGES:
        chosen.language = language.system_language()
    language.use_language(chosen.language)
    look = Look(Theme(chosen.theme), motion=chosen.reduced_motion != "always")
    look.apply(app)
    style.use(look)
    app.setWindowIcon(QIcon(look.pixmap("route", "accent", 64)))
    window = MainWindow(look, chosen)
    if file is None:
        window.painted.connect(lambda: window.workspaces.begin())
    else:
        window.painted.connect(lambda: window.opening.begin_with(file))
    window.painted.connect(window.appearance.apply_motion)
    window.painted.connect(_log_start)
    window.ready.connect(keep_program)
    window.ready.connect(_read_ahead)
    window.show()
    return window


def _read_ahead() -> None:
    """What the first search by typing waits for is read while nothing else is done."""
    tasks.run(matching.read_ahead, lambda _: None, lambda error: log.error("no pinyin", exc_info=error))


def _log_start() -> None:
    log.info("window shown after %.3f s of CPU", time.process_time())


def main(file: Path | None = None) -> int:
    """Run the designer, with this file open, until its window closes; the exit status.

    Where it runs already, its window comes to the front and opens the file instead.
    """
    logging.basicConfig(level=os.environ.get(LOG_LEVEL_VARIABLE, "WARNING"))
    chosen = preferences.load()
    if chosen.interface_size:
        os.environ.setdefault(SCALE_VARIABLE, str(chosen.interface_size / 100))
    app = application(sys.argv[:1])
    one_window = OneWindow()
    outcome = one_window.begin(file)
    if outcome is Outcome.HANDED_OVER:
        return 0
    chosen.size = on_screen(chosen.size or FIRST_SIZE, app.primaryScreen().availableSize())
    window = open_window(app, chosen, file)
    one_window.serve(window, outcome)
    status = app.exec()
    one_window.close()
    del window
    tasks.finish(LAST_TASKS_S)
    return status


if __name__ == "__main__":
    sys.exit(main())
