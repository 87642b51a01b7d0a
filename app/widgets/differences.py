"""The differences of two states of a campaign, component by component."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.campaign.differences import Change, Difference
from engine.i18n import N_, tr

_WORDS = {Change.ADDED: N_("Added"), Change.REMOVED: N_("Removed"), Change.CHANGED: N_("Edited")}
_ICONS = {
    Change.ADDED: ("plus", "ok"),
    Change.REMOVED: ("trash", "danger"),
    Change.CHANGED: ("pencil", "warn"),
}


class DifferencesView(QTreeWidget):
    """A row for each component that differs, and below it what is different. Walked by arrow keys."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[Sequence[Difference], Sequence[Difference]] = ((), ())
        self.setColumnCount(2)
        self.setObjectName("differences")
        self.setHeaderHidden(True)
        self.setSelectionBehavior(QTreeWidget.SelectionBehavior.SelectRows)
        self.setIconSize(QSize(look.sizes.small_icon, look.sizes.small_icon))
        self.setIndentation(3 * look.sizes.grid)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        look.changed.connect(self._on_look_changed)

    def show_differences(self, found: Sequence[Difference], typed: Sequence[Difference] = ()) -> None:
        """Show these instead; `typed`: what stands in panels and was not confirmed."""
        self._shown = (found, typed)
        self.setAccessibleName(tr("Differences"))
        self.clear()
        items = [self._item(difference, tr(_WORDS[difference.change])) for difference in found]
        items += [self._item(difference, tr("Not confirmed")) for difference in typed]
        if not items:
            items = [QTreeWidgetItem([tr("Nothing is different."), ""])]
        self.addTopLevelItems(items)
        self.expandAll()

    def _on_look_changed(self) -> None:
        """Items keep the colours and icons that they were made with."""
        self.show_differences(*self._shown)

    def _item(self, difference: Difference, word: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([str(difference.title), word])
        name, colour = _ICONS[difference.change]
        item.setIcon(0, self._look.icon(name, colour))
        font = self.font()
        font.setWeight(font.Weight.DemiBold)
        item.setFont(0, font)
        item.setForeground(1, self._look.colours.muted)
        item.setToolTip(0, plain(str(difference.title)))
        for detail in difference.details:
            line = QTreeWidgetItem([str(detail), ""])
            line.setToolTip(0, plain(str(detail)))
            line.setForeground(0, self._look.colours.muted)
            line.setFirstColumnSpanned(True)
            item.addChild(line)
        return item


class DifferencesDialog(QDialog):
    """The view with a title, a sentence on which side is which, and Close."""

    def __init__(
        self, parent: QWidget, look: Look, title: str, sentence: str, found: Sequence[Difference]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        grid = look.sizes.grid
        self.view = DifferencesView(look)
        self.view.show_differences(found)
        layout = dialog_column(self, title)
        layout.addWidget(label("muted", sentence, wrap=True))
        layout.addWidget(self.view, 1)
        layout.addLayout(button_row(button("primary", self.accept, tr("Close"))))
        self.resize(88 * grid, 64 * grid)
