"""Fields for a text in the language of the moment and, where somebody wants to, in the other one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from app.editors.base import mark_invalid
from app.widgets.basic import label
from app.widgets.fields import LineEdit, TextArea
from engine.i18n import LANGUAGES, current_language, tr
from engine.workspace.own_templates import both
from engine.workspace.template import Words

NAME_LENGTH = 50


def other_language() -> str:
    """The language that is not in force."""
    return next(code for code in LANGUAGES if code != current_language())


class WordsForm(QWidget):
    """Name and description of a template. Signal `both_shown(bool)`: the other language comes or goes."""

    both_shown = Signal(bool)

    def __init__(self, name: Words, description: Words) -> None:
        super().__init__()
        self._language, self._other = current_language(), other_language()
        self._names = {code: self._name_field(code) for code in (self._language, self._other)}
        self._texts = {code: TextArea(2) for code in (self._language, self._other)}
        self._error = label("error", wrap=True)
        self._error.hide()
        self.both = QCheckBox(tr("Also in {language}", language=LANGUAGES[self._other]))
        for code in LANGUAGES:
            self._texts[code].set_value(description.in_language(code))
            self._names[code].setText(name.in_language(code)[:NAME_LENGTH])
        self._labels = [label("label"), label("label")]
        self._lay_out()
        differ = name.en != name.zh or description.en != description.zh
        if not differ:
            self._names[self._other].clear()
            self._texts[self._other].set_value("")
        self.both.toggled.connect(self._show_both)
        self.both.setChecked(differ)
        self._show_both(differ)

    @property
    def name(self) -> QLineEdit:
        """The field of the name in the language in force."""
        return self._names[self._language]

    def names(self) -> Words:
        """The names; where one is missing, the other stands in for it."""
        return self._words(lambda code: self._names[code].text().strip())

    def descriptions(self) -> Words:
        return self._words(lambda code: self._texts[code].value().strip())

    def show_error(self, sentence: str) -> None:
        """Say at the name what is wrong with it; "" for nothing."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        mark_invalid(self.name, sentence)
        if sentence:
            self.name.setFocus()

    def _words(self, text_in: Callable[[str], str]) -> Words:
        other = text_in(self._other) if self.both.isChecked() else ""
        return both(text_in(self._language), other, self._language)

    def _name_field(self, code: str) -> LineEdit:
        field = LineEdit()
        field.setMaxLength(NAME_LENGTH)
        return field

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._label_of: dict[QWidget, QWidget] = {}
        parts = (
            (tr("Name"), self._language, self._names, (self._error,)),
            (tr("Description (optional)"), self._language, self._texts, (self.both,)),
            (self._named(tr("Name")), self._other, self._names, ()),
            (self._named(tr("Description")), self._other, self._texts, ()),
        )
        for text, code, fields, below in parts:
            field: QWidget = fields[code]
            field.setAccessibleName(text)
            title = self._label_of[field] = label("label", text)
            if column.count():
                column.addSpacing(4)
            for part in (title, field, *below):
                column.addWidget(part)

    def _named(self, text: str) -> str:
        return tr("{label} in {language}", label=text, language=LANGUAGES[self._other])

    def _show_both(self, shown: bool) -> None:
        for field in (self._names[self._other], self._texts[self._other]):
            field.setVisible(shown)
            self._label_of[field].setVisible(shown)
        self.both_shown.emit(shown)
