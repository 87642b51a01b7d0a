"""How the reports read the tables of runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Select, Table, and_, case

from engine.store.tables.runs import SETTLED, entry, message

_AT_ONCE = 10_000
_FINAL = (*SETTLED, "unknown")

Query = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


def streamed(connection: Connection, query: Query) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of a query as the database finds them, some thousands in memory at a time."""
    return iter(connection.execute(query, execution_options={"yield_per": _AT_ONCE}))


def entry_of(table: Table, campaign: int) -> ColumnElement[bool]:
    """The condition that a row of `entry` is the one that a row of a campaign's table belongs to."""
    return and_(
        entry.c.campaign == campaign, entry.c.person == table.c.person, entry.c.entry == table.c.entry
    )


def shown_reason() -> ColumnElement[str]:
    """The reason of a message's state, or empty; while it is being sent, what is to come stands there."""
    return case((message.c.state.in_(_FINAL), message.c.reason), else_="")


def shown_receipt(now: int) -> ColumnElement[str]:
    """What has come back of a message by `now` (ms), or empty."""
    return case((message.c.receipt_at <= now, message.c.receipt), else_="")
