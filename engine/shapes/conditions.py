"""Condition trees (components, section 8): `{"all": […]}`, `{"any": […]}`, leaves `{"field", "op", "value"}`.

This module knows their form, limits and words; `engine.audience` evaluates them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, JsonValue, Tag, field_validator
from pydantic_core.core_schema import ValidationInfo

from engine.i18n import N_, Message
from engine.shapes.model import FieldError, Items, Shape, invalid, missing, union_tag
from engine.shapes.text import Text, storable
from engine.shapes.time import Duration, check_date_time, instant
from engine.shapes.words import folded, joined

MAX_DEPTH = 10
MAX_LEAVES = 200
MAX_VALUES = 2_000

FieldType = Literal["text", "number", "time", "multi"]
Op = Literal[
    "is", "is_not", "contains", "not_contains",
    "starts_with", "not_starts_with", "ends_with", "not_ends_with",
    "=", "!=", ">", ">=", "<", "<=", "between", "has_all", "has_any", "has_none",
    "before", "after", "in_last", "not_in_last", "in_next", "empty", "not_empty",
]  # fmt: skip

OPERATORS: dict[FieldType, tuple[Op, ...]] = {
    "text": (
        "is", "is_not", "contains", "not_contains",
        "starts_with", "not_starts_with", "ends_with", "not_ends_with",
        "empty", "not_empty",
    ),
    "number": ("=", "!=", ">", ">=", "<", "<=", "between", "empty", "not_empty"),
    "multi": ("has_all", "has_any", "has_none", "empty", "not_empty"),
    "time": ("before", "after", "between", "in_last", "not_in_last", "in_next", "empty", "not_empty"),
}  # fmt: skip
"""The operators that a field of each type has, in the order in which they are offered."""

_NO_VALUE = {"empty", "not_empty"}
_TEXTS = {"is", "is_not", "has_all", "has_any", "has_none"}
_TEXT = {"contains", "not_contains", "starts_with", "not_starts_with", "ends_with", "not_ends_with"}
_NUMBER = {"=", "!=", ">", ">=", "<", "<="}
_INSTANT = {"before", "after"}
_DURATION = {"in_last", "not_in_last", "in_next"}


class Leaf(Shape):
    """One comparison. `value` is JSON in the form that `op` takes; the properties read it."""

    field: Annotated[Text, Field(min_length=1, max_length=200)]
    op: Op
    value: Annotated[JsonValue, Field(validate_default=True)] = None

    @field_validator("value")
    @classmethod
    def _fits(cls, value: JsonValue, info: ValidationInfo) -> JsonValue:
        op = info.data.get("op")
        if op is not None:
            _check_value(op, value)
        return value

    @property
    def texts(self) -> tuple[str, ...]:
        """The value of a text or multi-value operator; one text counts as a list of one."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return tuple(value for value in values if isinstance(value, str))

    @property
    def numbers(self) -> tuple[Decimal, ...]:
        """The one or (for `between`) two numbers of a number operator, exactly as written."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return tuple(Decimal(str(value)) for value in values if isinstance(value, int | float))

    @property
    def instants(self) -> tuple[datetime, ...]:
        """The one or (for `between`) two instants of a time operator, in UTC."""
        return tuple(instant(text) for text in self.texts)

    @property
    def duration(self) -> Duration:
        """The length of a relative range."""
        return Duration.model_validate(self.value)

    @property
    def is_time(self) -> bool:
        """Whether a `between` holds times, not numbers."""
        return bool(self.texts)


class All(Shape):
    """Every one of `items` must match."""

    items: Annotated[Items[Condition], Field(alias="all", min_length=1)]


class AnyOf(Shape):
    """At least one of `items` must match."""

    items: Annotated[Items[Condition], Field(alias="any", min_length=1)]


def _form(value: object) -> str:
    if isinstance(value, dict):
        return next((union_tag(key) for key in ("all", "any") if key in value), union_tag("leaf"))
    if isinstance(value, Shape):
        return union_tag("all" if isinstance(value, All) else "any" if isinstance(value, AnyOf) else "leaf")
    return union_tag("leaf")


Condition = Annotated[
    Annotated[All, Tag(union_tag("all"))]
    | Annotated[AnyOf, Tag(union_tag("any"))]
    | Annotated[Leaf, Tag(union_tag("leaf"))],
    Discriminator(_form),
]


def _within_limits(tree: Condition) -> Condition:
    if depth(tree) > MAX_DEPTH:
        raise invalid(Message(N_("Nest conditions at most {max} deep."), max=MAX_DEPTH))
    if sum(1 for _ in leaves(tree)) > MAX_LEAVES:
        raise invalid(Message(N_("Use at most {max} conditions."), max=MAX_LEAVES))
    return tree


ConditionTree = Annotated[Condition, AfterValidator(_within_limits)]
"""A whole tree, within the limits: what a field of a config holds."""


def depth(tree: Condition) -> int:
    """How many groups stand inside each other; 0 for a leaf."""
    return 0 if isinstance(tree, Leaf) else 1 + max(depth(item) for item in tree.items)


def leaves(tree: Condition, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every leaf and its dotted path below the tree (`all.0.any.1`), in order."""
    if isinstance(tree, Leaf):
        yield path, tree
        return
    prefix = f"{path}." if path else ""
    word = "all" if isinstance(tree, All) else "any"
    for index, item in enumerate(tree.items):
        yield from leaves(item, f"{prefix}{word}.{index}")


def is_flat(tree: Condition) -> bool:
    """Whether the tree is a leaf, or one group of leaves."""
    return depth(tree) <= 1


def check_types(tree: Condition, type_of: Callable[[str], FieldType | None]) -> Iterator[FieldError]:
    """Fields that do not exist, and operators that their type does not have."""
    for path, leaf in leaves(tree):
        prefix = f"{path}." if path else ""
        kind = type_of(leaf.field)
        if kind is None:
            message = Message(
                N_("There is no field “{field}”. Choose another one."), field=field_name(leaf.field)
            )
            yield FieldError(f"{prefix}field", message, "missing_reference")
        elif leaf.op not in OPERATORS[kind]:
            message = Message(N_("“{field}” cannot be compared in this way."), field=field_name(leaf.field))
            yield FieldError(f"{prefix}op", message)
        elif leaf.op == "between" and leaf.is_time != (kind == "time"):
            yield FieldError(f"{prefix}value", Message(_PAIR[kind == "time"]))


def field_name(field: str) -> str:
    """The field without its `tag:` or `attr:`."""
    return field.removeprefix("tag:") if field.startswith("tag:") else field.removeprefix("attr:")


def _check_value(op: str, value: JsonValue) -> None:
    if op in _NO_VALUE:
        if value is not None:
            raise invalid(Message(N_("Remove the value: this comparison has none.")))
    elif value is None:
        raise missing()
    elif op in _TEXTS:
        _check_texts(value)
    elif op in _TEXT:
        if not isinstance(value, str) or not value:
            raise invalid(Message(N_("Enter a text.")))
        storable(value)
    elif op in _NUMBER:
        _check_number(value)
    elif op in _INSTANT:
        _check_instant(value)
    elif op in _DURATION:
        _check_duration(value)
    else:
        _check_pair(value)


def _check_texts(value: JsonValue) -> None:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise invalid(Message(N_("Enter at least one text.")))
    if len(texts) > MAX_VALUES:
        raise invalid(Message(N_("Enter at most {max:,} values."), max=MAX_VALUES))
    for text in texts:
        storable(str(text))


def _check_number(value: JsonValue) -> None:
    finite = math.isfinite(value) if isinstance(value, float) else isinstance(value, int)  # of any length
    if isinstance(value, bool) or not finite:
        raise invalid(Message(N_("Enter a number.")))


def _check_instant(value: JsonValue) -> None:
    check_date_time(value if isinstance(value, str) else "")


def _check_duration(value: JsonValue) -> None:
    try:
        Duration.model_validate(value)
    except ValueError:
        raise invalid(Message(N_("Enter a length of time, such as 3 days."))) from None


_PAIR = {
    False: N_("Enter two numbers, the smaller one first."),
    True: N_("Enter two times, the earlier one first."),
}


def _check_pair(value: JsonValue) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise invalid(Message(N_("Enter two values.")))
    low, high = value
    is_time = isinstance(low, str)
    for item in value:
        (_check_instant if is_time else _check_number)(item)
    ordered = instant(str(low)) <= instant(str(high)) if is_time else Decimal(str(low)) <= Decimal(str(high))
    if not ordered:
        raise invalid(Message(_PAIR[is_time]))


_WORDS: dict[str, str] = {
    "is": N_("{field} is {value}"),
    "is_not": N_("{field} is not {value}"),
    "contains": N_("{field} contains {value}"),
    "not_contains": N_("{field} does not contain {value}"),
    "starts_with": N_("{field} starts with {value}"),
    "not_starts_with": N_("{field} does not start with {value}"),
    "ends_with": N_("{field} ends with {value}"),
    "not_ends_with": N_("{field} does not end with {value}"),
    "=": N_("{field} = {value}"),
    "!=": N_("{field} ≠ {value}"),
    ">": N_("{field} > {value}"),
    ">=": N_("{field} ≥ {value}"),
    "<": N_("{field} < {value}"),
    "<=": N_("{field} ≤ {value}"),
    "between": N_("{field} is between {low} and {high}"),
    "has_all": N_("{field} has all of {value}"),
    "has_any": N_("{field} has any of {value}"),
    "has_none": N_("{field} has none of {value}"),
    "before": N_("{field} is before {value}"),
    "after": N_("{field} is after {value}"),
    "in_last": N_("{field} is in the last {value}"),
    "not_in_last": N_("{field} is not in the last {value}"),
    "in_next": N_("{field} is in the next {value}"),
    "empty": N_("{field} is empty"),
    "not_empty": N_("{field} is not empty"),
}

OPERATOR_LABELS: dict[str, str] = {
    "is": N_("is"),
    "is_not": N_("is not"),
    "contains": N_("contains"),
    "not_contains": N_("does not contain"),
    "starts_with": N_("starts with"),
    "not_starts_with": N_("does not start with"),
    "ends_with": N_("ends with"),
    "not_ends_with": N_("does not end with"),
    "=": "=",
    "!=": "≠",
    ">": ">",
    ">=": "≥",
    "<": "<",
    "<=": "≤",
    "between": N_("is between"),
    "has_all": N_("has all of"),
    "has_any": N_("has any of"),
    "has_none": N_("has none of"),
    "before": N_("is before"),
    "after": N_("is after"),
    "in_last": N_("is in the last"),
    "not_in_last": N_("is not in the last"),
    "in_next": N_("is in the next"),
    "empty": N_("is empty"),
    "not_empty": N_("is not empty"),
}
"""What an operator is called where it is chosen."""

_SHOWN_VALUES = 3


def words(tree: Condition) -> Message:
    """The tree as one line: "level is VIP and (city is Bonn or city is Köln)"."""
    if isinstance(tree, Leaf):
        return _leaf_words(tree)
    joint = N_("{first} and {second}") if isinstance(tree, All) else N_("{first} or {second}")
    return folded(joint, [_grouped(item) for item in tree.items])


def _grouped(tree: Condition) -> Message:
    if isinstance(tree, Leaf) or len(tree.items) == 1:
        return words(tree)
    return Message(N_("({condition})"), condition=words(tree))


def _leaf_words(leaf: Leaf) -> Message:
    field = field_name(leaf.field)
    if leaf.op == "between":
        low, high = leaf.value if isinstance(leaf.value, list) else ("", "")
        return Message(_WORDS["between"], field=field, low=low, high=high)
    return Message(_WORDS[leaf.op], field=field, value=_value_words(leaf))


def _value_words(leaf: Leaf) -> object:
    if leaf.op in _DURATION:
        return leaf.duration.words
    if isinstance(leaf.value, list):
        shown = joined(str(value) for value in leaf.value[:_SHOWN_VALUES])
        if (more := len(leaf.value) - _SHOWN_VALUES) > 0:
            return Message(N_("{values} and {count:,} more"), values=shown, count=more)
        return shown
    return leaf.value
