"""The proof of conservation: sound books are found sound, and each fault planted in them is found."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from engine.plan.places import ARRIVE
from engine.report.check import Violation, violations
from engine.store.database import Database
from engine.store.tables.people import coupon_code
from engine.store.tables.runs import (
    coupon_issue,
    cycle,
    entry,
    goal,
    goal_counter,
    message,
    message_counter,
    pending_match,
    test_state,
    token,
    token_watched,
)
from tests.engine.report.filling import CAMPAIGN, NOW, VERSION, add_path, fill, nodes, people, take

SMS, COUPON, WAIT, TARGET, END = 2, 3, 4, 5, 6
CODE = {"coupon": "cp_1"}


@pytest.fixture
def books(databases: Database) -> Database:
    """Of three people one is through, one waits, and one waits behind a message that a quiet time holds."""
    with databases.write() as connection:
        nodes(connection, "n_who", "n_sms", "n_coupon", "n_wait", "n_target", "n_end")
        people(connection, "p1", "p2", "p3")
        way = [(1, ARRIVE), (1, "out")]
        way += [step for node in (SMS, COUPON) for step in ((node, ARRIVE), (node, "out"))]
        add_path(connection, 1, 0, 1, [*way, (WAIT, ARRIVE)])
        add_path(connection, 2, 1, WAIT, [(WAIT, "out"), (END, ARRIVE), (END, "done")], tokens=0)
        take(connection, 1, 1, 2, 3)
        take(connection, 2, 1)
        fill(connection, token, {"place": 1, "person": 2})
        parked = {"version": VERSION, "place": 1, "person": 3, "entry": 1, "via": 0, "due": None}
        fill(connection, token_watched, parked)
        connection.execute(entry.update().values(live=1))
        connection.execute(entry.update().where(entry.c.person == 1).values(live=0))
        row = {"campaign": CAMPAIGN, "cycle": 1, "version": VERSION, "at": NOW, "after": 3, "done": 1}
        fill(connection, cycle, row)
        fill(connection, pending_match, {"campaign": CAMPAIGN, "person": 1, "event": "e1", "time": NOW})
        write_messages(connection)
        write_test(connection)
    return databases


def write_messages(connection: Connection) -> None:
    received = {"receipt": "opened", "receipt_at": NOW}
    coming = {"result_at": NOW + 1, "receipt": "opened", "receipt_at": NOW + 1}
    fill(
        connection,
        message,
        {"node": SMS, "person": 1, "variables": '["Ann"]', **received},
        {"node": SMS, "person": 2, "state": "sending", "result": "failed", "reason": "quota", **coming},
        {"node": SMS, "person": 3, "state": "planned", "due_at": NOW + 1},
        {"node": COUPON, "person": 1, "variables": '["C1"]'},
        {"node": COUPON, "person": 2, "variables": '["C2"]'},
        {"node": COUPON, "person": 3, "state": "failed", "reason": "no_code"},
    )
    fill(
        connection,
        message_counter,
        {"node": SMS, "state": "sent", "receipt": "opened", "n": 1},
        {"node": SMS, "state": "sending", "n": 1},
        {"node": SMS, "state": "planned", "n": 1},
        {"node": COUPON, "state": "sent", "n": 2},
        {"node": COUPON, "state": "failed", "reason": "no_code", "n": 1},
    )
    for position in (0, 1):
        fill(connection, coupon_code, {**CODE, "code": f"C{position + 1}", "position": position})
        issued = {"person": position + 1, "campaign": CAMPAIGN, "entry": 1, "node": COUPON, "at": NOW}
        fill(connection, coupon_issue, {**CODE, "position": position, **issued})


def write_test(connection: Connection) -> None:
    fill(connection, test_state, {"campaign": CAMPAIGN, "node": SMS, "visits": 3})
    key = {"node": TARGET, "port": "group:g_1", "achieved": 1}
    fill(connection, goal, {"campaign": CAMPAIGN, "person": 1, "entry": 1, "judged_at": NOW, **key})
    fill(connection, goal_counter, {"version": VERSION, "cycle": 1, "shard": 0, "n": 1, **key})


def found(database: Database, now: int = NOW) -> list[Violation]:
    with database.read() as connection:
        return list(violations(connection, now))


def test_sound_books(books: Database) -> None:
    assert found(books) == []


def test_a_receipt_that_has_come_must_be_counted(books: Database) -> None:
    with books.write() as connection:
        connection.execute(text("UPDATE message SET receipt_at = receipt_at + 1"))
    assert {one.where for one in found(books)} == {"1 n_sms"}


@pytest.mark.parametrize(
    ("planted", "where", "said"),
    [
        ("UPDATE counter SET n = n + 1 WHERE path = 2", "1", "Path 2: the counter says 2, there are 1"),
        ("DELETE FROM visit WHERE person = 3", "1", "Path 1: the counter says 3, there are 2"),
        ("UPDATE visit SET path = 9 WHERE path = 2", "1", "Path 9: the counter says 0, there are 1"),
        ("DELETE FROM token", "1 n_wait", "3 arrived and 1 went on, but 1 are waiting"),
        ("DELETE FROM token_watched", "1 n_wait", "3 arrived and 1 went on, but 1 are waiting"),
        ("UPDATE token SET place = 7", "1", "1 people wait at places that do not exist"),
        ("DELETE FROM entry WHERE person = 1", "1", "counted 3 entries, 2 of them inside; there are 2 and 2"),
        ("UPDATE entry SET cycle = 2 WHERE person = 2", "1", "Cycle 2: counted 0 entries"),
        ("UPDATE counter SET cycle = 2 WHERE path = 2", "1", "Cycle 2: counted 0 entries, -1 of them inside"),
        ("UPDATE cycle SET finished_at = 1", "1", "Cycle 1 is marked as finished"),
        ("UPDATE entry SET live = 2 WHERE person = 3", "1", "1 entries are not where"),
        ("UPDATE entry SET live = 1 WHERE person = 1", "1", "1 entries are not where"),
        ("UPDATE test_state SET visits = 4", "1 n_sms", "The test counts 4 visits, but 3 people passed"),
        ("UPDATE goal SET achieved = 0", "1 n_target", "The goal counters differ"),
        ("DELETE FROM goal_counter", "1 n_target", "The goal counters differ"),
        ("UPDATE goal SET port = 'group:g_2'", "1 n_target", "The goal counters differ"),
        (
            "INSERT INTO pending_match SELECT campaign, 9, event, time FROM pending_match",
            "1",
            "1 matching events are nobody's",
        ),
        ("UPDATE message SET state = 'skipped' WHERE state = 'planned'", "1 n_sms", "counted as planned"),
        ("UPDATE message SET reason = 'limit' WHERE state = 'failed'", "1 n_coupon", "as failed no_code"),
        ("UPDATE message SET receipt = 'ignored'", "1 n_sms", "as sent ignored, there are 1"),
        ("UPDATE message SET due_at = NULL", "1 n_sms", "1 messages that are to go out wait nowhere"),
        ("DELETE FROM message WHERE node = 2 AND person = 1", "1 n_sms", "as sent opened, there are 0"),
        (
            "DELETE FROM message_counter WHERE state = 'planned'",
            "1 n_sms",
            "3 people passed, but there are only 2",
        ),
        ("UPDATE message SET variables = '[\"C1\"]' WHERE person = 2", "1 n_coupon", "1 messages say a code"),
        ("UPDATE message SET variables = '[\"C3\"]' WHERE node = 3", "1 n_coupon", "messages say a code"),
        ("DELETE FROM coupon_issue WHERE person = 2", "1 n_coupon", "1 messages say a code"),
        ("DELETE FROM coupon_code WHERE code = 'C1'", "coupon_issue", "1 issued codes are not"),
        ("UPDATE coupon_code SET position = 0", "coupon_issue", "2 issued codes are not"),
        ("UPDATE coupon_code SET person = 7 WHERE code = 'C2'", "coupon_issue", "1 issued codes are not"),
    ],
)
def test_each_fault_is_found_where_it_is(books: Database, planted: str, where: str, said: str) -> None:
    with books.write() as connection:
        connection.execute(text(planted))
    assert any(one.where == where and said in str(one.message) for one in found(books)), found(books)
