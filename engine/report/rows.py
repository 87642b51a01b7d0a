"""Reading many rows without holding them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Select, Table, and_

from engine.store.tables.runs import entry

_AT_ONCE = 10_000


def streamed(
    connection: Connection, query: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of a query as the database finds them, some thousands in memory at a time."""
    return iter(connection.execute(query, execution_options={"yield_per": _AT_ONCE}))


def entry_of(table: Table, campaign: int) -> ColumnElement[bool]:
    """The condition that a row of `entry` is the one that a row of a campaign's table belongs to."""
    return and_(
        entry.c.campaign == campaign, entry.c.person == table.c.person, entry.c.entry == table.c.entry
    )
