"""For whom a message is shown: one of the worst cases, or a person out of the engine's data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.language import Retranslated
from app.pickers.search import SearchCombo
from app.widgets.basic import label
from app.widgets.combo_box import Option
from engine.i18n import tr
from engine.workspace.sample_values import WORST, SamplePerson, worst_person

_ASK_MS = 250

Found = Sequence[tuple[str, str]]
"""People's ids, and what they are called in the list."""
FindPeople = Callable[[str, Callable[[Found], None], Callable[[str], None]], None]
"""Asked with a text; answers later with people, or with a sentence why there are none."""
GetPerson = Callable[[str, Callable[[SamplePerson], None], Callable[[str], None]], None]
"""Asked with an id; answers later with the person's values."""


_source: list[tuple[FindPeople, GetPerson]] = []


def use(find: FindPeople, get: GetPerson) -> None:
    """Look for people here from now on: in the data of the workspace that is open."""
    _source[:] = [(find, get)]


class _PeopleCombo(SearchCombo):
    """Tells what is typed into its list."""

    typed = Signal(str)

    @property
    def _searches(self) -> bool:
        return bool(_source)

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        super().showPopup()
        if self.popup is not None:
            self.popup.search.textChanged.connect(self.typed)
        self.typed.emit("")


class PersonChoice(Retranslated, QWidget):
    """Signal `chosen()`: `person()` is another."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._person = worst_person("longest")
        self._people: dict[str, str] = {}
        self._search = ""
        self.combo = _PeopleCombo(new_text="")
        self.combo.setAccessibleName(tr("Shown for"))
        self.combo.chosen.connect(self._on_chosen)
        self.combo.typed.connect(self._on_typed)
        self._label = label("small", tr("Shown for"))
        self.error = label("error", wrap=True)
        self.error.hide()
        self._timer = QTimer(self, singleShot=True, interval=_ASK_MS)
        self._timer.timeout.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label)
        row.addWidget(self.combo, 1)
        row.addWidget(self.error)
        self._fill()
        self.combo.set_value("worst:longest")
        self.setFocusProxy(self.combo)

    def person(self) -> SamplePerson:
        """Whose values stand in the message."""
        return self._person

    def prefer_person(self, wanted: Callable[[], bool]) -> None:
        """Choose a person of the data instead, if there is one and it is still wanted then."""

        def take(found: Found) -> None:
            if shiboken6.isValid(self) and found and wanted():
                id, name = found[0]
                self._people = {id: name}
                self._fill()
                self.combo.set_value(id)
                self._on_chosen(id)

        if _source:
            find, _ = _source[0]
            find("", take, lambda _sentence: None)  # without people the worst cases remain

    def retranslate(self) -> None:
        self._label.setText(tr("Shown for"))
        self.combo.setAccessibleName(tr("Shown for"))
        self._fill()

    def _fill(self) -> None:
        worst = [Option(f"worst:{id}", tr(words)) for id, words in WORST.items()]
        self.combo.set_options([*worst, *(Option(id, name) for id, name in self._people.items())])

    def _on_typed(self, text: str) -> None:
        self._search = text.strip()
        if _source:
            self._timer.start()

    def _ask(self) -> None:
        search = self._search
        find, _ = _source[0]
        find(search, lambda found: self._take_found(search, found), self._show_error)

    def _take_found(self, search: str, found: Found) -> None:
        if shiboken6.isValid(self) and search == self._search:
            kept = {id: name for id, name in self._people.items() if id == self.combo.value()}
            self._people = {**kept, **dict(found)}
            self._fill()
            if self.combo.popup is not None:
                self.combo.popup.refit()
            self._show_error("")

    def _on_chosen(self, id: str) -> None:
        if id.startswith("worst:"):
            self._person = worst_person(id.partition(":")[2])
            self.chosen.emit()
        elif _source:
            _, get = _source[0]
            get(id, self._take_person, self._show_error)

    def _take_person(self, person: SamplePerson) -> None:
        if shiboken6.isValid(self) and person.id == self.combo.value():
            self._person = person
            self._show_error("")
            self.chosen.emit()

    def _show_error(self, sentence: str) -> None:
        if shiboken6.isValid(self):
            self.error.setText(sentence)
            self.error.setVisible(bool(sentence))
