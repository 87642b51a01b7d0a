"""Language, theme and motion: changed at once, and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app import language, tasks
from app.preferences import ReducedMotion, Theme
from app.settings.motion import system_reduces_motion
from canvas_widgets.look import Theme as LookTheme

if TYPE_CHECKING:
    from app.window import MainWindow


_EFFECTS = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
)


class Appearance:
    """What the window's look and words are; `ask_system` is what tests replace."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.ask_system = system_reduces_motion
        self._effects = {effect: QApplication.isEffectEnabled(effect) for effect in _EFFECTS}

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
        chosen = self._window.preferences.reduced_motion
        self._move(chosen != "always")
        if chosen == "system":
            tasks.run(self.ask_system, self._on_system_said, lambda _error: None)

    def _on_system_said(self, reduces: bool) -> None:
        if self._window.preferences.reduced_motion == "system":
            self._move(not reduces)

    def _move(self, motion: bool) -> None:
        """Let things glide or not, also what Qt moves by itself: menus, lists that drop down, tooltips."""
        self._window.look.motion = motion
        for effect, usual in self._effects.items():
            QApplication.setEffectEnabled(effect, usual and motion)

    def _remember(self) -> None:
        self._window.preferences.save()
        self._window.actions_.refresh()
