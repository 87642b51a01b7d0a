"""The life of campaigns (components, section 10) and what belongs to it, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from engine.plan.contact import ContactRules
from engine.report.published import PublishedVersions
from engine.run import lifecycle
from engine.run.answers import Refused, Status
from engine.run.waves import WaveRunner
from engine.shapes.time import to_milliseconds as ms
from engine.workspace.settings import MAX_IN_PROGRESS
from tests.databases import Target
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    JUDGING_LINKS,
    MINUTE,
    NOW,
    WAIT,
    ZONE,
    bundle,
    judging,
)
from tests.engine.run.living import (
    DAILY,
    DIRECT,
    DIRECT_LINKS,
    END,
    HALVES,
    MORNING,
    NIGHT,
    ORDER_LINKS,
    ORDERS,
    PROMOTION,
    SMS_LINKS,
    SMS_THEN_WAIT,
    Living,
    Node,
    marketing,
    recurring,
)

# ---- start, end, how many


def test_people_enter_between_start_and_end_and_the_last_ones_finish(shop: Target) -> None:
    start, end = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, start=start, end=end))
        assert run.engine.campaign("c_1").status is Status.NOT_STARTED
        run.order("early")
        run.pass_time(HOUR)
        run.order("first")
        assert run.engine.campaign("c_1").status is Status.IN_PROGRESS
        run.pass_time(2 * HOUR - 1)
        run.order("last", "p2")
        run.pass_time(1)
        run.order("late", "p3")
        status = run.engine.campaign("c_1")
        assert (status.status, status.entries, status.inside) == (Status.IN_PROGRESS, 2, 1)
        run.pass_time(HOUR)
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        run.sound()


def test_an_audience_enters_at_the_start_of_its_campaign(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS, start=NOW + timedelta(hours=2)))
        run.pass_time(2 * HOUR - 1)
        assert run.engine.campaign("c_1").entries == 0
        run.pass_time(1)
        assert run.engine.campaign("c_1").entries == 6


def test_cycles_that_end_behind_the_end_of_their_campaign_leave_nothing_to_do_in_the_past(
    shop: Target,
) -> None:
    nodes: dict[str, Node] = {
        "n_who": recurring(DAILY, repeat_unchanged=True), "n_wait": ("wait_until", {**WAIT, "amount": 72}),
        "n_end": END,
    }  # fmt: skip
    links = ["n_who out n_wait", "n_wait out n_end"]
    with Living(shop) as run:
        run.engine.publish(bundle(nodes, links, end=NOW + timedelta(hours=40)))
        first, second = (NOW.replace(hour=10) + timedelta(days=day) for day in (3, 4))
        run.pass_time(ms(first) - ms(NOW))
        assert (run.engine.campaign("c_1").status, run.cycles()) == (
            Status.IN_PROGRESS, [first - timedelta(days=3), second - timedelta(days=3)],
        )  # fmt: skip
        run.pass_time(DAY)
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        run.sound()


def test_the_next_publish_or_restart_is_refused_while_too_many_are_in_progress(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_IN_PROGRESS == 100
    monkeypatch.setattr(lifecycle, "MAX_IN_PROGRESS", 2)
    with Living(shop) as run:
        for number in (1, 2):
            run.engine.publish(bundle(ORDERS, ORDER_LINKS, id=f"c_{number}"))
        with pytest.raises(Refused, match=r"2 campaigns are in progress\. Wait for one to finish, or stop"):
            run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_3"))
        assert [one.campaign for one in run.engine.campaigns()] == ["c_1", "c_2"]
        run.engine.publish(bundle(ORDERS, ORDER_LINKS[::-1], id="c_1"))  # a new version is not one more
        run.engine.stop("c_1")
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_3"))
        with pytest.raises(Refused, match="2 campaigns are in progress"):
            run.engine.restart("c_1")
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_1"))  # it stays stopped
        assert run.engine.campaign("c_1").status is Status.STOPPED
        run.order("e1")
        assert [one.entries for one in run.engine.campaigns()] == [0, 1, 1]


# ---- stop and restart


def test_people_keep_their_place_and_what_was_due_happens_at_the_restart(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("e1")
        run.pass_time(30 * MINUTE)
        run.order("e2", "p2")
        run.engine.stop("c_1")
        run.order("e3", "p3")
        run.pass_time(45 * MINUTE)
        assert run.engine.counts("c_1").nodes["n_wait"].waiting == 2
        run.engine.restart("c_1")
        resumed = run.clock.now()
        run.pass_time(HOUR)
        assert run.rows("SELECT person, max(at) FROM visit GROUP BY person ORDER BY person") == [
            (1, resumed), (2, resumed + 15 * MINUTE),
        ]  # fmt: skip
        run.order("e4", "p4")
        assert run.engine.counts("c_1").entries == 3
        run.sound()


def test_a_restart_does_not_let_a_cycle_enter_twice(shop: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WaveRunner, "MOST", 2)
    with Living(shop) as run:
        run.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
        assert run.engine.step()
        assert run.engine.campaign("c_1").entries == 2
        run.engine.stop("c_1")
        run.pass_time(3 * HOUR)
        assert run.engine.campaign("c_1").entries == 2
        run.engine.restart("c_1")
        run.pass_time(3 * HOUR)
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        run.engine.run_until_idle()
        assert run.rows("SELECT person, entry, cycle FROM entry ORDER BY person") == [
            (person, 1, 1) for person in range(1, 7)
        ]
        run.sound()


def test_cycles_that_fell_into_a_stop_happen_once_at_the_restart(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(DIRECT, DIRECT_LINKS))
        run.pass_time(HOUR)
        run.engine.stop("c_1")
        run.pass_time(3 * DAY + HOUR)
        run.engine.restart("c_1")
        run.pass_time(DAY)
        at_six = datetime(2026, 3, 2, 18, tzinfo=ZONE)
        assert run.cycles() == [
            at_six, at_six + timedelta(days=3, hours=1), at_six + timedelta(days=4),
        ]  # fmt: skip
        run.sound()


def test_what_quiet_times_hold_back_waits_for_the_restart(shop: Target) -> None:
    stay: Node = ("wait_until", {**WAIT, "amount": 2, "unit": "day"})
    nodes = {**SMS_THEN_WAIT, "n_sms": PROMOTION, "n_wait": stay}
    evening = datetime(2026, 3, 2, 21, tzinfo=ZONE)
    with Living(shop, ContactRules(daily=NIGHT), moment=evening) as run:
        run.engine.publish(marketing(nodes, SMS_LINKS))
        run.pass_time(HOUR)
        run.engine.stop("c_1")
        run.pass_time(14 * HOUR)
        assert run.engine.counts("c_1").messages == {"n_sms": {"planned": 6}}
        run.engine.restart("c_1")
        run.pass_time(0)
        assert run.rows("SELECT DISTINCT state, sent_at FROM message") == [("sent", run.clock.now())]
        run.sound()


def test_messages_that_are_postponed_go_out_although_everybody_is_through(shop: Target) -> None:
    nodes: dict[str, Node] = {"n_who": ("target_audience", EVERYBODY), "n_sms": PROMOTION, "n_end": END}
    evening = datetime(2026, 3, 2, 21, tzinfo=ZONE)
    with Living(shop, ContactRules(daily=NIGHT), moment=evening) as run:
        run.engine.publish(marketing(nodes, ["n_who out n_sms", "n_sms out n_end"]))
        run.pass_time(HOUR)
        assert run.engine.campaign("c_1").finished == 6
        assert run.engine.counts("c_1").messages == {"n_sms": {"planned": 6}}
        run.pass_time(DAY)
        assert run.rows("SELECT DISTINCT state, sent_at FROM message") == [("sent", MORNING)]
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        run.sound()


@pytest.mark.parametrize("decided", [True, False])
def test_whom_an_event_released_during_a_stop_goes_on_at_the_restart(shop: Target, decided: bool) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(judging(10), JUDGING_LINKS))
        run.pass_time(HOUR)
        run.engine.stop("c_1")
        if decided:
            run.order("e1", "p2")
        run.pass_time(HOUR)
        run.engine.restart("c_1")
        run.pass_time(MINUTE)
        passed = run.engine.counts("c_1").nodes["n_yes"].passed
        assert passed == decided
        if passed:
            assert run.rows("SELECT max(at) FROM visit") == [(ms(NOW) + 2 * HOUR,)]
        run.sound()


@pytest.mark.parametrize(("hours", "met"), [(23, 1), (25, 0)])
def test_a_stop_does_not_lengthen_the_time_within_which_events_count(
    shop: Target, hours: int, met: int
) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(judging(early=False), JUDGING_LINKS))
        run.pass_time(HOUR)
        run.engine.stop("c_1")
        run.pass_time((hours - 1) * HOUR)
        run.order("e1", "p2")
        run.pass_time(5 * HOUR)
        run.engine.restart("c_1")
        run.pass_time(MINUTE)
        nodes = run.engine.counts("c_1").nodes
        assert (nodes["n_yes"].passed, nodes["n_no"].passed) == (met, 6 - met)
        run.sound()


def test_nobody_enters_after_the_end_though_a_stop_cut_off_their_cycle(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WaveRunner, "MOST", 2)
    with Living(shop) as run:
        nodes: dict[str, Node] = {"n_who": ("target_audience", EVERYBODY), "n_end": END}
        run.engine.publish(bundle(nodes, DIRECT_LINKS, end=NOW + timedelta(hours=3)))
        run.engine.step()
        assert run.engine.counts("c_1").entries == 2
        run.engine.stop("c_1")
        run.pass_time(5 * HOUR)
        run.engine.restart("c_1")
        run.pass_time(HOUR)
        assert run.engine.counts("c_1").entries == 2
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        run.sound()


# ---- versions and ends


def test_a_campaign_in_the_place_of_a_deleted_one_has_counts_of_its_own(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle({"n_who": ("target_audience", EVERYBODY), "n_end": END}, DIRECT_LINKS))
        run.pass_time(HOUR)
        assert run.engine.campaign("c_1").entries == 6
        run.engine.delete("c_1")
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_2"))
        run.order("e1")
        (found,) = run.engine.campaigns()
        assert (found.campaign, found.entries, found.inside) == ("c_2", 1, 1)
        assert run.rows("SELECT count(*) FROM campaign_version WHERE bundle <> ''") == [(1,)]
        run.sound()


def test_a_version_whose_hash_another_version_of_the_program_wrote_still_counts(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        with run.database.write() as connection:
            connection.execute(
                text("UPDATE campaign_version SET bundle = replace(bundle, hash, :other)"),
                {"other": "0" * 64},
            )
            assert len(PublishedVersions().read(connection)) == 1


def test_who_is_inside_keeps_the_version_and_nodes_keep_their_numbers(shop: Target) -> None:
    longer = {**ORDERS, "n_wait": ("wait_until", {**WAIT, "amount": 5})}
    added = {**longer, "n_again": ("wait_until", WAIT)}
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        before = dict(run.rows("SELECT id, node FROM campaign_node"))
        run.order("e1")
        links = ["n_order out n_again", "n_again out n_wait", "n_wait out n_end"]
        assert run.engine.publish(bundle(added, links)).version == 2
        after = dict(run.rows("SELECT id, node FROM campaign_node"))
        assert {id: after[id] for id in before} == before
        run.order("e2", "p2")
        run.pass_time(HOUR)
        nodes = run.engine.counts("c_1").nodes
        assert (nodes["n_end"].passed, nodes["n_again"].passed, nodes["n_wait"].waiting) == (1, 1, 1)
        run.pass_time(5 * HOUR)
        assert run.engine.counts("c_1").nodes["n_end"].passed == 2
        run.sound()


def test_a_component_that_fails_ends_its_campaign_with_the_reason(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS, id="c_2"))
        run.order("e1")
        version = run.engine._scheduler.versions[1]

        def broken(*_: object) -> None:
            raise ArithmeticError("no such number")

        monkeypatch.setattr(version.runner, "_run", broken)
        run.pass_time(2 * HOUR)
        one, other = run.engine.campaigns()
        assert (one.status, one.inside) == (Status.ENDED_ABNORMALLY, 1)
        assert str(one.reason).endswith("ArithmeticError: no such number")
        assert other.status is Status.COMPLETED
        with pytest.raises(Refused, match="finished"):
            run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        with pytest.raises(Refused, match="finished"):
            run.engine.publish(
                bundle({**ORDERS, "n_wait": ("wait_until", {**WAIT, "amount": 5})}, ORDER_LINKS)
            )
        run.sound()


# ---- events, tests, failures


def test_the_nth_event_within_a_time_lets_in_and_late_and_future_ones_count_by_their_own_time(
    shop: Target,
) -> None:
    twice = {"event": "order", "times": 2, "within": {"amount": 1, "unit": "hour"}}
    nodes: dict[str, Node] = {"n_order": ("behavior_event", twice), "n_end": END}
    with Living(shop) as run:
        run.engine.publish(bundle(nodes, ["n_order out n_end"]))
        run.order("e1")
        run.pass_time(61 * MINUTE)
        run.order("e2")  # the first is too long ago
        assert run.engine.counts("c_1").entries == 0
        run.order("e3", moment=run.clock.now() - 30 * MINUTE)  # late: an hour before it was e1
        assert run.engine.counts("c_1").entries == 1
        run.order("e4", "p2", run.clock.now() + 4 * MINUTE)
        run.order("e5", "p2", run.clock.now() + 5 * MINUTE + 1)
        run.pass_time(10 * MINUTE)
        assert run.engine.counts("c_1").entries == 1  # the second of p2 lay too far ahead
        run.order("e6", "p2")
        assert run.engine.counts("c_1").entries == 2
        run.sound()


def test_what_was_gathered_is_written_though_the_campaign_fails(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes: dict[str, Node] = {
        "n_order": ("behavior_event", {"event": "order"}),
        "n_keep": ("generate_audience", {"audience_name": "K"}), "n_wait": ("wait_until", WAIT), "n_end": END,
    }  # fmt: skip
    with Living(shop) as run:
        run.engine.publish(bundle(nodes, ["n_order out n_keep", "n_keep out n_wait", "n_wait out n_end"]))
        run.order("e1")
        runner = run.engine._scheduler.versions[1].runner

        def broken(*_: object) -> None:
            raise ArithmeticError("no such number")

        monkeypatch.setattr(runner, "_run", broken)
        run.pass_time(2 * HOUR)
        assert run.engine.campaign("c_1").status is Status.ENDED_ABNORMALLY
        assert [size for _, size in run.generated()] == [1]


def test_after_its_first_people_a_test_sends_everybody_to_the_best_group(shop: Target) -> None:
    ends = {"groups": HALVES, "ends": "after", "people": 4, "then": "best", "min_judged": 1}
    goal = {"test": "n_ab", "goal": {"event": "order"}, "judge_after": {"amount": 1, "unit": "hour"}}
    nodes: dict[str, Node] = {
        "n_who": recurring({"unit": "hour", "interval": 2, "minute": 0}, repeat_unchanged=True, max_cycles=2),
        "n_ab": ("ab_test", ends), "n_a": ("wait_until", {**WAIT, "unit": "minute"}),
        "n_b": ("wait_until", {**WAIT, "unit": "minute"}), "n_target": ("ab_target", goal), "n_end": END,
    }  # fmt: skip
    links = [
        "n_who out n_ab", "n_ab group:g_1 n_a", "n_ab group:g_2 n_b", "n_a out n_target", "n_b out n_target",
        "n_target out n_end",
    ]  # fmt: skip
    with Living(shop) as run:
        run.engine.publish(bundle(nodes, links))
        run.pass_time(2 * MINUTE)
        second = run.rows(
            "SELECT p.external_id FROM visit v JOIN person p ON p.id = v.person JOIN path w"
            " ON w.path = v.path AND w.version = v.version WHERE w.steps LIKE '%group:g_2%'"
        )
        assert 0 < len(second) < 6
        for (who,) in second:
            run.order(f"goal-{who}", who)
        run.pass_time(3 * HOUR)
        goals = run.engine.counts("c_1").goals["n_target"]
        assert (goals["group:g_2"].judged, goals["group:g_2"].achieved) == (len(second) + 6, len(second))
        assert goals["group:g_1"].judged == 6 - len(second)
        run.sound()


def test_what_somebody_asked_for_and_failed_has_changed_nothing(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that is undone at its end takes nothing along that the engine remembers."""
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("e1")
        load = run.engine._scheduler.load

        def fail(connection: Connection) -> None:
            load(connection)
            raise OSError("the power is out")

        with monkeypatch.context() as patch:
            patch.setattr(run.engine._scheduler, "load", fail)
            with pytest.raises(OSError, match="power"):
                run.engine.stop("c_1")
        assert run.engine.campaign("c_1").status is Status.IN_PROGRESS
        run.pass_time(2 * HOUR)
        run.order("e2", "p2")
        assert (run.engine.counts("c_1").finished, run.engine.counts("c_1").entries) == (1, 2)
        run.sound()
