"""The values that a Tag component gives: one card a tag."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Errors,
    RawObject,
    as_list,
    as_object,
    as_text,
    lines,
    mark_invalid,
    route,
    together,
)
from app.editors.card_list import Card, CardList
from app.editors.condition_values import ListValue, TextValue, ValueBox
from app.editors.spec import FieldSpec
from app.pickers import library
from app.pickers.search import SearchCombo
from app.widgets.basic import IconButton, LinkButton, label
from app.widgets.combo_box import Option
from app.widgets.layouts import row
from engine.i18n import tr


class SuggestedText(TextValue):
    """One text, with the tag's known values to complete from."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__()
        if known:
            completer = QCompleter(known, self)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.activated.connect(lambda _text: self.changed.emit())
            self.field.setCompleter(completer)


class AssignmentCard(Card):
    """A tag and the value (several, for a multi-value tag) that a person gets."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self._context = context
        self.tag = SearchCombo(tr("Choose a tag"))
        self.tag.setAccessibleName(tr("Which tag"))
        self.tag.chosen.connect(self._on_tag)
        self.box: ValueBox = TextValue()
        self._error = label("error", "", wrap=True)
        self._error.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 12, 8, 12)
        self._column.setSpacing(8)
        head = row(spacing=4)
        head.addWidget(self.tag, 1)
        remove = IconButton("x", tr("Remove this tag"))
        remove.clicked.connect(self.removed)
        head.addWidget(remove)
        self._column.addLayout(head)
        self._column.addWidget(self.box)
        self._column.addWidget(self._error)
        self.setFocusProxy(self.tag)
        self.box.changed.connect(self.changed)

    def value(self) -> RawObject:
        raw: RawObject = {}
        if self.tag.value():
            raw["tag"] = self.tag.value()
        if (value := self.box.value()) is not None:
            raw["value"] = value
        return raw

    def set_value(self, raw: RawObject) -> None:
        self.tag.set_value(as_text(raw.get("tag")))
        self._show_box(listed=isinstance(raw.get("value"), list))
        self.box.set_value(raw.get("value"))

    def offer(self, options: list[Option]) -> None:
        """The tags that this card may hold."""
        self.tag.set_options(options)

    def show_errors(self, errors: Errors) -> None:
        inside, rest = route(errors, ("tag", "value"))
        mark_invalid(self.tag, together(inside.get("tag", {})))
        mark_invalid(self.box.focusProxy() or self.box, together(inside.get("value", {})))
        sentences = [together(part) for part in inside.values()] + [together(rest)]
        self._error.setText(lines(sentences))
        self._error.setVisible(bool(errors))

    def invalid_target(self) -> QWidget:
        value = self.box.focusProxy() or self.box
        return value if value.property("invalid") and not self.tag.property("invalid") else self.tag

    def _show_box(self, listed: bool = False) -> None:
        workspace, tag = self._context.workspace, self.tag.value()
        known = library.tag_values(workspace, tag)
        several = listed or library.is_multi(workspace, tag)
        box: ValueBox = ListValue(known, single=False) if several else SuggestedText(known)
        self._column.replaceWidget(self.box, box)
        box.show()
        self.box.hide()
        self.box.deleteLater()
        self.box = box
        box.changed.connect(self.changed)

    def _on_tag(self) -> None:
        self._show_box()
        self.changed.emit()


class AssignmentsEditor(CardList[AssignmentCard]):
    """The tags and values. A tag that holds one value can be chosen once. Option: `max`."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._max = int(spec.extra.get("max", 20))
        self._add = LinkButton(tr("Add tag"))
        self._add.clicked.connect(lambda: self.add_card(AssignmentCard(context)))
        self.column.addWidget(self._add)

    def value(self) -> JsonValue:
        return [card.value() for card in self._cards] or None

    def set_value(self, value: JsonValue) -> None:
        self.clear()
        for raw in as_list(value) or [{}]:
            self.append(AssignmentCard(self.context)).set_value(as_object(raw))
        self.refresh()

    def refresh(self) -> None:
        workspace = self.context.workspace
        tags = library.tag_options(workspace, ("text", "multi"))
        for card in self._cards:
            taken = {other.tag.value() for other in self._cards if other is not card}
            single = {tag for tag in taken if not library.is_multi(workspace, tag)}
            card.offer([option for option in tags if option.value not in single])
        self._add.setEnabled(len(self._cards) < self._max)

    def add_target(self) -> QWidget:
        return self._add

    def on_cards_changed(self) -> None:
        self.refresh()
