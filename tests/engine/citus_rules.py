"""What Citus refuses, read off a statement before any Citus sees it.

Distributed tables are joined by person only, whether by a join, a correlated subquery or `IN`. A subquery
whose own rows are the same on every machine asks for nothing further. What only the coordinator has stands
beside nothing distributed. No subquery finds nothing in any case. Nobody locks rows of several machines, or
moves a row to another person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CTE, Alias, ColumnElement, FromClause, Insert, Select, Subquery, Table, Update
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Exists, ScalarSelect, SelectBase

from engine.audience.places import is_never
from engine.plan.temporary import BY_PERSON, EVERYWHERE
from engine.store.distribution import DISTRIBUTED, REFERENCE

PERSON = {**DISTRIBUTED, **{table.name: "person" for table in BY_PERSON}}
ALIKE = {*REFERENCE, *(table.name for table in EVERYWHERE)}
JOINED = "joined by something else than the person"
ALIKE_ONLY = "asks for more from rows that are alike everywhere"
LOCKED = "locks rows of several machines"
MOVED = "moves rows to another person"
COORDINATOR = "reads what only the coordinator has"
NOTHING = "asks for rows that cannot be, of whoever they were"
VOLATILE = "calls a function that differs from call to call"
_VOLATILE = {
    "random",
    "now",
    "clock_timestamp",
    "statement_timestamp",
    "timeofday",
    "nextval",
    "gen_random_uuid",
}


def refusals(statement: Any) -> set[str]:
    """The rules that a statement breaks; none where Citus takes it."""
    elements = list(_everything(statement))
    target = statement.table if isinstance(statement, UpdateBase) else None
    changes = isinstance(statement, UpdateBase) and not isinstance(statement, Insert)
    tables = {table for element in elements if (table := _table_of(element)) is not None}
    people = {table for table in tables if _name(table) in PERSON}
    if target is not None and not changes:
        people.discard(target)
    own = {table for table in tables if _name(table) not in {*PERSON, *ALIKE}}
    if not changes:
        own.discard(target)
    broken: set[str] = set()
    if not people or (not changes and not people - {target}):
        return broken
    if own:
        broken.add(COORDINATOR)
    if len(_together(people, elements)) > 1:
        broken.add(JOINED)
    if any(
        _asks_from_alike(one, people) for one in elements if isinstance(one, Select) and one is not statement
    ):
        broken.add(ALIKE_ONLY)
    if any(isinstance(one, Select) and one._for_update_arg is not None for one in elements):
        broken.add(LOCKED)
    if any(_finds_nothing(one) for one in elements if isinstance(one, Select) and one is not statement):
        broken.add(NOTHING)
    changed = {getattr(column, "name", column) for column in getattr(statement, "_values", None) or ()}
    if isinstance(statement, Update) and PERSON.get(_name(target)) in changed:
        broken.add(MOVED)
    if any(isinstance(one, FunctionElement) and getattr(one, "name", "") in _VOLATILE for one in elements):
        broken.add(VOLATILE)
    return broken


def _everything(statement: Any) -> Iterator[Any]:
    """All parts of a statement, with what a CTE holds."""
    seen: set[int] = set()
    for element in visitors.iterate(statement):
        if id(element) not in seen:
            seen.add(id(element))
            yield element
    if isinstance(statement, UpdateBase):
        for part in (
            getattr(statement, "select", None),
            *(getattr(statement, "_values", None) or {}).values(),
        ):
            if part is not None and id(part) not in seen:
                yield from _everything(part)


def _table_of(element: Any) -> FromClause | None:
    if isinstance(element, Table):
        return element
    if isinstance(element, Alias) and isinstance(element.element, Table):
        return element
    return None


def _name(table: Any) -> str:
    named: Any = table.element if isinstance(table, Alias) else table
    return str(named.name)


def _key_of(table: FromClause) -> ColumnElement[Any]:
    return table.c[PERSON[_name(table)]]


def _together(people: set[FromClause], elements: list[Any]) -> list[set[FromClause]]:
    """The distributed tables of a statement, in groups that are joined by person."""
    groups = [{table} for table in people]

    def owners(column: Any) -> set[FromClause]:
        while hasattr(column, "element") and not isinstance(column, ScalarSelect):
            column = column.element
        if isinstance(column, ScalarSelect):
            return owners(next(iter(column.element.selected_columns)))
        proxies: frozenset[Any] = getattr(column, "proxy_set", frozenset())
        return {table for table in people if _key_of(table) in proxies}

    def join(one: Any, other: Any) -> None:
        first, second = owners(one), owners(other)
        if first and second:
            joined = [group for group in groups if group & (first | second)]
            groups[:] = [group for group in groups if group not in joined] + [set().union(*joined)]

    for element in elements:
        if isinstance(element, BinaryExpression) and element.operator in (operators.eq, operators.in_op):
            left, right = element.left, element.right
            for one, other in zip(_columns(left), _columns(right), strict=False):
                join(one, other)
    return groups


def _columns(side: Any) -> list[Any]:
    """The columns that one side of a comparison stands for."""
    if isinstance(side, FunctionElement) and side.name in ("any", "array"):
        return _columns(next(iter(side.clauses)))
    if isinstance(side, SelectBase):
        return list(side.selected_columns)
    if isinstance(side, ScalarSelect):
        return list(side.element.selected_columns)
    if hasattr(side, "clauses") and not isinstance(side, FunctionElement):
        return list(side.clauses)
    if hasattr(side, "element") and not isinstance(side, ColumnElement | Alias):
        return _columns(side.element)
    if type(side).__name__ == "Grouping":
        return _columns(side.element)
    return [side]


def _finds_nothing(query: Select[Any]) -> bool:
    """Whether a subquery has `false` among its conditions: with it, planners drop what joins it."""
    return any(is_never(one) for one in query._where_criteria)


def _asks_from_alike(query: Any, people: set[FromClause]) -> bool:
    """Whether a query whose own rows are alike everywhere has a subquery."""
    froms = _sources(query)
    if not froms or any(_is_spread(one, people) for one in froms):
        return False
    parts = [*query.selected_columns, *([query.whereclause] if query.whereclause is not None else [])]
    return any(isinstance(inner, ScalarSelect | Exists) for part in parts for inner in visitors.iterate(part))


def _sources(query: Any) -> list[Any]:
    """What a query reads from, but for what encloses it."""
    parts = [*query._raw_columns, *query._where_criteria]
    found = [source for part in parts for source in part._from_objects]
    found += [*query._from_obj, *(target for target, *_ in query._setup_joins)]
    if query._correlate is not None and len(query._correlate):
        return [source for source in found if source not in query._correlate]
    if query._correlate_except is not None:
        return [source for source in found if source in query._correlate_except]
    return found


def _is_spread(source: Any, people: set[FromClause]) -> bool:
    """Whether rows of a source lie where their people do."""
    if source in people:
        return True
    if hasattr(source, "left"):
        return _is_spread(source.left, people) or _is_spread(source.right, people)
    if isinstance(source, CTE):
        return False
    if isinstance(source, Subquery) or hasattr(source, "element"):
        inner = source.element
        selects = getattr(inner, "selects", None)
        if getattr(inner, "_limit_clause", None) is not None:
            return False
        if selects is not None:
            return any(_is_spread(each.subquery(), people) for each in selects)
        if isinstance(inner, Select):
            return any(_is_spread(one, people) for one in _sources(inner))
    return False
