"""The versions of a campaign: who is in which, and what each has counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from engine.report.behind import Number, What, people_behind
from engine.report.counts import NodeCounts
from engine.report.overview import report_of
from engine.run.answers import Status, UnknownCampaign, UnknownVersion
from engine.run.waves import WaveRunner
from engine.shapes.time import to_milliseconds
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from tests.databases import Target
from tests.engine.report.test_reports import adds_up
from tests.engine.run.drafting import DAY, EVERYBODY, HOUR, MINUTE, NOW, SMS, WAIT, ZONE, bundle
from tests.engine.run.living import (
    DAILY,
    END,
    ORDER_LINKS,
    ORDERS,
    SMS_LINKS,
    SMS_THEN_WAIT,
    Living,
    Node,
    recurring,
)

NEXT = {**{id: node for id, node in ORDERS.items() if id != "n_end"}, "n_more": END}
NEXT_LINKS = [*ORDER_LINKS[:-1], "n_wait out n_more"]


def test_each_version_counts_its_own_people(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        (only,) = run.engine.versions("c_1")
        assert (only.version, only.current, only.entries, only.inside) == (1, True, 0, 0)
        run.order("o1")
        run.order("o2", "p2")
        run.engine.publish(bundle(NEXT, NEXT_LINKS))
        run.order("o3", "p3")
        first, second = run.engine.versions("c_1")
        assert (first.version, first.current, first.entries, first.inside) == (1, False, 2, 2)
        assert (second.version, second.current, second.entries, second.inside) == (2, True, 1, 1)
        assert run.engine.counts("c_1").entries == 3
        assert run.engine.counts("c_1", 1).nodes["n_wait"] == NodeCounts(arrived=2, waiting=2)
        assert run.engine.counts("c_1", 2).nodes["n_wait"] == NodeCounts(arrived=1, waiting=1)
        assert run.engine.counts("c_1", 2).nodes["n_more"] == NodeCounts()
        run.pass_time(DAY)
        first, second = run.engine.versions("c_1")
        assert (first.inside, first.finished, second.inside, second.finished) == (0, 2, 0, 1)
        assert sum(one.entries for one in (first, second)) == run.engine.campaign("c_1").entries


def test_nobody_enters_a_version_before_it_was_published(shop: Target) -> None:
    """People who enter at once do so then, whenever the campaign began."""
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.pass_time(HOUR)
        now = run.clock.now()
        run.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
        run.engine.run_until_idle(now)
        assert run.rows("SELECT at FROM cycle") == [(now,)]
        people = run.engine.campaign("c_1").inside
        assert people > 0
        run.pass_time(HOUR - 1)
        assert run.engine.campaign("c_1").inside == people
        run.pass_time(1)
        assert run.engine.campaign("c_1").inside == 0


def test_a_version_is_told_as_it_was_published(shop: Target) -> None:
    with Living(shop) as run:
        made = bundle(ORDERS, ORDER_LINKS)
        run.engine.publish(made)
        run.engine.publish(bundle(NEXT, NEXT_LINKS))
        assert bundles.read(run.engine.bundle("c_1", 1).encode()).hash == made.hash
        with pytest.raises(UnknownVersion):
            run.engine.counts("c_1", 3)
        with pytest.raises(UnknownCampaign):
            run.engine.versions("c_2")


def test_the_only_version_counts_what_the_campaign_does(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("o1")
        run.pass_time(HOUR)
        assert run.engine.counts("c_1", 1) == run.engine.counts("c_1")


# ---- versions that people enter in another way than the one before

WAITING: dict[str, Node] = {"n_who": ("target_audience", EVERYBODY), "n_wait": ORDERS["n_wait"], "n_end": END}
WAITING_LINKS = ["n_who out n_wait", "n_wait out n_end"]
EVENING = {**WAITING, "n_who": recurring(DAILY, repeat_unchanged=True)}


def test_an_audience_enters_after_events_let_some_of_its_people_in(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("o1")
        run.order("o2")
        run.engine.publish(bundle(WAITING, WAITING_LINKS))
        run.pass_time(MINUTE)
        status = run.engine.campaign("c_1")
        assert (status.status, status.entries, status.inside) == (Status.IN_PROGRESS, 8, 8)
        run.sound()
        run.pass_time(DAY)
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        run.sound()


def test_people_of_a_version_that_enters_at_a_time_are_of_its_own_cycle(shop: Target) -> None:
    noon = NOW + timedelta(days=2)
    once: Node = "target_audience", {**EVERYBODY, "mode": "once", "at": noon.isoformat()}
    with Living(shop) as run:
        run.engine.publish(bundle(EVENING, WAITING_LINKS))
        run.pass_time(DAY + 12 * HOUR)
        run.engine.publish(bundle({**WAITING, "n_who": once}, WAITING_LINKS))
        run.pass_time(12 * HOUR)
        cycles = run.engine.counts("c_1").cycles
        assert [(one.number, one.entries, one.inside) for one in cycles] == [(1, 6, 0), (2, 6, 0), (3, 6, 6)]
        run.sound()


def test_a_cycle_is_through_though_people_of_an_earlier_version_are_inside(shop: Target) -> None:
    """Whom events let in are of no cycle, though they count as of the first."""
    gathers: dict[str, Node] = {
        "n_who": EVENING["n_who"], "n_all": ("generate_audience", {"audience_name": "Evening"}), "n_end": END,
    }  # fmt: skip
    long: Node = "wait_until", {**WAIT, "unit": "day", "amount": 2}
    with Living(shop) as run:
        run.engine.publish(bundle({**ORDERS, "n_wait": long}, ORDER_LINKS))
        run.order("o1")
        run.engine.publish(bundle(gathers, ["n_who out n_all", "n_all out n_end"]))
        run.pass_time(DAY)
        assert [size for _, size in run.generated()] == [6]
        run.sound()
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("o2", "p2")
        assert run.engine.campaign("c_1").inside == 2
        run.sound()


def test_a_version_that_begins_later_lets_nobody_in_before(shop: Target) -> None:
    tomorrow = NOW + timedelta(days=1)
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.pass_time(HOUR)
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, start=tomorrow))
        run.order("o1")
        assert run.engine.campaign("c_1").entries == 0
        run.engine.publish(bundle(WAITING, WAITING_LINKS, start=tomorrow))
        run.pass_time(HOUR)
        assert run.engine.campaign("c_1").next_run == to_milliseconds(tomorrow)
        run.pass_time(DAY)
        assert run.cycles() == [tomorrow]


def test_a_cycle_that_an_event_version_interrupts_is_over(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever had not entered yet does not do so days later, with the next version for audiences."""
    monkeypatch.setattr(WaveRunner, "MOST", 2)
    with Living(shop) as run:
        run.engine.publish(bundle(WAITING, WAITING_LINKS))
        assert run.engine.step()
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.pass_time(DAY)
        assert run.engine.campaign("c_1").entries == 2
        run.engine.publish(bundle(EVENING, WAITING_LINKS))
        run.pass_time(MINUTE)
        assert run.engine.campaign("c_1").entries == 2
        run.pass_time(DAY)
        assert run.engine.campaign("c_1").entries == 8
        run.sound()


# ---- tests whose groups a later version changes


def with_test(*groups: str, ends: bool = True) -> Bundle:
    """Whoever orders goes to one of these groups, the rest to the best."""
    shares = [{"id": id, "name": id, "percent": 100 // len(groups)} for id in groups]
    end = {"ends": "after", "people": 2, "then": "best", "min_judged": 1} if ends else {}
    goal = {"test": "n_ab", "goal": {"event": "order"}, "judge_after": {"amount": 1, "unit": "hour"}}
    minute: Node = "wait_until", {**WAIT, "unit": "minute"}
    nodes: dict[str, Node] = {
        "n_who": ORDERS["n_order"], "n_ab": ("ab_test", {"groups": shares, **end}),
        "n_target": ("ab_target", goal), "n_end": END, **{f"n_{id}": minute for id in groups},
    }  # fmt: skip
    links = [link for id in groups for link in (f"n_ab group:{id} n_{id}", f"n_{id} out n_target")]
    return bundle(nodes, ["n_who out n_ab", *links, "n_target out n_end"])


def order_all(run: Living, turn: str) -> None:
    for n in range(1, 7):
        run.order(f"{turn}-{n}", f"p{n}")


def test_a_version_without_the_group_that_was_the_best_finds_its_own(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(with_test("g_1", "g_2"))
        order_all(run, "first")
        run.pass_time(2 * HOUR)
        order_all(run, "second")
        ((best,),) = run.rows("SELECT best FROM test_state")
        other = {"group:g_1": "g_2", "group:g_2": "g_1"}[best]
        run.engine.publish(with_test(other, "g_3"))
        order_all(run, "third")
        run.sound()
        run.pass_time(2 * HOUR)
        order_all(run, "fourth")
        assert run.rows("SELECT best FROM test_state") in [[(f"group:{other}",)], [("group:g_3",)]]
        assert run.engine.campaign("c_1").status is Status.IN_PROGRESS
        run.sound()


def test_the_books_of_a_test_hold_where_not_every_version_ends_it(shop: Target) -> None:
    with Living(shop) as run:
        for turn, ends in enumerate((False, True, False)):
            run.engine.publish(with_test("g_1", "g_2", ends=ends))
            order_all(run, str(turn))
            run.sound()


# ---- events that are counted


def nth(times: int, **more: Any) -> Bundle:
    """Who orders so often waits."""
    return bundle(
        {**ORDERS, "n_order": ("behavior_event", {"event": "order", "times": times, **more})}, ORDER_LINKS
    )


DEAR = {"field": "amount", "op": ">", "value": 100}


def test_a_version_that_counts_other_events_begins_to_count(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(nth(3))
        run.order("o1")
        run.order("o2")
        run.engine.publish(nth(3, where=DEAR))
        run.order("o3", amount=200)
        run.order("o4", amount=200)
        assert run.engine.campaign("c_1").entries == 0
        run.order("o5", amount=200)
        assert run.engine.campaign("c_1").entries == 1


def test_a_version_that_counts_the_same_events_goes_on_counting(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(nth(4))
        run.order("o1")
        run.order("o2")
        run.engine.publish(nth(3))
        run.order("o3")
        assert run.engine.campaign("c_1").entries == 1


@pytest.mark.parametrize("stored", ["{}", bundles.write(bundle({"n_end": END}, [])).decode()])
def test_a_version_follows_one_that_this_program_cannot_run(shop: Target, stored: str) -> None:
    with Living(shop) as run:
        run.engine.publish(nth(3))
        run.order("o1")
        with run.database.write() as connection:
            connection.execute(text("UPDATE campaign_version SET bundle = :stored"), {"stored": stored})
        run.engine.publish(nth(2))
        run.order("o2")
        assert run.engine.campaign("c_1").entries == 0
        run.order("o3")
        assert run.engine.campaign("c_1").entries == 1


def test_what_was_counted_before_a_version_that_does_not_count_is_forgotten(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(nth(3))
        run.order("o1")
        run.order("o2")
        run.engine.publish(nth(1))
        run.order("o3")
        run.engine.publish(nth(3))
        run.order("o4")
        assert run.engine.campaign("c_1").entries == 1


# ---- versions that ask who is inside

ONCE_OUT: dict[str, Node] = {
    **ORDERS, "n_order": ("behavior_event", {"event": "order", "re_entry": "after_exit"}),
}  # fmt: skip


@pytest.mark.parametrize("by_audience", [False, True])
def test_who_is_inside_an_earlier_version_enters_again_once_out(shop: Target, by_audience: bool) -> None:
    with Living(shop) as run:
        if by_audience:
            run.engine.publish(bundle(WAITING, WAITING_LINKS))
        else:
            run.engine.publish(bundle(ORDERS, ORDER_LINKS))
            run.order("o1")
        run.pass_time(MINUTE)
        before = run.engine.campaign("c_1").entries
        run.engine.publish(bundle(ONCE_OUT, ORDER_LINKS))
        run.order("o2")
        assert run.engine.campaign("c_1").entries == before
        run.sound()
        run.pass_time(HOUR)
        run.order("o3")
        assert run.engine.campaign("c_1").entries == before + 1
        run.order("o4")
        status = run.engine.campaign("c_1")
        assert (status.entries, status.inside) == (before + 1, 1)
        run.sound()
        run.pass_time(DAY)
        assert run.engine.campaign("c_1").inside == 0
        run.sound()


def test_whoever_went_down_a_line_before_a_component_was_inserted_into_it_did_not_come_there(
    shop: Target,
) -> None:
    """The line keeps its id, and leads to the new component: the report shows both ways that it has led."""
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        for who in ("p1", "p2"):
            run.order(f"e-{who}", who)
        inserted = {**ORDERS, "n_sms": ("text_sms", SMS)}
        links = ["n_order out n_sms", "n_wait out n_end", "n_sms out n_wait"]
        run.engine.publish(bundle(inserted, links))
        run.order("e-p3", "p3")
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.order("e-p4", "p4")
        run.engine.publish(bundle(inserted, links))
        run.order("e-p5", "p5")
        with run.database.read() as connection:
            report = report_of(connection, 1, ZONE)
            behind = {
                flow.link: [
                    one.person
                    for one in people_behind(connection, 1, Number(What.LINE, flow.link), run.clock.now())[0]
                ]
                for flow in report.flows
            }
        adds_up(report)
        flows = {(flow.source, flow.target): (flow.n, behind[flow.link]) for flow in report.flows}
        assert flows == {
            ("n_order", "n_wait"): (3, ["p1", "p2", "p4"]),
            ("n_order", "n_sms"): (2, ["p3", "p5"]),
            ("n_sms", "n_wait"): (2, ["p3", "p5"]),
            ("n_wait", "n_end"): (0, []),
        }
        assert run.engine.counts("c_1").links["l_01"] == 2
        assert [run.engine.counts("c_1", version).links["l_01"] for version in (1, 2, 3, 4)] == [2, 1, 1, 1]
