"""A new text SMS or email template, as a plain form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, RawObject, as_text
from app.editors.controls import label
from app.editors.message_preview import sms_length
from app.pickers import library
from app.pickers.form_dialog import FormDialog, field, judged
from engine.components.hints import FormField, Hint
from engine.i18n import N_
from engine.shapes.text import new_id
from engine.workspace.message import MESSAGE, MessageFile

_NAME = Hint(N_("Name"), "text", missing=N_("Enter a name"))
_FIELDS: Mapping[str, tuple[FormField, ...]] = {
    "text_sms": (
        field("name", _NAME),
        field(
            "platform",
            Hint(
                N_("SMS account"),
                "account",
                missing=N_("Choose an SMS account"),
                options={"kinds": ("alibaba_sms", "http_sms")},
            ),
        ),
        field(
            "sms_type",
            Hint(
                N_("SMS type"),
                "choice",
                missing=N_("Choose the SMS type"),
                choices={"promotional": N_("Promotional"), "notification": N_("Notification")},
            ),
        ),
        field(
            "text",
            Hint(
                N_("Text"),
                "long_text",
                missing=N_("Enter the text"),
                help=N_("Write ${name} to add a variable."),
            ),
        ),
    ),
    "email": (
        field("name", _NAME),
        field("sender_name", Hint(N_("Sender name"), "text"), required=False),
        field("subject", Hint(N_("Subject"), "text", missing=N_("Enter the subject"))),
        field("preheader", Hint(N_("Preview line"), "text"), required=False),
        field(
            "text",
            Hint(
                N_("Text"),
                "long_text",
                missing=N_("Enter the text"),
                help=N_("Write ${name} to add a variable."),
            ),
        ),
        field("html", Hint(N_("HTML"), "long_text"), required=False),
    ),
}
KINDS = frozenset(_FIELDS)
"""The kinds of messages that the form knows."""

_IN_CONTENT = ("text", "sender_name", "subject", "preheader", "html")
_REQUIRED = {"text_sms": ("platform", "sms_type", "text"), "email": ("subject", "text")}
_MISSING: Mapping[str, str] = {
    item.name: item.hint.missing for fields in _FIELDS.values() for item in fields if item.hint.missing
}


class MessageDialog(FormDialog):
    """Makes a template of a kind; `match` fills in platform and SMS type, `start` any field."""

    title = N_("New message template")

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
        self._length = label("", "small")
        super().__init__(parent, Context(context.workspace))
        self.title = N_("New SMS template") if kind == "text_sms" else N_("New email template")
        self.retranslate_frame()
        self.on_form_changed()

    def fields(self) -> Iterable[FormField]:
        return _FIELDS[self._kind]

    def start_values(self) -> RawObject:
        return {key: value for key, value in self._start.items() if value is not None}

    def below(self) -> QWidget | None:
        if self._kind != "text_sms":
            return None
        self._length = label("", "small")
        return self._length

    def on_form_changed(self) -> None:
        if self._kind == "text_sms":
            values = self.form.values()
            abroad = library.is_international(self.context.workspace, as_text(values.get("platform")))
            self._length.setText(sms_length(as_text(values.get("text")), self._signature, abroad))

    def retranslate(self) -> None:
        super().retranslate()
        self.on_form_changed()

    def raw(self) -> RawObject:
        """Approved at once where the workspace says so, else waiting for approval."""
        workspace = self.context.workspace
        values = self.form.result()
        content: RawObject = {key: values.pop(key) for key in _IN_CONTENT if key in values}
        return {
            **values,
            "id": new_id("m", workspace.messages),
            "kind": self._kind,
            "status": "approved" if workspace.settings.auto_approve else "pending",
            "content": content,
        }

    def validate(self) -> tuple[MessageFile | None, dict[str, str]]:
        from engine.i18n import tr

        values = self.form.result()
        value, errors = judged(MESSAGE.adapter, self.raw())
        errors = {path.removeprefix("content.") or path: sentence for path, sentence in errors.items()}
        missing = ("name", *_REQUIRED[self._kind])
        errors |= {name: tr(_MISSING[name]) for name in missing if not values.get(name)}
        return value, errors

    def save(self, value: MessageFile) -> str:
        self.context.workspace.save_message(value)
        return value.id
