"""The panel while several components are selected: how many, and what can be done with them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.actions import SECTIONS, Actions, Context, Place
from app.language import Retranslated
from app.widgets.basic import label, tool_button
from canvas_widgets.look import Look
from engine.i18n import ntr, tr

_ROW = 6
"""So many icons stand in a row."""


class SelectionPanel(Retranslated, QFrame):
    """Says how many are selected and how many of them are not configured, above the actions for several."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setFixedWidth(look.sizes.panel)
        self._grid = look.sizes.grid
        self._count, self._unconfigured = 0, 0
        self.title = label("title")
        self.state = label("muted", wrap=True)
        self._heads = {place: label("section") for place in actions.offered(Context.SEVERAL)}
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * self._grid, 2 * self._grid, 2 * self._grid, 2 * self._grid)
        column.setSpacing(self._grid // 2)
        column.addWidget(self.title)
        column.addWidget(self.state)
        for place, offered in actions.offered(Context.SEVERAL).items():
            column.addSpacing(self._grid)
            column.addWidget(self._heads[place])
            if place is Place.ARRANGE:
                self._add_icons(column, [action for action in offered if action.objectName() in _ICONS])
                offered = [action for action in offered if action.objectName() not in _ICONS]
            for action in offered:
                column.addWidget(_wide(action))
        column.addStretch(1)
        self.retranslate()

    def show_selection(self, count: int, unconfigured: int) -> None:
        """Say how many components are selected, and how many of them still have to be configured."""
        self._count, self._unconfigured = count, unconfigured
        self.retranslate()

    def retranslate(self) -> None:
        self.title.setText(ntr("{n:,} component selected", "{n:,} components selected", self._count))
        self.state.setText(
            ntr("{n:,} of them is not configured.", "{n:,} of them are not configured.", self._unconfigured)
            if self._unconfigured
            else tr("All of them are configured.")
        )
        for place, head in self._heads.items():
            head.setText(tr(SECTIONS[place]))

    def _add_icons(self, column: QVBoxLayout, actions: list[QAction]) -> None:
        for start in range(0, len(actions), _ROW):
            row = QHBoxLayout()
            row.setSpacing(self._grid // 2)
            for action in actions[start : start + _ROW]:
                row.addWidget(tool_button(action))
            row.addStretch(1)
            column.addLayout(row)


_ICONS = {
    *(f"editor.align_{side}" for side in ("left", "centre", "right", "top", "middle", "bottom")),
    "editor.distribute_across",
    "editor.distribute_down",
}
"""What pictures say better than words: a row of icons."""


def _wide(action: QAction) -> QWidget:
    """A button with words, as wide as the panel."""
    result = QToolButton()
    result.setDefaultAction(action)
    result.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    result.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return result
