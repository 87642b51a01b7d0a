"""What is wrong with the campaign: a drawer below the canvas; every line jumps to its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from app.language import Retranslated
from app.widgets.basic import label
from canvas_widgets.look import Look, set_role
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit
from engine.campaign.problem import Problem, Severity
from engine.i18n import ntr, tr

_MOST_ROWS = 6


class ProblemsPanel(Retranslated, QFrame):
    """Signals: `chosen(problem)`, by Enter or a click on a line; `fix_asked(edit)`; `closed()`, by Escape.

    `fix_of` gives the edit that cures a problem, where there is one: the button beside the title offers it
    for the current line. The drawer stays open while its lines are worked off, and closes by itself when the
    last is gone.
    """

    chosen = Signal(object)
    fix_asked = Signal(object)
    closed = Signal()

    def __init__(self, look: Look, fix_of: Callable[[Problem], Edit | None]) -> None:
        super().__init__()
        self._fix_of = fix_of
        self._fix: Edit | None = None
        self.setProperty("role", "drawer")
        self._look = look
        self._problems: list[Problem] = []
        self._title = label("strong")
        self.fix_button = QPushButton()
        set_role(self.fix_button, "link")
        self.fix_button.clicked.connect(self._on_fix_clicked)
        self._close = QToolButton()
        look.set_icon(self._close, "x")
        self._close.clicked.connect(self.close_drawer)
        self.list = QListWidget()
        self.list.setProperty("role", "plain")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(self._on_activated)
        self.list.itemClicked.connect(self._on_activated)
        self.list.currentItemChanged.connect(self._offer_fix)
        grid = look.sizes.grid
        head = QHBoxLayout()
        head.setContentsMargins(grid, 0, 0, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self.fix_button)
        head.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(grid, grid // 2, grid, grid)
        layout.setSpacing(grid // 2)
        layout.addLayout(head)
        layout.addWidget(self.list)
        look.changed.connect(self.retranslate)
        self.hide()
        self.retranslate()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Replace the lines."""
        row = self.list.currentRow()
        self._problems = list(problems)
        self.list.clear()
        for problem in problems:
            self._add_line(problem)
        self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
        rows = min(self.list.count(), _MOST_ROWS)
        self.list.setFixedHeight(rows * (self._look.sizes.row + 2) + self._look.sizes.grid // 2)
        self._title.setText(_verdict(problems))
        if not problems and self.isVisible():
            self.close_drawer()

    def open_drawer(self) -> None:
        """Show the lines and put the focus on them."""
        self.show()
        self.list.setFocus()

    def close_drawer(self) -> None:
        self.hide()
        self.closed.emit()

    def retranslate(self) -> None:
        self._close.setToolTip(tr("Close"))
        self._close.setAccessibleName(tr("Close"))
        self.list.setAccessibleName(tr("Problems"))
        self.show_problems(self._problems)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_drawer()
        else:
            super().keyPressEvent(event)

    def _add_line(self, problem: Problem) -> None:
        text = str(problem.message)
        error = problem.severity is Severity.ERROR
        icon = ("alert-circle", "danger") if error else ("alert-triangle", "warn")
        item = QListWidgetItem(self._look.icon(*icon), text)
        item.setData(Qt.ItemDataRole.UserRole, problem)
        spoken = tr("Error: {text}", text=text) if error else tr("Warning: {text}", text=text)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        item.setToolTip(text)
        self.list.addItem(item)

    def _offer_fix(self, item: QListWidgetItem | None) -> None:
        self._fix = None if item is None else self._fix_of(item.data(Qt.ItemDataRole.UserRole))
        self.fix_button.setVisible(self._fix is not None)
        if self._fix is not None:
            self.fix_button.setText(tr("Fix: {what}", what=self._fix.label))

    def _on_fix_clicked(self) -> None:
        if self._fix is not None:
            self.fix_asked.emit(self._fix)

    def _on_activated(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))


def problems_text(problems: Sequence[Problem]) -> str:
    """How many, in words; "" where there is none. Warnings are named where there are no errors."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if errors:
        return ntr("{n} problem", "{n} problems", errors)
    return ntr("{n} warning", "{n} warnings", len(problems)) if problems else ""


def _verdict(problems: Sequence[Problem]) -> str:
    """What the findings mean for publishing."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if errors:
        return ntr(
            "{n} problem keeps this campaign from being published",
            "{n} problems keep this campaign from being published",
            errors,
        )
    return tr("These warnings do not keep the campaign from being published")


def node_of(problem: Problem, document: CampaignDocument) -> str | None:
    """The component to jump to: that of the problem, else the one where its line begins."""
    if problem.node is not None:
        return problem.node
    link = document.links.get(problem.link or "")
    return link.source if link is not None else None
