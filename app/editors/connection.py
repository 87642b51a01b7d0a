"""Editors of how systems are reached: who signs in, which IDs they take, what they report later."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, as_object, as_text, mark_invalid, route, together
from app.editors.choices import ChecksEditor
from app.editors.rows import TextsEditor
from app.editors.spec import FieldSpec
from app.editors.times import DurationEditor
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import LineEdit
from engine.i18n import tr
from engine.workspace.account_fields import AUTH_TYPES


class AuthEditor(Editor):
    """How HTTP requests show who sends them; the secret itself is asked for elsewhere."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._raw: JsonValue = None
        self.type = ComboBox()
        self.type.setAccessibleName(spec.label)
        self.type.set_options(Option(value, tr(text)) for value, text in AUTH_TYPES.items())
        self.user = LineEdit(tr("User"))
        self.user.setAccessibleName(tr("User"))
        self.header = LineEdit(tr("Name of the header, such as X-Api-Key"))
        self.header.setAccessibleName(tr("Name of the header"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.type, self.user, self.header):
            column.addWidget(widget)
        self.setFocusProxy(self.type)
        self.type.chosen.connect(self._on_changed)
        self.user.textEdited.connect(self._on_changed)
        self.header.textEdited.connect(self._on_changed)
        self.set_value(None)

    def value(self) -> JsonValue:
        return self._raw

    def set_value(self, value: JsonValue) -> None:
        self._raw = value
        shown = as_object(value)
        self.type.set_value(as_text(shown.get("type")) or "none")
        self.user.setText(as_text(shown.get("user")))
        self.header.setText(as_text(shown.get("header")))
        self._show_fields()

    def show_errors(self, errors: Errors) -> str:
        inside, _ = route(errors, ("type", "user", "header"))
        for name, field in (("type", self.type), ("user", self.user), ("header", self.header)):
            mark_invalid(field, together(inside.get(name, {})))
        return together(errors)

    def _on_changed(self) -> None:
        kind = self.type.value()
        kept = {
            key: value for key, value in as_object(self._raw).items() if key not in ("type", "user", "header")
        }
        raw: dict[str, JsonValue] = {**kept, "type": kind}
        if kind == "basic":
            raw["user"] = self.user.text()
        if kind in ("header", "signature"):
            raw["header"] = self.header.text()
        self._raw = None if kind == "none" and not kept else raw
        self._show_fields()
        self.changed.emit()

    def _show_fields(self) -> None:
        kind = self.type.value()
        self.user.setVisible(kind == "basic")
        self.header.setVisible(kind in ("header", "signature"))


class IdTypesEditor(ChecksEditor):
    """Some of the catalogue's ID types."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.refresh()

    def value(self) -> JsonValue:
        return super().value() or []

    def options(self) -> list[Option]:
        return [Option(name, name) for name in self.context.workspace.catalog.id_types]

    def empty_text(self) -> str:
        return tr("The catalogue has no ID types yet.")


class ReceiptsEditor(Editor):
    """The codes that a receiver reports, and for how long reports count; none without the check mark."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.on = QCheckBox(tr("It reports later what became of it"))
        self.codes = TextsEditor(
            context, FieldSpec("codes", placeholder=tr("Codes, one a line, such as delivered"))
        )
        self.codes.focus_target().setAccessibleName(tr("Codes"))
        self.collect = DurationEditor(context, FieldSpec("collect", required=True))
        self._inside = QWidget()
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        inside.addWidget(self.codes)
        inside.addWidget(label("small", tr("Reports count for"), wrap=True))
        inside.addWidget(self.collect)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.on)
        column.addWidget(self._inside)
        self.setFocusProxy(self.on)
        self.on.toggled.connect(self._on_toggled)
        self.codes.changed.connect(self.changed)
        self.collect.changed.connect(self.changed)
        self._inside.hide()

    def value(self) -> JsonValue:
        if not self.on.isChecked():
            return None
        collect = self.collect.value()
        return {"codes": self.codes.value(), **({"collect": collect} if collect is not None else {})}

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value)
        self.on.blockSignals(True)
        self.on.setChecked(value is not None)
        self.on.blockSignals(False)
        self._inside.setVisible(value is not None)
        self.codes.set_value(shown.get("codes"))
        self.collect.set_value(shown.get("collect") or {"amount": 2, "unit": "day"})

    def show_errors(self, errors: Errors) -> str:
        inside, _ = route(errors, ("codes", "collect"))
        mark_invalid(self.codes.focus_target(), together(inside.get("codes", {})))
        mark_invalid(self.collect.focus_target(), together(inside.get("collect", {})))
        return together(errors)

    def _on_toggled(self, on: bool) -> None:
        self._inside.setVisible(on)
        self.changed.emit()
