"""The groups of a branching component: names, order, and what each holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from pydantic import JsonValue
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
from app.editors.spec import FieldSpec
from app.widgets.basic import LinkButton, label
from app.widgets.fields import LineEdit, NumberEdit, shown_number
from app.widgets.layouts import row
from engine.i18n import tr
from engine.shapes.groups import next_id

Body = Callable[[Context, FieldSpec, str], Editor]
"""Makes the editor of what a group holds; the last argument is the group's id."""


class GroupCard(Card):
    """One group: its name, its share or what it holds, and a menu to move or remove it."""

    def __init__(self, context: Context, spec: FieldSpec, group_id: str, body: Body | None) -> None:
        super().__init__()
        self.group_id = group_id
        self.holds = str(spec.extra.get("holds"))
        self._raw: RawObject = {"id": group_id}
        self.name = LineEdit(tr("Name of the group"))
        self.name.setAccessibleName(tr("Name of the group"))
        self.name.textEdited.connect(self.changed)
        self.percent = NumberEdit(0, whole=False)
        self.percent.setAccessibleName(tr("Percent"))
        self.percent.setFixedWidth(64)
        self.percent.edited.connect(self.changed)
        self.memo: LineEdit | None = None
        self.body: Editor | None = None
        self._body_invalid = False
        self._error = label("error", "", wrap=True)
        self._error.hide()
        self._lay_out(context, spec, body)

    def _lay_out(self, context: Context, spec: FieldSpec, body: Body | None) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = row(spacing=4)
        head.addWidget(self.name, 1)
        if self.holds == "percent":
            head.addWidget(self.percent)
            head.addWidget(label("small", "%"))
        else:
            self.percent.setParent(self)
            self.percent.hide()
        head.addWidget(self.menu_button(tr("Move or remove this group"), tr("Remove group")))
        column.addLayout(head)
        if body is not None:
            self.setProperty("role", "well")
            column.setContentsMargins(12, 12, 8, 12)
            if self.holds == "condition":
                self.memo = LineEdit(tr("Memo (optional)"))
                self.memo.setAccessibleName(tr("Memo"))
                self.memo.textEdited.connect(self.changed)
                column.addWidget(self.memo)
            self.body = body(context, spec, self.group_id)
            self.body.changed.connect(self.changed)
            column.addWidget(self.body)
        column.addWidget(self._error)

    def value(self) -> RawObject:
        raw: RawObject = {**self._raw, "name": self.name.text()}
        if self.holds == "percent":
            _put(raw, "percent", self.percent.value())
        if self.memo is not None:
            _put(raw, "memo", self.memo.text() or ("" if self._raw.get("memo") == "" else None))
        if self.body is not None:
            _put(raw, self.holds, self.body.value())
        return raw

    def set_value(self, raw: RawObject) -> None:
        self._raw = dict(raw)
        self.name.setText(as_text(raw.get("name")))
        self.name.setCursorPosition(0)
        self.percent.set_value(raw.get("percent"))
        if self.memo is not None:
            self.memo.setText(as_text(raw.get("memo")))
        if self.body is not None:
            self.body.set_value(raw.get(self.holds))

    def show_errors(self, errors: Errors) -> None:
        inside, rest = route(errors, ("name", "percent", "memo", self.holds))
        sentences = [together(rest)]
        controls: Mapping[str, QWidget] = {"name": self.name, "percent": self.percent}
        for key, control in controls.items():
            mark_invalid(control, together(inside.get(key, {})))
            sentences.append(together(inside.get(key, {})))
        if self.body is not None:
            sentences.append(self.body.show_errors(inside.get(self.holds, {})))
        self._error.setText(lines(sentences))
        self._error.setVisible(bool(self._error.text()))
        self._body_invalid = bool(inside.get(self.holds)) and self.body is not None

    def invalid_target(self) -> QWidget:
        controls = (self.name, self.percent)
        found = next((control for control in controls if control.property("invalid")), None)
        if found is None and self.body is not None and self._body_invalid:
            return self.body.invalid_target()
        return found or self.name

    def focus_target(self) -> QWidget:
        return self.name


def _put(raw: RawObject, key: str, value: JsonValue) -> None:
    if value is None:
        raw.pop(key, None)
    else:
        raw[key] = value


class GroupsEditor(CardList[GroupCard]):
    """The list of groups. Options: `holds`, `min`, `max` (see `engine.components.hints`).

    A new group never takes the id of one that was there when the panel opened: its port's links would be
    taken over by something else.
    """

    def __init__(
        self,
        context: Context,
        spec: FieldSpec,
        body: Body | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, parent)
        self._spec = spec
        self._body = body
        self._seen: set[str] = set()
        self._percent = spec.extra.get("holds") == "percent"
        self._add = LinkButton(tr("Add group"))
        self._add.clicked.connect(self._on_add)
        self._even = LinkButton(tr("Divide evenly"))
        self._even.clicked.connect(self._on_even)
        self._sum = label("small")
        actions = row(spacing=16)
        actions.addWidget(self._add)
        actions.addWidget(self._even)
        actions.addStretch(1)
        actions.addWidget(self._sum)
        self.column.addLayout(actions)
        self._even.setVisible(self._percent)
        self._sum.setVisible(self._percent)

    def value(self) -> JsonValue:
        return [card.value() for card in self._cards]

    def set_value(self, value: JsonValue) -> None:
        self.clear()
        for raw in map(as_object, as_list(value)):
            self.append(self._card(raw))
        self._show()

    def refresh(self) -> None:
        for card in self._cards:
            if card.body is not None:
                card.body.refresh()

    def add_target(self) -> QWidget:
        return self._add

    def on_cards_changed(self) -> None:
        self._show()
        self.refresh()  # what one group holds is not for the others

    def _card(self, raw: RawObject) -> GroupCard:
        group_id = as_text(raw.get("id"))
        self._seen.add(group_id)
        card = GroupCard(self.context, self._spec, group_id, self._body)
        card.set_value(raw)
        return card

    def _show(self) -> None:
        low, high = int(self._spec.extra.get("min", 1)), int(self._spec.extra.get("max", 8))
        for index, card in enumerate(self._cards):
            card.movable = (index > 0, index < len(self._cards) - 1)
            card.removable = len(self._cards) > low
        self._add.setEnabled(len(self._cards) < high)
        if self._percent:
            self._sum.setText(tr("Sum: {total} %", total=shown_number(self._total())))
        self.setFocusProxy(self.focus_target())

    def _total(self) -> float:
        total = Decimal(0)
        for card in self._cards:
            try:
                total += Decimal(str(card.percent.value() or 0))
            except InvalidOperation:
                continue
        return float(total)

    def _on_add(self) -> None:
        names = {card.name.text() for card in self._cards}
        number = len(self._cards) + 1
        while (name := tr("Group {number}", number=number)) in names:
            number += 1
        raw: RawObject = {"id": next_id(self._seen), "name": name}
        if self._percent:
            raw["percent"] = _tidy(max(Decimal(0), Decimal(100) - Decimal(str(self._total()))))
        card = self._card(raw)
        self.add_card(card)
        card.name.selectAll()

    def _on_even(self) -> None:
        count = len(self._cards)
        each = Decimal(1000 // count) / 10
        for index, card in enumerate(self._cards):
            share = each if index else Decimal(100) - each * (count - 1)
            card.percent.set_value(_tidy(share))
        self._on_changed()


def _tidy(percent: Decimal) -> int | float:
    """50 rather than 50.0."""
    return int(percent) if percent == int(percent) else float(percent)
