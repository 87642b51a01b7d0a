"""Other values of a person: what if the city were another, or the tag were there?"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.widgets.basic import ElidedLabel, button, label, set_property
from app.widgets.dialog import button_row
from app.widgets.fields import LineEdit
from app.widgets.layouts import empty
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.commands.rehearsal_lines import Reply
from engine.i18n import tr

TAG, ATTRIBUTE = "tag:", "attr:"


class WhatIf(QWidget):
    """Fields with the person's values, those that the campaign asks for first.

    Signals: `asked(attributes, tags)`, with those that are others now; `put_back()`: none is any more.
    """

    asked = Signal(object, object)
    put_back = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._grid = look.sizes.grid
        self._fields: dict[str, LineEdit] = {}
        self._known: dict[str, str] = {}
        self.show_path = button("primary", self._on_asked, "")
        self.revert = button("", self._on_put_back, "")
        self.note = label("small", wrap=True)
        self._form = QGridLayout()
        self._form.setContentsMargins(0, 0, self._grid, 0)
        self._form.setHorizontalSpacing(self._grid)
        self._form.setColumnStretch(0, 2)
        self._form.setColumnStretch(1, 3)
        page = QWidget()
        page.setObjectName("content")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(self._form)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._grid)
        column.addWidget(self.note)
        column.addWidget(area, 1)
        column.addLayout(button_row(self.revert, self.show_path))

    def show_values(self, document: CampaignDocument, reply: Reply, *, fresh: bool) -> None:
        """Show a person's values; what was typed stays unless `fresh`."""
        self.note.setText(
            tr(
                "Change values and see where the person would go. The data stays as it is. "
                "Put “|” between several values of a tag."
            )
        )
        self.show_path.setText(tr("Show that path"))
        self.revert.setText(tr("Own values again"))
        known = {f"{ATTRIBUTE}{one.name}": one.text for one in reply.attributes}
        known |= {f"{TAG}{one.name}": one.text for one in reply.tags}
        asked = dict.fromkeys(asked_fields(document))
        if not fresh and known == self._known:
            return
        self._known = {**{name: known.get(name, "") for name in asked}, **known}
        self._fields = {}
        empty(self._form)
        for row, (name, value) in enumerate(self._known.items()):
            self._add(row, name, value, wanted=name in asked)
        self._follow()

    def changes(self) -> tuple[dict[str, str], dict[str, str]]:
        """The attributes and tags that are others now."""
        found = {
            name: field.text().strip()
            for name, field in self._fields.items()
            if field.text().strip() != self._known[name]
        }
        return (
            {n.removeprefix(ATTRIBUTE): v for n, v in found.items() if n.startswith(ATTRIBUTE)},
            {n.removeprefix(TAG): v for n, v in found.items() if n.startswith(TAG)},
        )

    def _add(self, row: int, name: str, value: str, *, wanted: bool) -> None:
        shown = name.partition(":")[2]
        title = tr("Tag “{tag}”", tag=shown) if name.startswith(TAG) else shown
        words = ElidedLabel("strong" if wanted else "", 13 * self._grid, title, fills=True)
        field = LineEdit()
        field.setText(value)
        field.setCursorPosition(0)
        field.setAccessibleName(title)
        field.textEdited.connect(self._follow)
        field.returnPressed.connect(self._on_asked)
        self._form.addWidget(words, row, 0)
        self._form.addWidget(field, row, 1)
        self._fields[name] = field

    def _follow(self) -> None:
        attributes, tags = self.changes()
        changed = bool(attributes or tags)
        self.show_path.setEnabled(changed)
        self.revert.setEnabled(changed)
        for name, field in self._fields.items():
            set_property(field, "state", "changed" if field.text().strip() != self._known[name] else "")

    def _on_asked(self) -> None:
        attributes, tags = self.changes()
        if attributes or tags:
            self.asked.emit(attributes, tags)

    def _on_put_back(self) -> None:
        for name, field in self._fields.items():
            field.setText(self._known[name])
        self._follow()
        self.put_back.emit()


def asked_fields(document: CampaignDocument) -> Iterator[str]:
    """The attributes and tags of people that the campaign's components look at."""
    for node in document.nodes.values():
        if node.kind == "tag_judgment":
            yield from _fields_in(node.config)


def _fields_in(value: object) -> Iterator[str]:
    """The fields of the conditions in a config, which may hold anything."""
    if isinstance(value, dict):
        field = value.get("field")
        if isinstance(field, str) and field.startswith((TAG, ATTRIBUTE)):
            yield field
        for inner in value.values():
            yield from _fields_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _fields_in(inner)
