"""The journey as somebody would write it by hand for PostgreSQL: one writable CTE a batch of people."""

from __future__ import annotations

import time

import psycopg
from sqlalchemy.engine import make_url

from benchmarks._by_hand import (
    ADDRESS,
    CHUNK,
    EMAIL,
    JUDGE,
    JUDGED,
    JUDGED_PATH,
    MESSAGE,
    RESULT,
    RESULT_PATH,
    SMS,
    TOKEN,
    VISITS,
    WAIT,
    WAITED,
    bucket,
)
from benchmarks._journey import HOUR, LIST, START
from engine.store.dialect import POSTGRESQL_OPTIONS

_VISITS = (
    "INSERT INTO visit (version, path, person, entry, at) SELECT 1, path, person, entry, now FROM w "
    "ORDER BY path, person"
)
_COUNTS = (
    "INSERT INTO counter (version, cycle, path, shard, hour, n) "
    f"SELECT 1, 1, path, 0, now / {HOUR}, count(*) FROM w GROUP BY path, now / {HOUR} "
    "ON CONFLICT (version, cycle, path, shard, hour) DO UPDATE SET n = counter.n + excluded.n"
)


def run_by_hand_postgresql(url: str) -> float:
    """Visits a second."""
    address = make_url(url)
    with psycopg.connect(
        host=str(address.query["host"]),
        user=address.username,
        dbname=address.database,
        options=" ".join(f"-c {option}" for option in POSTGRESQL_OPTIONS),
    ) as connection:
        begun = time.perf_counter()
        _enter(connection)
        _place(connection, WAITED, WAIT, "3", {"token": _token(2, str(JUDGE), "now", "true")})
        further = _message(EMAIL, "email", 4) | {"token": _token(3, "now", "NULL::bigint", "path = 4")}
        _place(connection, JUDGED, JUDGE, JUDGED_PATH, further)
        reached = "SELECT person FROM w WHERE path = 7"
        tags = {
            "gone": f"DELETE FROM tag_value WHERE tag = 'level' AND person IN ({reached})",
            "tag": "INSERT INTO tag_value (tag, person, value) "
            f"SELECT 'level', person, 'reached' FROM ({reached}) AS r",
        }
        _place(connection, RESULT, JUDGE, RESULT_PATH, tags)
        taken = time.perf_counter() - begun
        rows = connection.execute("SELECT path, sum(n)::bigint FROM counter GROUP BY 1").fetchall()
    return float(sum(VISITS[path] * n for path, n in rows) / taken)


def _enter(connection: psycopg.Connection) -> None:
    rows = (
        f"SELECT m.person, 1 AS entry, {START}::bigint AS now, "
        f"CASE WHEN {bucket()} < 5000 THEN 1 ELSE 2 END AS path "
        f"FROM (SELECT person FROM audience_member WHERE list = {LIST} AND person > %s ORDER BY person "
        f"LIMIT {CHUNK}) AS m JOIN person ON id = m.person"
    )
    entry = (
        "INSERT INTO entry (campaign, person, entry, version, cycle, entered_at) "
        "SELECT 1, person, 1, 1, 1, now FROM w"
    )
    parts = {"w": rows, "entry_": entry} | _message(SMS, "mobile", 1)
    parts["token"] = _token(1, str(WAIT), "NULL::bigint", "path = 1")
    statement = _statement(parts)
    after = 0
    while True:
        found = connection.execute(statement, (after,)).fetchone()
        connection.commit()
        assert found is not None
        if found[0] < CHUNK:
            return
        after = found[1]


def _place(connection: psycopg.Connection, place: int, due: int, path: str, effects: dict[str, str]) -> None:
    mine = f"FROM token WHERE version = 1 AND place = {place} AND due = {due}"
    taken = f"DELETE {mine} AND person <= %s RETURNING person, entry, due, arrived"
    rows = f"SELECT person, entry, due AS now, {path} AS path FROM t"
    statement = _statement({"t": taken, "w": rows} | effects)
    behind = f"SELECT person {mine} ORDER BY person LIMIT 1 OFFSET {CHUNK - 1}".encode()
    while True:
        last = connection.execute(behind).fetchone()
        connection.execute(statement, (last[0] if last else 2**62,))
        connection.commit()
        if last is None:
            return


def _statement(parts: dict[str, str]) -> bytes:
    all_ = parts | {"visit_": _VISITS, "count_": _COUNTS}
    ctes = ", ".join(f"{name} AS MATERIALIZED ({text})" for name, text in all_.items())
    escaped = ctes.replace("%", "%%").replace("%%s", "%s")
    return f"WITH {escaped} SELECT count(*), max(person) FROM w".encode()


def _token(place: int, due: str, arrived: str, where: str) -> str:
    values = f"1, {place}, {due}, person, entry, 0, {arrived}"
    return f"INSERT INTO token {TOKEN} SELECT {values} FROM w WHERE {where}"


def _message(node: int, type: str, path: int) -> dict[str, str]:
    """The messages of one touch and their counts."""
    without = "address IS NULL"
    state = f"CASE WHEN {without} THEN 'failed' ELSE 'sent' END"
    reason = f"CASE WHEN {without} THEN 'no_id' ELSE '' END"
    return {
        "o": f"SELECT person, entry, now, {ADDRESS.format(type=type)} AS address FROM w WHERE path = {path}",
        "message_": f"INSERT INTO message {MESSAGE} "
        f"SELECT 1, {node}, person, entry, coalesce(address, ''), 1, "
        f"{state}, {reason}, now, CASE WHEN {without} THEN NULL ELSE now END, {state}, now FROM o",
        "told": "INSERT INTO message_counter (version, cycle, node, state, reason, receipt, shard, hour, n) "
        f"SELECT 1, 1, {node}, {state}, {reason}, '', 0, now / {HOUR}, count(*) FROM o GROUP BY 4, 5, 8 "
        "ON CONFLICT (version, cycle, node, state, reason, receipt, shard, hour) "
        "DO UPDATE SET n = message_counter.n + excluded.n",
    }
