"""Deleting what is kept of sent messages for what comes back: what receipts call them, and their links.

In chunks, like the rest of retention (`engine.run.retention`), each of which ranges over one primary key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Select, Table, and_, delete, literal, select, tuple_

from engine.channels.sending.received import EARLY_MS
from engine.store.database import Database
from engine.store.dialect import bulk_delete
from engine.store.distribution import is_distributed
from engine.store.functions import is_one_of
from engine.store.tables.runs import message
from engine.store.tables.sending import MESSAGE_KEY, early_receipt, link_token, reference

Key = tuple[str, ...]


def old_references(database: Database, inside: Table, cutoff: int, size: int) -> Iterator[None]:
    """What messages are called in receipts that were sent before `cutoff` (ms), by people who are through.
    inside: entries that are not finished. size: rows of a transaction."""
    with database.read() as connection:
        apart = is_distributed(connection)
    if apart:
        return _references_apart(database, inside, cutoff, size)
    return _chunks(database, reference, references_to_delete(inside, cutoff), size)


def old_links(database: Database, cutoff: int, size: int) -> Iterator[None]:
    """Links of single messages that were sent before `cutoff` (ms). One that is the same for everybody stays:
    later messages have it, too."""
    return _chunks(database, link_token, links_to_delete(cutoff), size)


def forget_early_receipts(connection: Connection, now: int) -> None:
    """Receipts that waited for a message that never was."""
    connection.execute(delete(early_receipt).where(early_receipt.c.received_at < now - EARLY_MS))


def references_to_delete(inside: Table, cutoff: int) -> ColumnElement[bool]:
    r, m, i = reference.c, message.c, inside.c
    named = and_(*(r[name] == m[name] for name in MESSAGE_KEY))
    still = (
        select(literal(1))
        .select_from(message)
        .join(inside, and_(i.version == m.version, i.person == m.person, i.entry == m.entry))
        .where(named)
    )
    return and_(r.sent_at < cutoff, ~still.correlate(reference).exists())


def links_to_delete(cutoff: int) -> ColumnElement[bool]:
    return and_(link_token.c.person.is_not(None), link_token.c.noted_at < cutoff)


def end_of_chunk(table: Table, after: Key, size: int) -> Select[*tuple[Any, ...]]:
    """The key at the end of the next chunk; nothing where the chunk reaches to the end."""
    key = list(table.primary_key)
    query = select(*key).where(tuple_(*key) > tuple_(*map(literal, after)))
    return query.order_by(*key).offset(size - 1).limit(1)


def of_chunk(table: Table, which: ColumnElement[bool], after: Key, upto: Key | None) -> Delete:
    key = tuple_(*table.primary_key)
    query = delete(table).where(which, key > tuple_(*map(literal, after)))
    return query if upto is None else query.where(key <= tuple_(*map(literal, upto)))


def _references_apart(database: Database, inside: Table, cutoff: int, size: int) -> Iterator[None]:
    """Where messages lie on several machines: those of each chunk are asked for by what names them."""
    key = list(reference.primary_key)
    names = [reference.c[name] for name in MESSAGE_KEY]
    after, more = ("",) * len(key), True
    while more:
        with database.write() as connection:
            behind = tuple_(*key) > tuple_(*map(literal, after))
            old = select(*key, *names).where(behind, reference.c.sent_at < cutoff)
            rows = [tuple(row) for row in connection.execute(old.order_by(*key).limit(size))]
            kept = _still_named(connection, inside, rows)
            gone = [row[: len(key)] for row in rows if row[len(key) :] not in kept]
            bulk_delete(connection, reference, [column.name for column in key], gone)
        yield
        more = len(rows) == size
        after = rows[-1][: len(key)] if rows else after


def _still_named(
    connection: Connection, inside: Table, rows: Sequence[tuple[Any, ...]]
) -> set[tuple[Any, ...]]:
    """The keys of the messages of people who are inside, among those that the rows of `reference` name."""
    if not rows:
        return set()
    m, i = message.c, inside.c
    first = len(reference.primary_key)
    named = [
        is_one_of(m[name], {row[first + place] for row in rows})
        for place, name in enumerate(MESSAGE_KEY)
        if name in ("campaign", "node", "person")
    ]
    query = select(*(m[name] for name in MESSAGE_KEY)).join(
        inside, and_(i.version == m.version, i.person == m.person, i.entry == m.entry)
    )
    return {tuple(row) for row in connection.execute(query.where(*named))}


def _chunks(database: Database, table: Table, which: ColumnElement[bool], size: int) -> Iterator[None]:
    after = ("",) * len(table.primary_key)
    while True:
        with database.write() as connection:
            row = connection.execute(end_of_chunk(table, after, size)).first()
            upto = None if row is None else tuple(row)
            connection.execute(of_chunk(table, which, after, upto))
        yield
        if upto is None:
            return
        after = upto
