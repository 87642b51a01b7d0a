"""How many people audiences hold, and how many codes coupons have left."""

from __future__ import annotations

from pathlib import Path

from engine.plan.prepared import Prepared
from engine.report.sizes import AUDIENCES, CODES_LEFT, MOST_CODES, NEXT_COUPON, CodesLeft, sizes
from engine.store.database import Database
from engine.store.dialect import bulk_insert
from engine.store.tables.people import audience, coupon_code
from engine.store.tables.runs import coupon_issue
from tests.databases import Target, explained
from tests.engine.plan.test_query_plans import LARGE, LINKS, NODES, anything, scanned
from tests.engine.report.filling import CAMPAIGN, NOW, fill
from tests.engine.run.drafting import DAY, MINUTE, Running, bundle, populate


def test_audiences_as_last_updated(databases: Database) -> None:
    ready = {"id": "a_vip", "list": 7, "size": 1204, "state": "ready", "updated_at": NOW}
    first = {"id": "a_new", "list": None, "size": 0, "state": "running", "updated_at": None}
    with databases.write() as connection:
        fill(connection, audience, ready, first)
        found = sizes(connection)
    assert list(found.audiences) == ["a_vip"]
    assert (found.audiences["a_vip"].size, found.audiences["a_vip"].updated_at) == (1204, NOW)


def test_codes_behind_the_last_one_issued_are_left(databases: Database) -> None:
    with databases.write() as connection:
        for coupon, codes in (("cp_1", 5), ("cp_2", 1), ("cp_3", 12)):
            rows = ({"coupon": coupon, "code": f"C{n}", "position": n} for n in range(codes))
            fill(connection, coupon_code, *rows)
        issued = {"person": 1, "campaign": CAMPAIGN, "entry": 1, "node": 1, "at": NOW}
        fill(connection, coupon_issue, *({"coupon": "cp_1", "position": n, **issued} for n in (0, 1)))
        fill(connection, coupon_issue, {"coupon": "cp_2", "position": 0, **issued})
        assert sizes(connection).coupons == {
            "cp_1": CodesLeft(3),
            "cp_2": CodesLeft(0),
            "cp_3": CodesLeft(12),
        }


def test_of_very_many_codes_it_is_said_that_there_are_more(databases: Database) -> None:
    with databases.write() as connection:
        rows = [("cp_1", f"C{n}", n) for n in range(MOST_CODES + 5)]
        bulk_insert(connection, coupon_code, ("coupon", "code", "position"), rows)
        assert sizes(connection).coupons == {"cp_1": CodesLeft(MOST_CODES, more=True)}


def test_what_was_issued_is_no_longer_left(target: Target, tmp_path: Path) -> None:
    with Running(populate(target, tmp_path, people=3, codes=5)) as run:
        run.engine.publish(bundle(NODES, LINKS))
        run.advance(MINUTE)
        with run.database.read() as connection:
            before = sizes(connection)
            assert (before.audiences["a_all"].size, before.coupons) == (3, {"cp_1": CodesLeft(5)})
        run.advance(30 * DAY)
        with run.database.read() as connection:
            assert sizes(connection).coupons == {"cp_1": CodesLeft(2)}


def test_sizes_read_large_tables_through_their_keys(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path, people=5, codes=5)
    with Database.open(target) as database, database.read() as connection:
        for query in (AUDIENCES, NEXT_COUPON, CODES_LEFT):
            statement = Prepared(query, connection.dialect)
            plan = explained(connection, statement.sql, anything(statement))
            assert not scanned(plan) & set(LARGE), f"{statement.sql}\n{plan}"
