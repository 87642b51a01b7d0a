"""The functions and tests of SQL that differ between SQLite and PostgreSQL, as expressions which SQLAlchemy
compiles for the database at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    BinaryExpression,
    Boolean,
    ColumnElement,
    Text,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import custom_op


class _TextTest(FunctionElement[bool]):
    """A test of one text (first argument) by another that is not null (second argument)."""

    type = Boolean()
    inherit_cache = True


class contains(_TextTest):  # noqa: N801 - an SQL function, named like SQLAlchemy's own
    """Whether the first text holds the second; case-sensitive, without wildcards."""

    name = "contains"
    inherit_cache = True


class starts_with(_TextTest):  # noqa: N801
    """Whether the first text starts with the second; case-sensitive, without wildcards."""

    name = "starts_with"
    inherit_cache = True


class ends_with(_TextTest):  # noqa: N801
    """Whether the first text ends with the second; case-sensitive, without wildcards."""

    name = "ends_with"
    inherit_cache = True


class among(_TextTest):  # noqa: N801
    """Whether the text (first argument) is in a list, given as one JSON array (second argument).

    One parameter, however long the list: SQLite takes 32,766 parameters a statement, a rule may hold more.
    """

    name = "among"
    inherit_cache = True


def text_list(values: Iterable[str]) -> ColumnElement[str]:
    """The second argument of `among`."""
    return bindparam(None, json.dumps(list(values), ensure_ascii=False), unique=True)


class _IsIn(BinaryExpression[bool]):
    """Whether a column holds one of the texts of a JSON array. It is an operator, as SQLite finds its way
    through an index for those only: a function's answer would be compared with 1."""

    inherit_cache = True


def is_in(column: ColumnElement[str], texts: ColumnElement[str]) -> ColumnElement[bool]:
    """`among` for columns with an index, which is used then."""
    return _IsIn(column, texts, custom_op("IN", is_comparison=True), type_=Boolean())


@compiles(_IsIn, "sqlite")
def _is_in_sqlite(element: _IsIn, compiler: SQLCompiler, **kw: Any) -> str:
    column, texts = compiler.process(element.left, **kw), compiler.process(element.right, **kw)
    return f"{column} IN (SELECT value FROM json_each({texts}))"


@compiles(_IsIn, "postgresql")
def _is_in_postgresql(element: _IsIn, compiler: SQLCompiler, **kw: Any) -> str:
    # An array: IN would be a join, which takes longer to plan than one event to look up.
    column, texts = compiler.process(element.left, **kw), compiler.process(element.right, **kw)
    return f"{column} = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST({texts} AS jsonb))))"


def _arguments(element: FunctionElement[Any], compiler: SQLCompiler, kw: dict[str, Any]) -> tuple[str, str]:
    first, second = (compiler.process(clause, **kw) for clause in element.clauses)
    return first, second


class _numbers(FunctionElement[int]):  # noqa: N801
    """The whole numbers of a JSON array, as a list to be IN."""

    name = "numbers"
    type = BigInteger()
    inherit_cache = True


def is_one_of(column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Whether a column with an index holds one of many whole numbers, given as one parameter."""
    listed = bindparam(None, json.dumps(list(numbers)), type_=Text(), unique=True)
    return column.op("IN", is_comparison=True)(_numbers(listed))


@compiles(_numbers, "sqlite")
def _numbers_sqlite(element: _numbers, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **kw)}))"


@compiles(_numbers, "postgresql")
def _numbers_postgresql(element: _numbers, compiler: SQLCompiler, **kw: Any) -> str:
    listed = compiler.process(element.clauses, **kw)
    return f"(SELECT CAST(jsonb_array_elements_text(CAST({listed} AS jsonb)) AS BIGINT))"


@compiles(contains, "sqlite")
def _contains_sqlite(element: contains, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"(instr({first}, {second}) > 0)"


@compiles(contains, "postgresql")
def _contains_postgresql(element: contains, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"(strpos({first}, {second}) > 0)"


@compiles(starts_with, "sqlite")
def _starts_with_sqlite(element: starts_with, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"(instr({first}, {second}) = 1)"


@compiles(starts_with, "postgresql")
def _starts_with_postgresql(element: starts_with, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"starts_with({first}, {second})"


@compiles(ends_with)
def _ends_with(element: ends_with, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    # Compared as "the last length(second) characters": right() does not exist in SQLite, and a negative
    # start of substr() counts from the front in PostgreSQL.
    start = f"length({first}) - length({second}) + 1"
    return f"(length({first}) >= length({second}) AND substr({first}, {start}) = {second})"


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"({first} IN (SELECT value FROM json_each({second})))"


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"({first} IN (SELECT jsonb_array_elements_text(CAST({second} AS jsonb))))"


class least(FunctionElement[int]):  # noqa: N801
    """The smallest of several numbers; none of them may be null (SQLite and PostgreSQL differ there)."""

    name = "least"
    type = BigInteger()
    inherit_cache = True


class greatest(FunctionElement[int]):  # noqa: N801
    """The greatest of several numbers; none of them may be null."""

    name = "greatest"
    type = BigInteger()
    inherit_cache = True


class json_list(FunctionElement[str]):  # noqa: N801
    """A JSON array of the texts, as text; a null among them stays null."""

    name = "json_list"
    type = Text()
    inherit_cache = True


@compiles(least)
@compiles(greatest)
def _extreme(element: FunctionElement[int], compiler: SQLCompiler, **kw: Any) -> str:
    return f"{element.name}({', '.join(compiler.process(clause, **kw) for clause in element.clauses)})"


@compiles(least, "sqlite")
@compiles(greatest, "sqlite")
def _extreme_sqlite(element: FunctionElement[int], compiler: SQLCompiler, **kw: Any) -> str:
    name = "min" if element.name == "least" else "max"
    return f"{name}({', '.join(compiler.process(clause, **kw) for clause in element.clauses)})"


@compiles(json_list, "sqlite")
def _json_list_sqlite(element: json_list, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_array({', '.join(compiler.process(clause, **kw) for clause in element.clauses)})"


@compiles(json_list, "postgresql")
def _json_list_postgresql(element: json_list, compiler: SQLCompiler, **kw: Any) -> str:
    # json_build_array would write a space behind each comma, SQLite writes none.
    texts = [f"CAST({compiler.process(clause, **kw)} AS text)" for clause in element.clauses]
    items = " || ',' || ".join(f"coalesce(CAST(to_json({text}) AS text), 'null')" for text in texts)
    return f"('[' || {items} || ']')" if texts else "'[]'"


class holds_any(_TextTest):  # noqa: N801
    """Whether the text (first argument) contains one of a list of texts (second argument, as for `among`)."""

    name = "holds_any"
    inherit_cache = True


class holds_all(_TextTest):  # noqa: N801
    """Whether the text (first argument) contains all of a list of texts (second argument, as for `among`)."""

    name = "holds_all"
    inherit_cache = True


@compiles(holds_any)
def _holds_any(element: holds_any, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    items, found = _items_in(compiler, first, second)
    return f"EXISTS (SELECT 1 FROM {items} WHERE {found})"


@compiles(holds_all)
def _holds_all(element: holds_all, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    items, found = _items_in(compiler, first, second)
    return f"NOT EXISTS (SELECT 1 FROM {items} WHERE NOT {found})"


def _items_in(compiler: SQLCompiler, text: str, items: str) -> tuple[str, str]:
    if compiler.dialect.name == "sqlite":
        return f"json_each({items}) AS item", f"(instr({text}, item.value) > 0)"
    source = f"jsonb_array_elements_text(CAST({items} AS jsonb)) AS item(value)"
    return source, f"(strpos({text}, item.value) > 0)"
