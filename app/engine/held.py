"""The question whether an engine that is held may go on, with all that is known to decide it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

from app.widgets import moments
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr
from engine.shapes.time import instant

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.client import EngineClient
    from engine.server.wire.engine import Hold

T = TypeVar("T")


class HeldDialog(QDialog):
    """Why the engine is held, and what each campaign may have sent; releases it when told."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("The engine is held"))
        assert window.workspace is not None
        self._window = window
        self._closed = False
        self._zone = ZoneInfo(window.workspace.settings.time_zone)
        self.reason = label("strong", wrap=True)
        self.as_of = label("muted", wrap=True)
        self.error = label("error", wrap=True)
        self.error.hide()
        self.campaigns = _table()
        self.release = button("primary", self._on_release, tr("Release the engine"))
        self.release.setEnabled(False)
        self._lay_out(window.look)
        self._ask(lambda client: client.hold(), self.show_hold)

    def show_hold(self, hold: Hold) -> None:
        """Show what the engine knows (an answer of `GET /hold`)."""
        self.reason.setText(hold.reason if hold.held else tr("The engine is not held any more."))
        if hold.as_of is not None:
            text = tr(
                "The database is as it was on {time}. What was sent after that it cannot know, "
                "and would be sent again.",
                time=moments.told(instant(hold.as_of), self._zone, moments.SECONDS),
            )
            self.as_of.setText(text)
        self.campaigns.setRowCount(len(hold.campaigns))
        for row, known in enumerate(hold.campaigns):
            last = self._local(known.last) if known.last else tr("nothing yet")
            cells = (
                known.name,
                last,
                f"{known.messages_due:,}",
                f"{known.messages_doubtful:,}",
                f"{known.people_due:,}",
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(plain(text))
                if column > 1:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.campaigns.setItem(row, column, item)
        self.release.setEnabled(hold.held)

    def done(self, result: int) -> None:
        self._closed = True
        super().done(result)

    def _on_release(self) -> None:
        self.release.setEnabled(False)

        def released(_answer: object) -> None:
            self.accept()
            self._window.toast.show_message(tr("The engine is released: it goes on."))

        self._ask(lambda client: client.release(), released)

    def _ask(self, work: Callable[[EngineClient], T], done: Callable[[T], None]) -> None:
        if self._window.service is not None:
            self._window.service.use(work, self._while_open(done), self._while_open(self._on_failed))

    def _while_open(self, then: Callable[[T], None]) -> Callable[[T], None]:
        """`then`, unless the answer comes too late."""
        return lambda answer: None if self._closed else then(answer)

    def _on_failed(self, error: Exception) -> None:
        self.error.setText(str(error))
        self.error.show()

    def _local(self, time: str) -> str:
        return moments.shown(instant(time), self._zone, moments.SECONDS)

    def _lay_out(self, look: Look) -> None:
        grid = look.sizes.grid
        explanation = tr(
            "A backup that is put back, or a copy of the workspace, knows nothing of what was sent since. "
            "So the engine lets nobody in and sends nothing until you decide. Events are still taken in.\n\n"
            "Is the workspace that this one was copied from still at work somewhere? Then leave it held: "
            "two engines would send everything twice. Otherwise stop the campaigns that shall not go on "
            "(select them in the list), and release the engine."
        )
        layout = dialog_column(self, tr("The engine is held"))
        for widget in (self.reason, self.as_of, label("muted", explanation, wrap=True)):
            layout.addWidget(widget)
        layout.addWidget(label("section", tr("Campaigns in progress")))
        layout.addWidget(self.campaigns, 1)
        layout.addWidget(self.error)
        stay = button("", self.reject, tr("Leave it held"))
        layout.addLayout(button_row(stay, self.release))
        stay.setDefault(True)
        stay.setFocus()
        self.resize(88 * grid, 64 * grid)


def _table() -> QTableWidget:
    result = QTableWidget(0, 5)
    titles = [
        tr("Campaign"),
        tr("Last handed over"),
        tr("Messages due"),
        tr("Without a result"),
        tr("People due"),
    ]
    result.setHorizontalHeaderLabels(titles)
    result.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    result.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    result.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    result.setTabKeyNavigation(False)
    result.verticalHeader().hide()
    result.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    result.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    result.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    result.setAccessibleName(tr("Campaigns in progress"))
    return result
