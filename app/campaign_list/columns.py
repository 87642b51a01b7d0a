"""Which columns of the table are shown, and how wide: what was chosen, as far as there is room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHeaderView, QTableView

from app.campaign_list.table import COLUMNS
from canvas_widgets.look import Look

FIXED = {"name", "menu"}
_WIDTHS = {
    "status": 13,
    "folder": 14,
    "sub_campaigns": 16,
    "start": 18,
    "end": 18,
    "next_run": 18,
    "entries": 11,
    "inside": 10,
    "changed": 18,
    "menu": 6,
}  # in steps of the grid; the name takes the rest
_LEAST_NAME = 24
_NAME = [column.id for column in COLUMNS].index("name")
_GIVE_WAY = ("folder", "sub_campaigns", "start", "end", "changed", "next_run", "inside", "entries")
"""What is hidden first where there is too little room: the folders stand beside the table anyway."""


class Columns:
    """Shows and hides a table's columns. What opens a row's menu, at the end, always stays in sight.

    Attributes: hidden (what a person does not want to see), crowded (what there is no room for now).
    """

    def __init__(self, table: QTableView, look: Look) -> None:
        self._table, self._look = table, look
        self._widths = {id: width * look.sizes.grid for id, width in _WIDTHS.items()}
        self._fitting = False
        self.hidden: frozenset[str] = frozenset()
        self.crowded: frozenset[str] = frozenset()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(5 * look.sizes.grid)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Fixed)
        for number, column in enumerate(COLUMNS):
            if column.id != "name":
                table.setColumnWidth(number, self._widths[column.id])
        header.sectionResized.connect(self._on_section_resized)

    def hide(self, hidden: Sequence[str]) -> None:
        """Hide these, as far as they can be."""
        self.hidden = frozenset(hidden) - FIXED
        self.fit()

    def set_shown(self, id: str, shown: bool) -> None:
        self.hide([*(self.hidden - {id}), *(() if shown else (id,))])

    def fit(self) -> None:
        """Follow the table's width."""
        self._fitting = True
        wanted = [id for id in self._widths if id not in self.hidden]
        room = self._table.viewport().width() - _LEAST_NAME * self._look.sizes.grid
        crowded: set[str] = set()
        for id in _GIVE_WAY:
            if sum(self._widths[other] for other in wanted if other not in crowded) <= room:
                break
            crowded |= {id} & set(wanted)
        self.crowded = frozenset(crowded)
        for number, column in enumerate(COLUMNS):
            self._table.setColumnHidden(number, column.id in self.hidden | crowded)
        self._size_name()
        self._fitting = False

    def _size_name(self) -> None:
        """Names take what the other columns leave, and never so little that they cannot be told apart."""
        table = self._table
        others = table.horizontalHeader().length() - table.columnWidth(_NAME)
        table.setColumnWidth(
            _NAME, max(_LEAST_NAME * self._look.sizes.grid, table.viewport().width() - others)
        )

    def _on_section_resized(self, number: int, _before: int, after: int) -> None:
        """A person drags a border: nothing is hidden under the hand, whatever room there is."""
        if not self._fitting and number != _NAME:
            self._widths[COLUMNS[number].id] = after
            self._size_name()
