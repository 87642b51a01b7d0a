"""Condition trees (components, section 8) as SQL expressions.

A missing value matches `empty` and every negative operator: each is the exact complement of a positive one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, false, not_, or_

from engine.audience.errors import RuleError
from engine.audience.moments import Clock, ColumnMoment, Moment, Ms
from engine.audience.numbers import compare
from engine.audience.places import InColumn, InTags, Nowhere, OfPerson, Place, is_never
from engine.i18n import N_, Message
from engine.shapes.conditions import OPERATORS, All, Condition, Leaf, field_name
from engine.shapes.time import to_milliseconds
from engine.store.fields import DataFields
from engine.store.functions import among, contains, ends_with, starts_with, text_list
from engine.store.tables.people import person, tag_value
from engine.store.times import NEVER

TAG, ATTRIBUTE = "tag:", "attr:"

PlaceOf = Callable[[str], Place]
"""Where a leaf's field stands."""

NEGATIVE: Final[Mapping[str, str]] = {
    "is_not": "is",
    "not_contains": "contains",
    "not_starts_with": "starts_with",
    "not_ends_with": "ends_with",
    "!=": "=",
    "has_none": "has_any",
    "not_in_last": "in_last",
    "empty": "not_empty",
}
"""Negative operators and the positive ones that they complement."""


def compiled(tree: Condition, place_of: PlaceOf, moment: Moment) -> ColumnElement[bool]:
    """The tree as an expression that is true or false, never null. Raises `RuleError`."""
    if isinstance(tree, Leaf):
        return _leaf(tree, place_of(tree.field), moment)
    items = [compiled(item, place_of, moment) for item in tree.items]
    possible = [item for item in items if not is_never(item)]
    if isinstance(tree, All):
        return and_(*items) if len(possible) == len(items) else false()
    return or_(*possible) if possible else false()


def people_places(fields: DataFields, people: FromClause, tags: FromClause = tag_value) -> PlaceOf:
    """Fields of the people of a query over `people`."""

    def place(name: str) -> Place:
        if name.startswith(TAG):
            tag = name.removeprefix(TAG)
            return InTags(tag, fields.tag(tag), tags, people.c.id, few=False)
        field = fields.attribute(name.removeprefix(ATTRIBUTE))
        return InColumn(field, people) if field else Nowhere()

    return place


def event_places(fields: DataFields, code: str, row: FromClause) -> PlaceOf:
    """Attributes of the events of one code, of a query over `row`."""

    def place(name: str) -> Place:
        field = fields.event_attribute(code, name)
        return InColumn(field, row) if field else Nowhere()

    return place


class RowConditions:
    """Conditions for waves: few rows, each with its own person and its own *now*.

    fields: what the data has. clock: wall-clock arithmetic in SQL. people, tags: the tables to read, or what
    stands in their place (a simulation's overlay).
    """

    def __init__(
        self, fields: DataFields, clock: Clock, people: FromClause = person, tags: FromClause = tag_value
    ) -> None:
        self._fields = fields
        self._clock = clock
        self._people = people
        self._tags = tags

    def of_person(self, tree: Condition, person: ColumnElement[int], now: Ms) -> ColumnElement[bool]:
        """Over the tags and attributes of the person whom an expression names. Raises `RuleError`."""

        def place(name: str) -> Place:
            if name.startswith(TAG):
                tag = name.removeprefix(TAG)
                return InTags(tag, self._fields.tag(tag), self._tags, person, few=True)
            field = self._fields.attribute(name.removeprefix(ATTRIBUTE))
            return OfPerson(field, self._people, person) if field else Nowhere()

        return compiled(tree, place, ColumnMoment(now, self._clock))

    def of_event(self, tree: Condition, code: str, event: FromClause) -> ColumnElement[bool]:
        """Over the attributes of an event; relative times are relative to the event's time."""
        found = compiled(
            tree, event_places(self._fields, code, event), ColumnMoment(event.c.time, self._clock)
        )
        # Of a subquery that finds nothing in any case, Citus no longer sees whose rows it asks for.
        return event.c.time < -NEVER if is_never(found) else found


def _leaf(leaf: Leaf, place: Place, moment: Moment) -> ColumnElement[bool]:
    if place.type is not None and leaf.op not in OPERATORS[place.type]:
        message = N_("“{field}” is stored as {type} and cannot be compared in this way.")
        raise RuleError(Message(message, field=field_name(leaf.field), type=place.type))
    if positive := NEGATIVE.get(leaf.op):
        return not_(_positive(leaf, positive, place, moment))
    return _positive(leaf, leaf.op, place, moment)


def _positive(leaf: Leaf, op: str, place: Place, moment: Moment) -> ColumnElement[bool]:
    match op:
        case "not_empty":
            return place.present()
        case "has_any":
            return place.has_any(leaf.texts)
        case "has_all":
            return place.has_all(leaf.texts)
        case "is" | "contains" | "starts_with" | "ends_with":
            return place.some(lambda column: _text(column, op, leaf))
        case _ if op in ("before", "after", "in_last", "in_next") or leaf.is_time:
            return place.some(lambda column: _time(column, op, leaf, moment), numeric=True)
        case _:
            return place.some(lambda column: compare(column, op, leaf.numbers), numeric=True)


def _text(column: ColumnElement[Any], op: str, leaf: Leaf) -> ColumnElement[bool]:
    texts = leaf.texts
    match op:
        case "is":
            return column == texts[0] if len(texts) == 1 else among(column, text_list(texts))
        case "contains":
            return contains(column, texts[0])
        case "starts_with":
            return starts_with(column, texts[0])
        case _:
            return ends_with(column, texts[0])


def _time(column: ColumnElement[Any], op: str, leaf: Leaf, moment: Moment) -> ColumnElement[bool]:
    match op:
        case "in_last":
            return and_(column >= moment.before(leaf.duration), column < moment.now)
        case "in_next":
            return and_(column >= moment.now, column < moment.after(leaf.duration))
        case _:
            bounds = [to_milliseconds(instant) for instant in leaf.instants]
    if op == "before":
        return column < bounds[0]
    return column > bounds[0] if op == "after" else and_(column >= bounds[0], column <= bounds[1])
