"""How other programs tell this workspace's engine what people did: the call, ready to be copied."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from pprint import pformat
from textwrap import indent
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QTabWidget

from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from canvas_widgets.look import Look
from engine.i18n import tr
from engine.workspace.catalog import Catalog

if TYPE_CHECKING:
    from app.window import MainWindow

_VALUES: dict[str, Any] = {"number": 99.5, "time": "2026-12-01T09:00:00+08:00", "multi": ["a", "b"]}
_PATH = "/api/v1/events"


def example_event(catalog: Catalog, now: datetime, wanted: str | None = None) -> dict[str, Any]:
    """The wanted event, else the one of the catalogue with the most attributes, with a value for each."""
    richest = max(catalog.events, key=lambda code: len(catalog.events[code].attributes), default="order")
    code = wanted if wanted in catalog.events else richest
    declared = catalog.events[code].attributes if code in catalog.events else {"amount": "number"}
    return {
        "event_id": "shop-000001",
        "person_id": "P00001",
        "event": code,
        "time": now.isoformat(timespec="seconds"),
        "attributes": {name: _VALUES.get(type_, "text") for name, type_ in declared.items()},
    }


def curl_call(url: str, token_file: Path, event: dict[str, Any]) -> str:
    body = json.dumps({"events": [event]}, ensure_ascii=False, indent=2).replace("'", "'\\''")
    file = str(token_file).replace("'", "'\\''")
    return (
        f"curl -sS -X POST {url}{_PATH} \\\n"
        f"  -H \"Authorization: Bearer $(cat '{file}')\" \\\n"
        f'  -H "Content-Type: application/json" \\\n'
        f"  --data '{body}'\n"
    )


def python_call(url: str, token_file: Path, event: dict[str, Any]) -> str:
    body = indent(pformat({"events": [event]}, sort_dicts=False), " " * 9).strip()
    return (
        "from pathlib import Path\n"
        "\n"
        "import requests\n"
        "\n"
        f"token = Path({str(token_file)!r}).read_text().strip()\n"
        "answer = requests.post(\n"
        f"    {url + _PATH!r},\n"
        '    headers={"Authorization": f"Bearer {token}"},\n'
        f"    json={body},\n"
        "    timeout=10,\n"
        ")\n"
        "answer.raise_for_status()\n"
        "print(answer.json())\n"
    )


class EventsHelp(QDialog):
    """The calls with this workspace's address; starts the engine where need be, to know the address."""

    def __init__(self, window: MainWindow, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Send events to this workspace"))
        assert window.workspace is not None
        self._window = window
        self._token_file = window.workspace.engine_folder / "token"
        self._event = example_event(window.workspace.catalog, now(), _event_at_hand(window))
        self.curl, self.python = _code("curl"), _code("Python")
        self.state = label("small", tr("Starting the engine, to know its address…"), wrap=True)
        self._lay_out(window.look)
        self.show_calls("http://127.0.0.1:PORT")
        if window.service is not None:
            window.service.use(lambda client: client.base_url, self._on_address, self._on_failed)

    def show_calls(self, url: str) -> None:
        self.curl.setPlainText(curl_call(url, self._token_file, self._event))
        self.python.setPlainText(python_call(url, self._token_file, self._event))

    def copy_shown(self) -> None:
        """Put the call of the tab on show into the clipboard."""
        shown = self.curl if self._tabs.currentWidget() is self.curl else self.python
        QGuiApplication.clipboard().setText(shown.toPlainText())

    def _on_address(self, url: str) -> None:
        self.show_calls(url)
        self.state.setText(
            tr("The engine answers at {url} while it runs; a new start may give it another port.", url=url)
        )

    def _on_failed(self, error: Exception) -> None:
        self.state.setText(str(error))

    def _show_received(self) -> None:
        self.accept()
        self._window.dialogs.received()

    def _lay_out(self, look: Look) -> None:
        grid = look.sizes.grid
        tabs = QTabWidget()
        tabs.addTab(self.curl, "curl")
        tabs.addTab(self.python, "Python")
        self._tabs = tabs
        explanation = tr(
            "Your shop, app or website tells the engine what people did. "
            "Campaigns that start with Behavior Event or judge events react at once. "
            "The same event_id sent twice counts once."
        )
        layout = dialog_column(self, tr("Send events to this workspace"))
        layout.addWidget(label("muted", explanation, wrap=True))
        layout.addWidget(tabs, 1)
        layout.addWidget(self.state)
        received = button("link", self._show_received, tr("See the events received"))
        close, copy = button("", self.accept, tr("Close")), button("primary", self.copy_shown, tr("Copy"))
        layout.addLayout(button_row(close, copy, at_left=received))
        self.resize(88 * grid, 68 * grid)


def _event_at_hand(window: MainWindow) -> str | None:
    """The event that starts the campaign in the editor: the one that somebody who looks here wants to try."""
    if window.editor is None:
        return None
    document = window.editor.session.document
    triggers = (node for node in document.nodes.values() if node.kind == "behavior_event")
    event = next((node.config.get("event") for node in triggers), None)
    return event if isinstance(event, str) else None


def _code(language: str) -> QPlainTextEdit:
    result = QPlainTextEdit(readOnly=True, lineWrapMode=QPlainTextEdit.LineWrapMode.NoWrap)
    result.setTabChangesFocus(True)  # or who came here by Tab would not get on
    result.setAccessibleName(tr("The call in {language}", language=language))
    result.setObjectName("code")
    return result
