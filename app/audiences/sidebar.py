"""The left side of the audiences: their folders, and the definitions that rules are made with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout

from app.language import Retranslated
from app.widgets.basic import label
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr

ALL = "all"
NO_FOLDER = "none"
FOLDER = "folder:"
_ID = Qt.ItemDataRole.UserRole


class Sidebar(Retranslated, QFrame):
    """Signals: `chosen(key)`, one of `ALL`, `NO_FOLDER` or `FOLDER` with a name; `clicked()`, a folder was,
    also the one that is chosen; `definition_chosen(kind)`, one of rfm, aipl and tables."""

    chosen = Signal(str)
    clicked = Signal()
    definition_chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setFixedWidth(look.sizes.palette)
        self._look = look
        self._folders: list[str] = []
        self._counts: dict[str, int] = {}
        self._folder, self._definition = ALL, ""
        self.folders, self.definitions = QListWidget(), QListWidget()
        self._heads = (label("section"), label("section"))
        grid = look.sizes.grid
        column = QVBoxLayout(self)
        column.setContentsMargins(grid, 2 * grid, grid, grid)
        column.setSpacing(grid)
        for head, items in zip(self._heads, (self.folders, self.definitions), strict=True):
            items.setProperty("role", "plain")
            head.setContentsMargins(grid, 0, 0, 0)
            column.addWidget(head)
            column.addWidget(items, 1 if items is self.folders else 0)
        self.definitions.setFixedHeight(3 * 4 * grid + 2 * grid)
        self.folders.currentItemChanged.connect(self._on_folder)
        self.folders.itemClicked.connect(lambda _item: self.clicked.emit())
        self.definitions.itemClicked.connect(lambda item: self.definition_chosen.emit(item.data(_ID)))
        self.definitions.itemActivated.connect(lambda item: self.definition_chosen.emit(item.data(_ID)))
        look.changed.connect(self.retranslate)
        self.retranslate()

    def show_folders(self, folders: Sequence[str], counts: dict[str, int]) -> None:
        """The folders in use, and how many audiences are in each (by key)."""
        self._folders, self._counts = sorted(folders, key=str.casefold), counts
        self.retranslate()

    def current(self) -> str:
        """The folder whose audiences are listed."""
        return self._folder

    def show_definition(self, kind: str) -> None:
        """Mark what is on show: the definitions of a kind, or with "" the folder."""
        self._definition = kind
        self.folders.blockSignals(True)
        for items, marked in ((self.folders, "" if kind else self._folder), (self.definitions, kind)):
            keys = [items.item(row).data(_ID) for row in range(items.count())]
            items.setCurrentRow(keys.index(marked) if marked in keys else -1)
        self.folders.blockSignals(False)

    def retranslate(self) -> None:
        self._heads[0].setText(tr("Folders"))
        self._heads[1].setText(tr("Definitions"))
        self.folders.setAccessibleName(tr("Folders"))
        self.definitions.setAccessibleName(tr("Definitions"))
        self.folders.blockSignals(True)
        self.folders.clear()
        entries = [(ALL, tr("All audiences"), "users"), (NO_FOLDER, tr("Without folder"), "folder")]
        entries += [(FOLDER + name, name, "folder") for name in self._folders]
        for key, text, icon in entries:
            count = self._counts.get(key, 0)
            self._add(self.folders, key, f"{text}  {count:,}" if count else text, icon)
        if self._folder not in (key for key, _text, _icon in entries):
            self._folder = ALL
        self.folders.blockSignals(False)
        self.definitions.clear()
        for key, text, icon in (
            ("rfm", tr("RFM models"), "layout-grid"),
            ("aipl", tr("AIPL stages"), "sitemap"),
            ("tables", tr("Statistics tables"), "database"),
        ):
            self._add(self.definitions, key, text, icon)
        self.show_definition(self._definition)

    def _add(self, items: QListWidget, key: str, text: str, icon: str) -> None:
        item = QListWidgetItem(self._look.icon(icon, "muted"), text)
        item.setData(_ID, key)
        item.setToolTip(plain(text))
        items.addItem(item)

    def _on_folder(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._folder = item.data(_ID)
            self.chosen.emit(self._folder)
