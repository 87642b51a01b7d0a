"""What ends people's stay in a campaign before its components do: the rules of the campaign's own fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, TypeAdapter, ValidationError, model_validator

from engine.components.base import Lookup, Reference, RefKind, field_errors, missing_references
from engine.components.fields import Code, check_event_condition
from engine.i18n import N_, Message
from engine.shapes import conditions
from engine.shapes.conditions import ConditionTree
from engine.shapes.model import FieldError, Items, Shape, invalid
from engine.shapes.text import Identifier

MOST_EXITS = 8


class ExitRule(Shape):
    """People leave with an event since they entered, or once they are in an audience; one of the two."""

    event: Code | None = None
    where: ConditionTree | None = None
    audience: Identifier | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.event is None) == (self.audience is None) or (self.where and self.event is None):
            raise invalid(Message(N_("Give an event, maybe with “where”, or an audience; not both.")))
        return self

    def canonical(self) -> dict[str, Any]:
        """The rule as the file holds it."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


Exits = Annotated[Items[ExitRule], Field(max_length=MOST_EXITS)]
_EXITS: TypeAdapter[tuple[ExitRule, ...]] = TypeAdapter(Exits, config={"defer_build": True})


def read_exits(raw: JsonValue, lookup: Lookup) -> tuple[tuple[ExitRule, ...], tuple[FieldError, ...]]:
    """The rules of a form, as the file holds them; else what is wrong with them, at paths inside the list."""
    try:
        exits = _EXITS.validate_python(raw)
    except ValidationError as error:
        return (), tuple(field_errors(error, ExitRule))
    wrong = [error._replace(field=error.field.removeprefix("exits.")) for error in exit_errors(exits, lookup)]
    return exits, tuple(wrong)


def exit_references(exits: Sequence[ExitRule]) -> Iterator[Reference]:
    """What the rules name in the workspace."""
    for index, rule in enumerate(exits):
        if rule.event is not None:
            yield Reference(f"exits.{index}.event", RefKind.EVENT, rule.event)
        if rule.audience is not None:
            yield Reference(f"exits.{index}.audience", RefKind.AUDIENCE, rule.audience)


def exit_errors(exits: Sequence[ExitRule], lookup: Lookup) -> Iterator[FieldError]:
    """What the rules name that is gone, and conditions that do not fit their events."""
    yield from missing_references(exit_references(exits), lookup)
    for index, rule in enumerate(exits):
        if rule.event is not None:
            yield from check_event_condition(rule.where, f"exits.{index}.where", rule.event, lookup)


def exit_words(rule: ExitRule, lookup: Lookup | None = None) -> Message:
    """A rule in a few words. lookup: what things are called; without it, they are named as the file does."""
    if rule.audience is not None:
        name = (lookup and lookup.name_of(RefKind.AUDIENCE, rule.audience)) or rule.audience
        return Message(N_("in the audience “{name}”"), name=name)
    assert rule.event is not None
    name = (lookup and lookup.name_of(RefKind.EVENT, rule.event)) or rule.event
    if rule.where is None:
        return Message(N_("with the event “{name}”"), name=name)
    where = conditions.words(rule.where)
    return Message(N_("with the event “{name}” where {condition}"), name=name, condition=where)
