"""A new message template, made where it is needed, with fields and preview of the place of messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, RawObject, as_text
from app.editors.message_content import CONTENT_FIELDS
from app.editors.message_fields import factories, file_object, judge, message_fields
from app.editors.registry import EditorFactory
from app.editors.variables import BindingsEditor
from app.pickers.form_dialog import FormDialog
from app.previews.pane import PreviewPane, draft_of
from app.widgets.debounce import Debounce
from engine.components.hints import FormField
from engine.i18n import N_
from engine.shapes.text import new_id
from engine.workspace.message import MessageFile

KINDS = frozenset(CONTENT_FIELDS)
"""The kinds of messages that the form knows."""

_TITLES = {
    "text_sms": N_("New SMS template"),
    "digital_sms": N_("New digital SMS template"),
    "email": N_("New email template"),
    "template_message": N_("New WeChat template"),
}


class MessageDialog(FormDialog):
    """Makes a template of a kind; `match` fills in account and SMS type, `start` any field."""

    title = N_("New message template")
    width_in_grid = 112

    def __init__(
        self,
        parent: QWidget | None,
        context: Context,
        kind: str,
        match: Mapping[str, JsonValue],
        start: Mapping[str, JsonValue] | None = None,
    ) -> None:
        self._kind = kind
        self._start = {**(start or {}), **match}
        self._signature = context.text("signature")
        self.preview = PreviewPane(context.workspace)
        super().__init__(parent, Context(context.workspace, any_event=True))
        self.title = _TITLES[kind]
        self._later = Debounce(self, self._show_preview, 120)
        self.retranslate_frame()
        self._show_preview()

    def fields(self) -> Iterable[FormField]:
        return message_fields(self._kind)

    def factories(self) -> Mapping[str, EditorFactory]:
        return factories(self._kind, self._bind)

    def start_values(self) -> RawObject:
        return {key: value for key, value in self._start.items() if value is not None}

    def beside(self) -> QWidget | None:
        return self.preview

    def on_form_changed(self) -> None:
        self._later.start()

    def retranslate(self) -> None:
        super().retranslate()
        self._show_preview()

    def raw(self) -> RawObject:
        """Approved at once where the workspace says so, else waiting for approval."""
        workspace = self.context.workspace
        return {
            **file_object(self._kind, self.form.result()),
            "id": new_id("m", workspace.messages),
            "status": "approved" if workspace.settings.auto_approve else "pending",
        }

    def validate(self) -> tuple[MessageFile | None, dict[str, str]]:
        found = judge(self.raw(), self.context.workspace)
        return found.message, found.errors

    def save(self, value: MessageFile) -> str:
        self.context.workspace.save_message(value)
        return value.id

    def _bind(self, name: str, binding: RawObject) -> None:
        editor = self.form.editor("variables")
        assert isinstance(editor, BindingsEditor)
        editor.bind(name, binding)

    def _show_preview(self) -> None:
        raw = file_object(self._kind, self.form.result())
        sender = self._signature if self._kind == "text_sms" else as_text(raw.get("name"))
        self.preview.show_draft(draft_of(raw, sender=sender))
