"""The values that a Tag component gives: one card a tag."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QFrame, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
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
from app.editors.condition_values import ListValue, TextValue, ValueBox
from app.editors.controls import IconButton, LinkButton, Option, label, row
from app.editors.spec import FieldSpec
from app.pickers import library
from app.pickers.search import SearchCombo
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


class AssignmentCard(QFrame):
    """A tag and the value (several, for a multi-value tag) that a person gets."""

    changed = Signal()
    removed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self._context = context
        self.tag = SearchCombo(tr("Choose a tag"))
        self.tag.setAccessibleName(tr("Which tag"))
        self.tag.chosen.connect(self._on_tag)
        self.box: ValueBox = TextValue()
        self._error = label("", "error")
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
        """The control with the first error."""
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


class AssignmentsEditor(Editor):
    """The tags and values. A tag that holds one value can be chosen once. Option: `max`."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._max = int(spec.extra.get("max", 20))
        self._cards: list[AssignmentCard] = []
        self._invalid: list[int] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._add = LinkButton(tr("Add tag"))
        self._add.clicked.connect(self._on_add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._rows)
        column.addWidget(self._add)

    def value(self) -> JsonValue:
        return [card.value() for card in self._cards] or None

    def set_value(self, value: JsonValue) -> None:
        for card in list(self._cards):
            self._drop(card)
        for raw in as_list(value) or [{}]:
            self._append(as_object(raw))
        self.refresh()

    def cards(self) -> tuple[AssignmentCard, ...]:
        """The cards in their order."""
        return tuple(self._cards)

    def refresh(self) -> None:
        workspace = self.context.workspace
        tags = library.tag_options(workspace, ("text", "multi"))
        for card in self._cards:
            taken = {other.tag.value() for other in self._cards if other is not card}
            single = {tag for tag in taken if not library.is_multi(workspace, tag)}
            card.offer([option for option in tags if option.value not in single])
        self._add.setEnabled(len(self._cards) < self._max)

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, (str(index) for index in range(len(self._cards))))
        for index, card in enumerate(self._cards):
            card.show_errors(inside.get(str(index), {}))
        self._invalid = [index for index in range(len(self._cards)) if str(index) in inside]
        return together(rest)

    def focus_target(self) -> QWidget:
        return self._cards[0].tag if self._cards else self._add

    def invalid_target(self) -> QWidget:
        return self._cards[self._invalid[0]].invalid_target() if self._invalid else self.focus_target()

    def _append(self, raw: RawObject) -> AssignmentCard:
        card = AssignmentCard(self.context)
        card.set_value(raw)
        card.changed.connect(self._on_changed)
        card.removed.connect(lambda: self._on_removed(card))
        self._cards.append(card)
        self._rows.addWidget(card)
        card.show()
        return card

    def _drop(self, card: AssignmentCard) -> None:
        self._cards.remove(card)
        self._rows.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _on_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _on_add(self) -> None:
        card = self._append({})
        self._on_changed()
        card.tag.setFocus()

    def _on_removed(self, card: AssignmentCard) -> None:
        self._drop(card)
        self._on_changed()
        self._add.setFocus()
