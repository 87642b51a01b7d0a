"""The people whose path differs between two rehearsals: how many, and the first of them with both paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.rehearsing.step_words import outcome_words
from app.widgets.basic import label
from app.widgets.combo_box import Option
from app.widgets.layouts import row
from app.widgets.segmented import Segmented
from canvas_widgets.tooltip import plain
from engine.campaign.document import CampaignDocument
from engine.commands.rehearsal_lines import Differing, Passage
from engine.i18n import ntr, tr

BOTH, A, B = "both", "a", "b"
_ROW = 40
Way = Sequence[Passage]
Ways = Mapping[str, tuple[Way, Way]]
"""Of people, by own id: the way in A and the way in B."""


class DifferingPanel(QWidget):
    """Signal `shown(ways)`: these ways, of A and of B, are to be seen; both are empty for nobody's.

    Attributes: people, both (lists), sides (which of the two ways is lit).
    """

    shown = Signal(object)

    def __init__(self, before: CampaignDocument, after: CampaignDocument) -> None:
        super().__init__()
        self._documents = (before, after)
        self._ways: Ways = {}
        self._found: Differing | None = None
        self._title = label("section")
        self.summary = label("muted", wrap=True)
        self.people = QListWidget()
        self.people.setObjectName("steps")
        self.sides = Segmented([])
        self.both = (QListWidget(), QListWidget())
        for steps in self.both:
            steps.setObjectName("steps")
            steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            steps.setWordWrap(True)
        self._lay_out()
        self.retranslate()
        self.sides.set_value(BOTH)
        self.people.currentRowChanged.connect(lambda _row: self._show())
        self.sides.chosen.connect(lambda _side: self._show())

    def retranslate(self) -> None:
        """Say it in the language of now, whoever is chosen."""
        self._title.setText(tr("Other paths"))
        self.people.setAccessibleName(tr("People whose path differs"))
        self.sides.set_options(
            [Option(BOTH, tr("Both paths")), Option(A, tr("Path in A")), Option(B, tr("Path in B"))]
        )
        self.sides.setAccessibleName(tr("Paths on the canvas"))
        for steps, name in zip(self.both, (tr("Path in A"), tr("Path in B")), strict=True):
            steps.setAccessibleName(name)
        if self._found is not None:
            row = self.people.currentRow()
            self.show_differing(self._found, self._ways)
            self.people.setCurrentRow(row)

    def show_waiting(self) -> None:
        """It is still being compared."""
        self.summary.setText(tr("One moment…"))

    def show_trouble(self, sentence: str) -> None:
        """It cannot be said."""
        self.summary.setText(sentence)

    def show_differing(self, found: Differing, ways: Ways) -> None:
        """How many there are, and the ways of the first of them."""
        self._found, self._ways = found, ways
        self.summary.setText(_summary(found))
        self.people.clear()
        for person in found.people:
            name = f"{person.id} · {person.name}" if person.name else person.id
            parting = self._parting(*ways.get(person.id, ((), ())))
            item = QListWidgetItem(f"{name}\n{parting}")
            item.setData(_ID, person.id)
            item.setToolTip(plain(f"{name}\n{parting}"))
            item.setSizeHint(QSize(0, _ROW))
            self.people.addItem(item)
        for widget in (self.people, self.sides, self._paths):
            widget.setVisible(bool(found.people))

    @property
    def chosen(self) -> tuple[Way, Way]:
        """The ways of whoever is chosen, of A and of B."""
        row = self.people.currentRow()
        return ((), ()) if row < 0 else self._ways.get(self.people.item(row).data(_ID), ((), ()))

    def _show(self) -> None:
        for steps, way, document in zip(self.both, self.chosen, self._documents, strict=True):
            steps.clear()
            for step in way:
                steps.addItem(_step_words(document, step))
            if not way and self.people.currentRow() >= 0:
                steps.addItem(tr("Did not enter"))
        a, b = self.chosen
        side = self.sides.value()
        self.shown.emit((a if side != B else (), b if side != A else ()))

    def _parting(self, a: Way, b: Way) -> str:
        """Where two ways part, in a line."""
        if not a or not b:
            return tr("Entered only in A") if a else tr("Entered only in B")
        before, after = self._documents
        for mine, other in zip_longest(a, b):
            if mine == other:
                continue
            if mine is not None and other is not None and mine.node == other.node:
                name = after.node(mine.node).shown_name
                ways = (_where(before, mine), _where(after, other))
                return tr("{name}: A {a} · B {b}", name=name, a=ways[0], b=ways[1])
            words = [
                tr("ends") if step is None else _name(document, step)
                for document, step in ((before, mine), (after, other))
            ]
            return tr("A: {a} · B: {b}", a=words[0], b=words[1])
        return tr("The same components, in another order")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._title)
        column.addWidget(self.summary)
        column.addWidget(self.people, 3)
        column.addWidget(self.sides)
        self._paths = QWidget()
        line = row(self._paths)
        for steps in self.both:
            line.addWidget(steps, 1)
        column.addWidget(self._paths, 2)
        for widget in (self.people, self.sides, self._paths):
            widget.hide()
        column.addStretch(0)


_ID = Qt.ItemDataRole.UserRole


def _name(document: CampaignDocument, step: Passage) -> str:
    node = document.nodes.get(step.node)
    return step.node if node is None else node.shown_name


def _where(document: CampaignDocument, step: Passage) -> str:
    """Where somebody went from a component, which may have only one way."""
    return outcome_words(document, step) or "→"


def _step_words(document: CampaignDocument, step: Passage) -> str:
    name, where = _name(document, step), outcome_words(document, step)
    return f"{name} {where}" if where.startswith("→") else f"{name} · {where}" if where else name


def _summary(found: Differing) -> str:
    differing = found.other_way + found.only_here + found.only_there
    if not differing:
        return tr("All {n:,} people take the same path in both.", n=found.compared)
    said = ntr(
        "{n:,} of {all:,} people takes another path.",
        "{n:,} of {all:,} people take another path.",
        differing,
        all=found.compared,
    )
    parts = [said]
    if found.only_there:
        parts.append(ntr("{n:,} entered only in A.", "{n:,} entered only in A.", found.only_there))
    if found.only_here:
        parts.append(ntr("{n:,} entered only in B.", "{n:,} entered only in B.", found.only_here))
    if len(found.people) < differing:
        first = len(found.people)
        parts.append(ntr("Here is the first one:", "Here are the first {n:,}:", first))
    return " ".join(parts)
