"""The only way a document changes: ops that hold whole values before and after."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from engine.campaign.model import Attributes, Link, Node, Note, Point

Value = Node | Link | Note | Point | Attributes


class Table(StrEnum):
    """The document's tables; each maps an id to a frozen value."""

    NODES = "nodes"
    LINKS = "links"
    NOTES = "notes"
    LAYOUT = "layout"
    ATTRIBUTES = "attributes"


class Op(NamedTuple):
    """One value of one table replaced: `before` None adds it, `after` None removes it."""

    table: Table
    id: str
    before: Value | None
    after: Value | None


def inverse(ops: Sequence[Op]) -> tuple[Op, ...]:
    """The ops that take the document back."""
    return tuple(Op(op.table, op.id, op.after, op.before) for op in reversed(ops))


class StaleOpError(Exception):
    """An op's `before` is not what the document holds; nothing was changed."""

    def __init__(self, op: Op) -> None:
        super().__init__(f"{op.table} {op.id} is not what the change expected")
        self.op = op
