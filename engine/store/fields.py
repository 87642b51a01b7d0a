"""Which attributes, tags and events the data has, of which type, and in which columns the values stand.

Each attribute of people has its own columns in `person`; the attributes of events share columns in `event`:
there are as many as the event with the most attributes needs. Columns are called by their kind and a number:
`t1` holds a text; `n1` a number or time as an integer and `n1_text` the same as it was given; `m1` a set of
values (`|a|b|`) and `m1_text` the values sorted and joined by ", ".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from sqlalchemy import BigInteger, Connection, FromClause, column, insert, select
from sqlalchemy.sql.elements import ColumnClause

from engine.i18n import N_, Message, MessageError
from engine.shapes.conditions import FieldType
from engine.store.dialect import add_column
from engine.store.schema import TextType
from engine.store.tables.people import data_field
from engine.workspace.catalog import MAX_FIELDS, Catalog

Scope = Literal["person", "tag", "event"]

_SLOT_KINDS: Final[Mapping[str, str]] = {"text": "t", "number": "n", "time": "n", "multi": "m"}
_TEXT_SUFFIX = "_text"


class SchemaConflict(MessageError):  # noqa: N818 - names the condition
    """The data has a field with another type, or too many fields; `message` says which."""


@dataclass(frozen=True, slots=True)
class DataSchema:
    """The types of attributes and tags by name, of events' attributes by code and name (`schema.json`)."""

    attributes: Mapping[str, FieldType] = field(default_factory=dict)
    tags: Mapping[str, FieldType] = field(default_factory=dict)
    events: Mapping[str, Mapping[str, FieldType]] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog) -> DataSchema:
        """What a workspace's catalogue says."""
        return cls(
            attributes=dict(catalog.attributes),
            tags={name: tag.type for name, tag in catalog.tags.items()},
            events={code: dict(event.attributes) for code, event in catalog.events.items()},
        )

    def or_else(self, other: DataSchema) -> DataSchema:
        """This schema; what it does not say, the other one does."""
        events = {
            code: {**other.events.get(code, {}), **self.events.get(code, {})}
            for code in {**other.events, **self.events}
        }
        return DataSchema({**other.attributes, **self.attributes}, {**other.tags, **self.tags}, events)


@dataclass(frozen=True, slots=True)
class DataField:
    """An attribute of people or of an event, and its columns."""

    name: str
    type: FieldType
    slot: str

    @property
    def text_slot(self) -> str:
        """The column that holds the value as text, as given."""
        return self.slot if self.type == "text" else self.slot + _TEXT_SUFFIX

    @property
    def slots(self) -> tuple[str, ...]:
        """All its columns: value and text, or the one that is both."""
        return (self.slot,) if self.type == "text" else (self.slot, self.text_slot)

    def value(self, source: FromClause) -> ColumnClause[Any]:
        """The column to compare by, of `person` or `event` or an alias of it."""
        return _column(self.slot, TextType if self.slot[0] in "tm" else BigInteger(), source)

    def text(self, source: FromClause) -> ColumnClause[str]:
        """The column with the value as text, as given."""
        return _column(self.text_slot, TextType, source)


def _column(name: str, type_: Any, source: FromClause) -> ColumnClause[Any]:
    found: ColumnClause[Any] = column(name, type_)
    found.table = source
    return found


class DataFields:
    """What the database holds; read once, kept up to date by `declare`."""

    def __init__(
        self, rows: Iterator[tuple[str, str, str, str, str]] | list[tuple[str, str, str, str, str]]
    ) -> None:
        self._people: dict[str, DataField] = {}
        self._tags: dict[str, FieldType] = {}
        self._events: dict[str, dict[str, DataField]] = {}
        for row in rows:
            self._add(*row)

    @classmethod
    def load(cls, connection: Connection) -> DataFields:
        columns = data_field.c
        order = (columns.scope, columns.owner, columns.name)
        query = select(columns.scope, columns.owner, columns.name, columns.type, columns.slot).order_by(
            *order
        )
        return cls([cast("tuple[str, str, str, str, str]", tuple(row)) for row in connection.execute(query)])

    def _add(self, scope: str, owner: str, name: str, type_: str, slot: str) -> None:
        if scope == "tag":
            self._tags[name] = cast("FieldType", type_)
        elif scope == "person":
            self._people[name] = DataField(name, cast("FieldType", type_), slot)
        else:
            attributes = self._events.setdefault(owner, {})
            if name:
                attributes[name] = DataField(name, cast("FieldType", type_), slot)

    def attribute(self, name: str) -> DataField | None:
        """An attribute of people, or None where the data has none of that name."""
        return self._people.get(name)

    def tag(self, name: str) -> FieldType | None:
        """A tag's type, or None where no person ever had the tag."""
        return self._tags.get(name)

    def event_attribute(self, code: str, name: str) -> DataField | None:
        """An attribute of an event, or None where the data has none of that name."""
        return self._events.get(code, {}).get(name)

    def event_attributes(self, code: str) -> Mapping[str, DataField]:
        """All attributes of an event, by name."""
        return self._events.get(code, {})

    @property
    def attributes(self) -> Mapping[str, DataField]:
        return self._people

    @property
    def tags(self) -> Mapping[str, FieldType]:
        return self._tags

    @property
    def events(self) -> Mapping[str, Mapping[str, DataField]]:
        return self._events

    def declare(self, connection: Connection, schema: DataSchema) -> None:
        """Make room for everything in the schema. Raises `SchemaConflict`; changes nothing then."""
        self._check(schema)
        for name, type_ in schema.attributes.items():
            if name not in self._people:
                self._new(connection, "person", "", name, type_)
        for name, type_ in schema.tags.items():
            if name not in self._tags:
                self._new(connection, "tag", "", name, type_)
        for code, attributes in schema.events.items():
            if code not in self._events:
                self._new(connection, "event", code, "", "event")
            for name, type_ in attributes.items():
                if name not in self._events[code]:
                    self._new(connection, "event", code, name, type_)

    def _check(self, schema: DataSchema) -> None:
        for name, type_ in schema.attributes.items():
            _same(name, type_, known.type if (known := self._people.get(name)) else None)
        for name, type_ in schema.tags.items():
            _same(name, type_, self._tags.get(name))
        for code, attributes in schema.events.items():
            for name, type_ in attributes.items():
                _same(
                    f"{code}.{name}",
                    type_,
                    known.type if (known := self.event_attribute(code, name)) else None,
                )
            _few(code, {*self._events.get(code, ()), *attributes})
        _few("", {*self._people, *schema.attributes})

    def _new(self, connection: Connection, scope: Scope, owner: str, name: str, type_: str) -> None:
        slot = "" if scope == "tag" or not name else self._slot(connection, scope, owner, type_)
        connection.execute(
            insert(data_field), {"scope": scope, "owner": owner, "name": name, "type": type_, "slot": slot}
        )
        self._add(scope, owner, name, type_, slot)

    def _slot(self, connection: Connection, scope: Scope, owner: str, type_: str) -> str:
        """The next free column of the kind; adds it to the table unless another event has it already."""
        kind = _SLOT_KINDS[type_]
        owners = [self._people] if scope == "person" else [self._events[owner]]
        everybody = [self._people] if scope == "person" else list(self._events.values())
        slot = f"{kind}{_count(kind, owners) + 1}"
        if slot not in {known.slot for fields in everybody for known in fields.values()}:
            add_column(connection, scope, slot, BigInteger() if kind == "n" else TextType)
            if kind != "t":
                add_column(connection, scope, slot + _TEXT_SUFFIX, TextType)
        return slot


def _count(kind: str, owners: list[dict[str, DataField]]) -> int:
    return sum(known.slot.startswith(kind) for fields in owners for known in fields.values())


def _same(name: str, wanted: str, known: str | None) -> None:
    if known is not None and known != wanted:
        message = N_("“{name}” is stored as {known}; it cannot become {wanted} while there are values of it.")
        raise SchemaConflict(Message(message, name=name, known=known, wanted=wanted))


def _few(code: str, names: set[str]) -> None:
    if len(names) <= MAX_FIELDS:
        return
    if code:
        text = N_("The event “{code}” has more than {max} attributes.")
    else:
        text = N_("People have more than {max} attributes.")
    raise SchemaConflict(Message(text, code=code, max=MAX_FIELDS))
