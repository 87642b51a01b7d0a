"""The keywords of a WeChat template, with their usual texts and colours."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog

from app.editors.base import Context, RawObject, as_text
from app.editors.listed import Card, ListEditor
from app.editors.spec import FieldSpec
from app.editors.variable_text import Bind, VariableText
from app.widgets import style
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import LineEdit
from engine.i18n import tr


class KeywordListEditor(ListEditor):
    """The keywords of a WeChat template, with their usual texts and colours."""

    def __init__(self, context: Context, spec: FieldSpec, bind: Bind) -> None:
        super().__init__(context, spec)
        self._bind = bind
        self.add.setText(tr("Add a keyword"))
        self.add.clicked.connect(self._add_next)

    def make_card(self, raw: RawObject) -> Card:
        return _KeywordCard(self.context, raw, self._bind)

    def _add_next(self) -> None:
        keys = {as_text(card.value().get("key")) for card in self.cards}
        key = "first" if not keys else next(k for n in range(1, 1000) if (k := f"keyword{n}") not in keys)
        self.append({"key": key, "text": ""})


class _KeywordCard(Card):
    def __init__(self, context: Context, raw: RawObject, bind: Bind) -> None:
        super().__init__(context, tr("Keyword"))
        self._colour_code = as_text(raw.get("colour"))
        self.key = LineEdit(tr("Name at WeChat, such as keyword1"))
        self.key.setAccessibleName(tr("Keyword"))
        self.key.setText(as_text(raw.get("key")))
        self.key.textEdited.connect(self.changed)
        self.text = VariableText(
            context, FieldSpec("text", tr("Usual text"), placeholder=tr("Usual text")), bind
        )
        self.text.set_value(as_text(raw.get("text")))
        self.text.changed.connect(self.changed)
        self.colour = ComboBox()
        self.colour.setAccessibleName(tr("Colour"))
        self.colour.chosen.connect(self._on_colour)
        for part in (self.key, self.text, self.colour, self.error):
            self.body.addWidget(part)
        self.setFocusProxy(self.key)
        self._show_colours()

    def value(self) -> RawObject:
        raw: RawObject = {"key": self.key.text(), "text": as_text(self.text.value())}
        return raw | ({"colour": self._colour_code} if self._colour_code else {})

    def refresh(self) -> None:
        self.text.refresh()

    def _show_colours(self) -> None:
        options = [Option("", tr("Colour of the template"))]
        if self._colour_code:
            options.append(Option(self._colour_code, tr("Colour {code}", code=self._colour_code.upper())))
        options.append(Option("other", tr("Choose a colour…")))
        self.colour.set_options(options)
        self.colour.set_value(self._colour_code)

    def _on_colour(self, value: str) -> None:
        if value != "other":
            self._take(value)
            return
        dialog = QColorDialog(
            QColor(self._colour_code) if self._colour_code else style.look().colours.text, self
        )
        dialog.colorSelected.connect(lambda colour: self._take(colour.name()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._show_colours)
        dialog.open()

    def _take(self, colour: str) -> None:
        self._colour_code = colour
        self._show_colours()
        self.changed.emit()
