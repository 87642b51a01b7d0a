"""The palette itself: a field and a list that float over the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QListView, QVBoxLayout

from app.command_palette.entries import Entry, Listed, found, gather, listed
from app.command_palette.rows import EntryDelegate, EntryModel, spoken
from app.widgets.announce import describe
from app.widgets.basic import label
from canvas_widgets.dismissal import Dismissal
from canvas_widgets.matching import Query
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow

_WIDTH, _ROWS, _EDGE = 72, 12, 2  # of the grid; rows; of the grid
_REMEMBERED = 12
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}


class CommandPalette(QFrame):
    """Type to find, arrows to move, Enter or a click to do it; Escape or turning elsewhere closes.

    It is a child of the window and no window of its own, so that it looks and behaves alike on every desktop.
    Attributes: `search`, `list`.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        self._window, self._before = window, QApplication.focusWidget()
        self._dismissal = Dismissal(self)
        self._entries = self._gather()
        self.search = QLineEdit()
        self._name(tr("All commands"), tr("Search commands, campaigns and components"))
        self.list = QListView()
        self.list.setAccessibleName(tr("Commands"))
        self._rows = EntryModel(self.list)
        self._nothing = label("summary", tr("Nothing found."))
        self._lay_out()
        self.search.textChanged.connect(self._show_found)
        self.search.installEventFilter(self)
        window.installEventFilter(self)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.list.clicked.connect(self._on_clicked)
        self.list.selectionModel().currentChanged.connect(self._announce)

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        self.list.setModel(self._rows)
        self.list.setItemDelegate(EntryDelegate(self._window.look, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field keeps the cursor, its keys move the list
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, grid, 1, grid)
        column.setSpacing(grid // 2)
        head = QVBoxLayout()
        head.setContentsMargins(grid, 0, grid, 0)
        head.addWidget(self.search)
        head.addWidget(self._nothing)
        column.addLayout(head)
        column.addWidget(self.list)

    def _gather(self) -> list[Entry]:
        return gather(self._window)

    def _found(self, typed: str) -> list[Listed]:
        return listed(self._entries, typed, self._window.preferences.recent_commands)

    def _remember(self, entry: Entry) -> None:
        preferences = self._window.preferences
        remembered = [entry.id, *(id for id in preferences.recent_commands if id != entry.id)]
        preferences.recent_commands = remembered[:_REMEMBERED]
        preferences.save()

    def _name(self, title: str, asks: str) -> None:
        self.setAccessibleName(title)
        self.search.setPlaceholderText(asks)
        self.search.setAccessibleName(asks)

    def begin(self, typed: str = "") -> None:
        """Show everything that can be done, or what fits `typed`, ready to be typed into."""
        self.search.setText(typed)
        self._show_found(typed)
        self.show()
        self.raise_()
        self.search.setFocus()
        self._dismissal.begin()

    def chosen(self) -> Entry | None:
        """The entry that Enter would take."""
        return self._rows.entry(self.list.currentIndex().row())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() is QEvent.Type.Resize:
            self._place()
        elif watched is self.search and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._dismissal.end()
        goes_back = self._dismissal.has_focus
        super().closeEvent(event)
        if goes_back and self._before is not None and shiboken6.isValid(self._before):
            self._before.setFocus()

    def _on_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in _STEPS:
            self._step(_STEPS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.chosen())
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)  # nothing else here takes the focus
        return True

    def _step(self, by: int) -> None:
        """To the entry so many rows away, or the last one before the end."""
        count, row = self._rows.rowCount(), self.list.currentIndex().row()
        way = 1 if by > 0 else -1
        wanted = min(max(row + by, 0), count - 1)
        outward, inward = range(wanted, count if by > 0 else -1, way), range(wanted, row, -way)
        found = next((at for at in (*outward, *inward) if self._rows.entry(at) is not None), row)
        self.list.setCurrentIndex(self._rows.index(found))
        if found == next((at for at in range(count) if self._rows.entry(at) is not None), 0):
            self.list.scrollToTop()  # with the heading of the first ones

    def _on_clicked(self, index: QModelIndex) -> None:
        self._take(self._rows.entry(index.row()))

    def _take(self, entry: Entry | None) -> None:
        """Do it, as if it had been asked for where the cursor was before."""
        if entry is None or entry.why_not:
            return
        self.close()
        self._remember(entry)
        entry.run()

    def _show_found(self, typed: str) -> None:
        rows = self._found(typed)
        self._rows.show_rows(rows)
        self.list.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self._place()
        self.list.setCurrentIndex(QModelIndex())
        self._step(1)

    def _announce(self) -> None:
        """The cursor stays in the field: whoever hears the window is told there what Enter would take."""
        entry = self.chosen()
        describe(self.search, spoken(entry) if entry is not None else "")

    def _place(self) -> None:
        """In the middle below the top bar, as high as its rows up to a dozen."""
        window, sizes = self._window, self._window.look.sizes
        room = window.rect().adjusted(
            _EDGE * sizes.grid, 2 * sizes.top_bar, -_EDGE * sizes.grid, -_EDGE * sizes.grid
        )
        heights = [self.list.sizeHintForRow(row) for row in range(min(self._rows.rowCount(), _ROWS))]
        self.list.setFixedHeight(min(sum(heights), room.height() - 2 * sizes.top_bar))
        self.setFixedWidth(min(_WIDTH * sizes.grid, room.width()))
        self.adjustSize()
        self.move(room.center().x() - self.width() // 2, room.top())


class Picker(CommandPalette):
    """The same for one question: a few entries in an order of their own, nothing of which is remembered."""

    def __init__(self, window: MainWindow, entries: Sequence[Entry], title: str) -> None:
        self._given = list(entries)
        super().__init__(window)
        self._name(title, title)

    def _gather(self) -> list[Entry]:
        return self._given

    def _found(self, typed: str) -> list[Listed]:
        query = Query(typed)
        return [*(found(query, self._entries) if query else self._entries)]

    def _remember(self, entry: Entry) -> None:
        """What is picked here says nothing about the next question."""


def toggle(window: MainWindow) -> None:
    """Open the palette over the window, or close the one that is open."""
    shown = [found for found in window.findChildren(CommandPalette) if found.isVisible()]
    for palette in shown:
        palette.close()
    if not shown:
        CommandPalette(window).begin()
