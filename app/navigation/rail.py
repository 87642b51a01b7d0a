"""The rail at the left edge of the window: one button for each place of the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout

from app.language import Retranslated
from app.navigation.places import Place
from canvas_widgets.look import Look
from engine.i18n import tr

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class Rail(Retranslated, QFrame):
    """Signal `chosen(place_id)`. Tab leads to the current place's button, arrows to the others."""

    chosen = Signal(str)

    def __init__(self, look: Look, places: Sequence[Place]) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setFixedWidth(look.sizes.rail)
        self._look, self._places = look, {place.id: place for place in places}
        self._group = QButtonGroup(self)
        grid = look.sizes.grid
        layout = QVBoxLayout(self)
        layout.setContentsMargins(grid // 2, grid, grid // 2, grid)
        layout.setSpacing(grid // 2)
        self.buttons = {place.id: self._button(place) for place in places}
        for button in self.buttons.values():
            layout.addWidget(button)
        layout.addStretch(1)
        look.changed.connect(self._draw_icons)
        self.retranslate()

    def show_current(self, place_id: str) -> None:
        """Light the place that is on show."""
        self.buttons[place_id].setChecked(True)
        for id, button in self.buttons.items():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if id == place_id else Qt.FocusPolicy.ClickFocus)
        self._draw_icons()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Places of the workspace"))
        for id, button in self.buttons.items():
            button.setText(tr(self._places[id].title))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        buttons = list(self.buttons.values())
        at = next((i for i, button in enumerate(buttons) if button.hasFocus()), 0)
        buttons[(at + step) % len(buttons)].setFocus()

    def _button(self, place: Place) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "place")
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(self._look.sizes.icon, self._look.sizes.icon))
        button.setFixedSize(self._look.sizes.rail - self._look.sizes.grid - 1, 7 * self._look.sizes.grid)
        button.clicked.connect(partial(self.chosen.emit, place.id))
        self._group.addButton(button)
        return button

    def _draw_icons(self) -> None:
        """The current place's icon has the accent, besides the ground behind it."""
        for id, button in self.buttons.items():
            colour = "accent" if button.isChecked() else "muted"
            button.setIcon(self._look.icon(self._places[id].icon, colour, self._look.sizes.icon))
