"""The fields of message templates, kind by kind: the one form that the place, dialogs and the guide show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from pydantic import JsonValue, TypeAdapter, ValidationError
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_object,
    mark_invalid,
    together,
)
from app.editors.blocks import BlocksEditor, CarriersEditor
from app.editors.growing import Growing
from app.editors.keyword_list import KeywordListEditor
from app.editors.listed import Card
from app.editors.plain_text import PlainTextEditor
from app.editors.registry import EditorFactory
from app.editors.short_links import LinksEditor
from app.editors.spec import FieldSpec
from app.editors.variable_text import Bind, VariableText
from app.editors.variables import BindingsEditor, Place
from app.pickers.form_dialog import judged
from app.pickers.search import SearchCombo
from app.widgets.combo_box import ComboBox, Option
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.shapes.variables import Binding
from engine.workspace.content_check import MessageFinding
from engine.workspace.message import MESSAGE, MessageFile
from engine.workspace.message_check import Surroundings, check_message
from engine.workspace.message_text import variables_of
from engine.workspace.workspace import Workspace

LANGUAGES = {
    "en": "English", "zh": "中文", "zh-TW": "繁體中文", "ja": "日本語", "ko": "한국어", "de": "Deutsch",
    "fr": "Français", "es": "Español", "pt": "Português", "it": "Italiano", "ru": "Русский", "ar": "العربية",
    "th": "ไทย", "vi": "Tiếng Việt", "id": "Bahasa Indonesia",
}  # fmt: skip
"""Languages that are offered; a file may name others."""


def _field(name: str, hint: Hint, required: bool = True, default: JsonValue = None) -> FormField:
    return FormField(name, hint, required, default)


_NAME = _field("name", Hint(N_("Name"), "text", missing=N_("Enter a name")))
_SMS_ACCOUNT = _field(
    "platform",
    Hint(
        N_("SMS account"),
        "account",
        missing=N_("Choose an SMS account"),
        options={"kinds": ("alibaba_sms", "http_sms")},
    ),
)
_OFFICIAL = _field(
    "platform",
    Hint(
        N_("Official account"),
        "account",
        missing=N_("Choose an official account"),
        options={"kinds": ("wechat",)},
    ),
    required=False,
)
_SMS_TYPE = _field(
    "sms_type",
    Hint(
        N_("SMS type"),
        "choice",
        missing=N_("Choose the SMS type"),
        choices={"promotional": N_("Promotional"), "notification": N_("Notification")},
    ),
)
_CODE = _field(
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
_SUBJECT = _field("subject", Hint(N_("Subject"), "text", missing=N_("Enter the subject")))
_CONTENT: Mapping[str, tuple[FormField, ...]] = {
    "text_sms": (_field("text", Hint(N_("Text"), "long_text", missing=N_("Enter the text"))), _CODE),
    "digital_sms": (
        _SUBJECT,
        _field("blocks", Hint(N_("Content"), "rows")),
        _field("carriers", Hint(N_("Networks that it suits"), "texts"), required=False),
        _CODE,
    ),
    "email": (
        _field("sender_name", Hint(N_("Sender name"), "text"), required=False),
        _SUBJECT,
        _field("preheader", Hint(N_("Preview line"), "text"), required=False),
        _field("html", Hint(N_("HTML"), "long_text"), required=False),
        _field("text", Hint(N_("Plain text"), "long_text", missing=N_("Enter the text")), required=False),
    ),
    "template_message": (
        _field(
            "template_id",
            Hint(N_("Template ID"), "text", missing=N_("Enter the id that WeChat gave the template")),
        ),
        _field("keywords", Hint(N_("Keywords"), "rows")),
    ),
}
CONTENT_FIELDS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields) for kind, fields in _CONTENT.items()
}
"""The names of the fields that stand in a message's content; the others stand beside it."""
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
_VARIABLES = _field(
    "variables",
    Hint(N_("Variables"), "variables", help=N_("What campaigns that use the template begin with.")),
    required=False,
)
_LINKS = _field("links", Hint(N_("Short links"), "rows"), required=False)
_LANGUAGES = _field("languages", Hint(N_("Further languages"), "rows"), required=False)


def message_fields(kind: str) -> tuple[FormField, ...]:
    """The fields of a template, in order."""
    further = () if kind == "template_message" else (_LINKS, _LANGUAGES)
    return (*_HEADS[kind], *_CONTENT[kind], _VARIABLES, *further)


def missing_words() -> dict[str, str]:
    """What to do where a field is empty that has to be filled in."""
    fields = [field for group in (*_HEADS.values(), *_CONTENT.values()) for field in group]
    return {field.name: tr(field.hint.missing) for field in fields if field.hint.missing}


def factories(kind: str, bind: Bind) -> dict[str, EditorFactory]:
    """The editors of the fields that no hint names. `bind` notes what an inserted variable shows."""
    made = _content_factories(bind)
    made["variables"] = lambda context, _spec: _bindings(context)
    made["links"] = LinksEditor
    made["languages"] = lambda context, spec: LanguagesEditor(context, spec, kind, bind)
    return made


def _content_factories(bind: Bind) -> dict[str, EditorFactory]:
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


class LanguagesEditor(Editor):
    """The content in further languages, and the attribute that says which is a person's."""

    def __init__(self, context: Context, spec: FieldSpec, kind: str, bind: Bind) -> None:
        super().__init__(context)
        self._kind, self._bind = kind, bind
        self._cards: dict[str, _LanguageCard] = {}
        self._left: RawObject = {}
        """Contents whose cards are not made yet, by language."""
        self._growing = Growing(self, self._on_grown)
        self.attribute = SearchCombo(tr("Attribute with the person's language"))
        self.attribute.setAccessibleName(tr("Attribute with the person's language"))
        self.attribute.chosen.connect(self.changed)
        self.add = ComboBox(tr("Add a language"))
        self.add.setAccessibleName(tr("Add a language"))
        self.add.chosen.connect(self._on_added)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.attribute)
        column.addLayout(self._rows)
        column.addWidget(self.add)
        self.setFocusProxy(self.add)
        self._show()

    def value(self) -> JsonValue:
        contents: RawObject = {tag: card.value() for tag, card in self._cards.items()}
        contents |= self._left
        if not contents:
            return None
        return {"attribute": self.attribute.value(), "contents": contents}

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        usual = self.context.workspace.settings.language_attribute or ""
        self.attribute.set_value(str(raw.get("attribute") or usual))
        for tag in list(self._cards):
            self._drop(tag)
        self._left = as_object(raw.get("contents"))
        self._growing.begin([partial(self._make, tag) for tag in self._left], at_once=0)
        self._show()

    def refresh(self) -> None:
        attributes = self.context.workspace.catalog.attributes
        self.attribute.set_options(
            Option(name, name) for name, type_ in attributes.items() if type_ == "text"
        )
        for card in self._cards.values():
            card.refresh()

    def show_errors(self, errors: Errors) -> str:
        if errors:
            self._growing.finish()
        rest: dict[str, str] = {}
        by_tag: dict[str, dict[str, str]] = {}
        for path, sentence in errors.items():
            head, _, tail = path.removeprefix("contents.").partition(".")
            if head in self._cards:
                by_tag.setdefault(head, {})[tail] = sentence
            else:
                rest[path] = sentence
        for tag, card in self._cards.items():
            card.show_errors(by_tag.get(tag, {}))
        mark_invalid(self.attribute, together(rest))
        return together(rest)

    def _make(self, tag: str) -> None:
        content = as_object(self._left[tag])
        self._put(tag, content)
        del self._left[tag]

    def _on_grown(self) -> None:
        self._show()
        self.grown.emit()

    def _on_added(self, tag: str) -> None:
        self._growing.finish()
        # A new language begins with what everybody else gets: it is there to be translated.
        values = self.context.values()
        self._put(tag, {name: values[name] for name in CONTENT_FIELDS[self._kind] if name in values})
        self._show()
        self._cards[tag].form.focus_first()
        self.changed.emit()

    def _put(self, tag: str, content: RawObject) -> None:
        card = _LanguageCard(self.context, tag, content, _CONTENT[self._kind], self._bind)
        card.changed.connect(self.changed)
        card.remove.clicked.connect(lambda: self._on_removed(tag))
        self._cards[tag] = card
        self._rows.addWidget(card)
        card.show()

    def _drop(self, tag: str) -> None:
        card = self._cards.pop(tag)
        self._rows.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _on_removed(self, tag: str) -> None:
        self._drop(tag)
        self._show()
        self.add.setFocus()
        self.changed.emit()

    def _show(self) -> None:
        self.refresh()
        there = {*self._cards, *self._left}
        self.attribute.setVisible(bool(there))
        offered = [Option(tag, f"{name} ({tag})") for tag, name in LANGUAGES.items() if tag not in there]
        self.add.set_options(offered)
        self.add.set_value("")


class _LanguageCard(Card):
    """One language: the same content fields once more."""

    def __init__(
        self, context: Context, tag: str, content: RawObject, fields: Sequence[FormField], bind: Bind
    ) -> None:
        super().__init__(context, f"{LANGUAGES.get(tag, tag)} ({tag})")
        from app.panels.form import Form  # forms hold editors

        self.up.hide()
        self.down.hide()
        inner = Context(context.workspace, any_event=True)
        self.form = Form(fields, inner, _content_factories(bind))
        own = inner.values
        inner.values = lambda: {**_shared(context.values), **own()}
        self.form.load(content)
        self.form.changed.connect(self.changed)
        self.body.addWidget(self.form)
        self.body.addWidget(self.error)

    def value(self) -> RawObject:
        return self.form.result()

    def refresh(self) -> None:
        self.form.refresh()

    def show_errors(self, errors: Errors) -> str:
        rest = self.form.show_errors(errors)
        self.error.setText(rest)
        self.error.setVisible(bool(rest))
        return rest

    def focus_target(self) -> QWidget:
        return self.form


def _shared(values: Callable[[], RawObject]) -> RawObject:
    """What all languages have in common: the bindings."""
    return {"variables": values().get("variables")}


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
