"""Old rows go, nothing that is needed goes, and counters, reports and the check stay as they were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.dialects import sqlite

from engine.plan.contact import LONGEST_WINDOW, ContactRules, Limit
from engine.report.needs import EventNeeds, event_needs
from engine.report.published import PublishedVersions
from engine.run import retention
from engine.run.answers import IncomingEvent, Status
from engine.run.retention import PAUSE
from engine.run.simulate import simulate
from engine.shapes.time import Duration
from engine.shapes.time import to_milliseconds as ms
from engine.store.tables.runs import message
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.settings import Retention
from tests.databases import Target
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    JUDGING_LINKS,
    NOW,
    PROMOTION,
    SETTINGS,
    SMS,
    WAIT,
    ZONE,
    Running,
    bundle,
    database,
    judging,
    populate,
)

WEEK = Duration(amount=7, unit="day")
SHORT = Retention(visits=WEEK, messages=WEEK, events=WEEK)
ORDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "every_time"}),
    "n_sms": ("text_sms", SMS),
    "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
}
ORDER_LINKS = ["n_order out n_sms", "n_sms out n_wait", "n_wait out n_end"]


class Keeping(Running):
    """An engine with a retention, at a virtual time."""

    def __init__(self, database: Target, kept: Retention = SHORT, **settings: Any) -> None:
        super().__init__(database, retention=kept, **settings)

    def pass_time(self, milliseconds: int) -> None:
        """Go on with what falls due, and let a round of retention end."""
        end = self.clock.now() + milliseconds
        self.advance(milliseconds)
        self.clock.set(end + PAUSE)
        self.engine.run_until_idle(end + PAUSE)

    def order(self, id: str, person: str = "p1", time: int | None = None) -> None:
        when = self.clock.now() if time is None else time
        self.engine.post_events([IncomingEvent(id, person, "order", when, {"amount": 5})])

    def rows(self, table: str) -> int:
        with self.database.read() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def changed(made: Bundle, **parts: Any) -> Bundle:
    """A bundle with other files in it."""
    whole = {
        "campaign": made.campaign,
        "audiences": made.audiences,
        "messages": made.messages,
        "accounts": made.accounts,
        "catalog": made.catalog,
    }
    return Bundle(**{**whole, **parts})


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)


def test_counters_reports_and_the_check_are_as_if_nothing_had_been_deleted(
    target: Target, tmp_path: Path
) -> None:
    with Keeping(populate(target, tmp_path, people=5)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        for n in range(10):
            run.order(f"e{n}", f"p{n % 5 + 1}")
        run.advance(2 * HOUR)
        before = run.engine.counts("c_1")
        assert (run.rows("visit"), run.rows("message"), run.rows("event")) == (20, 10, 10)
        run.pass_time(LONGEST_WINDOW)
        assert (run.rows("visit"), run.rows("message"), run.rows("event")) == (0, 0, 0)
        assert run.engine.counts("c_1") == before
        assert run.engine.check() == []
        run.order("later")
        run.advance(2 * HOUR)
        assert run.engine.counts("c_1").entries == 11
        assert run.engine.check() == []


def test_the_check_still_finds_what_is_missing(tmp_path: Path) -> None:
    with Keeping(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("e1")
        run.pass_time(LONGEST_WINDOW)
        run.order("e2")
        run.advance(HOUR)
        with run.database.write() as connection:
            connection.execute(delete(message))
        (found,) = run.engine.check()
        assert "2 messages counted as sent are gone, but 1 were deleted" in str(found.message)


def test_what_was_deleted_does_not_count_in_a_simulation(tmp_path: Path) -> None:
    path = database(tmp_path)
    with Keeping(path) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("e1")
        run.pass_time(LONGEST_WINDOW)
        assert run.rows("deleted_visit") > 0
        run.order("e2")
    summary = simulate(bundle(ORDERS, ORDER_LINKS), path, SETTINGS, since=NOW + timedelta(days=31))
    assert summary.counts.entries == 1
    assert summary.violations == ()


def test_nothing_is_deleted_by_default(tmp_path: Path) -> None:
    with Keeping(database(tmp_path), Retention()) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("e1")
        run.pass_time(400 * DAY)
        assert (run.rows("visit"), run.rows("message"), run.rows("event")) == (2, 1, 1)


def test_only_what_is_old_goes(tmp_path: Path) -> None:
    with Keeping(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("old", "p1")
        run.pass_time(5 * DAY)
        run.order("new", "p2")
        run.pass_time(3 * DAY)
        with run.database.read() as connection:
            assert set(connection.scalars(text("SELECT person FROM visit"))) == {2}
            assert set(connection.scalars(text("SELECT source_id FROM event"))) == {"new"}
        assert run.rows("message") == 2  # whatever the retention says, fatigue control looks back 30 days
        assert run.engine.check() == []


def test_what_limits_counted_of_a_deleted_campaign_goes_once_they_look_back_no_more(
    target: Target, tmp_path: Path
) -> None:
    """It holds addresses, and nobody may ever delete another campaign."""
    nodes = {**ORDERS, "n_sms": ("text_sms", PROMOTION)}
    rules = ContactRules(limits=(Limit(LONGEST_WINDOW, 5),))
    with Keeping(populate(target, tmp_path, people=5), contact=rules) as run:
        run.engine.publish(bundle(nodes, ORDER_LINKS))
        for n in range(5):
            run.order(f"e{n}", f"p{n + 1}")
        run.advance(2 * HOUR)
        run.engine.stop("c_1")
        run.engine.delete("c_1")
        run.pass_time(LONGEST_WINDOW - 2 * DAY)
        assert run.rows("message") == 5
        run.pass_time(2 * DAY)
        assert run.rows("message") == 0
        assert run.rows("deleted_message") == 0
        assert run.engine.check() == []


def test_an_entry_whose_last_visit_is_young_keeps_all_of_them(tmp_path: Path) -> None:
    nodes = {**ORDERS, "n_wait": ("wait_until", {**WAIT, "amount": 20, "unit": "day"})}
    with Keeping(database(tmp_path)) as run:
        run.engine.publish(bundle(nodes, ORDER_LINKS))
        run.order("e1")
        run.pass_time(21 * DAY)
        assert run.engine.counts("c_1").inside == 0
        assert run.rows("visit") == 2
        run.pass_time(7 * DAY)
        assert run.rows("visit") == 0


def test_who_is_inside_keeps_visits_messages_and_the_event_that_let_them_in(
    target: Target, tmp_path: Path
) -> None:
    stay = {**WAIT, "amount": 100, "unit": "day"}
    nodes = {**ORDERS, "n_wait": ("wait_until", stay)}
    with Keeping(populate(target, tmp_path)) as run:
        run.engine.publish(bundle(nodes, ORDER_LINKS))
        run.order("e1")
        run.pass_time(50 * DAY)
        assert (run.rows("visit"), run.rows("message"), run.rows("event")) == (1, 1, 1)
        run.pass_time(100 * DAY)
        run.pass_time(PAUSE)
        assert (run.rows("message"), run.rows("event")) == (0, 0)
        assert run.engine.check() == []


def test_an_event_that_came_late_keeps_its_visits_while_the_person_is_inside(
    target: Target, tmp_path: Path
) -> None:
    """The person enters between two chunks of a round, with a time of long ago."""
    stay = {**WAIT, "amount": 100, "unit": "day"}
    nodes = {**ORDERS, "n_wait": ("wait_until", stay)}
    with Keeping(populate(target, tmp_path), Retention(visits=WEEK)) as run:
        run.engine.publish(bundle(nodes, ORDER_LINKS))
        run.order("e1", "p1")
        run.clock.set(ms(NOW) + 20 * DAY)
        assert run.engine._scheduler.step(run.clock.now())
        cleaner = run.engine._operations._cleaner
        assert cleaner.step(run.clock.now())  # who is inside has been noted
        run.order("late", "p2", ms(NOW) + DAY)
        while run.engine.step():
            pass
        assert run.rows("visit") == 2
        assert run.engine.check() == []


def test_a_judgment_finds_the_events_that_it_looks_back_on(tmp_path: Path) -> None:
    with Keeping(database(tmp_path)) as run:
        run.engine.publish(bundle(judging(60, early=False), JUDGING_LINKS))
        run.advance(HOUR)
        run.order("e1", "p2")
        run.pass_time(40 * DAY)
        assert run.rows("event") == 1
        run.advance(60 * DAY)
        assert run.engine.counts("c_1").nodes["n_yes"].passed == 1
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        run.pass_time(DAY)
        assert run.rows("event") == 0


@pytest.mark.parametrize(
    ("span", "kept_days"),
    [
        (None, 10_000),
        ({"last": {"amount": 90, "unit": "day"}}, 91),
        ({"last": {"amount": 1, "unit": "day"}}, 2),
    ],
)
def test_audiences_of_running_campaigns_keep_the_events_of_their_range(
    tmp_path: Path, span: dict[str, Any] | None, kept_days: int
) -> None:
    raw = {"card": "behaviour", "event": "order", "range": span}
    file: AudienceFile = AUDIENCE.adapter.validate_python({"id": "a_all", "name": "All", "cards": [raw]})
    with Keeping(database(tmp_path)) as run:
        published = bundle(
            {"n_who": ("target_audience", EVERYBODY), "n_end": ("end", {})}, ["n_who out n_end"]
        )
        run.engine.publish(changed(published, audiences={"a_all": file}))
        with run.database.read() as connection:
            versions = PublishedVersions().read(connection)
        since = event_needs(versions, run.clock.now(), ZONE).since["order"]
        assert since <= run.clock.now() - kept_days * DAY
        assert span is None or since >= run.clock.now() - (kept_days + 1) * DAY


def test_marketing_messages_stay_while_later_ones_are_compared_with_them(tmp_path: Path) -> None:
    promotion = {**SMS, "sms_type": "promotional"}
    published = bundle({**ORDERS, "n_sms": ("text_sms", promotion)}, ORDER_LINKS)
    mail = published.messages["m_hello"].model_copy(update={"sms_type": "promotional"})
    published = changed(published, messages={"m_hello": mail})
    with Keeping(database(tmp_path)) as run:
        run.engine.publish(published)
        run.order("e1")
        run.pass_time(100 * DAY)
        assert (run.rows("message"), run.rows("visit")) == (1, 0)


def test_marketing_messages_stay_from_when_a_new_version_is_to_be_compared_with_them(tmp_path: Path) -> None:
    """Version 3, published between two chunks of a round, sends again what version 2 did not."""
    promoting = bundle({**ORDERS, "n_sms": ("text_sms", PROMOTION)}, ORDER_LINKS)
    plain = bundle(
        {name: node for name, node in ORDERS.items() if name != "n_sms"},
        ["n_order out n_wait", "n_wait out n_end"],
    )
    with Keeping(database(tmp_path, people=6), Retention(messages=WEEK)) as run:
        run.engine.publish(promoting)
        for n in range(1, 7):
            run.order(f"e{n}", f"p{n}")
        run.advance(2 * HOUR)
        run.engine.publish(plain)
        run.clock.set(ms(NOW) + 2 * LONGEST_WINDOW)
        cleaner = run.engine._operations._cleaner
        while run.rows("message") == 6:
            assert cleaner.step(run.clock.now())
        left = run.rows("message")
        assert left > 0
        run.engine.publish(promoting)
        while cleaner.step(run.clock.now()):
            pass
        assert run.rows("message") == left


def test_an_event_from_before_the_retention_is_refused(tmp_path: Path) -> None:
    with Keeping(database(tmp_path)) as run:
        old = IncomingEvent("e1", "p1", "order", ms(NOW) - 8 * DAY)
        (rejected,) = run.engine.post_events([old]).rejected
        assert "longer ago than events are kept" in str(rejected.message)


def test_a_deleted_campaign_leaves_no_counts_behind(tmp_path: Path) -> None:
    with Keeping(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, end=NOW + timedelta(days=1)))
        run.order("e1")
        run.pass_time(LONGEST_WINDOW)
        assert run.rows("deleted_visit") > 0
        assert run.rows("deleted_message") > 0
        run.engine.delete("c_1")
        assert run.rows("deleted_visit") == run.rows("deleted_message") == 0


def test_chunks_read_their_range_only(tmp_path: Path) -> None:
    """No statement reads a large table from its beginning again."""
    which = retention.messages_to_delete(1, 1, 0, 9, 5)
    statements = {
        "visit": [
            retention.visits_after(1, 1, 0, 100),
            retention.visits_of_ended(1, 1, 0, 9),
            retention.entries_ended(1, 1, 1, [1, 2], 0, 9, 5, 5),
        ],
        "message": [
            retention.messages_after(1, 1, 0),
            delete(message).where(which),
            select(message).where(which),
        ],
        "event": [
            retention.events_after(0, 9),
            retention.events_to_delete(0, 5, 9, EventNeeds({"order": 7}, (1,))),
        ],
    }
    with Keeping(database(tmp_path)) as run, run.database.write() as connection:
        retention._TEMPORARY.create_all(connection)
        for table, some in statements.items():
            for statement in some:
                sql = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
                plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
                read = [line for line in plan if f" {table} " in f"{line} "]
                assert read, plan
                assert all(line.startswith("SEARCH") and (">?" in line or "<?" in line) for line in read), (
                    plan
                )
                assert not [line for line in plan if line.startswith("SCAN") and "SUBQUERY" not in line], plan
