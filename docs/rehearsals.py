"""Pictures of a rehearsal for the manual: the question, and one person's path on the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.editor.page import EditorPage
from app.rehearsing.choice import RehearsalChoice
from app.rehearsing.dialog import RehearsalDialog
from app.window import MainWindow
from docs.camera import pause, wait

CAMPAIGN = "c_welcome"
JUDGED = "n_login"
"""The component at which the person's path is shown."""
_RATES = {
    "n_coupon": {"delivered": 100.0},
    "n_care": {"delivered": 97.0},
    "n_expiry": {"delivered": 97.0},
    JUDGED: {"done": 35.0},
}
_SETTLED_MS = 400
_LEGIBLE = 0.8


class Rehearsals:
    """`save(name, widget)` takes a picture."""

    def __init__(self, window: MainWindow, save: Callable[[str, QWidget], None]) -> None:
        self._window, self._save = window, save

    def take(self) -> None:
        """Rehearse the campaign that is open, on the past month."""
        window, page = self._window, self._window.the_editor
        page.commands.fit()
        window.preferences.rehearsals = {CAMPAIGN: RehearsalChoice(when="past", react="rates", rates=_RATES)}
        window.actions_["editor.rehearse"].trigger()
        wait(lambda: window.findChild(RehearsalDialog) is not None)
        (dialog,) = window.findChildren(RehearsalDialog)
        self._save("rehearse-dialog", dialog)
        dialog.rehearse.click()
        wait(lambda: page.rehearsing.rehearsed is not None)
        pause(_SETTLED_MS)
        self._take_path(page)
        self._take_comparison(page)
        page.rehearsing.close()

    def _take_comparison(self, page: EditorPage) -> None:
        """The same people once more, of whom more do what the judgment asks."""
        first = page.rehearsing.first
        assert first is not None
        rates = {**_RATES, JUDGED: {"done": 60.0}}
        other = RehearsalChoice(when="past", react="rates", rates=rates)
        page.rehearsing.comparing.begin(first, first.state, other, None)
        (window,) = page.rehearsing.comparing.windows
        wait(lambda: window.compared is not None and window.people.people.count() > 0)
        window.people.people.setCurrentRow(0)
        pause(_SETTLED_MS)
        assert window.view is not None
        window.view.zoom_to(_LEGIBLE)
        window.view.center_node(JUDGED, glide=False)
        pause(_SETTLED_MS)
        self._save("rehearsal-comparison", window)
        window.close()

    def _take_path(self, page: EditorPage) -> None:
        """Somebody's path, at the judgment."""
        page.scene.select([JUDGED])
        page.rehearsing.somebody()
        wait(lambda: bool(page.journey.journey))
        while page.journey.journey[page.journey.current].node != JUDGED:
            page.rehearsing.step(1)
        pause(_SETTLED_MS)
        self._save("rehearsal-path", self._window)
