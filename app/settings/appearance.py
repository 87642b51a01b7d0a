"""Language, theme and motion: changed at once, and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import language, tasks
from app.preferences import ReducedMotion, Theme
from app.settings.motion import system_reduces_motion
from canvas_widgets.look import Theme as LookTheme

if TYPE_CHECKING:
    from app.window import MainWindow


class Appearance:
    """What the window's look and words are; `ask_system` is what tests replace."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.ask_system = system_reduces_motion

    def set_language(self, code: str) -> None:
        language.use_language(code)
        self._window.preferences.language = code
        self._remember()

    def set_theme(self, theme: Theme) -> None:
        self._window.look.set_theme(LookTheme(theme))
        self._window.preferences.theme = theme
        self._remember()

    def set_reduced_motion(self, reduced: ReducedMotion) -> None:
        self._window.preferences.reduced_motion = reduced
        self._remember()
        self.apply_motion()

    def apply_motion(self) -> None:
        """Move, or keep still, as was chosen; the desktop is asked in the background."""
        look, chosen = self._window.look, self._window.preferences.reduced_motion
        look.motion = chosen != "always"
        if chosen == "system":
            tasks.run(self.ask_system, self._on_system_said, lambda _error: None)

    def _on_system_said(self, reduces: bool) -> None:
        if self._window.preferences.reduced_motion == "system":
            self._window.look.motion = not reduces

    def _remember(self) -> None:
        self._window.preferences.save()
        self._window.actions_.refresh()
