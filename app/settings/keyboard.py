"""The second page of the preferences: which keys do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.actions import ACTIONS, SECTIONS, ActionSpec, Place
from app.actions.shortcuts import native, portable
from app.language import Retranslated
from app.widgets.basic import button, label
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow

_ID = Qt.ItemDataRole.UserRole
_PORTABLE = QKeySequence.SequenceFormat.PortableText
# What the canvas and every field understand without an action.
OWN_KEYS = (
    "Esc",
    "Tab",
    "Shift+Tab",
    "Backtab",
    "Return",
    "Enter",
    "Space",
    "Left",
    "Right",
    "Up",
    "Down",
    "/",
)


class KeyboardPage(Retranslated, QWidget):
    """Every action with its keys; those of the selected one can be changed. Every change counts at once."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self.search = QLineEdit(clearButtonEnabled=True)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setUniformRowHeights(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(window.look.sizes.grid)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.message = label("error", wrap=True)
        self.none = button("", self.remove_keys)
        self.reset = button("", self.reset_one)
        self.reset_all = button("", self.reset_everything)
        self._heading = label("label")
        self._items: dict[str, QTreeWidgetItem] = {}
        self._sections: dict[Place, QTreeWidgetItem] = {}
        self._lay_out()
        self.retranslate()
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(lambda: self._show_selected())
        self.tree.itemActivated.connect(lambda: self.keys.setFocus())
        self.keys.editingFinished.connect(self._on_recorded)
        first = next(spec for place in self._sections for spec in ACTIONS if spec.place is place)
        self._select(first.id)
        self.tree.scrollToTop()  # the heading of the first section as well

    def retranslate(self) -> None:
        chosen = self._selected_id()
        self.search.setPlaceholderText(tr("Search commands or keys"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.tree.setHeaderLabels([tr("Command"), tr("Keys")])
        self.tree.setAccessibleName(tr("Keyboard shortcuts"))
        self.keys.setAccessibleName(tr("Keys of the selected command"))
        self.none.setText(tr("No keys"))
        self.reset.setText(tr("Reset"))
        self.reset_all.setText(tr("Reset all"))
        self._fill()
        if chosen:
            self._select(chosen)

    def reset_one(self) -> None:
        """Give the selected action its usual keys back."""
        spec = self._spec()
        if spec is not None and self._free(spec, spec.shortcut):
            self._store(spec, spec.shortcut)

    def reset_everything(self) -> None:
        self._window.preferences.shortcuts = {}
        self._apply()

    def remove_keys(self) -> None:
        """Leave the selected action without keys."""
        if (spec := self._spec()) is not None:
            self._store(spec, "")

    def _on_recorded(self) -> None:
        spec, keys = self._spec(), self.keys.keySequence().toString(_PORTABLE)
        if spec is None or keys == self._keys_of(spec):
            return
        if keys and not self._free(spec, keys):
            self._show_keys(spec)
        else:
            self._store(spec, keys)

    def _free(self, spec: ActionSpec, keys: str) -> bool:
        """Whether the keys can be given to an action; says why not."""
        shown = native(keys)
        taken = next(
            (
                other
                for other in ACTIONS
                if other.id != spec.id and keys and self._keys_of(other) == portable(keys)
            ),
            None,
        )
        if keys in OWN_KEYS:
            text = tr("{keys} is what the canvas itself listens to. Choose other keys.", keys=shown)
        elif taken is not None:
            name = _plain(taken)
            text = tr(
                "{keys} already does “{name}”. Change that first, or choose other keys.",
                keys=shown,
                name=name,
            )
        else:
            text = ""
        self._say(text)
        return not text

    def _store(self, spec: ActionSpec, keys: str) -> None:
        chosen = {id: value for id, value in self._window.preferences.shortcuts.items() if id != spec.id}
        if keys != portable(spec.shortcut):
            chosen[spec.id] = keys
        self._window.preferences.shortcuts = chosen
        self._apply()

    def _apply(self) -> None:
        self._say("")
        self._window.preferences.save()
        self._window.actions_.apply_shortcuts(self._window.preferences.shortcuts)
        for spec in ACTIONS:
            self._show_item(spec)
        self._show_selected()

    def _show_selected(self) -> None:
        spec = self._spec()
        self._say("")
        self.keys.setEnabled(spec is not None)
        self._heading.setText(_plain(spec) if spec is not None else tr("Choose a command"))
        self._show_keys(spec)

    def _show_keys(self, spec: ActionSpec | None) -> None:
        self.keys.blockSignals(True)
        self.keys.setKeySequence(QKeySequence(self._keys_of(spec) if spec is not None else "", _PORTABLE))
        self.keys.blockSignals(False)
        changed = spec is not None and spec.id in self._window.preferences.shortcuts
        self.none.setEnabled(spec is not None and bool(self._keys_of(spec)))
        self.reset.setEnabled(changed)
        self.reset_all.setEnabled(bool(self._window.preferences.shortcuts))

    def _say(self, text: str) -> None:
        self.message.setText(text)

    def _keys_of(self, spec: ActionSpec) -> str:
        return self._window.actions_[spec.id].shortcut().toString(_PORTABLE)

    def _fill(self) -> None:
        self.tree.clear()
        self._items, self._sections = {}, {}
        for place, title in SECTIONS.items():
            section = QTreeWidgetItem([tr(title)])
            section.setFlags(Qt.ItemFlag.ItemIsEnabled)
            section.setFont(0, self._window.look.font("label"))
            self.tree.addTopLevelItem(section)
            self._sections[place] = section
            for spec in ACTIONS:
                if spec.place is place:
                    item = QTreeWidgetItem()
                    item.setData(0, _ID, spec.id)
                    section.addChild(item)
                    self._items[spec.id] = item
                    self._show_item(spec)
        self.tree.expandAll()
        self._filter(self.search.text())

    def _show_item(self, spec: ActionSpec) -> None:
        """Keys of one's own are bold: changed and usual ones are told apart."""
        item = self._items[spec.id]
        item.setText(0, _plain(spec))
        item.setText(1, native(self._keys_of(spec)))
        changed = spec.id in self._window.preferences.shortcuts
        item.setFont(1, self._window.look.font("strong" if changed else "control"))
        usual = native(spec.shortcut)
        item.setToolTip(1, tr("Usually {keys}", keys=usual) if changed and usual else "")

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        for spec in ACTIONS:
            item = self._items[spec.id]
            item.setHidden(wanted not in f"{item.text(0)} {item.text(1)}".casefold())
        for place, section in self._sections.items():
            section.setHidden(all(self._items[spec.id].isHidden() for spec in ACTIONS if spec.place is place))

    def _select(self, action_id: str) -> None:
        self.tree.setCurrentItem(self._items[action_id])

    def _selected_id(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, _ID) or "") if item is not None else ""

    def _spec(self) -> ActionSpec | None:
        chosen = self._selected_id()
        return next((spec for spec in ACTIONS if spec.id == chosen), None)

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        row = QHBoxLayout()
        row.setSpacing(grid)
        row.addWidget(self.keys, 1)
        row.addWidget(self.none)
        row.addWidget(self.reset)
        row.addWidget(self.reset_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * grid, 0, 0)
        layout.setSpacing(grid)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._heading)
        layout.addLayout(row)
        layout.addWidget(self.message)


def _plain(spec: ActionSpec) -> str:
    return tr(spec.text).rstrip("…")
