"""What stands above the table: counts per status that filter, the search by name, the sub-campaign filter."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from app.campaign_list.status import RARE, Status
from app.language import Retranslated
from app.widgets.basic import ShrinkingField
from app.widgets.drop_down import DropDown
from canvas_widgets.look import Look
from engine.i18n import tr


class StatusFilter(Retranslated, QWidget):
    """One button a status with its count, and one for all. Signal `chosen(status or None)`."""

    chosen = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._counts: Mapping[Status, int] = {}
        self.buttons: dict[Status | None, QPushButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.sizes.grid // 2)
        for status in (None, *Status):
            button = QPushButton()
            button.setCheckable(True)
            button.setProperty("role", "ghost")
            button.clicked.connect(lambda _checked, status=status: self.chosen.emit(status))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[status] = button
        self.buttons[None].setChecked(True)
        row.addStretch(1)
        self.retranslate()

    def show_counts(self, counts: Mapping[Status, int]) -> None:
        """Show the numbers. What is rare has a button only while there is any."""
        self._counts = counts
        self.retranslate()

    def choose(self, status: Status | None) -> None:
        self.buttons[status].setChecked(True)
        self.chosen.emit(status)

    def retranslate(self) -> None:
        for status, button in self.buttons.items():
            number = sum(self._counts.values()) if status is None else self._counts.get(status, 0)
            text = tr("All") if status is None else str(status.label)
            button.setText(f"{text}  {number:,}")
            button.setVisible(status not in RARE or number > 0 or button.isChecked())


class SearchField(Retranslated, ShrinkingField):
    """Search by name; Escape empties it."""

    def __init__(self, look: Look) -> None:
        super().__init__(look.sizes.palette + 4 * look.sizes.grid, 12 * look.sizes.grid)
        self.setClearButtonEnabled(True)
        icon = self.addAction(look.icon("search", "muted"), self.ActionPosition.LeadingPosition)
        look.set_icon(icon, "search", "muted")  # follows the theme
        self.retranslate()

    def retranslate(self) -> None:
        self.setPlaceholderText(tr("Search by name"))
        self.setAccessibleName(tr("Search by name"))


_EDIT = "edit"


class SubCampaignFilter(Retranslated, DropDown):
    """All sub-campaigns, a primary campaign with all of its own, or one.

    The list that opens also leads to where they are edited: arrow keys on the closed one do not.
    Signals: `chosen(frozenset)`, `edit_asked()`.
    """

    chosen = Signal(object)
    edit_asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._kept = 0
        self._tree: Mapping[str, tuple[str, str | None]] = {}
        self.setMinimumWidth(look.sizes.palette // 2 + look.sizes.grid)  # of what is chosen, the beginning
        self.setMaximumWidth(look.sizes.palette)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)  # also in another language
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.activated.connect(self._on_activated)
        self.retranslate()

    def show_tree(self, tree: Mapping[str, tuple[str, str | None]]) -> None:
        """`tree`: name and primary campaign (None for a primary one itself) by id."""
        self._tree = tree
        self.retranslate()

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        self._kept = self.currentIndex()
        if self.findData(_EDIT) < 0:
            self.addItem(tr("Edit the marketing campaigns…"), _EDIT)
        super().showPopup()

    def hidePopup(self) -> None:  # noqa: N802 - Qt's name
        super().hidePopup()
        QTimer.singleShot(0, self, self._close)  # what was chosen is told after this

    def _close(self) -> None:
        if (index := self.findData(_EDIT)) >= 0:
            self.removeItem(index)

    def _on_activated(self) -> None:
        if self.currentData() == _EDIT:
            self.setCurrentIndex(self._kept)
            self.edit_asked.emit()
        else:
            self.chosen.emit(self.currentData())

    def clear_choice(self) -> None:
        self.setCurrentIndex(0)
        self.chosen.emit(self.currentData())

    def retranslate(self) -> None:
        kept = self.currentData()
        self.clear()
        self.setAccessibleName(tr("Sub-campaign"))
        self.addItem(tr("All sub-campaigns"), frozenset())
        for id, (name, parent) in self._tree.items():
            if parent is None:
                own = {sub for sub, (_, primary) in self._tree.items() if primary == id}
                self.addItem(name, frozenset({id} | own))
                for sub in sorted(own, key=lambda sub: self._tree[sub][0]):
                    self.addItem(f"    {self._tree[sub][0]}", frozenset({sub}))
        self.setCurrentIndex(max(0, self.findData(kept)) if kept else 0)
        self.setVisible(bool(self._tree))
