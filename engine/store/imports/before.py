"""What an import changes of people who were there before it: noted, so that it can be taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Table, column, select

from engine.store.dialect import bulk_delete, bulk_insert
from engine.store.functions import is_in, is_one_of, text_list
from engine.store.tables.people import import_before, person, person_id, suppression, tag_value

Kind = Literal["attributes", "ids", "tag", "suppressed"]
Place = tuple[int, str]
"""A person, and the type of their ids or their tag; empty for their attributes."""

ID_COLUMNS = (person_id.c.value, person_id.c.time, person_id.c.seq, person_id.c.follower)
TAG_COLUMNS = (tag_value.c.value, tag_value.c.number)
NOBODY = 0
"""Stands for the person of what is nobody's; no person has this key."""
_COLUMNS = ("import_id", "person", "kind", "name", "before", "after")


def attributes_of(
    connection: Connection, ids: Iterable[int], slots: Sequence[str]
) -> dict[int, tuple[Any, ...]]:
    """The columns of attributes of people."""
    columns = [_column(person, slot) for slot in slots]
    query = select(person.c.id, *columns).where(is_one_of(person.c.id, ids))
    return {row[0]: tuple(row[1:]) for row in connection.execute(query)}


def ids_of(
    connection: Connection, people: Iterable[int], types: Sequence[str]
) -> dict[Place, list[list[Any]]]:
    """The addresses of some types of people; nothing where there are none."""
    c = person_id.c
    query = select(c.person, c.type, *ID_COLUMNS).where(is_one_of(c.person, people), c.type.in_(types))
    return _grouped(connection, query.order_by(c.person, c.type, c.value))


def tags_of(connection: Connection, people: Iterable[int], tag: str) -> dict[Place, list[list[Any]]]:
    """The values of a tag of people; nothing where there are none."""
    c = tag_value.c
    query = select(c.person, c.tag, *TAG_COLUMNS).where(c.tag == tag, is_one_of(c.person, people))
    return _grouped(connection, query.order_by(c.person, c.value))


def note(
    connection: Connection, import_id: int, kind: Kind, changes: Mapping[Place, tuple[object, object]]
) -> None:
    """Note what stood in some places before, and what the import left there.

    What an import notes of a place twice stays as it was before the first time.
    """
    changed = {place: (before, after) for place, (before, after) in changes.items() if before != after}
    if not changed:
        return
    c = import_before.c
    mine = select(c.person, c.name, c.before).where(c.import_id == import_id, c.kind == kind)
    found = connection.execute(mine.where(is_one_of(c.person, {person for person, _ in changed})))
    earlier = {(person, name): before for person, name, before in found}
    again = [(import_id, person, kind, name) for person, name in changed if (person, name) in earlier]
    bulk_delete(connection, import_before, _COLUMNS[:4], again)
    rows = [
        (import_id, place[0], kind, place[1], earlier.get(place) or packed(before), packed(after))
        for place, (before, after) in sorted(changed.items())
    ]
    bulk_insert(connection, import_before, _COLUMNS, rows)


def suppressed_among(connection: Connection, addresses: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the addresses (type, value) that are suppressed."""
    found: set[tuple[str, str]] = set()
    values: dict[str, list[str]] = {}
    for type_, value in addresses:
        values.setdefault(type_, []).append(value)
    c = suppression.c
    for type_, some in values.items():
        query = select(c.type, c.value).where(c.type == type_, is_in(c.value, text_list(some)))
        found.update((type_, value) for type_, value in connection.execute(query))
    return found


def note_suppressed(connection: Connection, import_id: int, addresses: Iterable[tuple[str, str]]) -> None:
    """Note addresses that an import suppressed; they are nobody's."""
    rows = [(import_id, NOBODY, "suppressed", packed(pair), "[]", packed(pair)) for pair in addresses]
    bulk_insert(connection, import_before, _COLUMNS, rows, on_conflict="nothing")


def packed(value: object) -> str:
    """A value as it is noted."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _column(table: Table, slot: str) -> Any:
    found: Any = column(slot)
    found.table = table
    return found


def _grouped(connection: Connection, query: Any) -> dict[Place, list[list[Any]]]:
    found: dict[Place, list[list[Any]]] = {}
    for who, name, *values in connection.execute(query):
        found.setdefault((who, name), []).append(values)
    return found
