"""Rows of people can be spread over machines by person: what that asks of keys."""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from engine.store import tables  # noqa: F401 - declares them
from engine.store.schema import METADATA

APART = {
    "coupon_code",  # people compete for codes: one owner gives them out
    "coupon_issue",
    "reference",  # found by what a provider calls a message
    "link_token",  # found by its token
}
"""Tables that name a person and are looked up by something else: they are not spread by person."""
IN_THE_WAY = {("person", ("external_id",))}
"""Unique keys without the person, of tables that would be spread by it."""


def unique_keys(table: Table) -> set[tuple[str, ...]]:
    keys = {tuple(column.name for column in table.primary_key)}
    keys |= {
        tuple(column.name for column in one.columns)
        for one in table.constraints
        if isinstance(one, UniqueConstraint)
    }
    return keys | {tuple(column.name for column in index.columns) for index in table.indexes if index.unique}


def test_the_person_stands_in_every_unique_key_of_a_table_with_rows_of_people() -> None:
    found, looked_at = set(), set()
    for table in METADATA.tables.values():
        who = "id" if table.name == "person" else "person"
        if who not in table.c or table.name in APART:
            continue
        looked_at.add(table.name)
        found |= {(table.name, key) for key in unique_keys(table) if who not in key}
    assert found == IN_THE_WAY
    assert {"person", "event", "message", "outbox", "token", "token_watched", "visit"} <= looked_at


def test_no_key_of_rows_of_people_is_counted_up_by_the_database() -> None:
    """Each machine would count for itself."""
    counted = [
        table.name
        for table in METADATA.tables.values()
        for column in table.primary_key
        if column.autoincrement is True or column.identity is not None
    ]
    assert counted == []
