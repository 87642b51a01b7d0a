"""Live counts, made of nothing but counters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table

from engine.plan.places import ARRIVE, LEFT, MERGED
from engine.report.counts import Counts, CycleCounts, GoalCounts, NodeCounts, counts_of
from engine.store.database import Database
from engine.store.tables.runs import (
    counter,
    cycle,
    finished,
    goal_counter,
    message_counter,
)
from tests.engine.report.filling import CAMPAIGN, NOW, VERSION, add_path, fill, nodes, publish


def counts(database: Database) -> Counts:
    with database.read() as connection:
        return counts_of(connection, CAMPAIGN)


def paths(connection: Connection, version: int = VERSION) -> None:
    """A trigger (1), a judgment (2) that holds people and lets some leave, an end (3)."""
    add_path(
        connection, 1, 0, 1, [(1, ARRIVE), (1, "out"), (2, ARRIVE)], links=["l_1", "l_2"], version=version
    )
    done = [(2, "out"), (3, ARRIVE), (3, "done")]
    add_path(connection, 2, 1, 2, done, links=["l_3"], tokens=0, version=version)
    add_path(connection, 3, 1, 2, [(2, LEFT)], tokens=0, version=version)


def cycles(connection: Connection, *moments: int) -> None:
    for number, at in enumerate(moments, start=1):
        row = {"campaign": CAMPAIGN, "cycle": number, "version": VERSION, "at": at, "after": 0, "done": 1}
        fill(connection, cycle, row)


def test_nodes_links_and_cycles_over_versions_and_hours(databases: Database) -> None:
    with databases.write() as connection:
        nodes(connection, "n_who", "n_wait", "n_end")
        publish(connection, VERSION + 1)
        for version in (VERSION, VERSION + 1):
            paths(connection, version)
        cycles(connection, NOW, NOW + 5, NOW + 10)
        for path, given in (
            (1, {"n": 5}),
            (1, {"n": 2, "hour": 1}),
            (2, {"n": 3}),
            (3, {"n": 1}),
            (1, {"n": 4, "cycle": 2}),
            (2, {"n": 4, "cycle": 2, "version": VERSION + 1}),
            (1, {"n": 1, "cycle": 2, "version": VERSION + 1}),
        ):
            fill(connection, counter, {"path": path, **given})
    found = counts(databases)
    assert found.nodes == {
        "n_who": NodeCounts(arrived=12, passed=12),
        "n_wait": NodeCounts(arrived=12, passed=7, waiting=4, left=1),
        "n_end": NodeCounts(arrived=7, passed=7),
    }
    assert found.links == {"l_1": 12, "l_2": 12, "l_3": 7}
    assert found.cycles == (
        CycleCounts(1, NOW, entries=7, inside=3, finished=4),
        CycleCounts(2, NOW + 5, entries=5, inside=1, finished=4),
        CycleCounts(3, NOW + 10, entries=0, inside=0, finished=0),
    )
    assert (found.entries, found.inside, found.finished) == (12, 4, 8)


def test_an_entry_on_several_branches_is_finished_with_the_last_of_them(databases: Database) -> None:
    with databases.write() as connection:
        nodes(connection, "n_who", "n_end")
        add_path(connection, 1, 0, 1, [(1, ARRIVE), (1, "out")], tokens=2)
        add_path(connection, 2, 1, 2, [(2, ARRIVE), (2, "done")], tokens=0)
        add_path(connection, 3, 1, 2, [(2, MERGED)], tokens=0)
        fill(connection, counter, {"path": 1, "n": 3}, {"path": 2, "n": 3}, {"path": 3, "n": 2})
        assert counts_of(connection, CAMPAIGN).finished == 0
        fill(connection, finished, {"version": VERSION, "cycle": 1, "shard": 0, "n": 2, "last": NOW})
    assert counts(databases).cycles == (CycleCounts(1, None, entries=3, inside=1, finished=2),)


def test_one_version_has_branches_and_the_other_has_none(databases: Database) -> None:
    with databases.write() as connection:
        nodes(connection, "n_who", "n_wait", "n_end")
        publish(connection, VERSION + 1)
        paths(connection)
        add_path(connection, 1, 0, 1, [(1, ARRIVE), (1, "out")], tokens=2, version=VERSION + 1)
        fill(connection, counter, {"path": 1, "n": 5}, {"path": 2, "n": 2})
        fill(connection, counter, {"path": 1, "n": 4, "version": VERSION + 1})
        fill(connection, finished, {"version": VERSION + 1, "cycle": 1, "shard": 0, "n": 3, "last": NOW})
    assert (counts(databases).entries, counts(databases).finished) == (9, 5)


def test_messages_by_state_reason_and_receipt(databases: Database) -> None:
    rows: list[dict[str, Any]] = [
        {"state": "sent", "n": 4},
        {"state": "sent", "receipt": "opened", "n": 2},
        {"state": "sent", "receipt": "opened", "n": 1, "cycle": 2},
        {"state": "failed", "reason": "quota", "n": 3},
        {"state": "failed", "reason": "no_id", "n": 1},
        {"state": "sending", "n": 0},
    ]
    with databases.write() as connection:
        nodes(connection, "n_push")
        fill(connection, message_counter, *({"node": 1, **row} for row in rows))
    found = counts(databases)
    assert found.messages == {"n_push": {"sent": 7, "failed": 4}}
    assert found.reasons == {"n_push": {"sent": {"": 7}, "failed": {"quota": 3, "no_id": 1}}}
    assert found.receipts == {"n_push": {"opened": 3}}


def test_goals_by_group(databases: Database) -> None:
    def row(port: str, achieved: int, n: int, cycle: int = 1) -> dict[str, Any]:
        key = {"version": VERSION, "cycle": cycle, "node": 1, "shard": 0}
        return {**key, "port": port, "achieved": achieved, "n": n}

    table: Table = goal_counter
    with databases.write() as connection:
        nodes(connection, "n_target")
        fill(connection, table, row("group:g_1", 0, 5), row("group:g_1", 1, 2), row("group:g_1", 1, 1, 2))
        fill(connection, table, row("group:g_2", 0, 4))
    assert counts(databases).goals == {
        "n_target": {"group:g_1": GoalCounts(judged=8, achieved=3), "group:g_2": GoalCounts(judged=4)}
    }
