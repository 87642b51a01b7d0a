"""Choosing a person by typing: an own id, an address or a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.language import Retranslated
from app.pickers.search import SearchCombo
from app.widgets.basic import label
from app.widgets.combo_box import Option
from app.widgets.debounce import Debounce
from engine.i18n import tr

_ASK_MS = 200

Found = Sequence[tuple[str, str]]
"""People's own ids, and what they are called in the list."""
Find = Callable[[str, Callable[[Found], None], Callable[[str], None]], None]
"""Asked with a text; answers later with people, or with a sentence why there are none."""


class _PeopleCombo(SearchCombo):
    """Opens as a list to search in, and tells what is typed there."""

    typed = Signal(str)

    @property
    def _searches(self) -> bool:
        return True

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        super().showPopup()
        if self.popup is not None:
            self.popup.search.textChanged.connect(self.typed)
        self.typed.emit("")


class PersonPick(Retranslated, QWidget):
    """Signal `chosen(id)`: by the user. Attribute `finds`: looks for people."""

    chosen = Signal(str)

    def __init__(self, find: Find) -> None:
        super().__init__()
        self.finds = find
        self._typed = ""
        self._people: dict[str, str] = {}
        self.combo = _PeopleCombo()
        self.error = label("error", wrap=True)
        self.error.hide()
        self._later = Debounce(self, self._ask, _ASK_MS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.combo)
        column.addWidget(self.error)
        self.combo.chosen.connect(self.chosen)
        self.combo.typed.connect(self._on_typed)
        self.setFocusProxy(self.combo)
        self.retranslate()

    def person(self) -> str:
        """The own id of whom is chosen, or ""."""
        return self.combo.value()

    def show_person(self, id: str, name: str = "") -> None:
        """Choose somebody; name: what the person is called, where that is known."""
        if id and (name or id not in self._people):
            self._people[id] = name or id
            self._fill()
        self.combo.set_value(id)

    def retranslate(self) -> None:
        self.combo.setPlaceholderText(tr("Search by name, address or ID"))
        self.combo.setAccessibleName(tr("Person"))

    def _fill(self) -> None:
        self.combo.set_options(Option(id, name) for id, name in self._people.items())

    def _on_typed(self, text: str) -> None:
        self._typed = text.strip()
        self._later.start()

    def _ask(self) -> None:
        typed = self._typed
        self.finds(typed, lambda found: self._take(typed, found), self._show_error)

    def _take(self, typed: str, found: Found) -> None:
        if not shiboken6.isValid(self) or typed != self._typed:
            return
        kept = {id: name for id, name in self._people.items() if id == self.combo.value()}
        self._people = {**kept, **dict(found)}
        self._fill()
        if self.combo.popup is not None:
            self.combo.popup.refit()
        self._show_error("")

    def _show_error(self, sentence: str) -> None:
        if shiboken6.isValid(self):
            self.error.setText(sentence)
            self.error.setVisible(bool(sentence))
