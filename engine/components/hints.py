"""How a config model becomes a form.

Every field of a `Config` carries one `Hint` in its annotation::

    platform: Annotated[Identifier, Hint(N_("Platform"), "account", missing=N_("Choose an SMS account"),
                                         options={"kinds": ("alibaba_sms", "http_sms")})]

The panel shows the fields in their declared order: `form(Config)` lists them as `FormField`s. The form edits
the *raw* config (plain JSON, keyed by `FormField.name`) and asks `Component.errors` about it. Every
`FieldError.field` is a dotted path that starts with such a name, so that the error stands at its field.
A field is shown while `FormField.shown(raw, defaults)`; a hidden one keeps its value in the form until OK,
which leaves it out of the config. A field without a hint has no place in a form.

Texts (`label`, `help`, `missing`, the labels of `choices`) are English keys marked with `N_`; show them
with `tr`. `options` is what the widget of that name needs, listed here; nothing else is in it:

| widget | the field's JSON | options |
|---|---|---|
| `text`, `long_text` | text | |
| `number` | whole number | `min` |
| `switch` | bool | |
| `choice` | one key of `choices` | `by`: {value of another field: allowed choices} |
| `datetime`, `time` | section 11's texts | |
| `duration` | `{"amount", "unit"}` | `units` |
| `amount_unit` | whole number here and the unit in the field named | `unit_field`, `units`: {mode: units} |
| `judge_after` | a duration or `{"at"}` | `units` |
| `schedule` | `every` | `start`: true where the next two run times are shown |
| `audiences` | ordered list of audience ids | `max` |
| `message` | message template id | `kind`; `match`: {field of the message: field here} |
| `account` | account id | `kinds` |
| `account_choice` | one of a list in an account's settings | `account`: field here, `setting`: key, `typed` |
| `coupon`, `event` | catalogue key | |
| `condition` | condition tree | `over`: `person`, `event` or `trigger`; `event`: field here; `flat`: bool |
| `event_conditions` | list of event conditions | `max` |
| `goal` | `{"event", "where", "times"}` | |
| `groups` | list of groups | `holds`: `percent`, `condition`, `audiences`, `channel`; `min`, `max`, … |
| `results` | list of result codes | `result_judgment.result_codes` tells which there are |
| `then` | `best` or `group:<id>` | |
| `variables` | bindings by variable name | `texts`: fields here that hold `${…}`, or `message`: field |
| `parameters` | bindings by parameter name | `account`: field here, `setting`: key there |
| `assignments` | list of `{"tag", "value"}` | `max` |
| `wechat_content` | one of `text`, `article`, … | |
| `keywords` | list of `{"key", "text", "colour"}` | `message`: field here |
| `mini_program` | `{"app_id", "path"}` | |
| `node` | id of another node; never shown | |
| `texts` | list of texts, one a line | |
| `rows` | list of objects | `columns`: their fields, each `name`, `cell`, `label`, `new`, `choices`; `add` |
| `id_types` | list of ID types | |
| `auth`, `receipts` | how HTTP requests sign in; what a webhook reports | |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo

Widget = Literal[
    "text", "long_text", "number", "switch", "choice", "datetime", "time", "duration", "amount_unit",
    "judge_after", "schedule", "audiences", "message", "account", "account_choice", "coupon", "event",
    "condition", "event_conditions", "goal", "groups", "results", "then", "variables", "parameters",
    "assignments", "wechat_content", "keywords", "mini_program", "node",
    "texts", "rows", "id_types", "auth", "receipts",
]  # fmt: skip


@dataclass(frozen=True)
class Hint:
    """What a form needs to know about one field; see the module's table."""

    label: str
    widget: Widget
    missing: str | None = None
    """What to do while the field has no value ("Choose an SMS template")."""
    help: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    """The values that may be chosen, in order, and their labels."""
    visible_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other fields and the values of theirs with which this one counts."""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FormField:
    """One field of a form, in the order of the form."""

    name: str
    """The key in the config."""
    hint: Hint
    required: bool
    """True where the field must have a value whenever it is shown."""
    default: JsonValue
    """The model's default as JSON, None where it has none."""

    def shown(self, raw: Mapping[str, JsonValue], defaults: Mapping[str, JsonValue]) -> bool:
        """Whether the field counts, given the other fields' values (or defaults)."""
        conditions = self.hint.visible_when.items()
        return all(raw.get(name, defaults.get(name)) in values for name, values in conditions)


def hint_of(info: FieldInfo) -> Hint | None:
    """The field's hint."""
    return next((item for item in info.metadata if isinstance(item, Hint)), None)


def form(config: type[BaseModel]) -> tuple[FormField, ...]:
    """The fields of a config model's form, in order."""
    return _form(config)


@cache
def _form(config: type[BaseModel]) -> tuple[FormField, ...]:
    fields = []
    for name, info in config.model_fields.items():
        if (hint := hint_of(info)) is not None:
            default = None if info.is_required() else info.get_default(call_default_factory=True)
            required = info.is_required() or bool(hint.visible_when and hint.missing)
            fields.append(FormField(info.alias or name, hint, required, _json(default)))
    return tuple(fields)


def missing_sentence(config: type[BaseModel], name: str) -> str | None:
    """What the form says while the field `name` has no value."""
    return next((item.hint.missing for item in form(config) if item.name == name), None)


def _json(value: object) -> JsonValue:
    from pydantic_core import to_jsonable_python

    plain: JsonValue = to_jsonable_python(value, by_alias=True, exclude_none=True)
    return plain
