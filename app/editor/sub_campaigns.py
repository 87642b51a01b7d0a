"""The sub-campaigns of a campaign: primary campaigns at the left, theirs at the right."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from app.editors import style
from engine.i18n import tr
from engine.workspace.workspace import Workspace

_ID = Qt.ItemDataRole.UserRole


class SubCampaignPicker(QWidget):
    """Two columns. A tick at a primary campaign takes or drops all of its sub-campaigns."""

    def __init__(self, workspace: Workspace, chosen: Iterable[str]) -> None:
        super().__init__()
        self._tree = workspace.catalog.marketing_campaigns
        self._chosen = list(dict.fromkeys(chosen))
        self.primary, self.own = QListWidget(), QListWidget()
        self.primary.setAccessibleName(tr("Primary campaigns"))
        self.own.setAccessibleName(tr("Sub-campaigns"))
        grid = style.sizes().grid
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(grid)
        for column in (self.primary, self.own):
            column.setFixedHeight(16 * grid)
            row.addWidget(column)
        for id, entry in self._tree.items():
            if entry.parent is None:
                self._add(self.primary, id, entry.name)
        self.primary.currentItemChanged.connect(self._on_primary_shown)
        self.primary.itemChanged.connect(self._on_primary_ticked)
        self.own.itemChanged.connect(self._on_own_ticked)
        self.primary.setCurrentRow(0)

    def value(self) -> list[str]:
        """The chosen sub-campaigns (and primary ones without any), in the order in which they were chosen."""
        return list(self._chosen)

    def _children(self, primary: str) -> list[str]:
        """What a tick at a primary campaign takes: its sub-campaigns; itself where it has none."""
        return [id for id, entry in self._tree.items() if entry.parent == primary] or [primary]

    def _add(self, column: QListWidget, id: str, name: str) -> None:
        item = QListWidgetItem(name)
        item.setData(_ID, id)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(self._state(id))
        column.addItem(item)

    def _state(self, id: str) -> Qt.CheckState:
        members = self._children(id) if self._tree[id].parent is None else [id]
        taken = sum(member in self._chosen for member in members)
        if taken == 0:
            return Qt.CheckState.Unchecked
        return Qt.CheckState.Checked if taken == len(members) else Qt.CheckState.PartiallyChecked

    def _on_primary_shown(self, item: QListWidgetItem | None) -> None:
        self.own.blockSignals(True)
        self.own.clear()
        if item is not None:
            for id in self._children(item.data(_ID)):
                if id != item.data(_ID):
                    self._add(self.own, id, self._tree[id].name)
        self.own.blockSignals(False)

    def _on_primary_ticked(self, item: QListWidgetItem) -> None:
        self._take(self._children(item.data(_ID)), item.checkState() is Qt.CheckState.Checked)
        self.primary.setCurrentItem(item)
        self._show_states()

    def _on_own_ticked(self, item: QListWidgetItem) -> None:
        self._take([item.data(_ID)], item.checkState() is Qt.CheckState.Checked)
        self._show_states()

    def _take(self, ids: list[str], wanted: bool) -> None:
        for id in ids:
            if wanted and id not in self._chosen:
                self._chosen.append(id)
            elif not wanted and id in self._chosen:
                self._chosen.remove(id)

    def _show_states(self) -> None:
        for column in (self.primary, self.own):
            column.blockSignals(True)
            for row in range(column.count()):
                column.item(row).setCheckState(self._state(column.item(row).data(_ID)))
            column.blockSignals(False)
