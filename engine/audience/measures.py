"""What is measured over a person's events: how many, or a sum, average, maximum or minimum."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, func, literal, not_

from engine.audience.context import RuleContext
from engine.audience.errors import RuleError
from engine.audience.numbers import compare, compare_average, compare_sum, holds
from engine.i18n import N_, Message


class Measured:
    """A measure over a group of events of one code. A sum over nothing is 0, an average is missing."""

    def __init__(self, measure: str, code: str, context: RuleContext) -> None:
        """Raises `RuleError` where the attribute is no number."""
        self._kind, _, name = measure.partition(":")
        self._column = None if self._kind == "count" else number(code, name, context)

    @property
    def zero_without(self) -> bool:
        """Whether the measure is 0 over no events, rather than missing."""
        return self._kind in ("count", "sum")

    def compared(self, op: str, values: Sequence[Decimal]) -> ColumnElement[bool]:
        """The comparison over a group of events, never null; a missing value matches none but `!=`."""
        if op == "!=":
            return not_(self.compared("=", values))
        if self._column is None:
            return partial(compare, scale=1)(func.count(), op, values)
        match self._kind:
            case "sum":
                return compare_sum(self._column, op, values)
            case "avg":
                return and_(self.given, compare_average(self._column, op, values))
            case _:
                extreme = func.max(self._column) if self._kind == "max" else func.min(self._column)
                return and_(self.given, compare(extreme, op, values))

    @property
    def given(self) -> ColumnElement[bool]:
        """Whether any event of the group has the attribute."""
        assert self._column is not None
        return func.count(self._column) > 0

    def holds_without(self, op: str, values: Sequence[Decimal]) -> bool:
        """Whether the comparison is true for who has no such event."""
        return holds(Decimal(0), op, values) if self.zero_without else op == "!="


def number(code: str, name: str, context: RuleContext) -> ColumnElement[Any]:
    """The column of an event's attribute that is a number. Raises `RuleError` where it is none."""
    field = context.fields.event_attribute(code, name)
    if field is None:
        return literal(None, BigInteger())
    if field.type != "number":
        message = N_("“{field}” is stored as {type}: it has no sum, average, maximum or minimum.")
        raise RuleError(Message(message, field=name, type=field.type))
    return field.value(context.events)
