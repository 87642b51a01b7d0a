"""SQL that gives the same on every database, to the byte."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Text, func, literal, null, select

from engine.store.database import Database
from engine.store.dialect import analyze, bulk_delete, bulk_insert, bulk_update, look_up
from engine.store.functions import (
    among,
    contains,
    ends_with,
    greatest,
    holds_all,
    holds_any,
    json_list,
    least,
    starts_with,
    text_list,
)
from engine.store.tables.people import person, person_id, tag_value

ASCII = "".join(map(chr, range(1, 128)))
TEXTS = [
    "",
    "a",
    'say "no"',
    "a\\b",
    ASCII,
    "Köln 波恩 😀\u2028\u0085",
    "[1, 2]",
    "null",
    "%s %(x)s ?",
    "é",
    "e\u0301",
]
COLUMNS = ("person", "type", "value", "time", "seq")


def ask(database: Database, expression: ColumnElement[Any]) -> object:
    with database.read() as connection:
        return connection.execute(select(expression)).scalar_one()


def test_a_json_list_is_the_same_text_everywhere(databases: Database) -> None:
    found = ask(databases, json_list(*(literal(text) for text in TEXTS), null()))
    assert found == json.dumps([*TEXTS, None], ensure_ascii=False, separators=(",", ":"))
    assert ask(databases, json_list(literal("a"))) == '["a"]'


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (contains(literal("Kö%ln_"), literal("%ln_")), True),
        (contains(literal("Köln"), literal("k")), False),
        (starts_with(literal("波恩"), literal("波")), True),
        (starts_with(literal("a"), literal("ab")), False),
        (ends_with(literal("a😀"), literal("😀")), True),
        (ends_with(literal("b"), literal("ab")), False),
        (ends_with(literal("ab"), literal("")), True),
        (among(literal('a"b'), text_list(['a"b', "c"])), True),
        (among(literal("é"), text_list(["e\u0301"])), False),
        (holds_any(literal("|a|b|"), text_list(["|x|", "|b|"])), True),
        (holds_all(literal("|a|b|"), text_list(["|x|", "|b|"])), False),
        (holds_all(literal("|a|b|"), text_list([])), True),
        (least(literal(2**40), literal(3)), 3),
        (greatest(literal(2**40), literal(3)), 2**40),
        (literal(-7) // literal(2), -3),
        (literal(-7) % literal(2), -1),
        (literal(2**31 - 1, type_=person.c.hash.type) * literal(2**31 - 2) % literal(2**31 - 1), 0),
    ],
)
def test_expressions_give_the_same(
    databases: Database, expression: ColumnElement[Any], expected: object
) -> None:
    assert ask(databases, expression) == expected


def test_texts_compare_by_code_point(databases: Database) -> None:
    """The test server's own order is that of a language, where "a" stands before "Z"."""
    texts = ["b", "Z", "a", "é", "e\u0301", "Ä", "1", "_", "😀", "\uffee", "ß", "z"]
    with databases.write() as connection:
        rows = [("t", 1, text, None) for text in texts]
        bulk_insert(connection, tag_value, ("tag", "person", "value", "number"), rows)
        value = tag_value.c.value
        assert list(connection.scalars(select(value).order_by(value))) == sorted(texts)
        assert connection.execute(select(func.min(value), func.max(value))).one() == ("1", "😀")
        assert set(connection.scalars(select(value).where(value < "a"))) == {"1", "Z", "_"}
        ordered = select(value).where(tag_value.c.person == 1).order_by(value).subquery()
        joined = select(func.aggregate_strings(ordered.c.value, ", "))
        assert connection.execute(joined).scalar_one() == ", ".join(sorted(texts))
        if databases.dialect == "postgresql":
            natural = literal("a", Text()).collate("default") < literal("Z", Text()).collate("default")
            assert connection.execute(select(natural)).scalar_one()


@pytest.mark.parametrize("count", [3, 2000])
def test_many_rows_are_changed_and_deleted_by_their_keys(databases: Database, count: int) -> None:
    """Few go one by one, many by a staging table where that is faster."""
    columns = ("id", "external_id", "hash", "time_zone", "import_id")
    people = [(n, f"p{n}", n, None, 1) for n in range(2 * count)]
    ids = [(n, "mobile", f"+{n}", 1, 0) for n in range(2 * count)]
    with databases.write() as connection:
        bulk_insert(connection, person, columns, people)
        bulk_insert(connection, person_id, COLUMNS, ids)
        bulk_update(connection, person, ["hash", "time_zone"], "id", [(-n, "UTC", n) for n in range(count)])
        several = [(n + 2, None, n, "mobile") for n in range(count, 2 * count)]
        bulk_update(connection, person_id, ["time", "follower"], ("person", "type"), several)
        bulk_delete(connection, person_id, ("person", "type"), [(n, "mobile") for n in range(count)])
    with databases.read() as connection:
        changed = [
            (*row,)
            for row in connection.execute(select(*(person.c[name] for name in columns)).order_by(person.c.id))
        ]
        query = select(person_id.c.person, person_id.c.time).order_by(person_id.c.person)
        left = [(*row,) for row in connection.execute(query)]
    assert changed == [(n, f"p{n}", -n, "UTC", 1) for n in range(count)] + people[count:]
    assert left == [(n, n + 2) for n in range(count, 2 * count)]


def test_odd_texts_are_stored_as_they_are(databases: Database) -> None:
    rows = [(n, "t", TEXTS[n % len(TEXTS)], 1, 0) for n in range(1000)]
    with databases.write() as connection:
        bulk_insert(connection, person_id, COLUMNS, rows)
        stored = connection.execute(
            select(person_id.c.person, person_id.c.value).order_by(person_id.c.person)
        )
        assert [tuple(row) for row in stored] == [(row[0], row[2]) for row in rows]


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_looking_up_reads_nothing_but_the_rows_found(databases: Database) -> None:
    """However many others there are: PostgreSQL would read ten times as many rather than look these up."""
    with databases.write() as connection:
        people: list[tuple[object, ...]] = [(n, f"p{n}", n * 7, 0) for n in range(1, 20_001)]
        bulk_insert(connection, person, ("id", "external_id", "hash", "import_id"), people)
        tags: list[tuple[object, ...]] = [("level", n, "Gold") for n in range(10, 40_000, 10)]
        bulk_insert(connection, tag_value, ("tag", "person", "value"), tags)
        for table in ("person", "tag_value"):
            analyze(connection, table)
        some = select(tag_value.c.person).order_by(tag_value.c.person).limit(2_000).subquery()
        joined, found = look_up(connection.dialect, some, person, some.c.person)
        query = select(some.c.person, found.hash).select_from(joined).order_by(some.c.person)
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        text = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {text}"))
        assert "person" in plan
        assert re.search(r"^SEARCH person|Nested Loop", plan, re.MULTILINE), plan
        assert [tuple(row) for row in connection.execute(query.limit(2))] == [(10, 70), (20, 140)]
        last = query.order_by(None).order_by(some.c.person.desc()).limit(1)
        assert connection.execute(last).one() == (20_000, 140_000)
        absent = select(tag_value.c.person).where(tag_value.c.person == 30_000).subquery()
        joined, found = look_up(connection.dialect, absent, person, absent.c.person)
        assert connection.execute(select(absent.c.person, found.hash).select_from(joined)).one() == (
            30_000,
            None,
        )
