"""A message in further languages: the fields of its content once more for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pydantic import JsonValue
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, RawObject, as_object, mark_invalid, together
from app.editors.growing import Growing
from app.editors.listed import Card
from app.editors.message_content import CONTENT, CONTENT_FIELDS, content_factories
from app.editors.spec import FieldSpec
from app.editors.variable_text import Bind
from app.pickers.search import SearchCombo
from app.widgets.combo_box import ComboBox, Option
from engine.components.hints import FormField
from engine.i18n import tr

LANGUAGES = {
    "en": "English", "zh": "中文", "zh-TW": "繁體中文", "ja": "日本語", "ko": "한국어", "de": "Deutsch",
    "fr": "Français", "es": "Español", "pt": "Português", "it": "Italiano", "ru": "Русский", "ar": "العربية",
    "th": "ไทย", "vi": "Tiếng Việt", "id": "Bahasa Indonesia",
}  # fmt: skip
"""Languages that are offered; a file may name others."""


class LanguagesEditor(Editor):
    """The content in further languages, and the attribute that says which is a person's."""

    def __init__(self, context: Context, spec: FieldSpec, kind: str, bind: Bind) -> None:
        super().__init__(context)
        self._kind, self._bind = kind, bind
        self._cards: dict[str, _LanguageCard] = {}
        self._left: RawObject = {}
        """Contents whose cards are not made yet, by language."""
        self._growing = Growing(self, self._on_grown)
        self.attribute = SearchCombo(tr("Attribute with the person's language"))
        self.attribute.setAccessibleName(tr("Attribute with the person's language"))
        self.attribute.chosen.connect(self.changed)
        self.add = ComboBox(tr("Add a language"))
        self.add.setAccessibleName(tr("Add a language"))
        self.add.chosen.connect(self._on_added)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.attribute)
        column.addLayout(self._rows)
        column.addWidget(self.add)
        self.setFocusProxy(self.add)
        self._show()

    def value(self) -> JsonValue:
        contents: RawObject = {tag: card.value() for tag, card in self._cards.items()}
        contents |= self._left
        if not contents:
            return None
        return {"attribute": self.attribute.value(), "contents": contents}

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        usual = self.context.workspace.settings.language_attribute or ""
        self.attribute.set_value(str(raw.get("attribute") or usual))
        for tag in list(self._cards):
            self._drop(tag)
        self._left = as_object(raw.get("contents"))
        self._growing.begin([partial(self._make, tag) for tag in self._left], at_once=0)
        self._show()

    def refresh(self) -> None:
        attributes = self.context.workspace.catalog.attributes
        self.attribute.set_options(
            Option(name, name) for name, type_ in attributes.items() if type_ == "text"
        )
        for card in self._cards.values():
            card.refresh()

    def show_errors(self, errors: Errors) -> str:
        if errors:
            self._growing.finish()
        rest: dict[str, str] = {}
        by_tag: dict[str, dict[str, str]] = {}
        for path, sentence in errors.items():
            head, _, tail = path.removeprefix("contents.").partition(".")
            if head in self._cards:
                by_tag.setdefault(head, {})[tail] = sentence
            else:
                rest[path] = sentence
        for tag, card in self._cards.items():
            card.show_errors(by_tag.get(tag, {}))
        mark_invalid(self.attribute, together(rest))
        return together(rest)

    def _make(self, tag: str) -> None:
        content = as_object(self._left[tag])
        self._put(tag, content)
        del self._left[tag]

    def _on_grown(self) -> None:
        self._show()
        self.grown.emit()

    def _on_added(self, tag: str) -> None:
        self._growing.finish()
        # A new language begins with what everybody else gets: it is there to be translated.
        values = self.context.values()
        self._put(tag, {name: values[name] for name in CONTENT_FIELDS[self._kind] if name in values})
        self._show()
        self._cards[tag].form.focus_first()
        self.changed.emit()

    def _put(self, tag: str, content: RawObject) -> None:
        card = _LanguageCard(self.context, tag, content, CONTENT[self._kind], self._bind)
        card.changed.connect(self.changed)
        card.remove.clicked.connect(lambda: self._on_removed(tag))
        self._cards[tag] = card
        self._rows.addWidget(card)
        card.show()

    def _drop(self, tag: str) -> None:
        card = self._cards.pop(tag)
        self._rows.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _on_removed(self, tag: str) -> None:
        self._drop(tag)
        self._show()
        self.add.setFocus()
        self.changed.emit()

    def _show(self) -> None:
        self.refresh()
        there = {*self._cards, *self._left}
        self.attribute.setVisible(bool(there))
        offered = [Option(tag, f"{name} ({tag})") for tag, name in LANGUAGES.items() if tag not in there]
        self.add.set_options(offered)
        self.add.set_value("")


class _LanguageCard(Card):
    """One language: the same content fields once more."""

    def __init__(
        self, context: Context, tag: str, content: RawObject, fields: Sequence[FormField], bind: Bind
    ) -> None:
        super().__init__(context, f"{LANGUAGES.get(tag, tag)} ({tag})")
        from app.panels.form import Form  # forms hold editors

        self.up.hide()
        self.down.hide()
        inner = Context(context.workspace, any_event=True)
        self.form = Form(fields, inner, content_factories(bind))
        own = inner.values
        inner.values = lambda: {**_shared(context.values), **own()}
        self.form.load(content)
        self.form.changed.connect(self.changed)
        self.body.addWidget(self.form)
        self.body.addWidget(self.error)

    def value(self) -> RawObject:
        return self.form.result()

    def refresh(self) -> None:
        self.form.refresh()

    def show_errors(self, errors: Errors) -> str:
        rest = self.form.show_errors(errors)
        self.error.setText(rest)
        self.error.setVisible(bool(rest))
        return rest

    def focus_target(self) -> QWidget:
        return self.form


def _shared(values: Callable[[], RawObject]) -> RawObject:
    """What all languages have in common: the bindings."""
    return {"variables": values().get("variables")}
