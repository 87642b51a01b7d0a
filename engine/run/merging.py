"""Two people who turn out to be one.

The older one keeps its id, its hash and its places in campaigns; what is known of the other becomes known of
it, where it knows nothing itself. The other's tokens end as `merged` where they wait; its entries, visits and
messages stay its own, and so does every counter. Whoever names the other means the older one from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, literal_column, select, update

from engine.plan.places import MERGED
from engine.run.ended_places import end_places
from engine.run.kept_contacts import keep_of_merged
from engine.store.dialect import bulk_insert, bulk_update
from engine.store.fields import DataFields
from engine.store.functions import is_one_of
from engine.store.imports.before import attributes_of, ids_of, tags_of
from engine.store.lists import count_members
from engine.store.tables.people import (
    GONE_IMPORT,
    audience_member,
    event,
    import_before,
    person,
    person_id,
    tag_value,
)
from engine.store.tables.runs import arrival, gathered, pending_match

CHUNK = 500
"""Pairs of one round of statements."""


def merge(connection: Connection, pairs: Sequence[tuple[int, int]], now: int) -> None:
    """Merge people: pairs of keys (kept, merged), no merged one kept or merged twice. now: in ms."""
    fields = DataFields.load(connection)
    for start in range(0, len(pairs), CHUNK):
        into = {merged: kept for kept, merged in pairs[start : start + CHUNK]}
        _give_attributes(connection, fields, into)
        _give_ids(connection, into)
        for tag, type_ in fields.tags.items():
            _give_tags(connection, tag, into, several=type_ == "multi")
        end_places(connection, into, MERGED, now)
        keep_of_merged(connection, into, now)
        for table in (event, audience_member, pending_match, arrival, gathered):
            _give_rows(connection, table, into)
        connection.execute(delete(import_before).where(is_one_of(import_before.c.person, into)))
        for merged, kept in into.items():
            mine = (person.c.id == merged) | (person.c.merged_into == merged)
            connection.execute(update(person).where(mine).values(merged_into=kept, import_id=GONE_IMPORT))
    count_members(connection)


def _give_attributes(connection: Connection, fields: DataFields, into: Mapping[int, int]) -> None:
    """Values of attributes that the kept ones lack, of the oldest who has one."""
    slots = [slot for field in fields.attributes.values() for slot in field.slots]
    if not slots:
        return
    known = attributes_of(connection, {*into, *into.values()}, slots)
    rows = {kept: list(known[kept]) for kept in into.values()}
    for merged in sorted(into):
        mine = rows[into[merged]]
        for place, value in enumerate(known[merged]):
            mine[place] = value if mine[place] is None else mine[place]
    changed = [(*row, kept) for kept, row in rows.items() if tuple(row) != known[kept]]
    bulk_update(connection, person, slots, "id", changed)


def _give_ids(connection: Connection, into: Mapping[int, int]) -> None:
    types = list(
        connection.scalars(select(person_id.c.type).where(is_one_of(person_id.c.person, into)).distinct())
    )
    if not types:
        return
    columns = ("person", "type", "value", "time", "seq", "follower")
    given = {
        (into[who], type_, row[0]): (into[who], type_, *row)
        for (who, type_), rows in ids_of(connection, into, types).items()
        for row in rows
    }
    bulk_insert(connection, person_id, columns, sorted(given.values()), on_conflict="nothing")
    connection.execute(delete(person_id).where(is_one_of(person_id.c.person, into)))


def _give_tags(connection: Connection, tag: str, into: Mapping[int, int], *, several: bool) -> None:
    """A tag's values: of several all, else the kept one's, or the oldest's who has one."""
    theirs = {who: rows for (who, _), rows in tags_of(connection, into, tag).items()}
    if not theirs:
        return
    has = {who for who, _ in tags_of(connection, set(into.values()), tag)}
    given: dict[tuple[int, str], tuple[object, ...]] = {}
    for who in sorted(theirs):
        kept = into[who]
        if several or kept not in has:
            given.update({(kept, value): (tag, kept, value, number) for value, number in theirs[who]})
        has.add(kept)
    columns = ("tag", "person", "value", "number")
    bulk_insert(connection, tag_value, columns, list(given.values()), on_conflict="nothing")
    gone = delete(tag_value).where(tag_value.c.tag == tag, is_one_of(tag_value.c.person, theirs))
    connection.execute(gone)


def _give_rows(connection: Connection, table: Table, into: Mapping[int, int]) -> None:
    """Rows of a table with the person in its key become those of the kept one, unless it has the same."""
    # Every column that there is: events have one for each attribute.
    whole: Select[Any] = select(literal_column("*")).select_from(table)
    found = connection.execute(whole.where(is_one_of(table.c.person, into)))
    names = list(found.keys())
    keys = [column.name for column in table.primary_key.columns]
    place, key_places = names.index("person"), [names.index(key) for key in keys]
    rows: dict[tuple[object, ...], tuple[object, ...]] = {}
    for row in found:
        values = list(row)
        values[place] = into[values[place]]
        rows.setdefault(tuple(values[n] for n in key_places), tuple(values))
    if rows:
        bulk_insert(connection, table, names, list(rows.values()), on_conflict="nothing")
        connection.execute(delete(table).where(is_one_of(table.c.person, into)))
