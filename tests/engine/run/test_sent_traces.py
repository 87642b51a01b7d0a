"""What sent messages leave for receipts and links goes when it is old, and stays while it is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from engine.channels.adapter import Traits
from engine.channels.receipts import Receipt
from engine.channels.sending.letters import Letter
from engine.channels.sending.links import Link, note_links
from engine.channels.sending.links import target as target_of
from engine.run import retention, sent_traces
from engine.run.retention import PAUSE
from engine.shapes.time import Duration, from_milliseconds
from engine.store.tables.runs import message
from engine.store.tables.sending import early_receipt, link_token, reference
from engine.workspace.settings import Retention
from tests.databases import Target
from tests.engine.channels.sending.provider import REAL, Provider
from tests.engine.channels.sending.test_rules import sms
from tests.engine.channels.sending.test_sending import left
from tests.engine.run.drafting import DAY, EVERYBODY, SMS, WAIT, Running, bundle, database, populate

WEEK = Duration(amount=7, unit="day")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)


def running(target: Target, kept: Retention) -> Running:
    provider = Provider(Traits(batch=1, concurrency=4, receipts=True))
    return Running(target, retention=kept, open_adapter=provider.open)


def pass_time(run: Running, milliseconds: int) -> None:
    """Let a round of retention end, so much later."""
    run.clock.set(run.clock.now() + milliseconds + PAUSE)
    run.engine.run_until_idle(run.clock.now())


@pytest.mark.parametrize(
    ("kept", "after_a_week", "after_two"),
    [(Retention(receipts=WEEK), 3, 0), (Retention(messages=WEEK), 3, 0), (Retention(links=WEEK), 3, 3)],
)
def test_what_receipts_call_old_messages_goes(
    target: Target, tmp_path: Path, kept: Retention, after_a_week: int, after_two: int
) -> None:
    populate(target, tmp_path)
    with running(target, kept) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        assert left(run, reference) == 3
        pass_time(run, 5 * DAY)
        assert left(run, reference) == after_a_week
        pass_time(run, 8 * DAY)
        assert left(run, reference) == after_two
        assert run.engine.check() == []


def test_who_is_inside_keeps_what_receipts_call_their_messages(tmp_path: Path) -> None:
    waiting = {**WAIT, "amount": 20, "unit": "day"}
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_sms": ("text_sms", SMS),
        "n_wait": ("wait_until", waiting),
        "n_end": ("end", {}),
    }
    links = ["n_who out n_sms", "n_sms out n_wait", "n_wait out n_end"]
    with running(database(tmp_path), Retention(receipts=WEEK)) as run:
        run.engine.publish(bundle(nodes, links, account=REAL))
        run.advance(0)
        pass_time(run, 10 * DAY)
        assert left(run, reference) == 3
        pass_time(run, 12 * DAY)
        pass_time(run, DAY)
        assert left(run, reference) == 0


def test_links_of_single_messages_go_and_those_of_all_stay(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path)
    with running(target, Retention(links=WEEK)) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        with run.database.write() as connection:
            found = connection.execute(select(message)).all()
            for one in found:
                letter = Letter(
                    "a", 1, 1, 0, one.campaign, one.node, one.person, one.entry, one.address, "", None,
                    0, 0, 1, 0, None,
                )  # fmt: skip
                own = Link(f"own{one.person}", "https://shop.example/mine", own=True)
                every = Link("all", "https://shop.example/all", own=False)
                note_links(connection, [(letter, own), (letter, every)], run.clock.now())
        pass_time(run, 20 * DAY)  # fatigue control looks back for 30: so do links, whatever is set
        assert left(run, link_token) == 4
        pass_time(run, 11 * DAY)
        assert left(run, link_token) == 1
        with run.database.read() as connection:
            assert target_of(connection, "all") == "https://shop.example/all"
            assert target_of(connection, "own1") is None


def test_receipts_of_messages_that_never_were_go(tmp_path: Path) -> None:
    with running(database(tmp_path), Retention(receipts=WEEK)) as run:
        now = from_milliseconds(run.clock.now())
        run.engine.receiving.take(REAL, [Receipt("delivered", now, reference="nobody's")])
        assert left(run, early_receipt) == 1
        pass_time(run, DAY)
        assert left(run, early_receipt) == 0


def test_chunks_read_their_range_only(tmp_path: Path) -> None:
    which = {
        reference: sent_traces.references_to_delete(retention.inside, 5),
        link_token: sent_traces.links_to_delete(5),
    }
    with running(database(tmp_path), Retention()) as run, run.database.write() as connection:
        retention._TEMPORARY.create_all(connection)
        for table, condition in which.items():
            key = ("a",) * len(table.primary_key)
            statements = (
                sent_traces.end_of_chunk(table, key, 100),
                sent_traces.of_chunk(table, condition, key, ("b",) * len(key)),
            )
            for statement in statements:
                sql = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
                plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
                assert not [line for line in plan if line.startswith("SCAN")], plan
