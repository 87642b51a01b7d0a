"""Which editor a hint's `widget` means (the table in `engine.components.hints`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pydantic import JsonValue

from app.editors.assignments import AssignmentsEditor
from app.editors.base import Context, Editor, RawObject, as_object
from app.editors.choices import (
    AmountUnitEditor,
    ChannelEditor,
    GroupAudiencesEditor,
    ResultsEditor,
    ThenEditor,
)
from app.editors.choosers import (
    AccountChoiceEditor,
    AccountEditor,
    AudiencesEditor,
    CouponEditor,
    MessageEditor,
)
from app.editors.condition_leaf import Fields
from app.editors.conditions import ConditionEditor
from app.editors.connection import AuthEditor, IdTypesEditor, ReceiptsEditor
from app.editors.contents import KeywordsEditor, WechatContentEditor, mini_program_editor
from app.editors.events import EventConditionsEditor, EventEditor, GoalEditor
from app.editors.groups import Body, GroupsEditor
from app.editors.plain import BoolEditor, ChoiceEditor, NumberEditor, TextEditor
from app.editors.rows import RowsEditor, TextsEditor
from app.editors.schedule import ScheduleEditor
from app.editors.spec import FieldSpec
from app.editors.times import DateTimeEditor, DurationEditor, JudgeAfterEditor, TimeOfDayEditor
from app.editors.variables import BindingsEditor, Place
from app.pickers import library
from app.widgets.combo_box import Option
from engine.components.base import RefKind
from engine.components.fields import message_variables
from engine.components.hints import FormField
from engine.i18n import tr
from engine.shapes.variables import variables

EditorFactory = Callable[[Context, FieldSpec], Editor]


def spec_of(field: FormField) -> FieldSpec:
    """The field in the words of the current language."""
    hint = field.hint
    return FieldSpec(
        name=field.name,
        label=tr(hint.label),
        help=tr(hint.help) if hint.help else "",
        placeholder=tr(hint.missing) if hint.missing else "",
        required=field.required or field.default is not None,
        options=tuple(Option(value, tr(text)) for value, text in hint.choices.items()),
        minimum=1 if hint.widget == "number" else None,
        extra=hint.options,
    )


def _long_text(context: Context, spec: FieldSpec) -> Editor:
    return TextEditor(context, spec, lines=4)


def _condition(context: Context, spec: FieldSpec) -> Editor:
    return ConditionEditor(
        context,
        _fields(context, spec),
        flat=bool(spec.extra.get("flat")),
        unconditional=tr("Every event") if spec.extra.get("over") == "event" else "",
    )


def _fields(context: Context, spec: FieldSpec) -> Fields:
    """What a condition may look at: people, the event chosen in this form, or the campaign's own event."""
    over = spec.extra.get("over")
    if over == "event":
        return lambda: library.event_fields(context.workspace, context.text(str(spec.extra.get("event"))))
    if over == "trigger":
        return lambda: library.event_fields(context.workspace, context.event())
    return lambda: library.person_fields(context.workspace)


def _groups(context: Context, spec: FieldSpec) -> Editor:
    bodies: Mapping[str, Body] = {
        "condition": lambda context, spec, _id: _condition(context, spec),
        "audiences": GroupAudiencesEditor,
        "channel": ChannelEditor,
    }
    return GroupsEditor(context, spec, bodies.get(str(spec.extra.get("holds"))))


def _variables(context: Context, spec: FieldSpec) -> Editor:
    texts, message = spec.extra.get("texts", ()), spec.extra.get("message")

    def places() -> list[Place]:
        if message is not None:
            names = message_variables(context.workspace, context.text(str(message)))
        else:
            values = context.values()
            names = tuple(
                name for field in texts for text in written(values.get(field)) for name in variables(text)
            )
        return [Place(name, f"${{{name}}}") for name in dict.fromkeys(names)]

    def hint() -> str:
        if message is None:
            return tr("Write ${name} in the text to add a variable.")
        if not context.text(str(message)):
            return tr("Choose a template: its variables show here.")
        return tr("The template has no variables.")

    def usual() -> RawObject:
        chosen = context.text(str(message)) if message is not None else ""
        detail = context.workspace.detail(RefKind.MESSAGE, chosen) if chosen else None
        return as_object((detail or {}).get("variables"))

    return BindingsEditor(context, places, hint, usual)


def written(value: JsonValue) -> Iterator[str]:
    """The texts of a value that may hold variables: not ids and addresses of media."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from written(item)
    elif isinstance(value, dict):
        for key in ("text", "title", "mini_program"):
            yield from written(value.get(key))


def _parameters(context: Context, spec: FieldSpec) -> Editor:
    account, setting = str(spec.extra.get("account")), str(spec.extra.get("setting"))

    def places() -> list[Place]:
        defined = library.parameters(context.workspace, context.text(account), setting)
        return [Place(name, name, "" if required else tr("optional"), required) for name, required in defined]

    def nothing() -> str:
        chosen = context.text(account)
        return tr("Nothing is to be filled in.") if chosen else tr("What is to be filled in shows here.")

    return BindingsEditor(context, places, nothing)


EDITORS: Mapping[str, EditorFactory] = {
    "text": TextEditor,
    "long_text": _long_text,
    "number": NumberEditor,
    "switch": BoolEditor,
    "choice": ChoiceEditor,
    "datetime": DateTimeEditor,
    "time": TimeOfDayEditor,
    "duration": DurationEditor,
    "amount_unit": AmountUnitEditor,
    "judge_after": JudgeAfterEditor,
    "schedule": ScheduleEditor,
    "audiences": AudiencesEditor,
    "message": MessageEditor,
    "account": AccountEditor,
    "account_choice": AccountChoiceEditor,
    "coupon": CouponEditor,
    "event": EventEditor,
    "condition": _condition,
    "event_conditions": EventConditionsEditor,
    "goal": GoalEditor,
    "groups": _groups,
    "results": ResultsEditor,
    "then": ThenEditor,
    "variables": _variables,
    "parameters": _parameters,
    "assignments": AssignmentsEditor,
    "wechat_content": WechatContentEditor,
    "keywords": KeywordsEditor,
    "mini_program": mini_program_editor,
    "texts": TextsEditor,
    "rows": RowsEditor,
    "id_types": IdTypesEditor,
    "auth": AuthEditor,
    "receipts": ReceiptsEditor,
}
