"""The plain text of an email: made from its HTML, or written by hand."""

from __future__ import annotations

from functools import partial

import shiboken6
from pydantic import JsonValue
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QVBoxLayout

from app import tasks
from app.editors.base import Context, Editor, Errors
from app.editors.spec import FieldSpec
from app.editors.variable_text import Bind, VariableText
from app.widgets.fields import TextArea
from engine.i18n import tr
from engine.workspace.mail_html import TooComplicated, plain_text
from engine.workspace.message_text import joined

_MADE_MS = 400


class PlainTextEditor(Editor):
    """The plain text of an email: made from the HTML while the box is checked, else written by hand."""

    def __init__(self, context: Context, spec: FieldSpec, bind: Bind) -> None:
        super().__init__(context)
        self.made = QCheckBox(tr("Made from the HTML"))
        self.made.clicked.connect(self._on_made)
        self.text = VariableText(context, spec, bind, lines=6)
        self.text.changed.connect(self.changed)
        self._html = ""
        self._timer = QTimer(self, singleShot=True, interval=_MADE_MS)
        self._timer.timeout.connect(self._make)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.made)
        column.addWidget(self.text)
        self.setFocusProxy(self.text.field)

    def value(self) -> JsonValue:
        return self.text.value()

    def set_value(self, value: JsonValue) -> None:
        self.text.set_value(value)
        self._html = joined(self.context.values().get("html"))
        text, html = joined(value), self._html
        quick = not text or len(html) <= _QUICK
        self.made.setChecked(bool(html) and quick and _is_made(text, html))
        if not quick:
            tasks.run(
                partial(_is_made, text, html), partial(self._on_compared, text, html), lambda _error: None
            )
        self._show_state()
        if self.made.isChecked() and not value:
            self._make(said=False)  # it is what the file would say anyway

    def refresh(self) -> None:
        self.text.refresh()
        html = joined(self.context.values().get("html"))
        if html != self._html:
            if not self._html and not self.text.value():
                self.made.setChecked(True)
            self._html = html
            self._show_state()
            if self.made.isChecked():
                self._timer.start()

    def show_errors(self, errors: Errors) -> str:
        return self.text.show_errors(errors)

    def _show_state(self) -> None:
        self.made.setVisible(bool(self._html))
        made = self.made.isChecked() and bool(self._html)
        field = self.text.field
        assert isinstance(field, TextArea)
        field.setReadOnly(made)
        self.text.insert.setVisible(not made)

    def _on_compared(self, text: str, html: str, made: bool) -> None:
        if shiboken6.isValid(self) and made and (self.text.value(), self._html) == (text, html):
            self.made.setChecked(True)
            self._show_state()

    def _on_made(self) -> None:
        self._show_state()
        if self.made.isChecked():
            self._make()

    def _make(self, *, said: bool = True) -> None:
        taken = partial(self._take, self._html, said)
        tasks.run(partial(plain_text, self._html), taken, lambda _error: None)

    def _take(self, html: str, said: bool, text: str) -> None:
        if shiboken6.isValid(self) and self.made.isChecked() and html == self._html:
            self.text.set_value(text)
            if said:
                self.changed.emit()


_QUICK = 5_000
"""Characters of HTML that become text within a few milliseconds."""


def _is_made(text: str, html: str) -> bool:
    if not text:
        return True
    try:
        return text == plain_text(html)
    except TooComplicated:
        return False
