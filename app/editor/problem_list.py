"""The lines of the problems panel: what is wrong, and beside it a button for the obvious cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from app.widgets.rows import draw_ground
from canvas_widgets.look import Look, set_role
from canvas_widgets.slicing import Slices
from canvas_widgets.tooltip import plain
from engine.campaign.edits import Edit
from engine.campaign.problem import Problem, Severity
from engine.i18n import tr

PROBLEM_ROLE = Qt.ItemDataRole.UserRole
CURE_ROLE = PROBLEM_ROLE + 1
"""What the button of a line says; "" where a person has to decide."""

ROW = 34
_BUTTON_HEIGHT = 26
_EDGE = 8
_ICON = 16
_Index = QModelIndex | QPersistentModelIndex
_Key = tuple[str, str | None, str | None, str]


class ProblemModel(QStringListModel):
    """The problems in their order. Cures are looked for when a line is first seen: many never are.

    Each goes through the flow: of a large one, painting waits for none of them, but shows what it knows.

    Of Qt's model of texts it only takes the number of lines: a list asks twice a line for that, and asking
    Python for thousands of lines would take longer than the window may wait.
    """

    def __init__(self, cure_of: Callable[[Problem], Edit | None]) -> None:
        super().__init__()
        self._cure_of = cure_of
        self._problems: list[Problem] = []
        self._cures: dict[int, Edit | None] = {}
        self._said: dict[_Key, str] = {}  # of the same problems, when they were looked for last

    @property
    def problems(self) -> Sequence[Problem]:
        return self._problems

    def show(self, problems: Sequence[Problem]) -> None:
        """Replace the lines."""
        self._problems = list(problems)
        self._cures.clear()
        present = {_key(problem) for problem in problems}
        self._said = {key: said for key, said in self._said.items() if key in present}
        self.setStringList([""] * len(problems))

    def cure(self, row: int) -> Edit | None:
        if row not in self._cures:
            cure = self._cures[row] = self._cure_of(self._problems[row])
            self._said[_key(self._problems[row])] = "" if cure is None else str(cure.label)
        return self._cures[row]

    def is_known(self, row: int) -> bool:
        """Whether the cure of a line was looked for."""
        return row in self._cures

    def known(self, row: int) -> str:
        """What the button of a line says as far as that is known; "" also where it is not."""
        return self._said.get(_key(self._problems[row]), "")

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        problem = self._problems[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return str(problem.message)
            case Qt.ItemDataRole.ToolTipRole:
                return plain(str(problem.message))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(index.row(), problem)
            case _ if role == PROBLEM_ROLE:
                return problem
            case _ if role == CURE_ROLE:
                cure = self.cure(index.row())
                return "" if cure is None else str(cure.label)
        return None

    def _spoken(self, row: int, problem: Problem) -> str:
        text = str(problem.message)
        error = problem.severity is Severity.ERROR
        spoken = tr("Error: {text}", text=text) if error else tr("Warning: {text}", text=text)
        cure = self.cure(row)
        return spoken if cure is None else f"{spoken} {tr('Fix: {what}', what=cure.label)}"


class ProblemList(QListView):
    """Signals: `chosen(problem)`, by Enter or a click on a line; `cure_asked(edit)`, by its button.

    The current line stays the same problem while others come and go; where it is gone, its place stays.
    """

    chosen = Signal(object)
    cure_asked = Signal(object)

    def __init__(self, look: Look, cure_of: Callable[[Problem], Edit | None]) -> None:
        super().__init__()
        self._look = look
        self.problems = ProblemModel(cure_of)
        self.setModel(self.problems)
        self.setItemDelegate(_ProblemDelegate(self, look))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_role(self, "plain")
        self.activated.connect(lambda index: self.chosen.emit(index.data(PROBLEM_ROLE)))
        look.changed.connect(self.viewport().update)
        self._looking = Slices(self)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Replace the lines; the current one stays, or what has come to its place."""
        current, row = self.current(), self.currentIndex().row()
        scrolled = self.verticalScrollBar().value()
        self.problems.show(problems)
        kept = next(
            (at for at, other in enumerate(problems) if current and _key(other) == _key(current)), row
        )
        self.set_current(min(max(kept, 0), len(problems) - 1))
        self.verticalScrollBar().setValue(scrolled)
        self.scrollTo(self.currentIndex())

    def current(self) -> Problem | None:
        problem = self.currentIndex().data(PROBLEM_ROLE)
        return problem if isinstance(problem, Problem) else None

    def cure(self) -> Edit | None:
        """The cure of the current line."""
        return self.problems.cure(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def set_current(self, row: int) -> None:
        self.setCurrentIndex(self.problems.index(row))

    def step(self, by: int) -> Problem | None:
        """Go to the next or the previous line, round the ends; from nowhere to the first or the last."""
        count = self.problems.rowCount()
        if count:
            self.set_current((self.currentIndex().row() + by) % count)
        return self.current()

    def button_rect(self, index: _Index) -> QRect:
        """Where the button of a line is; empty where it has none."""
        return self.place_of_button(index, str(index.data(CURE_ROLE) or ""))

    def place_of_button(self, index: _Index, text: str) -> QRect:
        """The same for what the button says."""
        if not text:
            return QRect()
        line = self.visualRect(index)
        width = min(QFontMetrics(self._look.font("label")).horizontalAdvance(text) + 24, line.width() // 2)
        top = line.top() + (line.height() - _BUTTON_HEIGHT) // 2
        return QRect(line.right() - width - _EDGE, top, width, _BUTTON_HEIGHT)

    def pointed(self) -> QPoint:
        """Where the pointer is, in the viewport."""
        return self.viewport().mapFromGlobal(self.cursor().pos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        position = event.position().toPoint()
        index = self.indexAt(position)
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        if self.button_rect(index).contains(position):
            self.cure_asked.emit(self.problems.cure(index.row()))
        else:
            self.chosen.emit(index.data(PROBLEM_ROLE))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.viewport().update(self.visualRect(self.indexAt(event.position().toPoint())))

    def _in_sight(self) -> range:
        first = self.indexAt(self.viewport().rect().topLeft()).row()
        return range(max(first, 0), min(first + self.height() // ROW + 2, self.problems.rowCount()))

    def _look_for_cures(self) -> Iterator[None]:
        for row in self._in_sight():
            if row < self.problems.rowCount():  # there may be fewer by now
                self.problems.cure(row)
            yield

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._looking.active and not all(map(self.problems.is_known, self._in_sight())):
            self._looking.begin(self._look_for_cures(), self.viewport().update)
        if self.problems.rowCount() == 0:
            with QPainter(self.viewport()) as painter:
                painter.setPen(self._look.colours.muted)
                rect = self.viewport().rect().adjusted(_EDGE, 0, -_EDGE, 0)
                painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, tr("Nothing of this kind."))


class _ProblemDelegate(QStyledItemDelegate):
    """Severity by shape and colour, the sentence, and the button."""

    def __init__(self, lines: ProblemList, look: Look) -> None:
        super().__init__(lines)
        self._lines = lines
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        look, colours = self._look, self._look.colours
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_ground(painter, look, QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), option.state)
        error = index.data(PROBLEM_ROLE).severity is Severity.ERROR
        ratio = painter.device().devicePixelRatio()
        icon = ("alert-circle", "danger") if error else ("alert-triangle", "warn")
        top = rect.top() + (rect.height() - _ICON) // 2
        painter.drawPixmap(rect.left() + _EDGE, top, look.pixmap(*icon, _ICON, ratio))
        cure = self._lines.problems.known(index.row())
        button = self._lines.place_of_button(index, cure)
        right = rect.right() - _EDGE if button.isNull() else button.left() - _EDGE
        text = QRect(rect.left() + 2 * _EDGE + _ICON, rect.top(), 0, rect.height())
        text.setRight(right)
        painter.setFont(look.font("control"))
        painter.setPen(colours.text)
        words = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, words)
        if not button.isNull():
            self._paint_button(painter, button, cure)
        painter.restore()

    def _paint_button(self, painter: QPainter, rect: QRect, text: str) -> None:
        look, colours = self._look, self._look.colours
        over = rect.contains(self._lines.pointed()) and self._lines.underMouse()
        painter.setPen(QPen(colours.accent if over else colours.border, 1))
        painter.setBrush(colours.hover if over else colours.surface)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setFont(look.font("label"))
        painter.setPen(colours.accent)
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - 16)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


def _key(problem: Problem) -> _Key:
    """What makes it the same problem when it is found again."""
    return problem.code, problem.node, problem.link, problem.field
