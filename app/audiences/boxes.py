"""What stands at the right of an audience: how many people, in words, some of them, its history, its uses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.widgets.basic import LinkButton, label
from app.widgets.layouts import empty
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr
from engine.server.wire.audiences import SampleAnswer
from engine.workspace.uses import Use


class Box(QFrame):
    """A card with a head: a title, and what can be done at its right."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "card")
        grid = look.sizes.grid
        self.title = label("strong")
        self.head = QHBoxLayout()
        self.head.setSpacing(grid)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(2 * grid, grid + grid // 2, 2 * grid, 2 * grid)
        self.column.setSpacing(grid)
        self.column.addLayout(self.head)

    def set_title(self, text: str) -> None:
        self.title.setText(text)
        self.setAccessibleName(text)


class SizeBox(Box):
    """How many people the rule finds now, and what is stored. Signal `update_asked()`."""

    update_asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.number = label("figure")
        self.told = label("muted", wrap=True)
        self.stored = label("small", wrap=True)
        self.problem = label("error", wrap=True)
        self.update_button = LinkButton("")
        self.update_button.clicked.connect(self.update_asked)
        self.head.addWidget(self.update_button)
        for part in (self.number, self.told, self.stored, self.problem):
            self.column.addWidget(part)
        self.problem.hide()

    def show_estimate(self, number: str, told: str) -> None:
        """A number in large type ("" while there is none), and what it means."""
        self.number.setText(number)
        self.number.setVisible(bool(number))
        self.told.setText(told)

    def show_stored(self, words: str, problem: str) -> None:
        self.stored.setText(words)
        self.stored.setVisible(bool(words))
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))


class SampleBox(Box):
    """Up to a hundred people in a table. Signals: `asked()`, show some; `opened(id)`, one of them."""

    asked = Signal()
    opened = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._grid = look.sizes.grid
        self.show_button = LinkButton("")
        self.show_button.clicked.connect(self.asked)
        self.head.addWidget(self.show_button)
        self.told = label("small", wrap=True)
        self.table = QTableWidget()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(4 * self._grid)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.table.setFixedHeight(34 * self._grid)
        self.table.activated.connect(self._on_activated)
        self.column.addWidget(self.told)
        self.column.addWidget(self.table)
        self.clear()

    def clear(self, told: str = "") -> None:
        """Show nobody; `told` says why."""
        self.table.setRowCount(0)
        self.table.hide()
        self.told.setText(told or tr("Look at some of the people whom the rule finds."))
        self.told.show()

    def show_people(self, found: SampleAnswer) -> None:
        if not found.rows:
            self.clear(tr("The rule finds nobody."))
            return
        names = [tr("Person"), *(name.partition(":")[2] for name in found.columns[1:])]
        self.table.setColumnCount(len(names))
        self.table.setHorizontalHeaderLabels(names)
        self.table.setRowCount(len(found.rows))
        for at, row in enumerate(found.rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setToolTip(plain(text))
                self.table.setItem(at, column, item)
        for column in range(len(names) - 1):
            self.table.setColumnWidth(column, 14 * self._grid)
        self.table.setAccessibleName(tr("People of the audience"))
        self.table.show()
        self.told.hide()

    def _on_activated(self, index: QModelIndex) -> None:
        if (item := self.table.item(index.row(), 0)) is not None:
            self.opened.emit(item.text())


class UsesBox(Box):
    """What refers to the audience, each a link. Signal `opened(use)`."""

    opened = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.column.addLayout(self._rows)

    def show_uses(self, uses: Sequence[Use]) -> None:
        empty(self._rows)
        kinds = {"campaign": tr("Campaign"), "audience": tr("Audience"), "settings": tr("Whitelist")}
        for use in uses:
            link = LinkButton(f"{kinds.get(use.kind, use.kind)}: {use.name}".replace("&", "&&"))
            link.clicked.connect(partial(self.opened.emit, use))
            self._rows.addWidget(link)
        if not uses:
            self._rows.addWidget(label("small", tr("Nothing uses it yet."), wrap=True))


def filled(box: Box, *parts: QWidget) -> Box:
    """The box with these below its head."""
    for part in parts:
        box.column.addWidget(part)
    return box
