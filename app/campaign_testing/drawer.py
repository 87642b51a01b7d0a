"""The results of a campaign's tests, below the canvas: person by person, expected and actual side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from app.campaign_testing.running import FileResult
from app.language import Retranslated
from app.widgets.basic import button, label
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import ntr, tr

if TYPE_CHECKING:
    from engine.run.campaign_tests.running import Mismatch, PersonResult

_NODE = Qt.ItemDataRole.UserRole
_MOST_LINES = 8


class TestsDrawer(Retranslated, QFrame):
    """Signals: `chosen(node id)`, by Enter or a click on a line about a component; `again()`; `closed()`.

    Attributes: results (None while tests run), list.
    """

    __test__ = False  # not a test of ours

    chosen = Signal(str)
    again = Signal()
    closed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "drawer")
        self._look = look
        self.results: Sequence[FileResult] | None = ()
        self._title = label("strong")
        self._hint = label("muted", wrap=True)
        self._again = button("link", self.again.emit)
        self._close = QToolButton()
        look.set_icon(self._close, "x")
        self._close.clicked.connect(self.close_drawer)
        self.list = QTreeWidget()
        self.list.setObjectName("differences")
        self.list.setColumnCount(2)
        self.list.setIconSize(QSize(look.sizes.small_icon, look.sizes.small_icon))
        self.list.setAllColumnsShowFocus(True)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.list.itemClicked.connect(self._on_item)
        self.list.itemActivated.connect(self._on_item)
        look.changed.connect(self._draw)
        self._lay_out()
        self.hide()
        self.retranslate()

    def show_running(self) -> None:
        """Say that tests run."""
        self.results = None
        self._draw()
        self.show()

    def show_results(self, results: Sequence[FileResult]) -> None:
        """Show what came of them, with the focus on the first line."""
        self.results = results
        self._draw()
        self.show()
        (self.list if results else self._close).setFocus()

    def close_drawer(self) -> None:
        self.hide()
        self.closed.emit()

    def retranslate(self) -> None:
        self._close.setToolTip(tr("Close"))
        self._close.setAccessibleName(tr("Close"))
        self._again.setText(tr("Run again"))
        self.list.setAccessibleName(tr("Campaign tests"))
        self.list.setHeaderLabels([tr("Expected"), tr("Actual")])
        self._hint.setText(
            tr(
                "A test is a file NAME.campaigntest.json beside the campaign: people and events given, path "
                "and messages expected. The manual's page “Campaigns as code” has one to begin with."
            )
        )
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_drawer()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        grid = self._look.sizes.grid
        head = QHBoxLayout()
        head.setContentsMargins(grid, 0, 0, 0)
        head.setSpacing(2 * grid)
        head.addWidget(self._title, 1)
        head.addWidget(self._again)
        head.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(grid, grid // 2, grid, grid)
        layout.setSpacing(grid // 2)
        layout.addLayout(head)
        layout.addWidget(self._hint)
        layout.addWidget(self.list)

    def _draw(self) -> None:
        results = self.results
        self._title.setText(_verdict(results))
        self._again.setEnabled(results is not None)
        self._hint.setVisible(results is not None and not results)
        self.list.setVisible(bool(results))
        self.list.clear()
        self.list.addTopLevelItems([self._file(result) for result in results or ()])
        self.list.expandAll()
        lines = len(results or ()) + sum(_lines(result) for result in results or ())
        self.list.setFixedHeight((min(lines, _MOST_LINES) + 2) * self._look.sizes.row)
        if results:
            self._go_to_first_failure(results)

    def _file(self, result: FileResult) -> QTreeWidgetItem:
        item = self._item([result.path.name, result.error], passed=result.passed, node=result.node)
        if result.run is not None:
            item.addChildren([self._person(person) for person in result.run.people])
        return item

    def _person(self, person: PersonResult) -> QTreeWidgetItem:
        passed = not person.mismatches
        node = None if passed else person.mismatches[0].node
        item = self._item([person.person, tr("passed") if passed else tr("FAILED")], passed=passed, node=node)
        item.addChildren([line for mismatch in person.mismatches for line in self._lines(mismatch)])
        return item

    def _lines(self, mismatch: Mismatch) -> Iterator[QTreeWidgetItem]:
        heading = QTreeWidgetItem([str(mismatch.what), ""])
        heading.setForeground(0, self._look.colours.muted)
        yield heading
        for line in mismatch.lines:
            item = QTreeWidgetItem([line.expected or "–", line.actual or "–"])
            item.setData(0, _NODE, line.node)
            for column, text in enumerate(line[:2]):
                item.setToolTip(column, plain(text))
                if not line.same:
                    item.setForeground(column, self._look.colours.danger)
            icon = ("check", "ok") if line.same else ("arrows-shuffle", "danger")
            item.setIcon(0, self._look.icon(*icon))
            yield item

    def _item(self, texts: list[str], *, passed: bool, node: str | None) -> QTreeWidgetItem:
        item = QTreeWidgetItem(texts)
        item.setIcon(0, self._look.icon("check", "ok") if passed else self._look.icon("x", "danger"))
        item.setData(0, _NODE, node)
        for column, text in enumerate(texts):
            item.setToolTip(column, plain(text))
        return item

    def _go_to_first_failure(self, results: Sequence[FileResult]) -> None:
        """To the first person who took another way, else to the first file that is not passed."""
        model = self.list.model()
        for row, result in enumerate(results):
            people = () if result.run is None else result.run.people
            failed = next((at for at, person in enumerate(people) if person.mismatches), None)
            if not result.passed:
                file = model.index(row, 0)
                self.list.setCurrentIndex(file if failed is None else model.index(failed, 0, file))
                return
        self.list.setCurrentIndex(model.index(0, 0))

    def _on_item(self, item: QTreeWidgetItem) -> None:
        node = item.data(0, _NODE)
        if isinstance(node, str):
            self.chosen.emit(node)


def _lines(result: FileResult) -> int:
    """How many lines stand below a file's."""
    people = () if result.run is None else result.run.people
    of_people = (mismatch for person in people for mismatch in person.mismatches)
    return len(people) + sum(1 + len(mismatch.lines) for mismatch in of_people)


def _verdict(results: Sequence[FileResult] | None) -> str:
    if results is None:
        return tr("The tests run …")
    if not results:
        return tr("This campaign has no tests yet")
    people = [person for result in results if result.run is not None for person in result.run.people]
    failed = sum(bool(person.mismatches) for person in people)
    broken = sum(result.run is None for result in results)
    words = []
    if failed:
        words.append(tr("{passed:,} passed, {failed:,} failed", passed=len(people) - failed, failed=failed))
    elif people:
        words.append(ntr("{n:,} passed", "{n:,} passed", len(people)))
    if broken:
        words.append(ntr("{n:,} test file cannot be run", "{n:,} test files cannot be run", broken))
    return tr(", ").join(words)
