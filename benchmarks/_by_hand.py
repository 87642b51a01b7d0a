"""The journey as somebody would write it by hand for SQLite: the same tables and effects, no engine."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from benchmarks._journey import DAY, HOUR, JUDGE_DAYS, LIST, START, WAIT_HOURS
from engine.plan.context import PRIME, Salt
from engine.store.dialect import SQLITE_PRAGMAS

CHUNK = 10_000
WAIT, JUDGE = START + WAIT_HOURS * HOUR, START + WAIT_HOURS * HOUR + JUDGE_DAYS * DAY
SMS, EMAIL = 3, 7
ENTER, WAITED, JUDGED, RESULT = range(4)

_TAKE = (
    "INSERT INTO w SELECT person, entry, due, {path} FROM (SELECT person, entry, due, arrived FROM token "
    "WHERE version = 1 AND place = {place} AND due = {due} AND person <= {last} ORDER BY person) AS t"
)
_DROP = "DELETE FROM token WHERE version = 1 AND place = {place} AND due = {due} AND person <= {last}"
_MESSAGE = (
    "INSERT INTO message (campaign, node, person, entry, address, version, state, reason, planned_at, "
    "sent_at, result, result_at) SELECT 1, {node}, person, entry, coalesce(address, ''), 1, "
    "iif(address IS NULL, 'failed', 'sent'), iif(address IS NULL, 'no_id', ''), now, "
    "iif(address IS NULL, NULL, now), iif(address IS NULL, 'failed', 'sent'), now FROM o"
)
_OUT = (
    "INSERT INTO o SELECT person, entry, now, (SELECT value FROM person_id p WHERE p.person = w.person "
    "AND p.type = '{type}' ORDER BY time DESC, seq DESC LIMIT 1) FROM w WHERE path = {path}"
)
_MESSAGE_COUNT = (
    "INSERT INTO message_counter SELECT 1, 1, {node}, iif(address IS NULL, 'failed', 'sent'), "
    "iif(address IS NULL, 'no_id', ''), '', 0, now / 3600000, count(*) FROM o WHERE 1 GROUP BY 4, 5, 8 "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n"
)
_COUNT = (
    "INSERT INTO counter SELECT 1, 1, path, 0, now / 3600000, count(*) FROM w WHERE 1 GROUP BY path, 5 "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n"
)
_VISIT = "INSERT INTO visit SELECT 1, path, person, entry, now FROM w"
_SEEN = (
    "EXISTS (SELECT 1 FROM event e WHERE e.code = 'visit' AND e.person = t.person AND e.time > t.arrived "
    "AND e.time <= t.due AND e.received_at <= t.due)"
)
_VIP = "EXISTS (SELECT 1 FROM tag_value g WHERE g.tag = 'level' AND g.person = t.person AND g.value = 'VIP')"
_JUDGED = f"CASE WHEN {_SEEN} THEN CASE WHEN {_VIP} THEN 4 ELSE 5 END ELSE 6 END"
_SENT = (
    f"EXISTS (SELECT 1 FROM message m WHERE m.campaign = 1 AND m.node = {EMAIL} AND m.person = t.person "
    "AND m.entry = t.entry AND m.result = 'sent' AND m.result_at <= t.due)"
)


def run_by_hand(path: Path) -> float:
    """Visits a second."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    connection.execute("CREATE TEMP TABLE w (person, entry, now, path)")
    connection.execute("CREATE TEMP TABLE o (person, entry, now, address)")
    begun = time.perf_counter()
    _enter(connection)
    _place(
        connection,
        WAITED,
        WAIT,
        "3",
        ["INSERT INTO token SELECT 1, 2, {judge}, person, entry, 0, now FROM w"],
    )
    _place(connection, JUDGED, JUDGE, _JUDGED, [
        "DELETE FROM o", _OUT.format(type="email", path=4), _MESSAGE.format(node=EMAIL),
        _MESSAGE_COUNT.format(node=EMAIL),
        "INSERT INTO token SELECT 1, 3, now, person, entry, 0, NULL FROM w WHERE path = 4",
    ])  # fmt: skip
    _place(connection, RESULT, JUDGE, f"CASE WHEN {_SENT} THEN 7 ELSE 8 END", [
        "DELETE FROM tag_value WHERE tag = 'level' AND person IN (SELECT person FROM w WHERE path = 7)",
        "INSERT INTO tag_value SELECT 'level', person, 'reached', NULL FROM w WHERE path = 7",
    ])  # fmt: skip
    taken = time.perf_counter() - begun
    visits = {1: 4, 2: 3, 3: 1, 4: 2, 5: 2, 6: 1, 7: 2, 8: 1}  # nodes reached on each path
    total = sum(visits[number] * n for number, n in connection.execute("SELECT path, n FROM counter"))
    connection.close()
    return float(total / taken)


def _enter(connection: sqlite3.Connection) -> None:
    salt = Salt.of("c_bench", "n_1")
    x = f"({salt.a} * ((hash + 1000003) % {PRIME}) + {salt.b}) % {PRIME}"
    bucket = f"(x * ((x * x + {salt.c}) % {PRIME}) + {salt.a}) % {PRIME} * 10000 / {PRIME}"
    after = 0
    while True:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM w")
        connection.execute(
            f"WITH s AS MATERIALIZED (SELECT m.person, {x} AS x FROM (SELECT person FROM audience_member "
            f"WHERE list = {LIST} AND person > {after} ORDER BY person LIMIT {CHUNK}) AS m "
            "JOIN person ON id = m.person) "
            f"INSERT INTO w SELECT person, 1, {START}, CASE WHEN {bucket} < 5000 THEN 1 ELSE 2 END FROM s"
        )
        count, last = connection.execute("SELECT count(*), max(person) FROM w").fetchone()
        if count:
            after = last
            connection.execute("INSERT INTO entry SELECT 1, person, 1, 1, 1, now, NULL, NULL FROM w")
            connection.execute("DELETE FROM o")
            connection.execute(_OUT.format(type="mobile", path=1))
            connection.execute(_MESSAGE.format(node=SMS))
            connection.execute(_MESSAGE_COUNT.format(node=SMS))
            connection.execute(
                f"INSERT INTO token SELECT 1, 1, {WAIT}, person, entry, 0, NULL FROM w WHERE path = 1"
            )
            connection.execute(_VISIT)
            connection.execute(_COUNT)
        connection.execute("COMMIT")
        if count < CHUNK:
            return


def _place(connection: sqlite3.Connection, place: int, due: int, path: str, effects: list[str]) -> None:
    while True:
        connection.execute("BEGIN IMMEDIATE")
        rows = (
            f"SELECT person FROM token WHERE version = 1 AND place = {place} AND due = {due} ORDER BY person"
        )
        last = connection.execute(f"{rows} LIMIT 1 OFFSET {CHUNK - 1}").fetchone()
        values = {"place": place, "due": due, "last": last[0] if last else 2**62, "path": path}
        connection.execute("DELETE FROM w")
        connection.execute(_TAKE.format(**values))
        connection.execute(_DROP.format(**values))
        for effect in (*effects, _VISIT, _COUNT):
            connection.execute(effect.format(judge=JUDGE))
        connection.execute("COMMIT")
        if last is None:
            return
