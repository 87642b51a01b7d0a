"""Field types, validators and checks that several kinds share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, JsonValue
from pydantic_core.core_schema import ValidationInfo

from engine.components.base import Lookup, Reference, RefKind
from engine.i18n import N_, Message
from engine.shapes.conditions import Condition, FieldType, check_types, leaves
from engine.shapes.model import FieldError, missing
from engine.shapes.text import Text
from engine.shapes.variables import Bindings, variables

T = TypeVar("T")

Code = Annotated[Text, Field(min_length=1, max_length=100)]
"""A key of the catalogue (an event's code, a tag's name) or of an account's settings."""

Written = Annotated[Text, Field(min_length=1, max_length=2_000)]
"""A text that a message or an address consists of."""

Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


def required_when(field: str, *values: str) -> AfterValidator:
    """The value must be there while the field declared before it has one of the values."""

    def check(value: T, info: ValidationInfo) -> T:
        if value is None and info.data.get(field) in values:
            raise missing()
        return value

    return AfterValidator(check)


LATE = Field(validate_default=True)
"""For fields under `required_when`: their absence is judged, too."""


def field_types_of_people(lookup: Lookup) -> Callable[[str], FieldType | None]:
    """The types of `tag:` and `attr:` fields."""

    def type_of(field: str) -> FieldType | None:
        prefix, _, name = field.partition(":")
        kind = {"tag": RefKind.TAG, "attr": RefKind.ATTRIBUTE}.get(prefix)
        entry = lookup.detail(kind, name) if kind and name else None
        return None if entry is None else _field_type(entry.get("type"))

    return type_of


def field_types_of_event(lookup: Lookup, event: str) -> Callable[[str], FieldType | None]:
    """The types of an event's attributes."""
    entry = lookup.detail(RefKind.EVENT, event) or {}
    attributes = entry.get("attributes")

    def type_of(field: str) -> FieldType | None:
        return _field_type(attributes.get(field)) if isinstance(attributes, Mapping) else None

    return type_of


def _field_type(value: JsonValue) -> FieldType | None:
    types: dict[Any, FieldType] = {"text": "text", "number": "number", "time": "time", "multi": "multi"}
    return types.get(value) if isinstance(value, str) else None


def condition_references(tree: Condition | None, field: str) -> Iterator[Reference]:
    """The tags and attributes of people that a tree names."""
    if tree is None:
        return
    for path, leaf in leaves(tree, field):
        prefix, _, name = leaf.field.partition(":")
        if kind := {"tag": RefKind.TAG, "attr": RefKind.ATTRIBUTE}.get(prefix):
            yield Reference(f"{path}.field", kind, name)


def check_person_condition(tree: Condition | None, field: str, lookup: Lookup) -> Iterator[FieldError]:
    """Types of a tree over tags and attributes; those that are gone are missed as references."""
    if tree is None:
        return
    named = {reference.field for reference in condition_references(tree, field)}
    for error in check_types(tree, field_types_of_people(lookup)):
        found = error.under(field)
        if found.code != "missing_reference" or found.field not in named:
            yield found


def check_event_condition(
    tree: Condition | None, field: str, event: str, lookup: Lookup
) -> Iterator[FieldError]:
    """Types of a tree over the attributes of `event`; nothing where the event itself does not exist."""
    if tree is not None and lookup.detail(RefKind.EVENT, event) is not None:
        yield from (e.under(field) for e in check_types(tree, field_types_of_event(lookup, event)))


def binding_references(bindings: Bindings, field: str = "variables") -> Iterator[Reference]:
    """The tags and attributes that bindings read."""
    for name, binding in bindings.items():
        kind = {"tag": RefKind.TAG, "attribute": RefKind.ATTRIBUTE}.get(binding.source)
        if kind is not None and binding.key is not None:
            yield Reference(f"{field}.{name}.key", kind, binding.key)


def check_bound(names: Iterable[str], bindings: Bindings, field: str = "variables") -> Iterator[FieldError]:
    """Every variable needs a binding."""
    for name in dict.fromkeys(names):
        if name not in bindings:
            yield FieldError(f"{field}.{name}", Message(N_("Choose what stands for “{name}”."), name=name))


def check_event_bindings(
    bindings: Bindings,
    trigger: tuple[str, Mapping[str, JsonValue]] | None,
    lookup: Lookup,
    field: str = "variables",
) -> Iterator[FieldError]:
    """Values from the event need a campaign that starts with Behavior Event, and an attribute of it."""
    for name, binding in bindings.items():
        if binding.source != "event":
            continue
        place = f"{field}.{name}"
        if trigger is None or trigger[0] != "behavior_event":
            message = Message(
                N_("Only a campaign that starts with Behavior Event can take values from the event.")
            )
            yield FieldError(f"{place}.from", message)
            continue
        event = trigger[1].get("event")
        entry = lookup.detail(RefKind.EVENT, event) if isinstance(event, str) else None
        attributes = entry.get("attributes") if entry else None
        if isinstance(attributes, Mapping) and binding.key not in attributes:
            message = Message(
                N_("The event has no attribute “{name}”. Choose another one."), name=binding.key
            )
            yield FieldError(f"{place}.key", message, "missing_reference")


def texts_in(value: JsonValue) -> Iterator[str]:
    """Every text inside a JSON value; a list of texts is a body, told by lines."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            yield "\n".join(str(line) for line in value)
        else:
            for item in value:
                yield from texts_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)


def check_template(
    lookup: Lookup, template: str, kind: str, bindings: Bindings | None, same: Mapping[str, str] | None = None
) -> Iterator[FieldError]:
    """The chosen template is of this kind, approved, and has the fields that `same` demands.

    Each of its variables needs one of the `bindings`; None: its texts stand in the component, not in it.
    """
    message = lookup.detail(RefKind.MESSAGE, template)
    if message is None:
        return
    refusal = None
    if message.get("kind") != kind:
        refusal = N_("This template is for another kind of message. Choose another one.")
    elif message.get("status") != "approved":
        refusal = N_("This template is not approved. Choose an approved one.")
    else:
        differing = (key for key, value in (same or {}).items() if message.get(key) not in (value, None))
        refusal = next((_OTHER[key] for key in differing), None)
    if refusal is not None:
        yield FieldError("template", Message(refusal))
    elif bindings is not None:
        yield from check_bound(message_variables(lookup, template), bindings)


_OTHER: Mapping[str, str] = {
    "platform": N_("This template belongs to another account. Choose another one."),
    "sms_type": N_("This template is of the other SMS type. Choose another one."),
}


def message_variables(lookup: Lookup, id: str) -> tuple[str, ...]:
    """The variables of a template's content in all its languages, each once."""
    message = lookup.detail(RefKind.MESSAGE, id) or {}
    contents = [message.get("content"), message.get("languages")]
    names = (name for text in texts_in(contents) for name in variables(text))
    return tuple(dict.fromkeys(names))


def check_account(lookup: Lookup, field: str, id: str, kinds: tuple[str, ...]) -> Iterator[FieldError]:
    """The chosen account can do this: it is of one of the `kinds`, or simulated."""
    account = lookup.detail(RefKind.ACCOUNT, id)
    if account is not None and account.get("kind") not in (*kinds, "simulated"):
        yield FieldError(field, Message(N_("This account is for something else. Choose another one.")))


def settings(lookup: Lookup, account: str) -> Mapping[str, JsonValue]:
    """An account's settings, empty where it has none."""
    found = (lookup.detail(RefKind.ACCOUNT, account) or {}).get("settings")
    return found if isinstance(found, Mapping) else {}


def is_simulated(lookup: Lookup, account: str) -> bool:
    """A simulated account accepts every signature, sender, app and ID."""
    return (lookup.detail(RefKind.ACCOUNT, account) or {}).get("kind") == "simulated"


def check_setting(
    lookup: Lookup, field: str, account: str, key: str, value: str, refusal: str
) -> Iterator[FieldError]:
    """The account's settings list the value under `key`, as a text or as an object's `id`."""
    if lookup.detail(RefKind.ACCOUNT, account) is None or is_simulated(lookup, account):
        return
    if value not in setting_choices(lookup, account, key):
        yield FieldError(field, Message(refusal))


def setting_choices(lookup: Lookup, account: str, key: str) -> tuple[str, ...]:
    """What the account's settings list under `key`, for pickers too."""
    listed = settings(lookup, account).get(key)
    items = listed if isinstance(listed, list) else []
    names = (item.get("id") if isinstance(item, dict) else item for item in items)
    return tuple(name for name in names if isinstance(name, str))


def parameters(lookup: Lookup, account: str, key: str) -> tuple[tuple[str, bool], ...]:
    """Name and whether it is required, of each parameter (or field) that the account's settings define."""
    listed = settings(lookup, account).get(key)
    items = listed if isinstance(listed, list) else []
    return tuple(
        (str(item["name"]), item.get("required") is not False)
        for item in items
        if isinstance(item, dict) and isinstance(item.get("name"), str)
    )
