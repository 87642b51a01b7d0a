"""The engine's facade: campaigns through their life, events as they come, one engine to a database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.report.counts import NodeCounts
from engine.run.answers import (
    IncomingEvent,
    Refused,
    Status,
    UnknownCampaign,
)
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.workspace.account import SIMULATED_ID, AccountFile, AlibabaSmsAccount
from engine.workspace.account_settings import AlibabaSmsSettings
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    JUDGING_LINKS,
    MINUTE,
    NOW,
    SMS,
    WAIT,
    ZONE,
    Running,
    bundle,
    database,
    judging,
    write_people,
)

SMS_THEN_WAIT = {
    "n_who": ("target_audience", EVERYBODY),
    "n_sms": ("text_sms", SMS),
    "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
}
STRAIGHT = ["n_who out n_sms", "n_sms out n_wait", "n_wait out n_end"]
ORDERS = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "after_exit"}),
    "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
}
ORDERS_LINKS = ["n_order out n_wait", "n_wait out n_end"]


def order(id: str, person: str, time: int) -> IncomingEvent:
    return IncomingEvent(id, person, "order", time, {"amount": 5})


def test_a_campaign_runs_from_publishing_to_completed(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        assert run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT)).version == 1
        run.advance(MINUTE)
        status = run.engine.campaign("c_1")
        assert (status.status, status.entries, status.inside) == (Status.IN_PROGRESS, 3, 3)
        counts = run.engine.counts("c_1")
        assert counts.nodes["n_wait"] == NodeCounts(arrived=3, waiting=3)
        assert counts.links == {"l_00": 3, "l_01": 3, "l_02": 3}
        assert counts.messages == {"n_sms": {"sent": 3}}
        assert run.engine.status().next_due == ms(NOW) + HOUR
        run.advance(HOUR)
        status = run.engine.campaign("c_1")
        assert (status.status, status.inside, status.finished) == (Status.COMPLETED, 0, 3)
        assert run.engine.check() == []


def test_between_cycles_a_campaign_says_when_the_next_one_comes_and_which_was_skipped(
    tmp_path: Path,
) -> None:
    daily = {**EVERYBODY, "mode": "recurring", "every": {"unit": "day", "interval": 1, "time": "18:00"}}
    nodes = {"n_who": ("target_audience", daily), "n_end": ("end", {})}
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(nodes, ["n_who out n_end"]))
        assert run.engine.campaign("c_1").next_run == ms(NOW) + HOUR
        run.advance(2 * HOUR)
        (status,) = run.engine.campaigns()
        assert (status.status, status.finished) == (Status.IN_PROGRESS, 3)
        assert status.next_run == ms(NOW) + HOUR + DAY
        run.advance(DAY)
        skipped = run.engine.counts("c_1").skipped
        assert [(one.moment, one.audience) for one in skipped] == [(ms(NOW) + HOUR + DAY, "a_all")]
        run.engine.stop("c_1")
        assert run.engine.campaign("c_1").next_run is None


def test_publishing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        first = run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT))
        run.advance(MINUTE)
        assert run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT)) == first
        run.advance(MINUTE)
        assert run.engine.counts("c_1").entries == 3


def test_people_finish_on_the_version_that_they_entered(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDERS_LINKS))
        run.engine.post_events([order("e1", "p1", ms(NOW))])
        run.advance(MINUTE)
        direct = {name: node for name, node in ORDERS.items() if name != "n_wait"}
        assert run.engine.publish(bundle(direct, ["n_order out n_end"])).version == 2
        run.engine.post_events([order("e2", "p2", run.clock.now())])
        run.advance(MINUTE)
        nodes = run.engine.counts("c_1").nodes
        assert (nodes["n_wait"].waiting, nodes["n_end"].passed) == (1, 1)
        run.advance(HOUR)
        assert run.engine.counts("c_1").nodes["n_end"].passed == 2
        assert run.engine.check() == []


def test_what_falls_due_during_a_stop_happens_at_the_restart(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT))
        run.advance(MINUTE)
        run.engine.stop("c_1")
        run.clock.set(ms(NOW) + 5 * HOUR)
        run.engine.run_until_idle()
        assert run.engine.campaign("c_1").status is Status.STOPPED
        assert run.engine.counts("c_1").nodes["n_wait"].waiting == 3
        run.engine.restart("c_1")
        run.engine.run_until_idle()
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        with run.database.read() as connection:
            last = connection.execute(text("SELECT max(at) FROM visit")).scalar_one()
        assert last == ms(NOW) + 5 * HOUR
        assert run.engine.counts("c_1").entries == 3


def test_nobody_enters_during_a_stop(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDERS_LINKS))
        run.engine.stop("c_1")
        run.engine.post_events([order("e1", "p1", ms(NOW))])
        run.engine.restart("c_1")
        run.advance(MINUTE)
        assert run.engine.counts("c_1").entries == 0


def test_campaigns_start_and_end_at_their_times(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        start, end = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
        run.engine.publish(bundle(ORDERS, ORDERS_LINKS, start=start, end=end))
        assert run.engine.campaign("c_1").status is Status.NOT_STARTED
        run.engine.post_events([order("early", "p1", ms(NOW))])
        run.clock.set(ms(start))
        assert run.engine.campaign("c_1").status is Status.IN_PROGRESS
        run.engine.post_events([order("in time", "p1", ms(start))])
        run.engine.run_until_idle(ms(end))
        run.engine.post_events([order("late", "p2", ms(end))])
        run.engine.run_until_idle()
        status = run.engine.campaign("c_1")
        assert (status.status, status.entries, status.finished) == (Status.COMPLETED, 1, 1)


def test_events_let_people_in_once_each(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDERS_LINKS))
        now = ms(NOW)
        receipt = run.engine.post_events(
            [
                order("e1", "p1", now),
                order("e1", "p1", now),
                order("e2", "nobody knows me", now),
                order("before", "p2", now - 1),
                order("far ahead", "p3", now + 6 * MINUTE),
                order("soon", "p3", now + 4 * MINUTE),
                IncomingEvent("bad", "p\0", "order", now),
            ]
        )
        assert (receipt.accepted, receipt.duplicates, [one.index for one in receipt.rejected]) == (5, 1, [6])
        run.engine.run_until_idle(now)
        assert run.engine.counts("c_1").entries == 2
        run.advance(5 * MINUTE)
        assert run.engine.counts("c_1").entries == 3
        again = run.engine.post_events([order("e1", "p1", now), order("e3", "p1", run.clock.now())])
        assert (again.accepted, again.duplicates) == (1, 1)
        run.advance(MINUTE)  # p1 is still inside, so e3 does not let them in
        assert run.engine.counts("c_1").entries == 3
        run.advance(2 * HOUR)
        run.engine.post_events([order("e4", "p1", run.clock.now())])
        run.advance(MINUTE)
        assert run.engine.counts("c_1").entries == 4
        assert run.engine.check() == []


def test_imported_events_let_people_in_like_posted_ones(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDERS_LINKS))
        history = ["e1", "p1", "order", (NOW - timedelta(days=3)).isoformat(), ""]
        now = ["e2", "p2", "order", NOW.isoformat(), ""]
        write_people(tmp_path / "more", 3, events=[history, now])
        assert run.engine.import_data(tmp_path / "more").counts["events"] == 2
        run.engine.run_until_idle(ms(NOW))
        assert run.engine.counts("c_1").entries == 1


def test_one_import_at_a_time(tmp_path: Path) -> None:
    """A second one would take the first for one that was cut off."""
    write_people(tmp_path / "more", 5)
    refused = []
    with Running(database(tmp_path)) as run:

        def meanwhile(_file: str, _rows: int) -> None:
            with pytest.raises(Refused, match="Another import runs") as found:
                run.engine.import_data(tmp_path / "more")
            refused.append(found)

        run.engine.import_data(tmp_path / "more", progress=meanwhile)
        assert refused
        run.engine.import_data(tmp_path / "more")


def test_an_event_releases_those_whose_judgment_it_decides(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        where = {"field": "amount", "op": ">=", "value": 5}
        run.engine.publish(bundle(judging(where=where), JUDGING_LINKS))
        run.advance(HOUR)
        run.engine.post_events([order("e1", "p2", run.clock.now())])
        run.engine.run_until_idle(run.clock.now())
        assert run.engine.counts("c_1").nodes["n_yes"].passed == 1
        assert run.engine.counts("c_1").nodes["n_ordered"].waiting == 2
        run.advance(DAY)
        assert run.engine.counts("c_1").nodes["n_no"].passed == 2
        assert run.engine.check() == []


@pytest.mark.parametrize(("times", "late", "met"), [(1, 300, 1), (2, 300, 1), (3, 300, 0), (1, DAY, 0)])
def test_events_release_people_although_they_are_received_after_their_own_time(
    tmp_path: Path, times: int, late: int, met: int
) -> None:
    """As real events are: a person goes on at the event's time, which has passed by then."""
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(judging(times=times), JUDGING_LINKS))
        run.advance(HOUR)
        happened = ms(NOW) + HOUR
        run.clock.set(happened + late)
        run.engine.post_events([order(f"e{n}", "p2", happened - n) for n in range(2)])
        run.engine.run_until_idle(run.clock.now())
        counts = run.engine.counts("c_1").nodes
        assert (counts["n_yes"].passed, counts["n_no"].passed) == (met, 3 if late == DAY else 0)
        assert run.engine.check() == []


def test_an_event_received_after_the_judging_moment_changes_nothing(tmp_path: Path) -> None:
    judgment = {
        "judge_after": {"amount": 1, "unit": "hour"},
        "conditions": [{"join": None, "event": "order", "where": None}],
    }
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_ordered": ("event_judgment", judgment),
        "n_yes": ("end", {}),
    }
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(nodes, ["n_who out n_ordered", "n_ordered out n_yes"]))
        run.engine.run_until_idle(ms(NOW))
        run.clock.set(ms(NOW) + 2 * HOUR)  # the engine was busy: judged late, but as of its own time
        run.engine.post_events([order("late", "p1", ms(NOW) + MINUTE)])
        run.engine.run_until_idle()
        assert run.engine.counts("c_1").nodes["n_ordered"].left == 3


def test_drafts_with_problems_are_refused(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        with pytest.raises(Refused):
            run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT[:1]))
        assert run.engine.campaigns() == []


def test_real_providers_are_refused_yet(tmp_path: Path) -> None:
    account: AccountFile = AlibabaSmsAccount(
        id=SIMULATED_ID,
        name="Alibaba",
        kind="alibaba_sms",
        settings=AlibabaSmsSettings.model_validate_json('{"signatures": ["Shop"]}'),
    )
    with Running(database(tmp_path)) as run, pytest.raises(Refused, match="Alibaba"):
        run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT, account=account))


def test_deleting_takes_everything_but_the_issued_codes(tmp_path: Path) -> None:
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
        "n_end": ("end", {}),
    }
    links = ["n_who out n_coupon", "n_coupon out n_end"]
    with Running(database(tmp_path, people=3, codes=4)) as run:
        run.engine.publish(bundle(nodes, links))
        run.engine.run_until_idle()
        run.engine.delete("c_1")
        with pytest.raises(UnknownCampaign):
            run.engine.counts("c_1")
        run.engine.publish(bundle(nodes, links, id="c_2"))
        run.engine.run_until_idle()
        assert run.engine.counts("c_2").messages == {"n_coupon": {"failed": 2, "sent": 1}}
        assert run.engine.check() == []


def test_a_campaign_in_progress_is_not_deleted(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDERS_LINKS))
        with pytest.raises(Refused, match="Stop it"):
            run.engine.delete("c_1")


def test_a_second_engine_on_the_same_database_is_refused(tmp_path: Path) -> None:
    path = database(tmp_path)
    with Running(path), Database.open(path) as other, pytest.raises(Refused, match="Another engine"):
        Engine(other, EngineSettings(ZONE))
    with Running(path):  # the first one has let go
        pass


def test_a_campaign_that_fails_as_such_ends_abnormally_and_the_others_go_on(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT, id="c_1"))
        run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT, id="c_2"))
        version = next(iter(run.engine._scheduler.versions))

        def broken(*_: object) -> None:
            raise RuntimeError("no such thing")

        version.runner.enter = broken  # type: ignore[assignment, method-assign]
        run.engine.run_until_idle()
        one, other = run.engine.campaigns()
        assert one.status is Status.ENDED_ABNORMALLY
        said = "An unexpected error in the engine, whose log says more: RuntimeError: no such thing"
        assert str(one.reason) == said
        assert (other.status, other.finished) == (Status.COMPLETED, 3)


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("UPDATE counter SET n = n + 1 WHERE path = 1", "counter says"),
        ("DELETE FROM token", "waiting"),
        ("DELETE FROM entry WHERE person = 1", "entries"),
        ("UPDATE message SET state = 'failed' WHERE person = 1", "counted as"),
    ],
)
def test_check_finds_what_does_not_add_up(tmp_path: Path, planted: str, found: str) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(SMS_THEN_WAIT, STRAIGHT))
        run.advance(MINUTE)
        assert run.engine.check() == []
        with run.database.write() as connection:
            connection.execute(text(planted))
        assert any(found in str(violation.message) for violation in run.engine.check())


def test_campaigns_that_share_tags_run_in_lockstep(tmp_path: Path) -> None:
    """c_1 sets the tag after an hour, c_2 looks after two hours: also when both are long overdue."""
    tag = {"assignments": [{"tag": "level", "value": "Gold"}]}
    gold = {"field": "tag:level", "op": "is", "value": ["Gold"]}
    writer = {
        "n_who": ("target_audience", EVERYBODY),
        "n_wait": ("wait_until", {**WAIT, "amount": 2}),
        "n_tag": ("tag", tag),
        "n_end": ("end", {}),
    }
    reader = {
        "n_who": ("target_audience", EVERYBODY),
        "n_wait": ("wait_until", {**WAIT, "amount": 3}),
        "n_gold": (
            "tag_judgment",
            {"groups": [{"id": "g_1", "name": "Gold", "condition": gold}], "other": True},
        ),
        "n_yes": ("end", {}),
        "n_no": ("end", {}),
    }
    reads = ["n_who out n_wait", "n_wait out n_gold", "n_gold group:g_1 n_yes", "n_gold other n_no"]
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(reader, reads, id="c_1"))
        run.engine.publish(
            bundle(writer, ["n_who out n_wait", "n_wait out n_tag", "n_tag out n_end"], id="c_2")
        )
        run.engine.run_until_idle(ms(NOW))
        run.clock.set(ms(NOW) + DAY)
        run.engine.run_until_idle()
        assert run.engine.counts("c_1").nodes["n_yes"].passed == 3
