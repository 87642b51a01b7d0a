"""The simulated channel: results files line by line, and what is known by when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from engine.channels.simulated import BadResults, load_results, settle
from engine.plan.temporary import TEMPORARY, result_script
from engine.store.database import Database
from engine.store.tables.people import person
from engine.store.tables.runs import entry, message, message_counter
from tests.engine.report.filling import CAMPAIGN, NOW, counted, fill, publish

HEADER = "person_id,node,result,after_seconds,receipt,receipt_after_seconds,entry,address\n"
NODES = {"n_push": 1, "n_sms": 2}


def loaded(database: Database, folder: Path, lines: str) -> list[tuple[Any, ...]]:
    """The script that a results file becomes, its rows in order."""
    file = folder / "results.csv"
    file.write_text(lines, encoding="utf-8", errors="surrogateescape")
    with database.write() as connection:
        TEMPORARY.create_all(connection)
        fill(connection, person, {"id": 1, "external_id": "p1"}, {"id": 2, "external_id": "p2"})
        load_results(connection, file, NODES)
        return [tuple(row)[1:] for row in connection.execute(select(result_script).order_by("id"))]


def test_a_row_says_result_and_receipt(databases: Database, tmp_path: Path) -> None:
    lines = [
        "p1,n_push,success,1.5,opened,60,2,dev-1",
        "p2,n_push,failed(quota),0,,,,",
        "p2,n_push,unknown,0,,9,,",
        "nobody,n_push,success,0,,,,",
        "p1,n_nowhere,success,0,,,,",
        "p1,n_sms,success,,ignored,,,",
    ]
    assert loaded(databases, tmp_path, HEADER + "\n".join(lines)) == [
        (1, 1, 2, "dev-1", "sent", "", 1500, "opened", 60_000),
        (2, 1, 0, "", "failed", "quota", 0, None, None),
        (2, 1, 0, "", "unknown", "", 0, None, None),
        (1, 2, 0, "", "sent", "", 0, "ignored", 0),
    ]


def test_further_columns_may_be_missing(databases: Database, tmp_path: Path) -> None:
    lines = "person_id,node,result,after_seconds\np1,n_sms,failed,2\n"
    assert loaded(databases, tmp_path, lines) == [(1, 2, 0, "", "failed", "", 2000, None, None)]


@pytest.mark.parametrize(
    "row",
    [
        "p1,n_push,success,0,opened,soon",
        "p1,n_push,success,0,opened,-1",
        "p1,n_push,success,0,opened,NaN",
        "p1,n_push,success,0,opened,1e300",
        "p1,n_push,success,0,,soon",
        "p1,n_push,success,0,op\0ened,0",
        "p1,n_push,success,0,\udcff,0",
        f"p1,n_push,success,0,{'x' * 201},0",
        "p1,n_push,success,0,opened,0,,a,b",
        "p1,n_push,success,0,opened,0,-1",
        "p1,n_push",
    ],
)
def test_a_row_that_cannot_be_read_is_refused_by_its_line(
    databases: Database, tmp_path: Path, row: str
) -> None:
    with pytest.raises(BadResults, match="line 3"):
        loaded(databases, tmp_path, f"{HEADER}p1,n_push,success,0\n{row}\n")


def write(connection: Connection, key: int, cycle: int, **given: Any) -> None:
    """A message that is still being sent, with its counter; the provider's answers come later."""
    row = {"node": 1, "person": key, "state": "sending", "result": "sent", "result_at": NOW + 10, **given}
    fill(connection, entry, {"person": key, "cycle": cycle})
    fill(connection, message, row)


@pytest.fixture
def sending(databases: Database) -> Database:
    """Two cycles: of the first two messages are answered with receipts, and one fails; of the second one."""
    with databases.write() as connection:
        publish(connection)
        write(connection, 1, 1, receipt="opened", receipt_at=NOW + 20)
        write(connection, 2, 1, receipt="ignored", receipt_at=NOW + 30)
        write(connection, 3, 1, result="failed", reason="quota")
        write(connection, 4, 2, receipt="opened", receipt_at=NOW + 20)
        row = {"node": 1, "state": "sending"}
        fill(connection, message_counter, {**row, "n": 3}, {**row, "cycle": 2, "n": 1})
    return databases


def test_results_and_receipts_show_when_they_have_come(sending: Database) -> None:
    with sending.write() as connection:
        settle(connection, CAMPAIGN, NOW + 9)
        assert counted(connection) == {(1, "sending", "", ""): 3, (2, "sending", "", ""): 1}
        settle(connection, CAMPAIGN, NOW + 10)
        failed = {(1, "failed", "quota", ""): 1}
        assert counted(connection) == {(1, "sent", "", ""): 2, (2, "sent", "", ""): 1, **failed}
        assert set(connection.scalars(select(message.c.state))) == {"sent", "failed"}
        settle(connection, CAMPAIGN, NOW + 20)
        opened = {(1, "sent", "", "opened"): 1, (2, "sent", "", "opened"): 1}
        assert counted(connection) == {(1, "sent", "", ""): 1, **opened, **failed}
        settle(connection, CAMPAIGN, NOW + 30)
        assert counted(connection) == {(1, "sent", "", "ignored"): 1, **opened, **failed}


def test_settling_again_counts_nothing_twice(sending: Database) -> None:
    with sending.write() as connection:
        settle(connection, CAMPAIGN, NOW + 25)
        once = counted(connection)
        settle(connection, CAMPAIGN, NOW + 25)
        assert counted(connection) == once
        assert sum(once.values()) == 4


def test_other_campaigns_messages_stay_as_they_are(sending: Database) -> None:
    with sending.write() as connection:
        before = counted(connection)
        settle(connection, CAMPAIGN + 1, NOW + 30)
        assert counted(connection) == before
