"""Test addresses: the only ones that tests of messages are sent to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, Editor, Errors, RawObject, as_list, as_object, as_text
from app.editors.registry import EditorFactory
from app.editors.rows import RowsEditor
from app.editors.spec import FieldSpec
from app.pickers.library import id_type_name, id_types
from app.widgets.combo_box import ComboBox, Option
from app.widgets.layouts import row
from app.workspace_settings.form_section import FormSection
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.workspace.settings import MAX_TRIAL_ADDRESSES, Settings

_FIELD = "test_addresses"


class TrialAddressesEditor(Editor):
    """A row an address: of which ID type, the address, whose it is."""

    def __init__(self, context: Context, spec: FieldSpec) -> None:
        super().__init__(context)
        self._types: dict[str, str] = {}
        columns = (
            {"name": "id_type", "cell": "choice", "label": N_("ID type"), "choices": self._types},
            {"name": "address", "cell": "text", "label": N_("Address"), "new": ""},
            {"name": "name", "cell": "text", "label": N_("Whose it is"), "optional": True},
        )
        extra: RawObject = {
            "columns": columns,  # type: ignore[dict-item]  # not JSON
            "add": N_("Add a test address"),
            "max": MAX_TRIAL_ADDRESSES,
        }
        self.rows = RowsEditor(context, FieldSpec(spec.name, label=spec.label, extra=extra))
        self.rows.changed.connect(self.changed)
        row(self).addWidget(self.rows)
        self.setFocusProxy(self.rows)
        self.refresh()

    def value(self) -> JsonValue:
        return self.rows.value()

    def set_value(self, value: JsonValue) -> None:
        self._offer(as_text(as_object(item).get("id_type")) for item in as_list(value))
        self.rows.set_value(value)
        self.refresh()

    def add(self, id_type: str) -> None:
        """Begin a row for an address of a type, and go there."""
        self._offer([id_type])
        added: list[JsonValue] = [*as_list(self.rows.value()), {"id_type": id_type, "address": ""}]
        self.rows.set_value(added)
        self.refresh()
        self.rows.cell(len(added) - 1, "address").control.setFocus()
        self.changed.emit()

    def refresh(self) -> None:
        """Offer the ID types that there are now, and those of the rows."""
        self._types.clear()
        self._offer((*id_types(self.context.workspace), *(kind for kind, _ in _addresses(self.value()))))
        for place in range(len(as_list(self.rows.value()))):
            control = self.rows.cell(place, "id_type").control
            assert isinstance(control, ComboBox)
            control.set_options(Option(value, text) for value, text in self._types.items())

    def show_errors(self, errors: Errors) -> str:
        return self.rows.show_errors(errors)

    def focus_target(self) -> QWidget:
        return self.rows.focus_target()

    def invalid_target(self) -> QWidget:
        return self.rows.invalid_target()

    def _offer(self, kinds: Iterable[str]) -> None:
        self._types.update((kind, id_type_name(self.context.workspace, kind)) for kind in kinds if kind)


class TrialsSection(FormSection):
    """Where tests of messages may go. `show_object(id type)` begins a row for an address of that type."""

    affects_running = False
    introduction = N_(
        "Messages can be tried out before people get them: “Send a test…” in a component's panel and in the "
        "place Messages. Tests go to these addresses only, so that none reaches a customer by mistake."
    )

    def fields(self) -> Iterable[FormField]:
        hint = Hint(
            N_("Test addresses"),
            "rows",
            help=N_("Your own and those of colleagues, at most 50. Tests are marked, and never counted."),
        )
        return (FormField(_FIELD, hint, True, None),)

    def factories(self) -> Mapping[str, EditorFactory]:
        return {_FIELD: TrialAddressesEditor}

    def further_errors(self, settings: Settings) -> Mapping[str, str]:
        listed = [(one.id_type, one.address) for one in settings.test_addresses]
        return {
            f"{_FIELD}.{place}.address": tr("This address is listed already.")
            for place, one in enumerate(listed)
            if one in listed[:place]
        }

    def show_object(self, id: str) -> None:
        if self.form is not None:
            editor = self.form.editor(_FIELD)
            assert isinstance(editor, TrialAddressesEditor)
            editor.add(id)


def _addresses(value: JsonValue) -> list[tuple[str, str]]:
    """ID types and addresses of the rows."""
    found = map(as_object, as_list(value))
    return [(as_text(item.get("id_type")), as_text(item.get("address"))) for item in found]
