"""Editors of lists: cards one below the other, which can move and go, and a way to add one."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_list,
    as_object,
    mark_invalid,
    route,
    together,
)
from app.editors.spec import FieldSpec
from app.widgets.basic import ElidedLabel, IconButton, LinkButton, label
from app.widgets.layouts import row
from engine.i18n import tr


class ListEditor(Editor):
    """Base of these editors; a subclass makes the cards, and says what `add` does."""

    def __init__(self, context: Context, spec: FieldSpec) -> None:
        super().__init__(context)
        self.spec = spec
        self.cards: list[Card] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.add = LinkButton("")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._rows)
        column.addWidget(self.add)
        self.setFocusProxy(self.add)

    def make_card(self, raw: RawObject) -> Card:
        """A card for one item."""
        raise NotImplementedError

    def value(self) -> JsonValue:
        return [card.value() for card in self.cards] or None

    def set_value(self, value: JsonValue) -> None:
        for card in self.cards:
            self._drop(card)
        self.cards = []
        for raw in as_list(value):
            self._append(as_object(raw))
        self._on_listed()

    def append(self, raw: RawObject) -> None:
        """Add an item, as a person does."""
        self._append(raw)
        self._on_listed()
        self.cards[-1].focus_target().setFocus()
        self.changed.emit()

    def refresh(self) -> None:
        for card in self.cards:
            card.refresh()

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, (str(index) for index in range(len(self.cards))))
        for index, card in enumerate(self.cards):
            card.show_errors(inside.get(str(index), {}))
        mark_invalid(self.add, together(rest))
        return together(rest)

    def invalid_target(self) -> QWidget:
        wrong = (card.focus_target() for card in self.cards if card.error.isVisibleTo(self))
        return next(wrong, self.add)

    def _append(self, raw: RawObject) -> None:
        card = self.make_card(raw)
        card.changed.connect(self.changed)
        card.remove.clicked.connect(lambda: self._on_removed(card))
        card.up.clicked.connect(lambda: self._on_moved(card, -1))
        card.down.clicked.connect(lambda: self._on_moved(card, 1))
        self.cards.append(card)
        self._rows.addWidget(card)
        card.show()

    def _drop(self, card: Card) -> None:
        self._rows.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _on_removed(self, card: Card) -> None:
        self.cards.remove(card)
        self._drop(card)
        self._on_listed()
        self.add.setFocus()
        self.changed.emit()

    def _on_moved(self, card: Card, by: int) -> None:
        index = self.cards.index(card)
        self.cards.insert(index + by, self.cards.pop(index))
        self._rows.removeWidget(card)
        self._rows.insertWidget(index + by, card)
        self._on_listed()
        self.changed.emit()

    def _on_listed(self) -> None:
        for index, card in enumerate(self.cards):
            card.up.setEnabled(index > 0)
            card.down.setEnabled(index < len(self.cards) - 1)


class Card(Editor):
    """An item of a list: a head with its name and what can be done with it, the body, and its error."""

    def __init__(self, context: Context, title: str) -> None:
        super().__init__(context)
        frame = QFrame()
        frame.setProperty("role", "well")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.body = QVBoxLayout(frame)
        self.body.setContentsMargins(12, 6, 8, 12)
        self.body.setSpacing(8)
        head = row(spacing=0)
        name = ElidedLabel("strong", text=title, fills=True)
        head.addWidget(name, 1)
        self.up = IconButton("chevron-up", tr("Move {name} up", name=title))
        self.down = IconButton("chevron-down", tr("Move {name} down", name=title))
        self.remove = IconButton("x", tr("Remove {name}", name=title))
        for button in (self.up, self.down, self.remove):
            head.addWidget(button)
        self.body.addLayout(head)
        self.error = label("error", "", wrap=True)
        self.error.hide()

    def value(self) -> RawObject:
        raise NotImplementedError

    def show_errors(self, errors: Errors) -> str:
        self.error.setText(together(errors))
        self.error.setVisible(bool(errors))
        mark_invalid(self.focus_target(), together(errors))
        return together(errors)
