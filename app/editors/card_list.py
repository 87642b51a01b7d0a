"""A list of cards that a person adds to, reorders and removes from: what several editors are."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, route, together
from app.widgets.basic import IconButton
from engine.i18n import tr


class Card(QFrame):
    """One entry of a list. It asks the list to be moved or removed.

    Attributes: `movable` (up, down) and `removable`, kept by the list.
    """

    changed = Signal()
    moved = Signal(int)
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.movable = (False, False)
        self.removable = True

    def show_errors(self, errors: Errors) -> None:
        """Show the errors of this entry at their places."""
        raise NotImplementedError

    def focus_target(self) -> QWidget:
        """The widget that takes the focus when the card is added."""
        return self.focusProxy() or self

    def invalid_target(self) -> QWidget:
        """The control with the first error."""
        return self.focus_target()

    def menu_button(self, name: str, remove: str) -> IconButton:
        """A button for the menu that moves or removes the card; `remove` is that action's text."""
        button = IconButton("dots-vertical", name)
        button.clicked.connect(lambda: self._open_menu(button, remove))
        return button

    def _open_menu(self, button: IconButton, remove: str) -> None:
        menu = QMenu(self)
        up = menu.addAction(tr("Move up"), lambda: self.moved.emit(-1))
        down = menu.addAction(tr("Move down"), lambda: self.moved.emit(1))
        menu.addSeparator()
        gone = menu.addAction(remove, self.removed.emit)
        for action, allowed in zip((up, down, gone), (*self.movable, self.removable), strict=True):
            action.setEnabled(allowed)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


K = TypeVar("K", bound=Card)


class CardList(Editor, Generic[K]):
    """Base of the editors whose value is a list, a card for each entry. Buttons go into `column`."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._cards: list[K] = []
        self._invalid: K | None = None
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.column.addLayout(self._rows)

    def add_target(self) -> QWidget:
        """The control that adds a card: it takes the focus where there is none, or after one went."""
        raise NotImplementedError

    def on_cards_changed(self) -> None:
        """Bring the cards and buttons in line with what the list now holds."""

    def cards(self) -> tuple[K, ...]:
        """The cards in their order."""
        return tuple(self._cards)

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, (str(index) for index in range(len(self._cards))))
        for index, card in enumerate(self._cards):
            card.show_errors(inside.get(str(index), {}))
        wrong = (card for index, card in enumerate(self._cards) if str(index) in inside)
        self._invalid = next(wrong, None)
        return together(rest)

    def focus_target(self) -> QWidget:
        return self._cards[0].focus_target() if self._cards else self.add_target()

    def invalid_target(self) -> QWidget:
        return self._invalid.invalid_target() if self._invalid is not None else self.focus_target()

    def append(self, card: K) -> K:
        """Put a card at the end, as loaded: nobody is told."""
        card.changed.connect(self._on_changed)
        card.moved.connect(lambda by: self._on_moved(card, by))
        card.removed.connect(lambda: self._on_removed(card))
        self._cards.append(card)
        self._rows.addWidget(card)
        card.show()  # at once: only what is shown can take the focus
        return card

    def add_card(self, card: K) -> None:
        """Put a new card at the end, for a person to fill in."""
        self.append(card)
        self._on_changed()
        card.focus_target().setFocus()

    def clear(self) -> None:
        """Take every card away, before others are loaded."""
        for card in self.cards():
            self._drop(card)

    def _drop(self, card: K) -> None:
        if self._invalid is card:
            self._invalid = None
        self._cards.remove(card)
        self._rows.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _on_changed(self) -> None:
        self.on_cards_changed()
        self.changed.emit()

    def _on_moved(self, card: K, by: int) -> None:
        index = self._cards.index(card)
        self._cards.insert(index + by, self._cards.pop(index))
        self._rows.insertWidget(index + by, card)
        self._on_changed()
        card.focus_target().setFocus()

    def _on_removed(self, card: K) -> None:
        self._drop(card)
        self._on_changed()
        self.add_target().setFocus()
