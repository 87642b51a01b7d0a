"""The audit log: who changed what and when, each entry holding fast the one before it by its hash.

Whoever changes or takes out an entry would have to change all later ones. What is cut off at the end shows
only to who knows the last hash from elsewhere: the server writes it to its own log, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select

from engine.i18n import N_, Message
from engine.store.dialect import lock_table
from engine.store.tables.identity import audit_log

BATCH = 1_000


class Entry(NamedTuple):
    """A change. at: in ms. target: what was changed, such as a campaign's id. detail: plain JSON values."""

    at: int
    who: str
    role: str
    did: str
    target: str
    detail: Mapping[str, Any]


class Logged(NamedTuple):
    """An entry as it stands in the log."""

    number: int
    entry: Entry
    hash: str


class Broken(NamedTuple):
    """Where the log is not what was written, and how that shows."""

    number: int
    message: Message


def append(connection: Connection, entry: Entry) -> Logged:
    """Add an entry. Whoever wants to add another one meanwhile waits for the end of the transaction."""
    lock_table(connection, audit_log.name)
    last = connection.execute(
        select(audit_log.c.number, audit_log.c.hash).order_by(audit_log.c.number.desc()).limit(1)
    ).first()
    number, previous = (1, "") if last is None else (last.number + 1, last.hash)
    row = {
        "number": number,
        "at": entry.at,
        "who": entry.who,
        "by_role": entry.role,
        "did": entry.did,
        "target": entry.target,
        "detail": json.dumps(entry.detail, ensure_ascii=False, sort_keys=True),
        "previous": previous,
    }
    hash = _hash(row)
    connection.execute(insert(audit_log).values(**row, hash=hash))
    return Logged(number, entry, hash)


def page(
    connection: Connection, before: int | None, limit: int, who: str | None = None, target: str | None = None
) -> list[Logged]:
    """Entries before one of a number, the latest first; of one user, of one target."""
    a = audit_log.c
    query = select(audit_log).order_by(a.number.desc()).limit(limit)
    for wanted, column in ((who, a.who), (target, a.target)):
        if wanted is not None:
            query = query.where(column == wanted)
    if before is not None:
        query = query.where(a.number < before)
    return [_logged(row) for row in connection.execute(query)]


def verify(connection: Connection, head: str | None = None) -> tuple[int, str, Broken | None]:
    """Read the whole log: how many entries hold, the hash of the last of them, and what breaks first.

    head: a hash that is known from elsewhere and must be there.
    """
    number, previous, seen = 0, "", head in (None, "")
    while True:
        query = select(audit_log).where(audit_log.c.number > number).order_by(audit_log.c.number).limit(BATCH)
        rows = connection.execute(query).all()
        for row in rows:
            if (broken := _break(row, number, previous)) is not None:
                return number, previous, broken
            number, previous = row.number, row.hash
            seen = seen or row.hash == head
        if len(rows) < BATCH:
            break
    if not seen:
        message = N_("The entry with the hash {hash} is missing: the log was cut off or put back.")
        return number, previous, Broken(number + 1, Message(message, hash=head))
    return number, previous, None


def _break(row: Row[Any], number: int, previous: str) -> Broken | None:
    """What is wrong with an entry that stands behind the one of this number and hash."""
    if row.number != number + 1:
        text = N_("Entries are missing: number {number} follows number {before}.")
        return Broken(number + 1, Message(text, number=row.number, before=number))
    if row.previous != previous:
        text = N_("Entry {number} does not follow from the one before it.")
        return Broken(row.number, Message(text, number=row.number))
    columns = {column.name: value for column, value in zip(audit_log.c, row, strict=True)}
    if _hash({name: value for name, value in columns.items() if name != "hash"}) != row.hash:
        return Broken(row.number, Message(N_("Entry {number} was changed."), number=row.number))
    return None


def _logged(row: Row[Any]) -> Logged:
    entry = Entry(row.at, row.who, row.by_role, row.did, row.target, json.loads(row.detail))
    return Logged(row.number, entry, row.hash)


def _hash(row: Mapping[str, Any]) -> str:
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
