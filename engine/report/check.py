"""Proof of conservation: what the counters say is what the rows say (components, rule 11).

Rows that retention has deleted are counted by the tables of `engine.store.tables.operations`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from engine.report.books import Books, Violation
from engine.report.check_messages import check_codes, check_messages
from engine.report.check_people import check_people
from engine.store.tables.runs import campaign_node


def violations(connection: Connection, now: int, only: int | None = None) -> Iterator[Violation]:
    """Everything that does not add up, in every campaign of the database, or in `only` one, by its number.

    now: receipts that have come by then count (ms).
    """
    every = select(campaign_node.c.campaign).distinct()
    for campaign in connection.scalars(every).all() if only is None else (only,):
        books = Books(connection, campaign, now)
        yield from check_people(books)
        yield from check_messages(books)
    yield from check_codes(connection)


__all__ = ["Violation", "violations"]
