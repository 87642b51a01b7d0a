"""The fields of message templates, kind by kind: the one form that the place, dialogs and the guide show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import JsonValue, TypeAdapter, ValidationError

from app.editors.base import Context, Editor, RawObject, as_object
from app.editors.languages import LanguagesEditor
from app.editors.message_content import CONTENT, CONTENT_FIELDS, content_factories, message_field
from app.editors.registry import EditorFactory
from app.editors.short_links import LinksEditor
from app.editors.variable_text import Bind
from app.editors.variables import BindingsEditor, Place
from app.pickers.form_dialog import judged
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.shapes.variables import Binding
from engine.workspace.content_check import MessageFinding
from engine.workspace.message import MESSAGE, MessageFile
from engine.workspace.message_check import Surroundings, check_message
from engine.workspace.message_text import variables_of
from engine.workspace.workspace import Workspace

_NAME = message_field("name", Hint(N_("Name"), "text", missing=N_("Enter a name")))
_SMS_ACCOUNT = message_field(
    "platform",
    Hint(
        N_("SMS account"),
        "account",
        missing=N_("Choose an SMS account"),
        options={"kinds": ("alibaba_sms", "http_sms")},
    ),
)
_OFFICIAL = message_field(
    "platform",
    Hint(
        N_("Official account"),
        "account",
        missing=N_("Choose an official account"),
        options={"kinds": ("wechat",)},
    ),
    required=False,
)
_SMS_TYPE = message_field(
    "sms_type",
    Hint(
        N_("SMS type"),
        "choice",
        missing=N_("Choose the SMS type"),
        choices={"promotional": N_("Promotional"), "notification": N_("Notification")},
    ),
)
KIND_NAMES = {
    "text_sms": N_("Text SMS"),
    "digital_sms": N_("Digital SMS"),
    "email": N_("Email"),
    "template_message": N_("Template Message"),
}
_HEADS: Mapping[str, tuple[FormField, ...]] = {
    "text_sms": (_NAME, _SMS_ACCOUNT, _SMS_TYPE),
    "digital_sms": (_NAME, _SMS_ACCOUNT),
    "email": (_NAME,),
    "template_message": (_NAME, _OFFICIAL),
}
_VARIABLES = message_field(
    "variables",
    Hint(N_("Variables"), "variables", help=N_("What campaigns that use the template begin with.")),
    required=False,
)
_LINKS = message_field("links", Hint(N_("Short links"), "rows"), required=False)
_LANGUAGES = message_field("languages", Hint(N_("Further languages"), "rows"), required=False)


def message_fields(kind: str) -> tuple[FormField, ...]:
    """The fields of a template, in order."""
    further = () if kind == "template_message" else (_LINKS, _LANGUAGES)
    return (*_HEADS[kind], *CONTENT[kind], _VARIABLES, *further)


def missing_words() -> dict[str, str]:
    """What to do where a field is empty that has to be filled in."""
    fields = [field for group in (*_HEADS.values(), *CONTENT.values()) for field in group]
    return {field.name: tr(field.hint.missing) for field in fields if field.hint.missing}


def factories(kind: str, bind: Bind) -> dict[str, EditorFactory]:
    """The editors of the fields that no hint names. `bind` notes what an inserted variable shows."""
    made = content_factories(bind)
    made["variables"] = lambda context, _spec: _bindings(context)
    made["links"] = LinksEditor
    made["languages"] = lambda context, spec: LanguagesEditor(context, spec, kind, bind)
    return made


_AT_ONCE = 4
"""Cards of variables that a message opens with; the others come before anybody has scrolled there."""


def _bindings(context: Context) -> Editor:
    def places() -> list[Place]:
        values = context.values()
        contents = as_object(as_object(values.get("languages")).get("contents"))
        names = [name for raw in (values, *map(as_object, contents.values())) for name in variables_of(raw)]
        return [Place(name, f"${{{name}}}") for name in dict.fromkeys(names)]

    return BindingsEditor(context, places, lambda: tr("Variables of the texts show here."), at_once=_AT_ONCE)


_BINDING = TypeAdapter(Binding)
_ALWAYS = {
    "text_sms": ("text",),
    "digital_sms": ("subject",),
    "email": ("subject",),
    "template_message": ("template_id",),
}


def file_object(kind: str, values: RawObject) -> RawObject:
    """The file's object of a form's values: content fields in `content`, empty ones left out."""
    content: RawObject = {name: values[name] for name in CONTENT_FIELDS[kind] if values.get(name) is not None}
    for name in _ALWAYS[kind]:  # a draft may lack them
        content.setdefault(name, "")
    rest: RawObject = {key: value for key, value in values.items() if key not in CONTENT_FIELDS[kind]}
    bound: RawObject = {name: raw for name, raw in as_object(rest.get("variables")).items() if _is_whole(raw)}
    rest["variables"] = bound  # a draft may have variables that are not bound yet
    return {**rest, "kind": kind, "content": content}


def _is_whole(binding: JsonValue) -> bool:
    try:
        _BINDING.validate_python(binding)
    except ValidationError:
        return False
    return True


def form_values(raw: RawObject) -> RawObject:
    """The form's values of a file's object."""
    values = {key: value for key, value in raw.items() if key not in ("content", "kind", "format", "version")}
    return {**values, **as_object(raw.get("content"))}


def judge(raw: RawObject, workspace: Workspace) -> Judgement:
    """Judge a file's object, held against its workspace."""
    value, errors = judged(MESSAGE.adapter, raw)
    found = error_paths(errors)
    if not raw.get("name"):
        found["name"] = missing_words()["name"]
    checked = value or judged(MESSAGE.adapter, {**raw, "name": "?"})[0]  # the name is no reason to say less
    findings = check_message(checked, Surroundings.of(workspace)) if checked is not None else []
    found |= error_paths({one.field: str(one.message) for one in reversed(findings) if one.is_error})
    return Judgement(value, found, findings)


class Judgement(NamedTuple):
    """The message, or None where it cannot be saved; sentences by the form's fields; what the check found."""

    message: MessageFile | None
    errors: dict[str, str]
    findings: list[MessageFinding]


def error_paths(errors: Mapping[str, str]) -> dict[str, str]:
    """Errors of a file's fields by the form's fields."""
    return {path.removeprefix("content."): sentence for path, sentence in errors.items()}
