"""The cards of an audience rule, joined from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    route,
    together,
)
from app.editors.behaviour_card import BehaviourEditor
from app.editors.card_list import Card, CardList
from app.editors.conditions import ConditionEditor
from app.editors.definition_cards import AiplBody, MetricsBody, RfmBody
from app.editors.spec import FieldSpec
from app.pickers import library
from app.pickers.search import SearchCombo
from app.widgets.basic import IconButton, LinkButton, label
from app.widgets.combo_box import Option
from app.widgets.layouts import WrappingRow, row
from app.widgets.segmented import Segmented
from engine.i18n import N_, tr

_TITLES = {
    "tags": N_("Tags and attributes"),
    "behaviour": N_("Behaviour"),
    "audience": N_("Another audience"),
    "metrics": N_("Metrics"),
    "rfm": N_("RFM"),
    "aipl": N_("AIPL"),
}
KINDS = ("tags", "behaviour", "metrics", "rfm", "aipl", "audience")


class TagsBody(Editor):
    """A condition tree over tags and attributes."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._tree = ConditionEditor(context, lambda: library.person_fields(context.workspace))
        self._tree.changed.connect(self.changed)
        row(self).addWidget(self._tree)

    def value(self) -> JsonValue:
        condition = self._tree.value()
        return {} if condition is None else {"condition": condition}

    def set_value(self, value: JsonValue) -> None:
        self._tree.set_value(as_object(value).get("condition"))

    def refresh(self) -> None:
        self._tree.refresh()

    def begin(self) -> None:
        """Offer a first condition."""
        self._tree.begin()

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, ("condition",))
        return lines((self._tree.show_errors(inside.get("condition", {})), together(rest)))

    def focus_target(self) -> QWidget:
        return self._tree.focus_target()

    def invalid_target(self) -> QWidget:
        return self._tree.invalid_target()


class AudienceBody(Editor):
    """The stored members of another audience."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._field = SearchCombo(tr("Choose an audience"))
        self._field.setAccessibleName(tr("Audience"))
        self._field.chosen.connect(self.changed)
        row(self).addWidget(self._field)
        self.setFocusProxy(self._field)
        self.refresh()

    def value(self) -> JsonValue:
        return {"audience": self._field.value()} if self._field.value() else {}

    def set_value(self, value: JsonValue) -> None:
        self._field.set_value(as_text(as_object(value).get("audience")))

    def refresh(self) -> None:
        self._field.set_options(library.audience_options(self.context.workspace))

    def show_errors(self, errors: Errors) -> str:
        sentences = super().show_errors(errors)
        return tr("Choose an audience") if sentences and not self._field.value() else sentences


class OtherBody(Editor):
    """A card of a kind that this form cannot edit: it is kept as it is."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._raw: JsonValue = {}
        row(self).addWidget(label("small", tr("This card stays as it is."), wrap=True))

    def value(self) -> JsonValue:
        return self._raw

    def set_value(self, value: JsonValue) -> None:
        self._raw = value


class CardFrame(Card):
    """One card: how it joins, its kind, and its body."""

    def __init__(self, context: Context, kind: str) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self.kind = kind
        self.join = Segmented(
            [Option("and", tr("And")), Option("or", tr("Or")), Option("minus", tr("Minus"))]
        )
        self.join.setAccessibleName(tr("How it joins the cards above"))
        self.join.set_value("and")
        self.join.chosen.connect(self.changed)
        self.body = self._body(context)
        self.body.changed.connect(self.changed)
        self._error = label("error", "", wrap=True)
        self._error.hide()
        remove = IconButton("x", tr("Remove this card"))
        remove.clicked.connect(self.removed)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 8, 12)
        column.setSpacing(8)
        column.addWidget(self.join)
        head = row(spacing=4)
        head.addWidget(label("strong", tr(_TITLES.get(kind, kind))), 1)
        self._order = self.menu_button(tr("Move this card"), tr("Remove this card"))
        head.addWidget(self._order)
        head.addWidget(remove)
        column.addLayout(head)
        column.addWidget(self.body)
        column.addWidget(self._error)

    def _body(self, context: Context) -> Editor:
        makers: dict[str, Callable[[Context], Editor]] = {
            "tags": TagsBody,
            "behaviour": BehaviourEditor,
            "audience": AudienceBody,
            "metrics": MetricsBody,
            "rfm": RfmBody,
            "aipl": AiplBody,
        }
        return makers.get(self.kind, OtherBody)(context)

    def show_order(self, up: bool, down: bool) -> None:
        """Whether it can go up and down; alone there is nowhere to go."""
        self.movable = (up, down)
        self._order.setVisible(up or down)

    def value(self, first: bool) -> RawObject:
        return {
            **as_object(self.body.value()),
            "join": None if first else self.join.value(),
            "card": self.kind,
        }

    def set_value(self, raw: RawObject) -> None:
        self.join.set_value(as_text(raw.get("join")) or "and")
        self.body.set_value({key: value for key, value in raw.items() if key not in ("join", "card")})

    def show_errors(self, errors: Errors) -> None:
        self._error.setText(self.body.show_errors(errors))
        self._error.setVisible(bool(self._error.text()))

    def focus_target(self) -> QWidget:
        return self.body.focus_target()

    def invalid_target(self) -> QWidget:
        return self.body.invalid_target()


class CardsEditor(CardList[CardFrame]):
    """The list of cards; None while there is none."""

    def __init__(
        self,
        context: Context,
        spec: FieldSpec,
        kinds: Sequence[str] = KINDS,
        parent: QWidget | None = None,
    ) -> None:
        """`kinds`: of the cards that can be added."""
        super().__init__(context, parent)
        self._add: dict[str, LinkButton] = {}
        actions = WrappingRow(spacing=12)
        actions.addWidget(label("small", tr("Add a card:")))
        for kind in kinds:
            button = LinkButton(tr(_TITLES[kind]))
            button.clicked.connect(lambda _checked=False, kind=kind: self.add(kind))
            actions.addWidget(button)
            self._add[kind] = button
        self.column.addLayout(actions)

    def value(self) -> JsonValue:
        return [card.value(first=index == 0) for index, card in enumerate(self._cards)] or None

    def set_value(self, value: JsonValue) -> None:
        self.clear()
        for raw in map(as_object, as_list(value)):
            self.append(CardFrame(self.context, as_text(raw.get("card")))).set_value(raw)
        self.on_cards_changed()

    def add(self, kind: str) -> None:
        """Add an empty card at the bottom."""
        card = CardFrame(self.context, kind)
        if isinstance(card.body, TagsBody | MetricsBody | RfmBody):
            card.body.begin()
        self.add_card(card)

    def refresh(self) -> None:
        for card in self._cards:
            card.body.refresh()

    def add_target(self) -> QWidget:
        return next(iter(self._add.values()))

    def on_cards_changed(self) -> None:
        last = len(self._cards) - 1
        for index, card in enumerate(self._cards):
            card.show_order(index > 0, index < last)
            card.join.setVisible(index > 0)
