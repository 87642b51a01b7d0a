"""The steps of a wave: statements, with when they are needed and what their rows are counted as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.sql import Executable

from engine.plan.context import Context
from engine.plan.counting import raise_counter
from engine.plan.prepared import Prepared
from engine.plan.temporary import Emptying
from engine.store.tables.runs import counter, message_counter


@dataclass(frozen=True, slots=True)
class Count:
    """A counter: the row of `table` with this key, but for version, cycle, shard and hour."""

    table: Table
    key: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a wave.

    counts: the counter that goes up by the rows written, where the wave is of one hour and cycle; that saves
        reading and grouping them. spread: the statement counts the rows of waves that are not.
    needs: finds a row where there may be something to do at all; None: there always may.
    empties: a temporary table that the statement empties.
    first: done before the statement.
    """

    statement: Executable
    counts: Count | None = None
    spread: bool = False
    needs: Select[Any] | None = None
    empties: Table | None = None
    first: Callable[[Connection], None] | None = None


class Counters:
    """The statements that raise the counters of a plan: the same for all places."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.dialect = context.dialect

    @cached_property
    def _raise(self) -> Mapping[Table, Prepared]:
        return {
            table: Prepared(raise_counter(self._context, table), self.dialect)
            for table in (counter, message_counter)
        }

    def add(self, connection: Connection, count: Count, shard: int, hour: int, n: int) -> None:
        """Add `n` rows of an hour (since 1970)."""
        self._raise[count.table](connection, {**count.key, "shard": shard, "hour": hour, "n": n})


class PreparedStep:
    """A step, compiled when it is first needed."""

    def __init__(self, step: Step | Executable, counters: Counters) -> None:
        self._step = step if isinstance(step, Step) else Step(step)
        self._dialect = counters.dialect
        self._counters = counters

    @cached_property
    def statement(self) -> Prepared:
        if self._step.empties is not None:
            return Emptying(self._step.empties, self._dialect)
        return Prepared(self._step.statement, self._dialect)

    @cached_property
    def needs(self) -> Prepared | None:
        return None if self._step.needs is None else Prepared(self._step.needs, self._dialect)

    def __call__(self, connection: Connection, parameters: Mapping[str, Any], hour: int | None) -> None:
        """Run it for the rows of a wave; `hour`: theirs, None where they are of several hours or cycles."""
        if self._step.spread and hour is not None:
            return
        if self.needs is not None and self.needs(connection).first() is None:
            return
        if self._step.first is not None:
            self._step.first(connection)
        n = self.statement(connection, parameters).rowcount
        if n and hour is not None and self._step.counts is not None:
            self._counters.add(connection, self._step.counts, parameters["shard"], hour, n)
