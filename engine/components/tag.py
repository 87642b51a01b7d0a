"""Tag: sets tags on the person, at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from engine.components.base import (
    Category,
    Component,
    ComponentConfig,
    FieldError,
    Lookup,
    Reference,
    RefKind,
)
from engine.components.behaviour import SetTags
from engine.components.fields import Code
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.model import Items, Shape
from engine.shapes.text import Text
from engine.shapes.words import joined

MAX_VALUES = 20

Value = Annotated[Text, Field(min_length=1, max_length=500)]


class Assignment(Shape):
    """A value, or for a multi-value tag several, that the person gets."""

    tag: Code
    value: Value | Annotated[Items[Value], Field(min_length=1, max_length=MAX_VALUES)]

    @property
    def values(self) -> tuple[str, ...]:
        return (self.value,) if isinstance(self.value, str) else self.value


class TagConfig(ComponentConfig):
    """Which values, and what becomes of those that the person already has."""

    on_conflict: Annotated[
        Literal["overwrite", "ignore"],
        Hint(
            N_("If the person has a value"),
            "choice",
            choices={"overwrite": N_("Replace it"), "ignore": N_("Keep it")},
        ),
    ] = "overwrite"
    assignments: Annotated[
        Items[Assignment],
        Field(min_length=1, max_length=MAX_VALUES),
        Hint(N_("Tags"), "assignments", missing=N_("Choose a tag"), options={"max": MAX_VALUES}),
    ]

    def by_tag(self) -> Mapping[str, tuple[str, ...]]:
        """The values that each tag gets, in order, each once."""
        found: dict[str, dict[str, None]] = {}
        for item in self.assignments:
            found.setdefault(item.tag, {}).update(dict.fromkeys(item.values))
        return {tag: tuple(values) for tag, values in found.items()}


class Tag(Component[TagConfig]):
    kind = "tag"
    label = N_("Tag")
    category = Category.TOUCH
    icon = "tag"
    placement = BEHIND_ANYTHING
    Config = TagConfig
    headline = "assignments"

    def references(self, config: TagConfig) -> Iterator[Reference]:
        for index, item in enumerate(config.assignments):
            yield Reference(f"assignments.{index}.tag", RefKind.TAG, item.tag)

    def check(self, config: TagConfig, lookup: Lookup) -> Iterator[FieldError]:
        if sum(len(item.values) for item in config.assignments) > MAX_VALUES:
            yield FieldError("assignments", Message(N_("Assign at most {max} values."), max=MAX_VALUES))
        seen: set[str] = set()
        for index, item in enumerate(config.assignments):
            kind = (lookup.detail(RefKind.TAG, item.tag) or {}).get("type")
            if kind in ("number", "time"):
                message = Message(N_("Only tags that hold text can be set. Choose another one."))
                yield FieldError(f"assignments.{index}.tag", message)
            elif kind == "text" and (item.tag in seen or len(item.values) > 1):
                message = Message(N_("“{tag}” holds one value only. Remove the second one."), tag=item.tag)
                yield FieldError(f"assignments.{index}.value", message)
            seen.add(item.tag)

    def words(self, config: TagConfig, lookup: Lookup) -> Message:
        values = (
            Message(N_("{field} is {value}"), field=tag, value=joined(values))
            for tag, values in config.by_tag().items()
        )
        return joined(values)

    def behaviour(self, config: TagConfig) -> SetTags:
        return SetTags(config.by_tag(), keep=config.on_conflict == "ignore")
