"""A section with a list at the left and the chosen thing beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
)

from app.widgets.ask import Choice, ask
from app.widgets.basic import button
from app.widgets.empty import EmptyState
from app.widgets.fields import LineEdit
from app.workspace_settings.detail import Detail
from app.workspace_settings.section import SectionPage
from canvas_widgets.tooltip import plain
from engine.i18n import tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

_KEY = Qt.ItemDataRole.UserRole


class Item(NamedTuple):
    """An entry of the list: its key, name, a word beside it, and its icon."""

    key: str
    text: str
    note: str = ""
    icon: str = ""


class DeletableList(QListWidget):
    """Signal `delete_asked()`: Delete, which is for the entry here, whatever it is for elsewhere."""

    delete_asked = Signal()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self.delete_asked.emit()
                return True
        return super().event(event)


class ListSection(SectionPage):
    """A subclass says what is in the list, what can be made, and what shows one of them."""

    empty_icon = "list"

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.window_ = window
        self._workspace: Workspace | None = None
        self._items: list[Item] = []
        self.detail: Detail | None = None
        grid = window.look.sizes.grid
        self.search = LineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.list = DeletableList()
        self.list.setProperty("role", "plain")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentItemChanged.connect(self._on_current)
        self.new_button = button("", self._on_new)
        self._nothing = EmptyState(window.look, self.empty_icon)
        self._nothing.asked.connect(self._on_new)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self.side = QVBoxLayout()
        self.side.setContentsMargins(grid, 2 * grid, grid, grid)
        self.side.setSpacing(grid)
        for widget in (self.search, self.list, self.new_button):
            self.side.addWidget(widget)
        self.pane = QFrame()
        self.pane.setProperty("role", "side")
        self.pane.setFixedWidth(34 * grid)
        self.pane.setLayout(self.side)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.pane)
        outer.addWidget(self._stack, 1)
        self.list.delete_asked.connect(self._on_delete)
        self.retranslate()

    # What a subclass says ----------------------------------------------------------------------------------

    def items(self, workspace: Workspace) -> Sequence[Item]:
        """Everything that there is, in order."""
        raise NotImplementedError

    def kinds(self) -> Sequence[tuple[str, str]]:
        """What can be made: key and words of each; one only: no menu."""
        raise NotImplementedError

    def make_detail(self, workspace: Workspace, key: str | None, kind: str) -> Detail:
        """What shows one of them, or a new one."""
        raise NotImplementedError

    def texts(self) -> tuple[str, str, str, str]:
        """Title, sentence and verb of the empty place, and the words of the button for a new one."""
        raise NotImplementedError

    # The page ----------------------------------------------------------------------------------------------

    def show_workspace(self, workspace: Workspace) -> None:
        other = self._workspace is not workspace
        self._workspace = workspace
        if other:
            self._show_detail(None)
        self.fill()

    def show_object(self, id: str) -> None:
        self.search.clear()
        for row in range(self.list.count()):
            if self.list.item(row).data(_KEY) == id:
                self.list.setCurrentRow(row)

    def focus_first(self) -> None:
        (self.list if self.list.count() else self.new_button).setFocus()

    def retranslate(self) -> None:
        title, sentence, verb, new = self.texts()
        self._nothing.set_texts(title, sentence, verb)
        self.new_button.setText(new)
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search"))
        self.list.setAccessibleName(title)
        if self._workspace is not None:
            self.fill()

    def at_stake(self) -> object:
        return self.detail.at_stake() if self.detail is not None else None

    def leave(self, then: Callable[[], object]) -> None:
        self._leave(then)

    def fill(self) -> None:
        """Show what there is now; what is chosen stays chosen, and what is half-typed stays."""
        if self._workspace is None:
            return
        self._items = list(self.items(self._workspace))
        wanted = self.detail.key if self.detail is not None else None
        self.list.blockSignals(True)
        self.list.clear()
        for item in self._items:
            entry = QListWidgetItem(f"{item.text}  ·  {item.note}" if item.note else item.text)
            entry.setData(_KEY, item.key)
            entry.setToolTip(plain(entry.text()))
            if item.icon:
                entry.setIcon(self.window_.look.icon(item.icon, "muted"))
            self.list.addItem(entry)
            if item.key == wanted:
                self.list.setCurrentItem(entry)
        self.list.blockSignals(False)
        self._filter(self.search.text())
        gone = wanted is not None and all(item.key != wanted for item in self._items)
        if self.detail is None or (gone and not self.detail.dirty):
            self._show_detail(None)
            if self.list.count():
                self.list.setCurrentRow(0)
        elif not self.detail.dirty:
            self.detail.reload()

    def make(self, kind: str) -> None:
        """Begin a new one."""

        def begin() -> None:
            assert self._workspace is not None
            self.list.blockSignals(True)
            self.list.setCurrentRow(-1)
            self.list.blockSignals(False)
            self._show_detail(self.make_detail(self._workspace, None, kind))
            assert self.detail is not None
            self.detail.focus_first()

        self._leave(begin)

    def _on_new(self) -> None:
        kinds = self.kinds()
        if len(kinds) == 1:
            self.make(kinds[0][0])
            return
        menu = QMenu(self)
        for key, text in kinds:
            menu.addAction(text, partial(self.make, key))
        menu.aboutToHide.connect(menu.deleteLater)
        above = self.new_button if self.new_button.isVisible() else self._nothing
        menu.popup(above.mapToGlobal(above.rect().topLeft()))

    def _on_delete(self) -> None:
        if self.detail is not None:
            self.detail.ask_to_delete()

    def _on_current(self, item: QListWidgetItem | None, before: QListWidgetItem | None) -> None:
        if item is None or self._workspace is None:
            return
        key = str(item.data(_KEY))
        if self.detail is not None and self.detail.key == key:
            return

        def go() -> None:
            assert self._workspace is not None
            self._show_detail(self.make_detail(self._workspace, key, ""))

        if self.detail is not None and self.detail.touched:
            self.list.blockSignals(True)
            self.list.setCurrentRow(self.list.row(before) if before is not None else -1)
            self.list.blockSignals(False)
            self._leave(lambda: self._go_to(key, go))
        else:
            go()

    def _go_to(self, key: str, go: Callable[[], None]) -> None:
        go()
        self.fill()

    def _leave(self, then: Callable[[], object]) -> None:
        """Do something else, after a question where something is not saved."""
        detail = self.detail
        if detail is None or not detail.touched:
            then()
            return
        ask(
            self,
            tr("Save the changes first?"),
            tr("“{name}” has changes that are not saved.", name=detail.title_text()),
            Choice(tr("Discard"), then, "danger"),
            Choice(tr("Save"), lambda: detail.save(then)),
        )

    def _show_detail(self, detail: Detail | None) -> None:
        old, self.detail = self.detail, detail
        if detail is not None:
            detail.saved.connect(self._on_saved)
            detail.deleted.connect(self._on_deleted)
            self._stack.addWidget(detail)
            self._stack.setCurrentWidget(detail)
        else:
            self._stack.setCurrentWidget(self._nothing)
        if old is not None:
            self._stack.removeWidget(old)
            old.hide()
            old.deleteLater()

    def _on_saved(self) -> None:
        self.fill()
        self.window_.reload()

    def _on_deleted(self) -> None:
        self._show_detail(None)
        self.fill()
        self.window_.reload()

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(wanted not in item.text().casefold())
