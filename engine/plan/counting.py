"""Counters that a wave raises."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    Table,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)

from engine.plan.context import Context
from engine.plan.graph import FlowNode
from engine.plan.temporary import wave
from engine.store.dialect import upsert_adding
from engine.store.tables.runs import counter, entry, test_state
from engine.store.times import HOUR

CYCLE = 1
"""The only cycle of campaigns that do not recur."""


def cycle_of_wave(context: Context) -> ColumnElement[int]:
    """The cycle of a row of the wave."""
    return wave.c.cycle if context.recurring else literal(CYCLE)


def cycle_of(context: Context, who: ColumnElement[int], nth: ColumnElement[int]) -> ColumnElement[int]:
    """The cycle of a person's entry."""
    if not context.recurring:
        return literal(CYCLE)
    mine = entry.alias()
    return (
        select(mine.c.cycle)
        .where(mine.c.campaign == context.campaign, mine.c.person == who, mine.c.entry == nth)
        .correlate_except(mine)
        .scalar_subquery()
    )


def raise_counter(context: Context, table: Table) -> Insert:
    """Add `n` to a row of `counter` or `message_counter`; the rest of its key is given at each call."""
    fixed = {"version": literal(context.version), "cycle": literal(CYCLE), "shard": context.shard}
    values = [
        fixed.get(column.name, bindparam(column.name, type_=column.type, required=True)) for column in table.c
    ]
    row = select(*values).where(literal_column("1 = 1"))
    return upsert_adding(context.dialect, table, list(table.c.keys()), row, "n")


def count_paths(context: Context) -> Insert:
    """Add the people of a wave that spreads over several hours or cycles."""
    counted: Select[*tuple[Any, ...]] = (
        select(
            literal(context.version),
            cycle_of_wave(context).label("cycle"),
            wave.c.path,
            context.shard,
            (wave.c.now // HOUR).label("hour"),
            func.count(),
        )
        .where(literal_column("1") == literal_column("1"))
        .group_by(literal_column("2"), wave.c.path, literal_column("5"))
    )
    return upsert_adding(
        context.dialect, counter, ["version", "cycle", "path", "shard", "hour", "n"], counted, "n"
    )


def count_turns(context: Context, node: FlowNode) -> Insert:
    """Add the people of a wave to those who have come to a test that ends."""
    n = select(func.count()).select_from(wave).scalar_subquery()
    row = select(literal(context.campaign), literal(node.number), n).where(n > 0)
    columns = ["campaign", "node", "visits"]
    return upsert_adding(context.dialect, test_state, columns, row, "visits")
