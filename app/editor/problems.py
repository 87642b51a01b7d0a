"""What is wrong with the campaign: a drawer below the canvas; every line jumps to its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout

from app.editor.fixing import Fixing
from app.editor.problem_list import ROW, ProblemList
from app.language import Retranslated
from app.widgets.basic import ElidedLabel, button
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.campaign.problem import Problem, Severity
from engine.i18n import ntr, tr

_MOST_ROWS = 6


class ProblemsPanel(Retranslated, QFrame):
    """Signals: `chosen(problem)`, by Enter or a click on a line; `fix_asked(edit)`; `closed()`, by Escape.

    Lines stand in the order of the flow, errors first. The drawer stays open while they are worked off.
    Attributes: list; fixing; filters (all, errors, warnings); fix_all (a button for all of the current line's
    kind, else of the first kind that can be cured together).
    """

    chosen = Signal(object)
    fix_asked = Signal(object)
    closed = Signal()

    def __init__(self, look: Look, fixing: Fixing) -> None:
        super().__init__()
        self.setProperty("role", "drawer")
        self._look = look
        self.fixing = fixing
        self._problems: list[Problem] = []
        self._stale = True
        self._title = ElidedLabel("strong", fills=True)  # the drawer makes no window wider
        self.list = ProblemList(look, fixing.of)
        self.filters = [_segment(place) for place in ("first", "middle", "last")]
        self._group = QButtonGroup(self)
        for index, choice in enumerate(self.filters):
            self._group.addButton(choice, index)
        self.filters[0].setChecked(True)
        self.fix_all = button("link", self.ask_fix_all)
        self._close = QToolButton()
        look.set_icon(self._close, "x")
        self._lay_out()
        self._close.clicked.connect(self.close_drawer)
        self._group.idClicked.connect(lambda _id: self._show_lines())
        self.list.chosen.connect(self.chosen)
        self.list.cure_asked.connect(self.fix_asked)
        self.list.selectionModel().currentChanged.connect(self._offer_fix_all)
        self.hide()
        self.retranslate()

    def _lay_out(self) -> None:
        grid = self._look.sizes.grid
        head = QHBoxLayout()
        head.setContentsMargins(grid, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(self._title, 1)
        head.addWidget(self.fix_all)
        head.addSpacing(2 * grid)
        for choice in self.filters:
            head.addWidget(choice)
        head.addSpacing(grid)
        head.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(grid, grid // 2, grid, grid)
        layout.setSpacing(grid // 2)
        layout.addLayout(head)
        layout.addWidget(self.list)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Replace the lines; of a drawer that is closed, when it opens."""
        self._problems = list(problems)
        self._stale = self.isHidden()
        if not self._stale:
            self._show()

    def _show(self) -> None:
        problems = self._problems
        self._stale = False
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        counts = (len(problems), errors, len(problems) - errors)
        names = (tr("All"), tr("Errors"), tr("Warnings"))
        for choice, name, count in zip(self.filters, names, counts, strict=True):
            choice.setText(f"{name} {count:,}")
        self._title.setText(_verdict(problems))
        for choice in self.filters:
            choice.setVisible(bool(problems))
        if not problems and self.list.hasFocus():
            self._close.setFocus()
        self.list.setVisible(bool(problems))
        self._show_lines()

    def open_drawer(self, *, focus: bool = True) -> None:
        """Show the lines, and put the focus on them."""
        if self._stale:
            self._show()
        self.show()
        if focus:
            (self.list if self._problems else self._close).setFocus()

    def close_drawer(self) -> None:
        self.hide()
        self.closed.emit()

    def step(self, by: int) -> None:
        """Go to the next (1) or the previous (-1) line, and jump to its place."""
        hidden = self.isHidden()
        self.open_drawer(focus=False)
        if hidden:
            self.list.set_current(0 if by > 0 else self.list.problems.rowCount() - 1)
            problem = self.list.current()
        else:
            problem = self.list.step(by)
        if problem is not None:
            self.chosen.emit(problem)

    def ask_fix(self) -> bool:
        """Ask for the cure of the current line. False where a person has to decide."""
        cure = self.list.cure()
        if cure is not None:
            self.fix_asked.emit(cure)
        return cure is not None

    def ask_fix_all(self) -> bool:
        """Ask for the cure of everything of the kind that is offered. False where that is not possible."""
        problem = self._fixable()
        cure = None if problem is None else self.fixing.of_all_like(problem)
        if cure is not None:
            self.fix_asked.emit(cure)
        return cure is not None

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

    def _show_lines(self) -> None:
        wanted = (None, Severity.ERROR, Severity.WARNING)[self._group.checkedId()]
        lines = [problem for problem in self._problems if wanted in (None, problem.severity)]
        rows = min(max(len(lines), 1), _MOST_ROWS)
        self.list.setFixedHeight(rows * ROW + 2)  # first: it would have to lay out all lines once more
        self.list.show_problems(lines)
        self._offer_fix_all()

    def _offer_fix_all(self) -> None:
        problem = self._fixable()
        cure = None if problem is None else self.fixing.of(problem)
        self.fix_all.setVisible(cure is not None)
        if problem is not None and cure is not None:
            count = self.fixing.together(problem)
            self.fix_all.setText(tr("Fix all {count:,}: {what}", count=count, what=cure.label))

    def _fixable(self) -> Problem | None:
        """One of the problems that can be cured together: of the current line's kind, else of the first."""
        current = self.list.current()
        kinds = {problem.code: problem for problem in reversed(self.list.problems.problems)}
        choices = ([] if current is None else [current]) + list(reversed(kinds.values()))
        return next((problem for problem in choices if self.fixing.together(problem) > 1), None)


def by_node(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """What is wrong with each component, by its id."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.node is not None:
            found.setdefault(problem.node, []).append(problem)
    return found


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


def _segment(place: str) -> QPushButton:
    """One of several choices in a row."""
    choice = button("segment")
    choice.setProperty("place", place)
    choice.setCheckable(True)
    return choice


def _verdict(problems: Sequence[Problem]) -> str:
    """What the findings mean for publishing."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if errors:
        return ntr(
            "{n} problem keeps this campaign from being published",
            "{n} problems keep this campaign from being published",
            errors,
        )
    if problems:
        return tr("These warnings do not keep the campaign from being published")
    return tr("Everything is configured: it can be published.")
