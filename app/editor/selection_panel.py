"""The panel while several components are selected: how many, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout

from app.actions import Actions, Context, Place
from app.language import Retranslated
from app.widgets.basic import label, tool_button
from canvas_widgets.look import Look
from engine.i18n import ntr, tr

_PICTURED = ("editor.align_", "editor.distribute_")
"""What a picture says better than words: a row of icons."""

_ICONS_A_ROW = 8


class SelectionPanel(Retranslated, QFrame):
    """Says how many are selected and how many of them are not configured, above the actions for several."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setFixedWidth(look.sizes.panel)
        self._look, self._grid = look, look.sizes.grid
        self._count, self._unconfigured = 0, 0
        self.title = label("title")
        self.state = label("muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(self._grid, 2 * self._grid, self._grid, 2 * self._grid)
        column.setSpacing(self._grid // 4)
        for text in (self.title, self.state):
            text.setContentsMargins(self._grid, 0, self._grid, 0)
            column.addWidget(text)
        offered = actions.offered(Context.SEVERAL)
        for place in sorted(offered, key=lambda place: place is not Place.ARRANGE):
            self._add_section(column, offered[place])
        column.addStretch(1)
        self.retranslate()

    def show_selection(self, count: int, unconfigured: int) -> None:
        """Say how many components are selected, and how many of them still have to be configured."""
        self._count, self._unconfigured = count, unconfigured
        self.retranslate()

    def retranslate(self) -> None:
        self.title.setText(ntr("{n:,} component selected", "{n:,} components selected", self._count))
        self.state.setText(self._state_words())

    def _state_words(self) -> str:
        if not self._unconfigured:
            return tr("All of them are configured.")
        if self._unconfigured == self._count:
            return tr("None of them is configured.")
        return ntr(
            "{n:,} of them is not configured.", "{n:,} of them are not configured.", self._unconfigured
        )

    def _add_section(self, column: QVBoxLayout, actions: Sequence[QAction]) -> None:
        column.addSpacing(self._grid)
        line = QFrame()
        line.setProperty("role", "line")
        column.addWidget(line)
        column.addSpacing(self._grid)
        pictured = [action for action in actions if action.objectName().startswith(_PICTURED)]
        for start in range(0, len(pictured), _ICONS_A_ROW):
            row = QHBoxLayout()
            row.setSpacing(self._grid)
            for action in pictured[start : start + _ICONS_A_ROW]:
                row.addWidget(_icon_button(action, self._look))
            row.addStretch(1)
            column.addLayout(row)
        for action in actions:
            if action not in pictured:
                column.addWidget(ActionRow(action, self._look))


class ActionRow(QPushButton):
    """A button as wide as the panel that is an action: its icon, its words and, muted, its keys."""

    def __init__(self, action: QAction, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "row")
        self._action, self._side = action, look.sizes.small_icon
        self._icon, self._words, self._keys = QLabel(), label(), label("muted")
        row = QHBoxLayout(self)
        grid = look.sizes.grid
        row.setContentsMargins(grid, 0, grid, 0)
        row.setSpacing(grid)
        self._icon.setFixedWidth(self._side)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        row.addWidget(self._keys)
        for part in (self._icon, self._words, self._keys):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        mode = QIcon.Mode.Normal if action.isEnabled() else QIcon.Mode.Disabled
        self._icon.setPixmap(
            action.icon().pixmap(QSize(self._side, self._side), self.devicePixelRatioF(), mode)
        )
        self._words.setText(action.text())
        self._keys.setText(action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
        self.setAccessibleName(action.text())
        self.setEnabled(action.isEnabled())


def _icon_button(action: QAction, look: Look) -> QToolButton:
    button = tool_button(action)
    button.setFixedSize(look.sizes.control, look.sizes.control)
    button.setIconSize(QSize(look.sizes.icon, look.sizes.icon))
    return button
