"""No statement of a wave joins two people, so that waves can run where the rows of their people lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, FromClause, Table, exists, select
from sqlalchemy.sql import ClauseElement, operators, visitors
from sqlalchemy.sql.dml import Insert, UpdateBase
from sqlalchemy.sql.elements import BinaryExpression, ClauseList, Grouping, Label
from sqlalchemy.sql.expression import ScalarSelect, SelectBase, Subquery
from sqlalchemy.sql.selectable import CTE, Alias, SelectStatementGrouping

from engine.plan import prepared
from engine.store.schema import METADATA
from engine.store.tables.people import person
from tests.engine.plan.test_query_plans import EVENT_LINKS, EVENTS, LINKS, NODES, statements
from tests.engine.run.drafting import Running, bundle, database
from tests.engine.store.test_keys import APART


def _plain(element: Any) -> Any:
    while isinstance(element, (Grouping, Label, ScalarSelect, SelectStatementGrouping)):
        element = element.element
    return element


def _owner(found: Any) -> FromClause | None:
    """What a column names the person of; None where it names none."""
    found = _plain(found)
    of = getattr(found, "table", None)
    if of is None:
        return None
    names = "id" if _table(of) is person else "person"
    return of if found.name == names else None


def _table(of: FromClause) -> FromClause:
    return of.element if isinstance(of, Alias) else of


def _parts(found: Any) -> list[Any]:
    found = _plain(found)
    return [_plain(part) for part in found.clauses] if isinstance(found, ClauseList) else [found]


def _selected(query: Any) -> list[Any]:
    query = _plain(query)
    return list(query.selected_columns) if isinstance(query, SelectBase) else []


def _pairs(found: Any) -> Iterator[tuple[Any, Any]]:
    """Columns that are the same one's where an element holds."""
    if isinstance(found, BinaryExpression) and found.operator is operators.eq:
        yield found.left, found.right
    elif isinstance(found, BinaryExpression) and found.operator is operators.in_op:
        yield from zip(_parts(found.left), _selected(found.right), strict=False)
    elif isinstance(found, (CTE, Subquery)):
        yield from zip(found.c, _selected(found.element), strict=False)
    elif isinstance(found, Insert) and found.select is not None:
        names = found._select_names or ()
        yield from zip((found.table.c[str(name)] for name in names), _selected(found.select), strict=False)


def apart(statement: ClauseElement) -> list[set[str]]:
    """The tables of people that a statement uses, in groups of those of one person."""
    tables: set[FromClause] = set()
    same: dict[FromClause, FromClause] = {}

    def first(one: FromClause) -> FromClause:
        while same.setdefault(one, one) is not one:
            one = same[one]
        return one

    for element in visitors.iterate(statement):
        of = element.table if isinstance(element, (Column, UpdateBase)) else None
        if of is not None and _is_of_people(_table(of)):
            tables.add(of)
        for pair in _pairs(element):
            one, other = map(_owner, pair)
            if one is not None and other is not None:
                same[first(one)] = first(other)
    groups: dict[FromClause, set[str]] = {}
    for one in tables:
        groups.setdefault(first(one), set()).add(str(one.name))  # type: ignore[attr-defined]
    return list(groups.values())


def _is_of_people(found: FromClause) -> bool:
    stored = isinstance(found, Table) and found.metadata is METADATA and found.name not in APART
    return stored and ("person" in found.c or found is person)


@pytest.mark.parametrize("which", ["audience", "event"])
def test_no_statement_of_a_wave_joins_two_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    prepare, found = prepared.Prepared.__init__, {}

    def noted(self: prepared.Prepared, statement: Any, dialect: Any) -> None:
        prepare(self, statement, dialect)
        found[self] = statement

    monkeypatch.setattr(prepared.Prepared, "__init__", noted)
    with Running(database(tmp_path, people=1)) as run:
        run.engine.publish(bundle(NODES, LINKS) if which == "audience" else bundle(EVENTS, EVENT_LINKS))
        (version,) = run.engine._scheduler.versions
        several = 0
        for one in statements(version.plan):
            groups = apart(found[one])
            assert len(groups) <= 1, (groups, one.sql)
            several += any(len(group) > 1 for group in groups)
    assert several


def test_two_people_are_noticed() -> None:
    of = METADATA.tables
    tag, event, message = of["tag_value"].c, of["event"].c, of["message"].c
    alike = select(tag.person).join(of["event"], event.person == tag.person)
    assert apart(alike) == [{"tag_value", "event"}]
    by_code = select(tag.person).join(of["event"], event.code == tag.tag)
    assert len(apart(by_code)) == 2
    somebody = exists(select(message.node).where(message.address == tag.value))
    assert len(apart(select(tag.person).where(somebody))) == 2
    other = of["tag_value"].alias("other")
    assert len(apart(select(tag.person).join(other, other.c.tag == tag.tag))) == 2
