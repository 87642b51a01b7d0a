"""The dialog in which conflicts are resolved: a list, and both sides on the canvas beside each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app import tasks
from app.merging.side import SideView
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import Kind, Merge, Side
from engine.campaign.merging.words import Told
from engine.components.base import Lookup
from engine.i18n import ntr, tr

_KEYS = {Qt.Key.Key_Left: Side.OURS, Qt.Key.Key_Right: Side.THEIRS}


class Names(NamedTuple):
    """What the two versions are called: `ours`, `theirs`, and a sentence on how they came to be."""

    ours: str
    theirs: str
    sentence: str


class MergeDialog(QDialog):
    """Each conflict is one row; what is not in conflict is merged already. `confirmed` gets the document.

    Attributes: conflicts (the list), sides (their views), choices (so far), apply, trouble.
    """

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        merged: Merge,
        conflicts: list[Told],
        lookup: Lookup,
        names: Names,
        confirmed: Callable[[CampaignDocument], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._look, self._merged, self._confirmed = look, merged, confirmed
        self._told, self._ended = conflicts, False
        self._names = {Side.OURS: names.ours, Side.THEIRS: names.theirs}
        self.choices: dict[str, Side] = {}
        self.conflicts = _Rows(look, self._told)
        self.sides = {
            side: SideView(look, document, lookup, self._names[side], tr("Take this"))
            for side, document in ((Side.OURS, merged.ours), (Side.THEIRS, merged.theirs))
        }
        self.count = label("muted")
        self.trouble = label("warning", wrap=True)
        self.apply = button("primary", self._on_apply, tr("Apply"))
        title = ntr(
            "{n:,} thing was changed on both sides",
            "{n:,} things were changed on both sides",
            len(self._told),
        )
        self.setWindowTitle(tr("Merge"))
        self._lay_out(title, names.sentence)
        self.conflicts.currentItemChanged.connect(lambda *_rows: self._show())
        self.conflicts.side_asked = self.take
        for side, view in self.sides.items():
            view.taken.connect(partial(self.take, side))
        self.finished.connect(self._on_finished)
        self.conflicts.go(0)
        self._follow()

    def take(self, side: Side) -> None:
        """Choose a side of the conflict on show."""
        self._choose(self._current.conflict.key, side)

    def take_all(self, side: Side) -> None:
        """Choose one side of all conflicts."""
        for one in self._told:
            self._choose(one.conflict.key, side)

    @property
    def _current(self) -> Told:
        return self._told[self.conflicts.row]

    def _choose(self, key: str, side: Side) -> None:
        self.choices[key] = side
        row = next(index for index, one in enumerate(self._told) if one.conflict.key == key)
        self.conflicts.show_choice(row, self._names[side])
        self._show()
        self._follow()

    def _show(self) -> None:
        """The conflict of the current row, on both sides."""
        one = self._current
        conflict = one.conflict
        nodes = () if conflict.kind is Kind.NOTE else conflict.nodes
        tables = self._merged.base, self._merged.ours, self._merged.theirs
        places = [document.layout[id] for document in tables for id in nodes if id in document.layout]
        if conflict.kind is Kind.NOTE:
            notes = (document.notes.get(conflict.nodes[0]) for document in tables)
            places = [note.at for note in notes if note is not None]
        for side, view in self.sides.items():
            chosen = self.choices.get(conflict.key) is side
            view.show_conflict(nodes, places[:1], one.of(side), chosen=chosen)

    def _follow(self) -> None:
        """Say how much is chosen; all of it, and where that is not certain whether it goes together."""
        left = len(self._told) - len(self.choices)
        text = ntr("{n:,} still to choose", "{n:,} still to choose", left) if left else tr("All is chosen.")
        self.count.setText(text)
        self._show_sound(sound=True, possible=not left and self._merged.proven)
        if not left and not self._merged.proven:
            choices = dict(self.choices)
            tasks.run(partial(self._merged.goes_together, choices), partial(self._on_checked, choices))

    def _on_checked(self, choices: dict[str, Side], sound: bool) -> None:
        if choices == self.choices and not self._ended:
            self._show_sound(sound=sound, possible=sound)

    def _show_sound(self, *, sound: bool, possible: bool) -> None:
        self.trouble.setText(
            "" if sound else tr("These do not go together. Take the other side of one of them.")
        )
        self.trouble.setVisible(not sound)
        self.apply.setEnabled(possible)

    def _on_apply(self) -> None:
        self.accept()
        tasks.run(partial(self._merged.document, dict(self.choices)), self._confirmed)

    def _on_finished(self) -> None:
        self._ended = True
        for view in self.sides.values():
            view.close_scene()

    def _lay_out(self, title: str, sentence: str) -> None:
        grid = self._look.sizes.grid
        layout = dialog_column(self, title)
        layout.addWidget(label("muted", sentence, wrap=True))
        layout.addSpacing(grid)
        row = QHBoxLayout()
        row.setSpacing(2 * grid)
        self.conflicts.setFixedWidth(42 * grid)
        row.addWidget(self.conflicts)
        for view in self.sides.values():
            row.addWidget(view, 1)
        layout.addLayout(row, 1)
        layout.addWidget(self.trouble)
        every = QWidget()
        buttons = QHBoxLayout(every)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(grid)
        for side in Side:
            text = tr("All: {side}", side=self._names[side])
            buttons.addWidget(button("", partial(self.take_all, side), text))
        layout.addLayout(
            button_row(self.count, button("", self.reject, tr("Cancel")), self.apply, at_left=every)
        )
        self.resize(156 * grid, 90 * grid)


class _Rows(QTreeWidget):
    """The conflicts with what was chosen; Left and Right choose. `side_asked` is called with the side."""

    def __init__(self, look: Look, conflicts: list[Told]) -> None:
        super().__init__()
        self._look = look
        self.side_asked: Callable[[Side], object] = lambda _side: None
        self.setObjectName("differences")
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setAllColumnsShowFocus(True)
        self.setIconSize(QSize(look.sizes.small_icon, look.sizes.small_icon))
        self.setAccessibleName(tr("Conflicts"))
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for one in conflicts:
            item = QTreeWidgetItem([str(one.title), ""])
            item.setIcon(0, look.icon("alert-triangle", "warn"))
            item.setToolTip(0, plain(str(one.title)))
            item.setForeground(1, look.colours.muted)
            self.addTopLevelItem(item)

    @property
    def row(self) -> int:
        """Which one is current."""
        return self.currentIndex().row()

    def go(self, row: int) -> None:
        self.setCurrentIndex(self.model().index(row, 0))

    def show_choice(self, row: int, text: str) -> None:
        item = self.topLevelItem(row)
        if item is not None:
            item.setIcon(0, self._look.icon("check", "ok"))
            item.setText(1, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        side = _KEYS.get(Qt.Key(event.key()))
        if side is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            self.side_asked(side)
