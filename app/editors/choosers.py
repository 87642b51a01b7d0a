"""Editors that choose from the workspace: accounts, what they offer, templates, coupons, audiences."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, as_list, as_text, mark_invalid, route, together
from app.editors.message_preview import MessagePreview
from app.editors.spec import FieldSpec
from app.navigation.going import go_to
from app.pickers import library
from app.pickers.new import new_account, new_audience, new_coupon, new_message
from app.pickers.search import SearchCombo
from app.widgets.basic import ElidedLabel, IconButton, LinkButton, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import LineEdit
from app.widgets.layouts import row
from engine.i18n import tr
from engine.workspace.account import KIND_NAMES


class ReferenceEditor(Editor):
    """Base of the editors that hold one id: a searchable list, with "New …" where `new_text` names it."""

    def __init__(
        self, context: Context, spec: FieldSpec, new_text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(context, parent)
        self.spec = spec
        self._way: LinkButton | None = None
        self.field = SearchCombo(spec.placeholder or tr("Choose"), new_text)
        self.field.chosen.connect(self._on_chosen)
        self.field.create_requested.connect(self.make_new)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.field)
        self.tail = label("small", "", wrap=True)
        self.tail.hide()
        column.addWidget(self.tail)
        self.setFocusProxy(self.field)
        self.refresh()

    def add_way(self, section: str) -> LinkButton:
        """A way to what is chosen, in a section of the settings."""
        link = LinkButton(tr("Open in Settings"))
        link.clicked.connect(lambda: go_to(self, "settings", f"{section}/{self.field.value()}"))
        link.hide()
        layout = self.layout()
        assert layout is not None
        layout.addWidget(link)
        self._way = link
        return link

    def options(self) -> list[Option]:
        """What can be chosen now."""
        raise NotImplementedError

    def make_new(self) -> None:
        """Make a new one in a dialog."""

    def value(self) -> JsonValue:
        return self.field.value() or None

    def set_value(self, value: JsonValue) -> None:
        self.field.set_value(as_text(value))
        self._show_tail()

    def refresh(self) -> None:
        self.field.set_options(self.options())
        self._show_tail()

    def _show_tail(self) -> None:
        """What the list says at the right of what is chosen."""
        self.tail.setText(self.field.tail())
        self.tail.setVisible(bool(self.field.tail()))
        if self._way is not None:
            self._way.setVisible(bool(self.field.value()))

    def take(self, id: str) -> None:
        """Choose what was just made."""
        self.refresh()
        self.field.set_value(id)
        self._on_chosen()

    def _on_chosen(self) -> None:
        self._show_tail()
        self.changed.emit()


class AccountEditor(ReferenceEditor):
    """An account of one of the hint's `kinds`, or a simulated one."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, spec, tr("New account…"), parent)
        self.open = self.add_way("accounts")

    def options(self) -> list[Option]:
        return library.account_options(self.context.workspace, tuple(self.spec.extra.get("kinds", ())))

    def make_new(self) -> None:
        kinds = [kind for kind in KIND_NAMES if kind in {"simulated", *self.spec.extra.get("kinds", ())}]
        new_account(self, self.context.workspace, kinds, self.take)


class CouponEditor(ReferenceEditor):
    """A coupon of the catalogue."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, spec, tr("New coupon…"), parent)
        self.open = self.add_way("coupons")

    def make_new(self) -> None:
        new_coupon(self, self.context.workspace, self.take)

    def options(self) -> list[Option]:
        return library.coupon_options(self.context.workspace)


class MessageEditor(ReferenceEditor):
    """A message template, with its text read-only below. Options: `kind`, `match`."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        self._kind = str(spec.extra.get("kind"))
        self._preview = MessagePreview(context)
        super().__init__(context, spec, tr("New template…"), parent)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._preview)

    def options(self) -> list[Option]:
        return library.message_options(self.context.workspace, self._kind, self._matched())

    def make_new(self) -> None:
        new_message(self, self.context, self._kind, self._matched(), self.take)

    def set_value(self, value: JsonValue) -> None:
        super().set_value(value)
        self._preview.show_message(as_text(self.value()))

    def refresh(self) -> None:
        super().refresh()
        self._preview.show_message(as_text(self.value()))

    def _matched(self) -> dict[str, JsonValue]:
        values = self.context.values()
        match = self.spec.extra.get("match", {})
        return {key: values.get(field) for key, field in match.items()}

    def _on_chosen(self) -> None:
        self._preview.show_message(as_text(self.value()))
        super()._on_chosen()


class AccountChoiceEditor(Editor):
    """One of what an account offers (signatures, senders, apps); free text where a simulated one takes all.

    Options: `account` (the field that holds the account), `setting` (the list in its settings), `typed` (what
    is said of an empty field where any text may stand).
    """

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._account_field = str(spec.extra.get("account"))
        self._setting = str(spec.extra.get("setting"))
        self._typed = str(spec.extra.get("typed", ""))
        self._placeholder = spec.placeholder or tr("Choose")
        self._list = ComboBox(self._placeholder)
        self._list.chosen.connect(self._on_chosen)
        self._free = LineEdit(spec.placeholder)
        self._free.textEdited.connect(self._on_chosen)
        self._value = ""
        line = row(self)
        line.addWidget(self._list)
        line.addWidget(self._free)
        self.refresh()

    def value(self) -> JsonValue:
        return self._value or None

    def set_value(self, value: JsonValue) -> None:
        self._value = as_text(value)
        self._show()

    def refresh(self) -> None:
        workspace, account = self.context.workspace, self.context.text(self._account_field)
        offered = library.setting_choices(workspace, account, self._setting)
        free = library.accepts_anything(workspace, account) and not offered
        self._free.setPlaceholderText(tr("Any text: the account is simulated"))
        self._list.setVisible(not free)
        self._free.setVisible(free)
        self._list.set_options(Option(each, each) for each in offered)
        self._list.setPlaceholderText(self._placeholder if account else tr("Choose the account first"))
        self._list.setEnabled(bool(account) or bool(self._value))
        self.setFocusProxy(self._free if free else self._list)
        for control in (self._list, self._free):
            control.setAccessibleName(self.accessibleName())
        self._show()

    def show_errors(self, errors: Errors) -> str:
        """Where any text may stand there is nothing to choose: the sentence says to type."""
        typed = self._typed if not self._free.isHidden() and not self._value else ""
        sentences = tr(typed) if typed and errors else together(errors)
        mark_invalid(self.focus_target(), sentences)
        return sentences

    def _show(self) -> None:
        self._list.set_value(self._value)
        if self._free.text() != self._value:
            self._free.setText(self._value)

    def _on_chosen(self, value: str) -> None:
        self._value = value
        self.changed.emit()


class AudiencesEditor(Editor):
    """An ordered list of audiences. Option: `max`."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._max = int(spec.extra.get("max", 20))
        self._ids: list[str] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self.add = SearchCombo(tr("Add an audience"), tr("New audience…"))
        self.add.adds = True
        self.add.setAccessibleName(tr("Add an audience"))
        self.add.chosen.connect(self._on_added)
        self.add.create_requested.connect(lambda: new_audience(self, context, self._on_added))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._rows)
        column.addWidget(self.add)
        self.setFocusProxy(self.add)
        self._lines: list[_AudienceLine] = []
        self.refresh()

    def value(self) -> JsonValue:
        return list[JsonValue](self._ids) or None

    def set_value(self, value: JsonValue) -> None:
        self._ids = [as_text(id) for id in as_list(value)]
        self.refresh()

    def refresh(self) -> None:
        options = library.audience_options(self.context.workspace)
        known = {option.value: option for option in options}
        for line in self._lines:
            self._rows.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = [self._line(index, known.get(id, Option(id, id))) for index, id in enumerate(self._ids)]
        self.add.set_options(option for option in options if option.value not in self._ids)
        self.add.set_value("")
        self.add.setVisible(len(self._ids) < self._max)

    def show_errors(self, errors: Errors) -> str:
        inside, _rest = route(errors, (str(index) for index in range(len(self._ids))))
        for index, line in enumerate(self._lines):
            mark_invalid(line.remove, together(inside.get(str(index), {})))
        mark_invalid(self.add, together(errors))
        return together(errors)

    def _line(self, index: int, option: Option) -> _AudienceLine:
        line = _AudienceLine(option.text, option.tail, index > 0, index < len(self._ids) - 1)
        line.remove.clicked.connect(lambda: self._on_removed(index))
        line.open.clicked.connect(lambda: go_to(self, "audiences", self._ids[index]))
        line.up.triggered.connect(lambda: self._on_moved(index, -1))
        line.down.triggered.connect(lambda: self._on_moved(index, 1))
        self._rows.addWidget(line)
        line.show()
        return line

    def _on_added(self, id: str) -> None:
        if id not in self._ids:
            self._ids.append(id)
        self._on_changed()

    def _on_removed(self, index: int) -> None:
        del self._ids[index]
        self._on_changed()

    def _on_moved(self, index: int, by: int) -> None:
        self._ids.insert(index + by, self._ids.pop(index))
        self._on_changed()

    def _on_changed(self) -> None:
        self.refresh()
        self.add.setFocus()
        self.changed.emit()


class _AudienceLine(QWidget):
    """A chosen audience with its order and removal."""

    def __init__(self, name: str, size: str, can_rise: bool, can_sink: bool) -> None:
        super().__init__()
        line = row(self, spacing=0)
        line.setContentsMargins(10, 0, 0, 0)
        line.addWidget(ElidedLabel(text=name, fills=True), 1)
        if size:
            shown = label("small", size)
            shown.setToolTip(tr("When it was last updated"))
            line.addWidget(shown)
        order = IconButton("dots-vertical", tr("Change the order of {name}", name=name))
        menu = QMenu(order)
        self.up = menu.addAction(tr("Move up"))
        self.up.setEnabled(can_rise)
        self.down = menu.addAction(tr("Move down"))
        self.down.setEnabled(can_sink)
        order.setMenu(menu)
        order.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        order.setVisible(can_rise or can_sink)
        self.open = IconButton("external-link", tr("Open {name} in Audiences", name=name))
        self.remove = IconButton("x", tr("Remove {name}", name=name))
        line.addWidget(self.open)
        line.addWidget(order)
        line.addWidget(self.remove)
