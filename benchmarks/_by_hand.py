"""The journey as somebody would write it by hand for SQLite: the same tables and effects, no engine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks._journey import DAY, HOUR, JUDGE_DAYS, LIST, START, WAIT_HOURS
from engine.plan.salt import PRIME, Salt
from engine.store.dialect import SQLITE_PRAGMAS

CHUNK = 10_000
WAIT, JUDGE = START + WAIT_HOURS * HOUR, START + WAIT_HOURS * HOUR + JUDGE_DAYS * DAY
SMS, EMAIL = 3, 7
ENTER, WAITED, JUDGED, RESULT = range(4)
VISITS = {1: 4, 2: 3, 3: 1, 4: 3, 5: 2, 6: 1, 7: 2, 8: 1}
"""Nodes that are reached on each path."""

TOKEN = "(version, place, due, person, entry, via, arrived)"
MESSAGE = (
    "(campaign, node, person, entry, address, version, state, reason, planned_at, sent_at, result, result_at)"
)
ADDRESS = (
    "(SELECT value FROM person_id p WHERE p.person = w.person AND p.type = '{type}' "
    "ORDER BY time DESC, seq DESC LIMIT 1)"
)
SEEN = (
    "EXISTS (SELECT 1 FROM event e WHERE e.code = 'visit' AND e.person = t.person AND e.time > t.arrived "
    "AND e.time <= t.due AND e.received_at <= t.due)"
)
VIP = "EXISTS (SELECT 1 FROM tag_value g WHERE g.tag = 'level' AND g.person = t.person AND g.value = 'VIP')"
JUDGED_PATH = f"CASE WHEN {SEEN} THEN CASE WHEN {VIP} THEN 4 ELSE 5 END ELSE 6 END"
SENT = (
    f"EXISTS (SELECT 1 FROM message m WHERE m.campaign = 1 AND m.node = {EMAIL} AND m.person = t.person "
    "AND m.entry = t.entry AND m.result = 'sent' AND m.result_at <= t.due)"
)
RESULT_PATH = f"CASE WHEN {SENT} THEN 7 ELSE 8 END"


def bucket() -> str:
    """The random choice of the person of a row of `person`, 0 to 9999, as SQL."""
    salt = Salt.of("c_bench", "n_1")
    x = f"(({salt.a} * ((hash + 1000003) % {PRIME}) + {salt.b}) % {PRIME})"
    return f"({x} * (({x} * {x} + {salt.c}) % {PRIME}) + {salt.a}) % {PRIME} * 10000 / {PRIME}"


def run_by_hand(path: Path) -> float:
    """Visits a second."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    connection.execute("CREATE TEMP TABLE w (person, entry, now, path)")
    connection.execute("CREATE TEMP TABLE o (person, entry, now, address)")
    begun = time.perf_counter()
    _enter(connection)
    _place(connection, WAITED, WAIT, "3", _waited)
    _place(connection, JUDGED, JUDGE, JUDGED_PATH, _judged)
    _place(connection, RESULT, JUDGE, RESULT_PATH, _result)
    taken = time.perf_counter() - begun
    total = sum(
        VISITS[path] * n for path, n in connection.execute("SELECT path, sum(n) FROM counter GROUP BY 1")
    )
    connection.close()
    return float(total / taken)


def _enter(connection: sqlite3.Connection) -> None:
    after = 0
    while True:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM w")
        count = connection.execute(
            f"INSERT INTO w SELECT m.person, 1, {START}, CASE WHEN {bucket()} < 5000 THEN 1 ELSE 2 END "
            f"FROM (SELECT person FROM audience_member WHERE list = {LIST} AND person > ? ORDER BY person "
            f"LIMIT {CHUNK}) AS m LEFT JOIN person ON id = m.person",
            (after,),
        ).rowcount
        if count:
            after = connection.execute("SELECT max(person) FROM w").fetchone()[0]
            connection.execute(
                "INSERT OR FAIL INTO entry (campaign, person, entry, version, cycle, entered_at) "
                "SELECT 1, person, 1, 1, 1, now FROM w"
            )
            _message(connection, SMS, "mobile", 1, START)
            connection.execute(
                f"INSERT OR FAIL INTO token {TOKEN} SELECT 1, 1, {WAIT}, person, entry, 0, NULL FROM w "
                "WHERE path = 1"
            )
            _visits(connection, (1, 2), START)
        connection.execute("COMMIT")
        if count < CHUNK:
            return


def _place(
    connection: sqlite3.Connection,
    place: int,
    due: int,
    path: str,
    effects: Callable[[sqlite3.Connection], None],
) -> None:
    while True:
        connection.execute("BEGIN IMMEDIATE")
        mine = f"FROM token WHERE version = 1 AND place = {place} AND due = {due}"
        last = connection.execute(
            f"SELECT person {mine} ORDER BY person LIMIT 1 OFFSET {CHUNK - 1}"
        ).fetchone()
        mine += f" AND person <= {last[0] if last else 2**62}"
        connection.execute("DELETE FROM w")
        connection.execute(
            f"INSERT INTO w SELECT person, entry, due, {path} "
            f"FROM (SELECT person, entry, due, arrived {mine} ORDER BY person) AS t"
        )
        connection.execute(f"DELETE {mine}")
        effects(connection)
        connection.execute("COMMIT")
        if last is None:
            return


def _waited(connection: sqlite3.Connection) -> None:
    connection.execute(
        f"INSERT OR FAIL INTO token {TOKEN} SELECT 1, 2, {JUDGE}, person, entry, 0, now FROM w"
    )
    _visits(connection, (3,), WAIT)


def _judged(connection: sqlite3.Connection) -> None:
    _message(connection, EMAIL, "email", 4, JUDGE)
    connection.execute(
        f"INSERT OR FAIL INTO token {TOKEN} SELECT 1, 3, now, person, entry, 0, NULL FROM w WHERE path = 4"
    )
    _visits(connection, (4, 5, 6), JUDGE)


def _result(connection: sqlite3.Connection) -> None:
    connection.execute(
        "DELETE FROM tag_value WHERE tag = 'level' AND person IN (SELECT person FROM w WHERE path = 7)"
    )
    connection.execute(
        "INSERT OR FAIL INTO tag_value (tag, person, value) SELECT 'level', person, 'reached' FROM w "
        "WHERE path = 7"
    )
    _visits(connection, (7, 8), JUDGE)


def _message(connection: sqlite3.Connection, node: int, type: str, path: int, now: int) -> None:
    connection.execute("DELETE FROM o")
    connection.execute(
        f"INSERT INTO o SELECT person, entry, now, {ADDRESS.format(type=type)} FROM w WHERE path = {path}"
    )
    handed = "address, 1, 'sent', '', now, now, 'sent', now FROM o WHERE address IS NOT NULL"
    failed = "'', 1, 'failed', 'no_id', now, NULL, 'failed', now FROM o WHERE address IS NULL"
    for state, reason, values in (("sent", "", handed), ("failed", "no_id", failed)):
        n = connection.execute(
            f"INSERT OR FAIL INTO message {MESSAGE} SELECT 1, {node}, person, entry, {values}"
        ).rowcount
        if n:
            connection.execute(
                "INSERT INTO message_counter (version, cycle, node, state, reason, receipt, shard, hour, n) "
                "VALUES (1, 1, ?, ?, ?, '', 0, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
                (node, state, reason, now // HOUR, n),
            )


def _visits(connection: sqlite3.Connection, paths: tuple[int, ...], now: int) -> None:
    for path in paths:
        n = connection.execute(
            "INSERT OR FAIL INTO visit (version, path, person, entry, at) "
            "SELECT 1, path, person, entry, now FROM w WHERE path = ?",
            (path,),
        ).rowcount
        if n:
            connection.execute(
                "INSERT INTO counter (version, cycle, path, shard, hour, n) VALUES (1, 1, ?, 0, ?, ?) "
                "ON CONFLICT DO UPDATE SET n = n + excluded.n",
                (path, now // HOUR, n),
            )
