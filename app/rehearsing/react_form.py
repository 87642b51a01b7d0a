"""How people react in a rehearsal: nobody, all, so many of a hundred, or as a file says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rehearsing.choice import RehearsalChoice
from app.rehearsing.file_pick import FilePick
from app.rehearsing.rates import RatesForm
from app.widgets.basic import label
from app.widgets.combo_box import Option
from app.widgets.segmented import Segmented
from engine.campaign.document import CampaignDocument
from engine.i18n import tr


class ReactForm(QWidget):
    """Signal `changed()`: something else is chosen. Attributes: react, rates, results (the fields)."""

    changed = Signal()

    def __init__(self, document: CampaignDocument, choice: RehearsalChoice) -> None:
        super().__init__()
        self.react = Segmented(_react())
        self.react.setAccessibleName(tr("How people react"))
        self._note = label("small", wrap=True)
        self.rates = RatesForm(document, choice.rates)
        self.results = FilePick(tr("Choose a results file"), tr("No file chosen yet"), folder=False)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (self.react, self._note, self.rates, self.results):
            self._column.addWidget(part)
        self.rates.setFixedHeight(self.rates.height_wanted())
        self.react.set_value("nobody" if choice.react == "rates" and self.rates.empty else choice.react)
        self.results.set_path(choice.results)
        self.react.chosen.connect(self.follow)

    def show_document(self, document: CampaignDocument) -> None:
        """Ask the rates of another state of the campaign; those that were entered stay."""
        known = self.rates.rates()
        other = RatesForm(document, known)
        other.setFixedHeight(other.height_wanted())
        self._column.replaceWidget(self.rates, other)
        self.rates.hide()
        self.rates.deleteLater()
        self.rates = other
        self.follow()

    def values(self) -> dict[str, Any]:
        """The fields of a `RehearsalChoice`, whether or not they will do."""
        return {
            "react": self.react.value(),
            "rates": self.rates.rates(),
            "results": self.results.path(),
        }

    def problem(self) -> str:
        """What is wrong with it, or ""."""
        if self.react.value() == "results" and self.results.path() is None:
            return tr("Choose a results file.")
        return self.rates.problem() if self.react.value() == "rates" else ""

    def follow(self) -> None:
        """Show what belongs to what is chosen."""
        react = self.react.value()
        nothing = react == "rates" and self.rates.empty
        self.rates.setVisible(react == "rates" and not self.rates.empty)
        self.results.setVisible(react == "results")
        empty = tr("Nothing in this campaign depends on how people react.")
        self._note.setText(empty if nothing else _NOTES[react]())
        self.changed.emit()


def react_words(choice: RehearsalChoice) -> str:
    """How people react, in a word or two."""
    return next(option.text for option in _react() if option.value == choice.react)


def _react() -> list[Option]:
    return [
        Option("nobody", tr("Nobody reacts")),
        Option("everybody", tr("All react")),
        Option("rates", tr("So many of 100")),
        Option("results", tr("As recorded")),
    ]


_NOTES: dict[str, Callable[[], str]] = {
    "nobody": lambda: tr("Messages arrive, nobody answers. What the data says that people did still counts."),
    "everybody": lambda: tr("All messages arrive, all people open them and do what is asked."),
    "rates": lambda: tr("Who reacts is drawn by chance, and is the same person every time."),
    "results": lambda: tr(
        "A CSV file says what becomes of messages: person_id, node, result, after_seconds; receipt."
    ),
}
