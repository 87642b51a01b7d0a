"""The audit log: whoever changes, takes out or cuts off something is found out."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from engine.store import audit_log
from engine.store.audit_log import Entry, append, verify
from engine.store.database import Database
from engine.store.tables.identity import audit_log as table


@pytest.fixture
def log(databases: Database) -> Database:
    with databases.write() as connection:
        for number in range(5):
            append(
                connection, Entry(number, "anna", "publisher", "stop", f"c_{number}", {"n": number, "é": "❤"})
            )
    return databases


def test_what_was_written_holds_and_is_listed(log: Database) -> None:
    with log.read() as connection:
        entries, hash, broken = verify(connection)
        assert (entries, broken) == (5, None)
        latest = audit_log.page(connection, None, 2)
        assert [one.number for one in latest] == [5, 4]
        assert latest[0].hash == hash
        assert latest[0].entry == Entry(4, "anna", "publisher", "stop", "c_4", {"n": 4, "é": "❤"})
        assert audit_log.page(connection, 5, 9, target="c_1")[0].number == 2


@pytest.mark.parametrize("column", ["at", "who", "by_role", "did", "target", "detail", "previous", "hash"])
def test_no_column_can_be_changed(log: Database, column: str) -> None:
    value = 7 if column == "at" else "{}"
    with log.write() as connection:
        connection.execute(update(table).where(table.c.number == 3).values({column: value}))
        _, _, broken = verify(connection)
    assert broken is not None
    assert broken.number in (3, 4)


@pytest.mark.parametrize("number", [1, 3])
def test_nothing_can_be_taken_out(log: Database, number: int) -> None:
    with log.write() as connection:
        connection.execute(delete(table).where(table.c.number == number))
        _, _, broken = verify(connection)
    assert broken is not None
    assert broken.number == number


def test_what_is_cut_off_shows_to_who_knows_the_last_hash(log: Database) -> None:
    with log.write() as connection:
        _, head, _ = verify(connection)
        connection.execute(delete(table).where(table.c.number == 5))
        assert verify(connection)[2] is None
        broken = verify(connection, head)[2]
    assert broken is not None
    assert head in str(broken.message)
