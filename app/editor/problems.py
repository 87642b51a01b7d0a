"""What is wrong with the campaign: a list that floats over the canvas; every line jumps to its place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.language import Retranslated
from app.widgets.basic import label
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.campaign.problem import Problem, Severity
from engine.i18n import ntr, tr


class ProblemsPanel(Retranslated, QFrame):
    """Signal `chosen(problem)`: Enter or a click on a line. Escape and the cross close it."""

    chosen = Signal(object)

    def __init__(self, canvas: QWidget, look: Look) -> None:
        super().__init__(canvas)
        self.setProperty("role", "card")
        self._look, self._canvas = look, canvas
        grid = look.sizes.grid
        self._margin, self._width, self._row = 2 * grid, look.sizes.panel, 6 * grid
        self._max_height = 52 * grid
        self._problems: list[Problem] = []
        self._document: CampaignDocument | None = None
        self._title = label("title")
        self._close = QToolButton(autoRaise=True)
        look.set_icon(self._close, "x")
        self._close.clicked.connect(self.hide)
        self.list = QListWidget()
        self.list.setProperty("role", "plain")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(self._on_activated)
        self.list.itemClicked.connect(self._on_activated)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(self._margin, grid, grid, grid)
        layout.setSpacing(grid)
        layout.addLayout(head)
        layout.addWidget(self.list)
        canvas.installEventFilter(self)
        look.changed.connect(self.retranslate)
        self.hide()
        self.retranslate()

    def show_problems(self, problems: Sequence[Problem], document: CampaignDocument) -> None:
        """Replace the lines; the panel closes by itself when the last problem is gone."""
        self._problems, self._document = list(problems), document
        row = self.list.currentRow()
        self.list.clear()
        for problem in problems:
            self._add_line(problem, document)
        self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
        self._title.setText(problems_text(problems))
        if not problems:
            self.hide()
        self._place()

    def open(self) -> None:
        if not self._problems:
            return
        self._place()
        self.show()
        self.raise_()
        self.list.setFocus()

    def retranslate(self) -> None:
        self._close.setToolTip(tr("Close"))
        self._close.setAccessibleName(tr("Close"))
        self.list.setAccessibleName(tr("Problems"))
        if self._document is not None:
            self.show_problems(self._problems, self._document)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._canvas.setFocus()
        else:
            super().keyPressEvent(event)

    def _add_line(self, problem: Problem, document: CampaignDocument) -> None:
        where = place_name(problem, document)
        text = f"{where}: {problem.message}" if where else str(problem.message)
        item = QListWidgetItem(text)
        error = problem.severity is Severity.ERROR
        item.setIcon(
            self._look.icon("alert-circle" if error else "alert-triangle", "danger" if error else "warn")
        )
        item.setData(Qt.ItemDataRole.UserRole, problem)
        item.setData(
            Qt.ItemDataRole.AccessibleTextRole,
            tr("Error: {text}", text=text) if error else tr("Warning: {text}", text=text),
        )
        item.setToolTip(text)
        item.setSizeHint(QSize(self._width - 6 * self._look.sizes.grid, self._row))
        self.list.addItem(item)

    def _place(self) -> None:
        canvas = self._canvas
        wanted = self.list.count() * self._row + 9 * self._look.sizes.grid
        height = min(wanted, self._max_height, canvas.height() - 2 * self._margin)
        width = min(self._width, canvas.width() - 2 * self._margin)
        self.setGeometry(self._margin, self._margin, width, max(height, 0))

    def _on_activated(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))


def problems_text(problems: Sequence[Problem]) -> str:
    """How many, in words; "" where there is none. Warnings are named where there are no errors."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if errors:
        return ntr("{n} problem", "{n} problems", errors)
    return ntr("{n} warning", "{n} warnings", len(problems)) if problems else ""


def node_of(problem: Problem, document: CampaignDocument) -> str | None:
    """The component to jump to: that of the problem, else the one where its line begins."""
    if problem.node is not None:
        return problem.node
    link = document.links.get(problem.link or "")
    return link.source if link is not None else None


def place_name(problem: Problem, document: CampaignDocument) -> str:
    """The name of the component that the problem is about; "" where it is about the whole campaign."""
    node_id = node_of(problem, document)
    try:
        return document.node(node_id).name if node_id is not None else ""
    except KeyError:  # gone since the problem was found
        return ""
