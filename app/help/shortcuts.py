"""Every action with its keys, and what keys and mouse do on the canvas; found by typing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.actions import ACTIONS, SECTIONS
from app.help.gestures import KEYS, MOUSE
from app.widgets.basic import button, label
from app.widgets.on_screen import keep_on_screen
from canvas_widgets.matching import Query, in_every_language
from engine.i18n import N_, tr

if TYPE_CHECKING:
    from app.window import MainWindow

_AT_THE_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CANVAS, _MOUSE = N_("Keys on the canvas"), N_("Mouse on the canvas")


@dataclass(frozen=True)
class _Line:
    """A line of the table; `names` is what finds it, in every language."""

    section: str
    what: str
    keys: str
    names: tuple[str, ...]


class Shortcuts(QDialog):
    """Read from the table of actions, with the keys that the user chose, and from that of gestures.

    Attribute `search`.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        grid = window.look.sizes.grid
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._show_found)
        self._sections: list[tuple[QWidget, list[tuple[_Line, list[QWidget]]]]] = []
        self._nothing = label("muted", tr("Nothing found."))
        self._nothing.hide()
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(self._table(list(_lines(window)), grid))
        keep_on_screen(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * grid, 3 * grid, 2 * grid, 2 * grid)
        layout.setSpacing(grid)
        layout.addWidget(label("title", tr("Keyboard shortcuts")))
        layout.addWidget(self.search)
        layout.addWidget(scroll, 1)
        layout.addWidget(button("", self.accept, tr("Close")), 0, Qt.AlignmentFlag.AlignRight)
        self.resize(window.look.sizes.panel + 40 * grid, 84 * grid)

    def _table(self, lines: list[_Line], grid: int) -> QWidget:
        content = QWidget()
        content.setObjectName("content")
        table = QGridLayout(content)
        table.setContentsMargins(0, 0, grid, 0)
        table.setHorizontalSpacing(3 * grid)
        table.setVerticalSpacing(grid // 2)
        table.setColumnStretch(0, 1)
        for section, of_section in groupby(lines, lambda line: line.section):
            heading = label("section", section)
            heading.setMinimumHeight(3 * grid)
            table.addWidget(heading, table.rowCount(), 0)
            self._sections.append((heading, []))
            for line in of_section:
                what, keys = label("", line.what, wrap=True), label("keys" if line.keys else "", line.keys)
                row = table.rowCount()
                table.addWidget(what, row, 0)
                table.addWidget(keys, row, 1, _AT_THE_END)
                self._sections[-1][1].append((line, [what, keys]))
        table.addWidget(self._nothing, table.rowCount(), 0)
        table.setRowStretch(table.rowCount(), 1)
        return content

    def _show_found(self, typed: str) -> None:
        query = Query(typed)
        some = False
        for heading, lines in self._sections:
            fits = [not query or query.score(line.names) > 0 for line, _ in lines]
            for (_, widgets), shown in zip(lines, fits, strict=True):
                for widget in widgets:
                    widget.setVisible(shown)
            heading.setVisible(any(fits))
            some = some or any(fits)
        self._nothing.setVisible(not some)


def _lines(window: MainWindow) -> Iterator[_Line]:
    for title, gestures in ((_CANVAS, KEYS), (_MOUSE, MOUSE)):
        for how, what in gestures:
            yield _Line(tr(title), tr(what), tr(how), (*in_every_language(what), *in_every_language(how)))
    for place, title in SECTIONS.items():
        for spec in ACTIONS:
            if spec.place is place:
                keys = window.actions_.keys(spec.id)
                names = tuple(name.rstrip("…") for name in in_every_language(spec.text))
                also = in_every_language(spec.also) if spec.also else ()
                yield _Line(tr(title), tr(spec.text).rstrip("…"), keys, (*names, keys, *also))
