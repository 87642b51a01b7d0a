"""Bulk inserts: several rows go into one statement, and no row is lost at the seams."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine.store.database import Database
from engine.store.dialect import bulk_insert
from engine.store.tables.people import person_id

COLUMNS = ("person", "type", "value", "time", "seq")


def _rows(count: int, time: int = 1) -> list[tuple[object, ...]]:
    return [(n, "mobile", f"+86{n}", time, 0) for n in range(count)]


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 101, 10_000])
def test_every_row_is_stored_and_counted(databases: Database, count: int) -> None:
    with databases.write() as connection:
        assert bulk_insert(connection, person_id, COLUMNS, _rows(count)) == count
        stored = connection.execute(select(*(person_id.c[name] for name in COLUMNS)).order_by("person"))
        assert [tuple(row) for row in stored] == _rows(count)


def test_what_is_there_stays_or_is_replaced(databases: Database) -> None:
    with databases.write() as connection:
        bulk_insert(connection, person_id, COLUMNS, _rows(120))
        assert bulk_insert(connection, person_id, COLUMNS, _rows(130), on_conflict="nothing") == 10
        older = [*_rows(60, time=0), *_rows(130, time=2)[60:]]
        done = bulk_insert(connection, person_id, COLUMNS, older, on_conflict="replace", unless_newer="time")
        assert done == 70
        with pytest.raises(IntegrityError):
            bulk_insert(connection, person_id, COLUMNS, _rows(200))
