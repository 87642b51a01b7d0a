"""Editors of events: which one, how often, with what attributes; alone, as a goal, and in a joined list."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_list,
    as_object,
    as_text,
    lines,
    mark_invalid,
    route,
    together,
)
from app.editors.card_list import Card, CardList
from app.editors.conditions import ConditionEditor
from app.editors.spec import FieldSpec
from app.pickers.library import event_fields, event_options
from app.pickers.new import new_event
from app.pickers.search import SearchCombo
from app.widgets.basic import LinkButton, label
from app.widgets.combo_box import Option
from app.widgets.fields import NumberEdit
from app.widgets.layouts import row
from app.widgets.segmented import Segmented
from engine.i18n import tr


class EventEditor(Editor):
    """An event of the catalogue."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._field = SearchCombo(spec.placeholder or tr("Choose an event"), tr("New event…"))
        self._field.setAccessibleName(tr("Event"))
        self._field.chosen.connect(self.changed)
        self._field.create_requested.connect(lambda: new_event(self, context.workspace, self._take))
        row(self).addWidget(self._field)
        self.setFocusProxy(self._field)
        self.refresh()

    def value(self) -> JsonValue:
        return self._field.value() or None

    def set_value(self, value: JsonValue) -> None:
        self._field.set_value(as_text(value))

    def refresh(self) -> None:
        self._field.set_options(event_options(self.context.workspace))

    def _take(self, code: str) -> None:
        """Choose what was just made."""
        self.refresh()
        self._field.set_value(code)
        self.changed.emit()


class EventBlock(QWidget):
    """Event, number of times, condition over its attributes: what goals and conditions share.

    counted: without it, a single event is meant.
    """

    changed = Signal()

    def __init__(self, context: Context, *, counted: bool = True) -> None:
        super().__init__()
        self._event = EventEditor(context, FieldSpec("event"))
        self._times = NumberEdit(1)
        self._times.setAccessibleName(tr("How many times"))
        self._times.setFixedWidth(56)
        self._where = ConditionEditor(
            context, lambda: event_fields(context.workspace, self.code()), unconditional=tr("Every event")
        )
        self._where_label = label("small", tr("Only events where"), wrap=True)
        self._error = label("error", "", wrap=True)
        self._error.hide()
        self._raw: RawObject = {}
        self._where_invalid = False
        self._event.changed.connect(self._on_event)
        self._times.edited.connect(self.changed)
        self._where.changed.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._event)
        self.line = row(spacing=8)
        self._counted = counted
        for part in (label("small", tr("at least")), self._times, label("small", tr("times"))):
            self.line.addWidget(part)
            part.setVisible(counted)
        self.line.addStretch(1)
        column.addLayout(self.line)
        column.addWidget(self._where_label)
        column.addWidget(self._where)
        column.addWidget(self._error)
        self.setFocusProxy(self._event)
        self._show_where()

    def code(self) -> str:
        """The chosen event, "" while there is none."""
        return as_text(self._event.value())

    def value(self) -> RawObject:
        raw = dict(self._raw)
        for key, value in (
            ("event", self._event.value()),
            ("where", self._where.value()),
            *((("times", self._times.value()),) if self._counted else ()),
        ):
            if value is not None:
                raw[key] = value
            elif key != "where" or self._raw.get("where") is not None:
                raw.pop(key, None)  # `where: null` stays as it was written
        return raw

    def set_value(self, raw: RawObject) -> None:
        self._raw = dict(raw)
        self._event.set_value(raw.get("event"))
        self._where.refresh()
        self._where.set_value(raw.get("where"))
        self._times.set_value(raw.get("times", 1))
        self._show_where()

    def refresh(self) -> None:
        """The catalogue changed."""
        self._event.refresh()
        self._where.refresh()

    def show_errors(self, errors: Errors) -> None:
        inside, rest = route(errors, ("event", "where", "times"))
        mark_invalid(self._event.focus_target(), together(inside.get("event", rest)))
        mark_invalid(self._times, together(inside.get("times", {})))
        where = self._where.show_errors(inside.get("where", {}))
        sentences = (
            together(inside.get("event", {})),
            together(inside.get("times", {})),
            where,
            together(rest),
        )
        self._error.setText(lines(sentences))
        self._error.setVisible(bool(self._error.text()))
        self._where_invalid = "where" in inside

    def invalid_target(self) -> QWidget:
        """The control with the first error."""
        controls = (self._event.focus_target(), self._times)
        found = next((control for control in controls if control.property("invalid")), None)
        if found is None and self._where_invalid:
            return self._where.invalid_target()
        return found or self._event.focus_target()

    def _on_event(self) -> None:
        self._where.refresh()
        self._show_where()
        self.changed.emit()

    def _show_where(self) -> None:
        """Conditions are over an event's attributes: there are none while no event is chosen."""
        shown = bool(self.code()) or self._where.value() is not None
        for part in (self._where_label, self._where):
            part.setVisible(shown)


class GoalEditor(Editor):
    """The goal of a test: an event, how often, with what attributes."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._block = EventBlock(context)
        self._block.changed.connect(self.changed)
        row(self).addWidget(self._block)
        self.setFocusProxy(self._block)

    def value(self) -> JsonValue:
        return self._block.value() if self._block.code() else None

    def set_value(self, value: JsonValue) -> None:
        self._block.set_value(as_object(value))

    def refresh(self) -> None:
        self._block.refresh()

    def show_errors(self, errors: Errors) -> str:
        self._block.show_errors(errors)
        return ""

    def invalid_target(self) -> QWidget:
        return self._block.invalid_target()


class EventConditionCard(Card):
    """One condition of an Event Judgment, with how it joins the one above."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self._raw: RawObject = {}
        self.join = Segmented([Option("and", tr("And")), Option("or", tr("Or"))])
        self.join.setAccessibleName(tr("How it joins the condition above"))
        self.behavior = Segmented(
            [Option("occurred", tr("Happened")), Option("not_occurred", tr("Did not happen"))]
        )
        self.behavior.setAccessibleName(tr("Whether the event must have happened"))
        self.block = EventBlock(context)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 8, 12)
        column.setSpacing(8)
        column.addWidget(self.join)
        head = row(spacing=4)
        head.addWidget(self.behavior, 1)
        head.addWidget(self.menu_button(tr("Move or remove this condition"), tr("Remove condition")))
        column.addLayout(head)
        column.addWidget(self.block)
        self.join.chosen.connect(self.changed)
        self.behavior.chosen.connect(self.changed)
        self.block.changed.connect(self.changed)
        self.setFocusProxy(self.block)

    def value(self, first: bool) -> RawObject:
        raw = self.block.value()
        raw["join"] = None if first else self.join.value() or "and"
        if self.behavior.value():
            raw["behavior"] = self.behavior.value()
        return raw

    def set_value(self, raw: RawObject) -> None:
        self.block.set_value(raw)
        self.join.set_value(as_text(raw.get("join")) or "and")
        self.behavior.set_value(as_text(raw.get("behavior")) or "occurred")

    def show_errors(self, errors: Errors) -> None:
        self.block.show_errors(errors)

    def invalid_target(self) -> QWidget:
        return self.block.invalid_target()


class EventConditionsEditor(CardList[EventConditionCard]):
    """Event conditions joined from top to bottom, "and" binding tighter than "or". Option: `max`."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._max = int(spec.extra.get("max", 8))
        self._add = LinkButton(tr("Add another event"))
        self._add.clicked.connect(self._on_add)
        self._note = label("small", tr("“And” binds more tightly than “or”."), wrap=True)
        self.column.addWidget(self._note)
        self.column.addWidget(self._add)
        self.on_cards_changed()

    def value(self) -> JsonValue:
        return [card.value(first=index == 0) for index, card in enumerate(self._cards)] or None

    def set_value(self, value: JsonValue) -> None:
        self.clear()
        for raw in as_list(value) or [{}]:
            self.append(EventConditionCard(self.context)).set_value(as_object(raw))
        self.on_cards_changed()

    def refresh(self) -> None:
        for card in self._cards:
            card.block.refresh()

    def add_target(self) -> QWidget:
        return self._add

    def on_cards_changed(self) -> None:
        for index, card in enumerate(self._cards):
            card.join.setVisible(index > 0)
            card.movable = (index > 0, index < len(self._cards) - 1)
            card.removable = len(self._cards) > 1
        joins = {card.join.value() for card in self._cards[1:]}
        self._note.setVisible(joins == {"and", "or"})
        self._add.setEnabled(len(self._cards) < self._max)

    def _on_add(self) -> None:
        card = EventConditionCard(self.context)
        card.set_value({})
        self.add_card(card)
