"""How the cards of a rule are joined: from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, not_, or_, true

from engine.workspace.audience import Join


def joined(parts: Iterable[tuple[Join | None, ColumnElement[bool]]]) -> ColumnElement[bool]:
    """All parts as one expression; each joins what stands above it, the first one (None) begins."""
    matches: ColumnElement[bool] = true()
    for join, one in parts:
        match join:
            case "or":
                matches = or_(matches, one)
            case "minus":
                matches = and_(matches, not_(one))
            case "and":
                matches = and_(matches, one)
            case _:
                matches = one
    return matches
