"""The editor of a campaign's exit rules: a card for each, an event or an audience."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context, Errors, RawObject, as_list, as_object
from app.editors.card_list import Card, CardList
from app.editors.cards import AudienceBody
from app.editors.events import EventBlock
from app.widgets.basic import LinkButton, label
from app.widgets.combo_box import Option
from app.widgets.layouts import row
from app.widgets.segmented import Segmented
from engine.campaign.stay import MOST_EXITS
from engine.i18n import tr


class ExitCard(Card):
    """One rule."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self.kind = Segmented([Option("event", tr("An event")), Option("audience", tr("An audience"))])
        self.kind.setAccessibleName(tr("With what people leave"))
        self.block = EventBlock(context, counted=False)
        self.audience = AudienceBody(context)
        self._error = label("error", "", wrap=True)
        self._error.hide()
        head = row(spacing=4)
        head.addWidget(self.kind, 1)
        head.addWidget(self.menu_button(tr("Move or remove this rule"), tr("Remove rule")))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 8, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.block)
        column.addWidget(self.audience)
        column.addWidget(self._error)
        self.kind.chosen.connect(self._on_kind)
        self.block.changed.connect(self.changed)
        self.audience.changed.connect(self.changed)
        self.set_value({})

    @property
    def body(self) -> QWidget:
        """What the rule consists of, as its kind has it."""
        return self.audience if self.kind.value() == "audience" else self.block

    def value(self) -> RawObject:
        """The rule as the file holds it; what was chosen for the other kind is kept here only."""
        if self.kind.value() == "audience":
            return as_object(self.audience.value())
        return self.block.value()

    def set_value(self, raw: RawObject) -> None:
        is_audience = "audience" in raw
        self.kind.set_value("audience" if is_audience else "event")
        self.audience.set_value(raw if is_audience else {})
        self.block.set_value({} if is_audience else raw)
        self._show_body()

    def show_errors(self, errors: Errors) -> None:
        if self.kind.value() == "audience":
            said = self.audience.show_errors(errors)
        elif errors and not self.block.code():
            self.block.show_errors({"event": tr("Choose an event")})
            said = ""
        else:
            self.block.show_errors(errors)
            said = ""
        self._error.setText(said)
        self._error.setVisible(bool(said))

    def focus_target(self) -> QWidget:
        return self.body.focusProxy() or self.body

    def invalid_target(self) -> QWidget:
        return self.audience.focus_target() if self.body is self.audience else self.block.invalid_target()

    def _on_kind(self) -> None:
        self._show_body()
        self.changed.emit()

    def _show_body(self) -> None:
        for part in (self.block, self.audience):
            part.setVisible(part is self.body)


class ExitsEditor(CardList[ExitCard]):
    """The exit rules of a campaign, none at first."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.add = LinkButton(tr("Add an exit rule"))
        self.add.clicked.connect(lambda: self.add_card(ExitCard(self.context)))
        self._note = label(
            "small",
            tr("People leave wherever they wait, and what has not been sent to them yet is not sent."),
            wrap=True,
        )
        self.column.addWidget(self._note)
        self.column.addWidget(self.add)
        self.on_cards_changed()

    def value(self) -> JsonValue:
        return [card.value() for card in self._cards]

    def set_value(self, value: JsonValue) -> None:
        self.clear()
        for raw in as_list(value):
            self.append(ExitCard(self.context)).set_value(as_object(raw))
        self.on_cards_changed()

    def add_target(self) -> QWidget:
        return self.add

    def on_cards_changed(self) -> None:
        for index, card in enumerate(self._cards):
            card.movable = (index > 0, index < len(self._cards) - 1)
        self._note.setVisible(bool(self._cards))
        self.add.setEnabled(len(self._cards) < MOST_EXITS)
