"""The sub-campaign picker: primary campaigns at the left, theirs at the right."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.language import Retranslated
from app.widgets.basic import label
from app.widgets.layouts import row
from canvas_widgets.tooltip import plain
from engine.i18n import ntr, tr
from engine.workspace.workspace import Workspace

_ID = Qt.ItemDataRole.UserRole


class SubCampaignPicker(Retranslated, QWidget):
    """Choose sub-campaigns. Checking a primary campaign chooses all of its sub-campaigns.

    Signal `changed()`: `chosen()` is another.
    """

    changed = Signal()

    def __init__(
        self, workspace: Workspace, chosen: Iterable[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        campaigns = workspace.catalog.marketing_campaigns
        self._names = {id: campaign.name for id, campaign in campaigns.items()}
        self._children: dict[str, list[str]] = {
            id: [] for id, campaign in campaigns.items() if campaign.parent is None
        }
        for id, campaign in campaigns.items():
            if campaign.parent is not None:
                self._children[campaign.parent].append(id)
        self._chosen = list(dict.fromkeys(chosen))
        self.primary = QListWidget()
        self.sub = QListWidget()
        self._primary_label = label("small", "", wrap=True)
        self._sub_label = label("small", "", wrap=True)
        self._count = label("small", "", wrap=True)
        self._empty = label("small", "", wrap=True)
        self._lay_out()
        self._fill()
        self.primary.currentItemChanged.connect(self._show_sub)
        self.primary.itemChanged.connect(self._on_primary_checked)
        self.sub.itemChanged.connect(self._on_sub_checked)
        self.retranslate()
        self.primary.setCurrentRow(0)

    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen sub-campaigns, in the order in which they were chosen."""
        return tuple(self._chosen)

    def retranslate(self) -> None:
        self._primary_label.setText(tr("Primary campaigns"))
        self._sub_label.setText(tr("Sub-campaigns"))
        self.primary.setAccessibleName(tr("Primary campaigns"))
        self.sub.setAccessibleName(tr("Sub-campaigns"))
        self._empty.setText(tr("The workspace has no marketing campaigns yet."))
        self._show_count()

    def _lay_out(self) -> None:
        columns = row()
        for text, view in ((self._primary_label, self.primary), (self._sub_label, self.sub)):
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(text)
            column.addWidget(view)
            columns.addLayout(column, 1)
            view.setFixedHeight(160)
            view.setTextElideMode(Qt.TextElideMode.ElideRight)
            view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            view.setVisible(bool(self._children))
            text.setVisible(bool(self._children))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addLayout(columns)
        outer.addWidget(self._count)
        outer.addWidget(self._empty)
        self._count.setVisible(bool(self._children))
        self._empty.setVisible(not self._children)
        self.setFocusProxy(self.primary)

    def _fill(self) -> None:
        for id, children in self._children.items():
            item = self._item(id, self._state(id))
            if not children:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
                item.setData(Qt.ItemDataRole.CheckStateRole, None)
            self.primary.addItem(item)

    def _item(self, id: str, state: Qt.CheckState) -> QListWidgetItem:
        item = QListWidgetItem(self._names[id])
        item.setToolTip(plain(self._names[id]))
        item.setData(_ID, id)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        )
        item.setCheckState(state)
        return item

    def _state(self, primary: str) -> Qt.CheckState:
        children = self._children[primary]
        count = sum(child in self._chosen for child in children)
        if count == 0:
            return Qt.CheckState.Unchecked
        return Qt.CheckState.Checked if count == len(children) else Qt.CheckState.PartiallyChecked

    def _show_sub(self) -> None:
        current: QListWidgetItem | None = self.primary.currentItem()  # the stubs forget None
        self.sub.blockSignals(True)
        self.sub.clear()
        for child in self._children[current.data(_ID)] if current is not None else ():
            on = child in self._chosen
            self.sub.addItem(self._item(child, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked))
        self.sub.blockSignals(False)

    def _on_primary_checked(self, item: QListWidgetItem) -> None:
        children = self._children[item.data(_ID)]
        if item.checkState() == Qt.CheckState.Checked:
            self._chosen += [child for child in children if child not in self._chosen]
        elif item.checkState() == Qt.CheckState.Unchecked:
            self._chosen = [id for id in self._chosen if id not in children]
        self.primary.setCurrentItem(item)
        self._on_changed()

    def _on_sub_checked(self, item: QListWidgetItem) -> None:
        id = item.data(_ID)
        self._chosen = [other for other in self._chosen if other != id]
        if item.checkState() == Qt.CheckState.Checked:
            self._chosen.append(id)
        self._on_changed()

    def _on_changed(self) -> None:
        self.primary.blockSignals(True)
        for index in range(self.primary.count()):
            item = self.primary.item(index)
            if self._children[item.data(_ID)]:
                item.setCheckState(self._state(item.data(_ID)))
        self.primary.blockSignals(False)
        self._show_sub()
        self._show_count()
        self.changed.emit()

    def _show_count(self) -> None:
        self._count.setText(ntr("{n:,} sub-campaign chosen", "{n:,} sub-campaigns chosen", len(self._chosen)))
