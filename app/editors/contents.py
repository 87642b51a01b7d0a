"""Editors of content that stands in the component itself: WeChat content, keywords, mini programs."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFrame, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_list,
    as_object,
    as_text,
    mark_invalid,
    route,
    together,
)
from app.editors.spec import FieldSpec
from app.widgets import style
from app.widgets.basic import ElidedLabel, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import LineEdit, TextArea
from app.widgets.layouts import row
from engine.components.template_message import keywords_of
from engine.i18n import N_, tr

_MINI_PROGRAM = {"app_id": N_("App ID of the mini program"), "path": N_("Path of the page")}
_CARD = {**_MINI_PROGRAM, "title": N_("Title"), "cover": N_("Cover image (media ID)")}
_HINTS = {
    "text": N_("Text, with ${variables}"),
    "article": N_("Media ID of the article"),
    "image": N_("Media ID of the image"),
    "audio": N_("Media ID of the audio"),
    "video": N_("Media ID of the video"),
}


class TextFields(Editor):
    """An object of texts, one labelled line each. Empty texts are left out."""

    def __init__(self, context: Context, labels: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._fields: dict[str, LineEdit] = {}
        self._error = label("error", "", wrap=True)
        self._error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for key, text in labels.items():
            field = LineEdit()
            field.setAccessibleName(tr(text))
            field.textEdited.connect(self.changed)
            self._fields[key] = field
            block = QVBoxLayout()
            block.setSpacing(2)
            block.addWidget(label("small", tr(text), wrap=True))
            block.addWidget(field)
            column.addLayout(block)
        column.addWidget(self._error)
        self.setFocusProxy(next(iter(self._fields.values())))

    def value(self) -> JsonValue:
        return {key: field.text() for key, field in self._fields.items() if field.text()} or None

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        for key, field in self._fields.items():
            field.setText(as_text(raw.get(key)))
            field.setCursorPosition(0)

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, self._fields)
        for key, field in self._fields.items():
            mark_invalid(field, together(inside.get(key, {})))
        self._error.setText(together({key: together(each) for key, each in inside.items()}))
        self._error.setVisible(bool(inside))
        return together(rest)

    def invalid_target(self) -> QWidget:
        fields = self._fields.values()
        return next((field for field in fields if field.property("invalid")), self.focus_target())


def mini_program_editor(context: Context, _spec: FieldSpec) -> TextFields:
    """A page of a mini program, without a card."""
    return TextFields(context, _MINI_PROGRAM)


class WechatContentEditor(Editor):
    """Exactly one kind of content. What was typed for another kind comes back when it is chosen again."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._kind = ComboBox(spec.placeholder or tr("Choose what to send"))
        self._kind.setAccessibleName(tr("Kind of content"))
        self._kind.set_options(spec.options)
        self._kind.chosen.connect(self._on_kind)
        self._text = TextArea(4)
        self._text.setAccessibleName(tr("Text"))
        self._text.edited.connect(self.changed)
        self._media = LineEdit()
        self._media.textEdited.connect(self._on_media)
        self._card = TextFields(context, _CARD)
        self._card.changed.connect(self.changed)
        self._ids: dict[str, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self._kind, self._text, self._media, self._card):
            column.addWidget(part)
        self.setFocusProxy(self._kind)
        self._show()

    def value(self) -> JsonValue:
        kind = self._kind.value()
        content: JsonValue
        if kind == "text":
            content = self._text.value()
        elif kind == "mini_program":
            content = self._card.value() or {}
        else:
            content = self._ids.get(kind, "")
        return {kind: content} if kind else None

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        known = (option for option in raw if option in _HINTS or option == "mini_program")
        kind = next(known, "")
        self._kind.set_value(kind)
        self._text.set_value(as_text(raw.get("text")))
        self._card.set_value(raw.get("mini_program"))
        self._ids = {key: text for key, text in raw.items() if key != "text" and isinstance(text, str)}
        self._show()

    def show_errors(self, errors: Errors) -> str:
        inside, _rest = route(errors, ("mini_program",))
        if "mini_program" in inside:
            return self._card.show_errors(inside["mini_program"])
        self._card.show_errors({})
        mark_invalid(self.invalid_target(), together(errors))
        return together(errors)

    def invalid_target(self) -> QWidget:
        kind = self._kind.value()
        if kind == "mini_program":
            return self._card.invalid_target()
        if kind == "text":
            return self._text
        return self._media if kind else self._kind

    def _on_kind(self) -> None:
        mark_invalid(self._kind, "")
        self._show()
        self.changed.emit()

    def _on_media(self, text: str) -> None:
        self._ids[self._kind.value()] = text
        self.changed.emit()

    def _show(self) -> None:
        kind = self._kind.value()
        self._text.setVisible(kind == "text")
        self._text.setPlaceholderText(tr(_HINTS["text"]))
        self._card.setVisible(kind == "mini_program")
        self._media.setVisible(kind in _HINTS and kind != "text")
        if kind in _HINTS:
            self._media.setPlaceholderText(tr(_HINTS[kind]))
            self._media.setAccessibleName(tr(_HINTS[kind]))
            self._media.setText(self._ids.get(kind, ""))


class _KeywordCard(QFrame):
    """The text of one keyword, and its colour."""

    def __init__(self, editor: KeywordsEditor, raw: RawObject) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self._editor = editor
        self._raw = raw
        key = as_text(raw.get("key"))
        self.text = LineEdit(tr("Text, with ${variables}"))
        self.text.setAccessibleName(tr("Text of {name}", name=key))
        self.text.setText(as_text(raw.get("text")))
        self.text.setCursorPosition(0)
        self.text.textEdited.connect(self._on_text)
        self.colour = ComboBox()
        self.colour.setAccessibleName(tr("Colour of {name}", name=key))
        self.colour.chosen.connect(self._on_colour)
        self.error = label("error", "", wrap=True)
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        head = row()
        name = ElidedLabel(text=key, fills=True)
        name.setProperty("role", "strong")
        head.addWidget(name, 1)
        column.addLayout(head)
        column.addWidget(self.text)
        column.addWidget(self.colour)
        column.addWidget(self.error)
        self._show_colours()

    def value(self) -> RawObject:
        return dict(self._raw)

    def _show_colours(self) -> None:
        colour = as_text(self._raw.get("colour"))
        options = [Option("", tr("Colour of the template"))]
        if colour:
            options.append(Option(colour, tr("Colour {code}", code=colour.upper())))
        options.append(Option("other", tr("Choose a colour…")))
        self.colour.set_options(options)
        self.colour.set_value(colour)

    def _on_text(self, text: str) -> None:
        self._raw["text"] = text
        self._editor.changed.emit()

    def _on_colour(self, value: str) -> None:
        if value == "other":
            dialog = QColorDialog(QColor(as_text(self._raw.get("colour")) or style.look().colours.text), self)
            dialog.colorSelected.connect(lambda colour: self._take(colour.name()))
            dialog.finished.connect(dialog.deleteLater)
            dialog.finished.connect(self._show_colours)
            dialog.open()
            return
        self._take(value)

    def _take(self, colour: str) -> None:
        self._raw.pop("colour", None)
        if colour:
            self._raw["colour"] = colour
        self._show_colours()
        self._editor.changed.emit()


class KeywordsEditor(Editor):
    """A text for each keyword of the template. Option: `message`, the field that holds the template."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._message_field = str(spec.extra.get("message"))
        self._cards: list[_KeywordCard] = []
        self._loaded: list[RawObject] = []
        self._keys: tuple[str, ...] | None = None
        self._empty = label("small", tr("Choose a template: its keywords show here."), wrap=True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._empty)
        column.addLayout(self._rows)
        self.refresh()

    def value(self) -> JsonValue:
        return [card.value() for card in self._cards] or None

    def set_value(self, value: JsonValue) -> None:
        self._loaded = [as_object(raw) for raw in as_list(value)]
        self._build()

    def refresh(self) -> None:
        template = self.context.text(self._message_field)
        keys = keywords_of(self.context.workspace, template)
        if keys != self._keys:
            self._keys = keys
            written = {as_text(card.value().get("key")) for card in self._cards}
            others = [raw for raw in self._loaded if as_text(raw.get("key")) not in written]
            self._loaded = [card.value() for card in self._cards] + others
            self._build()

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, (str(index) for index in range(len(self._cards))))
        for index, card in enumerate(self._cards):
            sentence = together(inside.get(str(index), {}))
            card.error.setText(sentence)
            card.error.setVisible(bool(sentence))
            mark_invalid(card.text, sentence)
        return together(rest)

    def focus_target(self) -> QWidget:
        return self._cards[0].text if self._cards else self

    def invalid_target(self) -> QWidget:
        wrong = (card.text for card in self._cards if card.text.property("invalid"))
        return next(wrong, self.focus_target())

    def _build(self) -> None:
        for card in self._cards:
            self._rows.removeWidget(card)
            card.hide()
            card.deleteLater()
        wanted = self._keys or tuple(as_text(raw.get("key")) for raw in self._loaded)
        by_key = {as_text(raw.get("key")): raw for raw in self._loaded}
        present = [key for key in by_key if key in wanted]
        order = [*present, *(key for key in wanted if key not in by_key)]
        self._cards = [_KeywordCard(self, dict(by_key.get(key) or {"key": key, "text": ""})) for key in order]
        for card in self._cards:
            self._rows.addWidget(card)
            card.show()
        self._empty.setVisible(not self._cards)
