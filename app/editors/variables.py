"""Bindings: where the value of each `${variable}`, or of each parameter of an interface, comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple

from pydantic import JsonValue
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_object,
    as_text,
    mark_invalid,
    route,
    together,
)
from app.editors.growing import Growing
from app.pickers.library import any_event_options, event_fields
from app.pickers.search import SearchCombo
from app.widgets.basic import ElidedLabel, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import LineEdit
from app.widgets.layouts import row
from engine.i18n import tr


class Place(NamedTuple):
    """Something that needs a binding; `note` stands beside its name ("number, required")."""

    name: str
    shown: str
    note: str = ""
    required: bool = True


class BindingCard(QFrame):
    """The binding of one variable: source, key or text, and what stands there when it is empty."""

    changed = Signal()

    def __init__(self, context: Context, place: Place) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self._context = context
        self.place = place
        self._raw: RawObject = {}
        self.source = ComboBox(tr("Choose a source"))
        self.source.setAccessibleName(tr("Source of {name}", name=place.shown))
        self.source.chosen.connect(self._on_source)
        self.key = SearchCombo(tr("Choose"))
        self.key.setAccessibleName(tr("Which one for {name}", name=place.shown))
        self.key.chosen.connect(self._on_key)
        self.text = LineEdit(tr("Text"))
        self.text.setAccessibleName(tr("Text for {name}", name=place.shown))
        self.text.textEdited.connect(self._on_text)
        self.when_empty = ComboBox()
        self.when_empty.setAccessibleName(tr("When {name} is empty", name=place.shown))
        self.when_empty.set_options(
            [Option("nothing", tr("If empty, nothing")), Option("default", tr("If empty, use"))]
        )
        self.when_empty.chosen.connect(self._on_when_empty)
        self.default = LineEdit(tr("Text if empty"))
        self.default.setAccessibleName(tr("Text if {name} is empty", name=place.shown))
        self.default.textEdited.connect(self._on_default)
        self._error = label("error", "", wrap=True)
        self._error.hide()
        self._lay_out()
        self.set_value({})

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        head = row(spacing=8)
        name = ElidedLabel(text=self.place.shown, fills=True)
        name.setProperty("role", "strong")
        head.addWidget(name, 1)
        if self.place.note:
            head.addWidget(label("small", self.place.note))
        column.addLayout(head)
        first = row(spacing=8)
        first.addWidget(self.source, 6)
        for control in (self.key, self.text):
            first.addWidget(control, 5)
        column.addLayout(first)
        second = row(spacing=8)
        second.addWidget(self.when_empty, 6)
        second.addWidget(self.default, 5)
        column.addLayout(second)
        column.addWidget(self._error)
        self.setFocusProxy(self.source)

    def value(self) -> RawObject:
        return dict(self._raw)

    def set_value(self, raw: RawObject) -> None:
        self._raw = dict(raw)
        self.text.setText(as_text(raw.get("value")))
        self.default.setText(as_text(raw.get("default")))
        self.refresh()

    def refresh(self) -> None:
        """The catalogue or the trigger's event changed."""
        source = as_text(self._raw.get("from"))
        options = [Option("attribute", tr("Person's attribute")), Option("tag", tr("Person's tag"))]
        if self._context.any_event or self._context.event() is not None or source == "event":
            options.append(Option("event", tr("Event attribute")))
        options.append(Option("constant", tr("Fixed text")))
        if not self.place.required:
            options.insert(0, Option("", tr("Not sent")))
        self.source.set_options(options)
        self.source.set_value(source)
        self.key.set_options(self._keys(source))
        self.key.set_value(as_text(self._raw.get("key")))
        self.when_empty.set_value(as_text(self._raw.get("when_empty")) or "nothing")
        self.key.setVisible(source in ("attribute", "tag", "event"))
        self.text.setVisible(source == "constant")
        self.when_empty.setVisible(source in ("attribute", "tag", "event"))
        self.default.setVisible(self.when_empty.isVisibleTo(self) and self.when_empty.value() == "default")

    def _keys(self, source: str) -> list[Option]:
        catalog = self._context.workspace.catalog
        if source == "tag":
            return [Option(name, name) for name in catalog.tags]
        if source == "attribute":
            return [Option(name, name) for name in catalog.attributes]
        if source != "event":
            return []
        if self._context.any_event:
            return any_event_options(self._context.workspace)
        return [
            Option(field.value, field.text)
            for field in event_fields(self._context.workspace, self._context.event())
        ]

    def show_errors(self, errors: Errors) -> None:
        places: dict[str, QWidget] = {
            "from": self.source,
            "key": self.key,
            "value": self.text,
            "when_empty": self.when_empty,
            "default": self.default,
        }
        inside, rest = route(errors, places)
        for key, control in places.items():
            mark_invalid(control, together(inside.get(key, {})))
        if rest:
            mark_invalid(self.source, together(rest))
        self._error.setText((self._what_is_missing() or together(errors)) if errors else "")
        self._error.setVisible(bool(errors))

    def _what_is_missing(self) -> str:
        """What to do where a control is empty, in better words than a reader of files has."""
        source = as_text(self._raw.get("from"))
        if not source:
            return tr("Choose a source")
        if source != "constant" and not self._raw.get("key"):
            return tr("Choose a tag") if source == "tag" else tr("Choose an attribute")
        if self._raw.get("when_empty") == "default" and not self._raw.get("default"):
            return tr("Enter the text")
        return ""

    def invalid_target(self) -> QWidget:
        """The control with the first error."""
        controls = (self.source, self.key, self.text, self.when_empty, self.default)
        return next((control for control in controls if control.property("invalid")), self.source)

    def _on_source(self, source: str) -> None:
        kept = {key: value for key, value in self._raw.items() if key in ("when_empty", "default")}
        self._raw = {"from": source} if source else {}
        if source == "constant":
            self._raw["value"] = self.text.text()
        elif source:
            self._raw["when_empty"] = "nothing"
            self._raw |= kept
        self._on_changed()

    def _on_key(self, key: str) -> None:
        self._raw["key"] = key
        self._on_changed()

    def _on_text(self, text: str) -> None:
        self._raw["value"] = text
        self.changed.emit()

    def _on_when_empty(self, when_empty: str) -> None:
        self._raw["when_empty"] = when_empty
        self._raw.pop("default", None)
        if when_empty == "default" and self.default.text():
            self._raw["default"] = self.default.text()
        self._on_changed()

    def _on_default(self, text: str) -> None:
        self._raw.pop("default", None)
        if text:
            self._raw["default"] = text
        self.changed.emit()

    def _on_changed(self) -> None:
        self.refresh()
        self.changed.emit()


class BindingsEditor(Editor):
    """A binding for each place that `places` names; those for places that went are kept until OK.

    `empty_text()` says what is missing while there is no place.
    """

    def __init__(
        self,
        context: Context,
        places: Callable[[], Sequence[Place]],
        empty_text: Callable[[], str],
        usual: Callable[[], RawObject] = dict,
        parent: QWidget | None = None,
        at_once: int | None = None,
    ) -> None:
        """`usual`: bindings that places begin with. `at_once`: cards beyond so many are made later."""
        super().__init__(context, parent)
        self._places, self._usual = places, usual
        self._shown: tuple[Place, ...] = ()
        self._cards: list[BindingCard] = []
        self._kept: RawObject = {}
        self._loaded: JsonValue = None
        self._invalid: BindingCard | None = None
        self._empty_text = empty_text
        self._empty = label("small", "", wrap=True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._empty)
        column.addLayout(self._rows)
        self._at_once = at_once
        self._first: dict[str, RawObject] = {}
        """What each place begins with, by its name."""
        self._growing = Growing(self, self.grown.emit)
        self.refresh()

    def value(self) -> JsonValue:
        bound = self._first | {card.place.name: card.value() for card in self._cards}
        raw: RawObject = {name: value for name, value in bound.items() if value or self._required(name)}
        return raw or ({} if isinstance(self._loaded, dict) else None)

    def set_value(self, value: JsonValue) -> None:
        self._loaded = value
        self._kept = as_object(value)
        self._shown = tuple(self._places())
        self._build()

    def refresh(self) -> None:
        places = tuple(self._places())
        self._empty.setText(self._empty_text())
        if places != self._shown:
            self._kept |= {card.place.name: card.value() for card in self._cards}
            self._shown = places
            self._build()
        else:
            for card in self._cards:
                card.refresh()

    def bind(self, name: str, binding: RawObject) -> None:
        """Bind a variable, which may not stand in a text yet."""
        self._kept[name] = dict(binding)
        if name in self._first:
            self._first[name] = dict(binding)
        for card in self._cards:
            if card.place.name == name:
                card.set_value(binding)
        self.changed.emit()

    def cards(self) -> tuple[BindingCard, ...]:
        """The cards in the order of the places."""
        self._growing.finish()
        return tuple(self._cards)

    def show_errors(self, errors: Errors) -> str:
        if errors:
            self._growing.finish()
        names = {card.place.name: card for card in self._cards}
        inside, rest = _by_place(errors, names)
        for name, card in names.items():
            card.show_errors(inside.get(name, {}))
        self._invalid = next((card for name, card in names.items() if name in inside), None)
        return together(rest)

    def focus_target(self) -> QWidget:
        return self._cards[0].source if self._cards else self

    def invalid_target(self) -> QWidget:
        return self._invalid.invalid_target() if self._invalid is not None else self.focus_target()

    def _required(self, name: str) -> bool:
        return any(place.name == name and place.required for place in self._shown)

    def _build(self) -> None:
        for card in self._cards:
            self._rows.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards, self._first = [], {}
        self._first = {
            place.name: as_object(self._kept.get(place.name)) or self._guess(place) for place in self._shown
        }
        self._growing.begin([partial(self._add_card, place) for place in self._shown], self._at_once)
        self._empty.setVisible(not self._shown)
        self._invalid = None

    def _add_card(self, place: Place) -> None:
        card = BindingCard(self.context, place)
        card.set_value(self._first[place.name])
        card.changed.connect(self.changed)
        self._rows.addWidget(card)
        card.show()
        self._cards.append(card)

    def _guess(self, place: Place) -> RawObject:
        """What the template says, else the attribute or the tag that is called like the variable."""
        catalog = self.context.workspace.catalog
        if not place.required:
            return {}
        if usual := as_object(self._usual().get(place.name)):
            return usual
        if place.name in catalog.attributes:
            return {"from": "attribute", "key": place.name, "when_empty": "nothing"}
        if place.name in catalog.tags:
            return {"from": "tag", "key": place.name, "when_empty": "nothing"}
        return {}


def _by_place(errors: Errors, names: Collection[str]) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Errors by the place whose name begins their path; names may hold dots themselves."""
    inside: dict[str, dict[str, str]] = {}
    rest: dict[str, str] = {}
    for path, sentence in errors.items():
        fitting = [name for name in names if path == name or path.startswith(f"{name}.")]
        if fitting:
            name = max(fitting, key=len)
            inside.setdefault(name, {})[path[len(name) + 1 :]] = sentence
        else:
            rest[path] = sentence
    return inside, rest
