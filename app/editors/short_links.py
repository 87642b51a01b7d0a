"""Which links of a message become short, and which of them tell whose click it was."""

from __future__ import annotations

from functools import partial

from pydantic import JsonValue
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, as_list, as_object, as_text, mark_invalid, together
from app.editors.growing import Growing
from app.editors.spec import FieldSpec
from app.widgets.basic import ElidedLabel, label
from app.widgets.fields import LineEdit
from app.widgets.layouts import empty, row
from engine.i18n import ntr, tr
from engine.workspace.message_text import links_of

_AT_ONCE, _MOST = 5, 200


class LinksEditor(Editor):
    """Which links of the texts become short, and which of them tell whose click it was."""

    def __init__(self, context: Context, spec: FieldSpec) -> None:
        super().__init__(context)
        self._address = LineEdit("https://s.example.com")
        self._address.setAccessibleName(tr("Address of short links"))
        self._address.textEdited.connect(self.changed)
        self._hint = label(
            "small", tr("Links in the text show here: they can be sent as short ones."), wrap=True
        )
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self._chosen: dict[str, bool] = {}
        """Links that become short → whether each tells whose click it was."""
        self._shown: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._hint)
        column.addLayout(self._rows)
        column.addWidget(self._address)
        self.setFocusProxy(self._address)
        self._growing = Growing(self, self.grown.emit)
        self.refresh()

    def value(self) -> JsonValue:
        shorten: list[JsonValue] = [
            {"url": url, "per_person": each} for url, each in self._chosen.items() if url in self._shown
        ]
        return {"address": self._address.text(), "shorten": shorten} if shorten else None

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        self._address.setText(
            as_text(raw.get("address")) or self.context.workspace.settings.link_address or ""
        )
        listed = (as_object(one) for one in as_list(raw.get("shorten")))
        self._chosen = {as_text(one.get("url")): one.get("per_person") is not False for one in listed}
        self._build()

    def refresh(self) -> None:
        if self._links() != self._shown:
            self._build()

    def show_errors(self, errors: Errors) -> str:
        mark_invalid(self._address, together(errors))
        return together(errors)

    def _links(self) -> tuple[str, ...]:
        values = self.context.values()
        contents = as_object(as_object(values.get("languages")).get("contents"))
        found = [link for raw in (values, *map(as_object, contents.values())) for link in links_of(raw)]
        return tuple(dict.fromkeys(found))

    def _build(self) -> None:
        empty(self._rows)
        self._shown = self._links()
        listed = sorted(self._shown, key=lambda url: url not in self._chosen)[:_MOST]
        self._growing.begin([partial(self._add_row, url) for url in listed], _AT_ONCE)
        more = len(self._shown) - len(listed)
        self._hint.setText(
            ntr("{n:,} more link is not shown.", "{n:,} more links are not shown.", more)
            if more
            else tr("Links in the text show here: they can be sent as short ones.")
        )
        self._hint.setVisible(more > 0 or not self._shown)
        self._address.setVisible(any(url in self._chosen for url in self._shown))

    def _add_row(self, url: str) -> None:
        self._rows.addWidget(_LinkRow(url, self._chosen.get(url), partial(self._on_chosen, url)))

    def _on_chosen(self, url: str, shorten: bool, per_person: bool) -> None:
        self._chosen.pop(url, None)
        if shorten:
            self._chosen[url] = per_person
        self._address.setVisible(any(one in self._chosen for one in self._shown))
        self.changed.emit()


class _LinkRow(QWidget):
    """A link: send it short, and tell clicks apart."""

    def __init__(self, url: str, per_person: bool | None, chosen: partial[None]) -> None:
        super().__init__()
        self.short = QCheckBox(tr("Short"))
        self.short.setChecked(per_person is not None)
        self.each = QCheckBox(tr("Tell whose click it was"))
        self.each.setChecked(per_person is not False)
        self.each.setVisible(per_person is not None)
        for box in (self.short, self.each):
            box.setAccessibleDescription(url)
            box.clicked.connect(lambda: chosen(self.short.isChecked(), self.each.isChecked()))
        self.short.toggled.connect(self.each.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(ElidedLabel("", text=url, fills=True))
        line = row(spacing=16)
        line.addWidget(self.short)
        line.addWidget(self.each)
        line.addStretch(1)
        column.addLayout(line)
