"""The events received last, and what each of them did: follows the engine while it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
)

from app.language import Retranslated
from app.widgets.basic import ActionButton, button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.empty import EmptyState
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import ntr, tr

if TYPE_CHECKING:
    from app.window import MainWindow

REFRESH_MS = 1000
_DONE = {"entered", "pending", "counted"}


class ReceivedDialog(Retranslated, QDialog):
    """One row an event, the latest first. It does not stand in the way: the window stays usable."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        assert window.workspace is not None
        self._window = window
        self._zone = ZoneInfo(window.workspace.settings.time_zone)
        self._shown: list[Any] | None = None
        self._asking = self._closed = False
        self.table = _table()
        self.nothing = EmptyState(window.look, "bolt")
        self.state = label("small", wrap=True)
        self._title, self._explanation = label("title"), label("muted", wrap=True)
        self._close = button("primary", self.accept)
        self._stack = QStackedWidget()
        self._lay_out(window.look)
        self.retranslate()
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Events received"))
        self._title.setText(tr("Events received"))
        self._explanation.setText(
            tr(
                "What other programs tell this workspace's engine, which campaigns each event moved, "
                "and why it did not move the others."
            )
        )
        self.nothing.set_texts(
            tr("No events yet"),
            tr("Events appear here as soon as the engine receives them. Copy the calls that send them."),
            tr("Send events to this workspace"),
        )
        self.state.setText(tr("Asking the engine…"))
        self.table.setHorizontalHeaderLabels(
            [tr("Received"), tr("Event"), tr("Person"), tr("Happened"), tr("What it did")]
        )
        self.table.setAccessibleName(tr("Events received"))
        self._close.setText(tr("Close"))
        self._shown = None  # the engine's next answer is shown in the new words

    def refresh(self) -> None:
        """Ask the engine, unless an answer is still awaited."""
        service = self._window.service
        if service is not None and not self._asking:
            self._asking = True
            service.use(lambda client: client.received(), self._on_received, self._on_failed)

    def show_events(self, events: Sequence[Any]) -> None:
        """Show the engine's answer; nothing moves where it is the one of before."""
        if events == self._shown:
            return
        self._shown = list(events)
        self._stack.setCurrentWidget(self.table if events else self.nothing)
        self.table.setRowCount(len(events))
        for row, event in enumerate(events):
            self._show_row(row, event)
        self.table.resizeRowsToContents()

    def done(self, result: int) -> None:
        self._closed = True
        self._timer.stop()
        super().done(result)

    def _on_received(self, events: Sequence[Any]) -> None:
        self._asking = False
        if self._closed:  # an answer that comes too late
            return
        self.show_events(events)
        self.state.setText(tr("The last hundred since the engine started, the latest first."))

    def _on_failed(self, error: Exception) -> None:
        self._asking = False
        if not self._closed:
            self.state.setText(str(error))

    def _show_row(self, row: int, event: Any) -> None:
        what, ok = said(event)
        imported = event.fate == "imported"
        cells = [
            _local(event.received_at, self._zone),
            ntr("{n:,} event", "{n:,} events", event.count) if imported else event.event,
            event.person_id,
            "" if event.time is None else _local(event.time, self._zone),
            what,
        ]
        details = "" if imported else "\n".join(filter(None, (event.event_id, event.attributes)))
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(plain(details if column == 1 else text))
            if column == len(cells) - 1 and not ok:
                item.setForeground(self._window.look.colours.muted)
            self.table.setItem(row, column, item)

    def _lay_out(self, look: Look) -> None:
        grid = look.sizes.grid
        self.nothing.asked.connect(self._window.dialogs.events_help)
        for page in (self.nothing, self.table):
            self._stack.addWidget(page)
        layout = dialog_column(self)
        layout.addWidget(self._title)
        layout.addWidget(self._explanation)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.state)
        send = ActionButton(self._window.actions_["help.events"])
        layout.addLayout(button_row(self._close, at_left=send))
        self.resize(128 * grid, 76 * grid)


def said(event: Any) -> tuple[str, bool]:
    """What an event did, a line each, and whether it did anything."""
    if event.fate == "imported":
        return tr("Imported."), True
    if event.fate == "duplicate":
        return tr("It had come before: the same event counts once."), False
    if event.fate == "rejected":
        return tr("Not taken: {reason}", reason=event.text), False
    lines = [f"{effect.name}: {effect.text}" if effect.name else effect.text for effect in event.effects]
    return "\n".join(lines), any(effect.outcome in _DONE for effect in event.effects)


def _local(time: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(time).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _table() -> QTableWidget:
    result = QTableWidget(0, 5)
    result.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    result.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    result.setWordWrap(True)
    result.verticalHeader().hide()
    result.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    result.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    result.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
    return result
