"""The content of messages, kind by kind: its fields and their editors. Other languages have it once more."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from app.editors.base import Context, Editor
from app.editors.blocks import BlocksEditor, CarriersEditor
from app.editors.keyword_list import KeywordListEditor
from app.editors.plain_text import PlainTextEditor
from app.editors.registry import EditorFactory
from app.editors.spec import FieldSpec
from app.editors.variable_text import Bind, VariableText
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr


def message_field(name: str, hint: Hint, required: bool = True, default: JsonValue = None) -> FormField:
    return FormField(name, hint, required, default)


_CODE = message_field(
    "code",
    Hint(
        N_("Template code"),
        "text",
        help=N_(
            "What the platform calls the template that it approved, such as SMS_123456789. "
            "Alibaba Cloud needs it; other platforms get it as ${template}."
        ),
    ),
    required=False,
)
_SUBJECT = message_field("subject", Hint(N_("Subject"), "text", missing=N_("Enter the subject")))
CONTENT: Mapping[str, tuple[FormField, ...]] = {
    "text_sms": (message_field("text", Hint(N_("Text"), "long_text", missing=N_("Enter the text"))), _CODE),
    "digital_sms": (
        _SUBJECT,
        message_field("blocks", Hint(N_("Content"), "rows")),
        message_field("carriers", Hint(N_("Networks that it suits"), "texts"), required=False),
        _CODE,
    ),
    "email": (
        message_field("sender_name", Hint(N_("Sender name"), "text"), required=False),
        _SUBJECT,
        message_field("preheader", Hint(N_("Preview line"), "text"), required=False),
        message_field("html", Hint(N_("HTML"), "long_text"), required=False),
        message_field(
            "text", Hint(N_("Plain text"), "long_text", missing=N_("Enter the text")), required=False
        ),
    ),
    "template_message": (
        message_field(
            "template_id",
            Hint(N_("Template ID"), "text", missing=N_("Enter the id that WeChat gave the template")),
        ),
        message_field("keywords", Hint(N_("Keywords"), "rows")),
    ),
}
CONTENT_FIELDS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields) for kind, fields in CONTENT.items()
}
"""The names of the fields that stand in a message's content; the others stand beside it."""


def content_factories(bind: Bind) -> dict[str, EditorFactory]:
    """The editors of content. `bind` notes what an inserted variable shows."""

    def line(context: Context, spec: FieldSpec) -> Editor:
        return VariableText(context, spec, bind)

    def text(context: Context, spec: FieldSpec) -> Editor:
        return VariableText(context, spec, bind, lines=5)

    def html(context: Context, spec: FieldSpec) -> Editor:
        return VariableText(context, spec, bind, lines=10, code=True)

    def plain(context: Context, spec: FieldSpec) -> Editor:
        return PlainTextEditor(context, spec, bind) if spec.label == tr("Plain text") else text(context, spec)

    return {
        "text": plain,
        "html": html,
        "subject": line,
        "sender_name": line,
        "preheader": line,
        "blocks": lambda context, spec: BlocksEditor(context, spec, bind),
        "carriers": CarriersEditor,
        "keywords": lambda context, spec: KeywordListEditor(context, spec, bind),
    }
