"""The life of campaigns (components, section 10) and what belongs to it, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, text

from engine.audience.updates import update_audience
from engine.plan.contact import ContactRules, Daily, Limit
from engine.run import lifecycle, running
from engine.run.answers import IncomingEvent, Refused, Status
from engine.run.clock import VirtualClock
from engine.run.engine import Engine, EngineSettings
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.lists import new_list, put_in_force
from engine.store.tables.people import audience_member
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.message import MESSAGE
from tests.databases import Target
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    MINUTE,
    NOW,
    SMS,
    WAIT,
    ZONE,
    Running,
    bundle,
    populate,
)

Node = tuple[str, dict[str, Any]]
END: Node = ("end", {})
SMS_THEN_WAIT: dict[str, Node] = {
    "n_who": ("target_audience", EVERYBODY), "n_sms": ("text_sms", SMS), "n_wait": ("wait_until", WAIT),
    "n_end": END,
}  # fmt: skip
SMS_LINKS = ["n_who out n_sms", "n_sms out n_wait", "n_wait out n_end"]
ORDERS: dict[str, Node] = {
    "n_order": ("behavior_event", {"event": "order"}), "n_wait": ("wait_until", WAIT), "n_end": END,
}  # fmt: skip
ORDER_LINKS = ["n_order out n_wait", "n_wait out n_end"]
HALVES = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
NIGHT = {"text_sms": Daily(time(20), time(8), postpone=True)}
MORNING = ms(datetime(2026, 3, 3, 8, tzinfo=ZONE))


class Living(Running):
    """An engine with rules for marketing messages, in any zone."""

    def __init__(
        self,
        target: Target,
        contact: ContactRules | None = None,
        zone: ZoneInfo = ZONE,
        moment: datetime = NOW,
    ) -> None:
        self.clock = VirtualClock(ms(moment))
        self.database = Database.open(target)
        settings = EngineSettings(zone, contact=contact or ContactRules())
        self.engine = Engine(self.database, settings, self.clock)

    def order(self, id: str, person: str = "p1", moment: int | None = None, amount: int = 5) -> None:
        when = self.clock.now() if moment is None else moment
        self.engine.post_events([IncomingEvent(id, person, "order", when, {"amount": amount})])
        self.engine.run_until_idle(self.clock.now())

    def pass_time(self, milliseconds: int) -> None:
        """Let everything happen in this time, and let it be over."""
        end = self.clock.now() + milliseconds
        self.engine.run_until_idle(end)
        self.clock.set(max(end, self.clock.now()))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def cycles(self) -> list[datetime]:
        """When people entered, cycle by cycle, in UTC."""
        found = self.rows("SELECT at FROM cycle ORDER BY cycle")
        return [datetime.fromtimestamp(at / 1000, UTC) for (at,) in found]

    def generated(self) -> list[tuple[Any, ...]]:
        """The generated audiences with their sizes, in order of writing."""
        return self.rows(
            "SELECT g.name, a.size FROM generated_audience g JOIN audience a ON a.id = g.id"
            " ORDER BY g.written_at"
        )

    def sound(self) -> None:
        assert self.engine.check() == []


def recurring(every: Mapping[str, Any], **further: Any) -> Node:
    return "target_audience", {**EVERYBODY, "mode": "recurring", "every": every, **further}


def rule(update: Any = "manual", id: str = "a_all") -> AudienceFile:
    """An audience of everybody with a name."""
    named = {"card": "tags", "condition": {"field": "attr:name", "op": "not_empty"}}
    raw = {"id": id, "name": "Named", "update": update, "cards": [{"join": None, **named}]}
    return AUDIENCE.adapter.validate_python(raw)


def marketing(nodes: Mapping[str, Node], links: Sequence[str], **attributes: Any) -> Bundle:
    """A campaign whose messages are advertising, entered by the audience of a rule."""
    made = bundle(nodes, links, **attributes)
    raw = {**made.messages["m_hello"].canonical(), "sms_type": "promotional"}
    return Bundle(
        made.campaign,
        made.audiences,
        {"m_hello": MESSAGE.adapter.validate_python(raw)},
        made.accounts,
        made.catalog,
    )


def with_rule(made: Bundle, update: Any = "manual") -> Bundle:
    return Bundle(made.campaign, {"a_all": rule(update)}, made.messages, made.accounts, made.catalog)


PROMOTION: Node = ("text_sms", {**SMS, "sms_type": "promotional"})
DAILY = {"unit": "day", "interval": 1, "time": "18:00"}
DIRECT: dict[str, Node] = {"n_who": recurring(DAILY, repeat_unchanged=True), "n_end": END}
DIRECT_LINKS = ["n_who out n_end"]


@pytest.fixture
def shop(target: Target, tmp_path: Path) -> Target:
    """Six people, who are the audience `a_all`."""
    return populate(target, tmp_path, people=6, codes=4)


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


def test_the_next_publish_or_restart_is_refused_while_too_many_are_in_progress(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lifecycle.MAX_IN_PROGRESS == 100
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
    monkeypatch.setattr(running, "WAVE", 2)
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


# ---- versions and ends


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
        version = run.engine._scheduler._versions[1]

        def broken(*_: object) -> None:
            raise ArithmeticError("no such number")

        monkeypatch.setattr(version.runner, "_run", broken)
        run.pass_time(2 * HOUR)
        one, other = run.engine.campaigns()
        assert (one.status, one.inside) == (Status.ENDED_ABNORMALLY, 1)
        assert str(one.reason).endswith("ArithmeticError: no such number")
        assert other.status is Status.COMPLETED
        with pytest.raises(Refused, match="finished"):
            run.engine.publish(
                bundle({**ORDERS, "n_wait": ("wait_until", {**WAIT, "amount": 5})}, ORDER_LINKS)
            )
        run.sound()


# ---- cycles


def test_cycles_whose_audience_was_not_updated_are_skipped(shop: Target) -> None:
    nodes: dict[str, Node] = {"n_who": recurring(DAILY), "n_end": END}
    with Living(shop) as run:
        made = with_rule(bundle(nodes, DIRECT_LINKS))
        run.engine.publish(made)
        run.pass_time(3 * DAY)
        assert len(run.cycles()) == 1
        assert len(run.rows("SELECT planned FROM skipped_cycle")) == 2
        update_audience(run.database, made.audiences, "a_all", NOW + timedelta(days=3), ZONE)
        run.pass_time(DAY)
        assert len(run.cycles()) == 2
        run.sound()


def test_an_audience_with_a_schedule_is_updated_before_each_cycle_up_to_their_maximum(shop: Target) -> None:
    nodes: dict[str, Node] = {"n_who": recurring(DAILY, max_cycles=3), "n_end": END}
    with Living(shop) as run:
        run.engine.publish(with_rule(bundle(nodes, DIRECT_LINKS), {**DAILY, "time": "17:30"}))
        run.pass_time(10 * DAY)
        assert len(run.cycles()) == 3
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        assert run.engine.campaign("c_1").entries == 18


def test_months_that_are_too_short_run_on_their_last_day(shop: Target) -> None:
    monthly = {"unit": "month", "interval": 1, "time": "09:00", "days_of_month": [30, 31]}
    nodes: dict[str, Node] = {"n_who": recurring(monthly, repeat_unchanged=True, max_cycles=5), "n_end": END}
    with Living(shop, moment=datetime(2026, 1, 31, tzinfo=ZONE)) as run:
        run.engine.publish(bundle(nodes, DIRECT_LINKS))
        run.pass_time(100 * DAY)
        dates = [(cycle.astimezone(ZONE).month, cycle.astimezone(ZONE).day) for cycle in run.cycles()]
        assert dates == [(1, 31), (2, 28), (3, 30), (3, 31), (4, 30)]


def test_a_daily_cycle_keeps_its_wall_time_when_the_clocks_change(shop: Target) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    nodes: dict[str, Node] = {
        "n_who": recurring({**DAILY, "time": "02:30"}, repeat_unchanged=True, max_cycles=3), "n_end": END,
    }  # fmt: skip
    with Living(shop, zone=berlin, moment=datetime(2026, 3, 27, 12, tzinfo=UTC)) as run:
        run.engine.publish(bundle(nodes, DIRECT_LINKS))
        run.pass_time(5 * DAY)
        assert run.cycles() == [
            datetime(2026, 3, 28, 1, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # 02:30 does not exist: the first instant after the gap
            datetime(2026, 3, 30, 0, 30, tzinfo=UTC),
        ]


# ---- generated audiences


def gathering(trigger: Node) -> tuple[dict[str, Node], list[str]]:
    nodes: dict[str, Node] = {
        "n_who": trigger, "n_keep": ("generate_audience", {"audience_name": "Kept"}),
        "n_wait": ("wait_until", WAIT), "n_end": END,
    }  # fmt: skip
    return nodes, ["n_who out n_keep", "n_keep out n_wait", "n_wait out n_end"]


def test_a_generated_audience_is_written_at_the_stop_and_at_the_end(shop: Target) -> None:
    with Living(shop) as run:
        nodes, links = gathering(("behavior_event", {"event": "order"}))
        run.engine.publish(bundle(nodes, links, end=NOW + timedelta(hours=5)))
        run.order("e1")
        run.order("e2", "p2")
        run.pass_time(MINUTE)
        assert run.generated() == []
        run.engine.stop("c_1")
        assert run.generated() == [("Kept_20260302170100", 2)]
        run.engine.restart("c_1")
        run.order("e3", "p3")
        run.pass_time(6 * HOUR)
        assert run.generated() == [("Kept_20260302170100", 2), ("Kept_20260302220000", 1)]


def test_a_generated_audience_is_written_after_each_cycle(shop: Target) -> None:
    with Living(shop) as run:
        nodes, links = gathering(recurring(DAILY, repeat_unchanged=True, max_cycles=2))
        run.engine.publish(bundle(nodes, links))
        run.pass_time(2 * HOUR)
        assert run.generated() == [("Kept_20260302190000", 6)]
        run.pass_time(DAY)
        assert run.generated() == [("Kept_20260302190000", 6), ("Kept_20260303190000", 6)]
        assert run.engine.campaign("c_1").status is Status.COMPLETED


# ---- settings, events, tests


TWO_MESSAGES: dict[str, Node] = {
    "n_who": ("target_audience", EVERYBODY), "n_first": PROMOTION, "n_wait": ("wait_until", WAIT),
    "n_second": PROMOTION, "n_end": END,
}  # fmt: skip
TWO_LINKS = ["n_who out n_first", "n_first out n_wait", "n_wait out n_second", "n_second out n_end"]


def test_limits_that_are_added_hold_for_who_is_inside(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(marketing(TWO_MESSAGES, TWO_LINKS))
        run.pass_time(MINUTE)
    limits = ContactRules(limits=(Limit(DAY, 1),))
    with Living(shop, limits, moment=NOW + timedelta(minutes=1)) as run:
        run.pass_time(2 * HOUR)
        assert run.engine.counts("c_1").reasons == {
            "n_first": {"sent": {"": 6}}, "n_second": {"skipped": {"fatigue": 6}},
        }  # fmt: skip
        run.sound()


def test_the_whitelist_is_exempt_from_limits_and_quiet_times(shop: Target) -> None:
    rules = ContactRules(limits=(Limit(DAY, 1),), whitelist="a_staff")
    with Living(shop, rules) as run:
        with run.database.write() as connection:
            key = new_list(connection)
            connection.execute(insert(audience_member), {"list": key, "person": 2})
            put_in_force(connection, "a_staff", key, ms(NOW))
        run.engine.publish(marketing(TWO_MESSAGES, TWO_LINKS))
        run.pass_time(2 * HOUR)
        sent = run.rows("SELECT person, count(*) FROM message WHERE state = 'sent' GROUP BY person")
        assert dict(sent) == {1: 1, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1}
        run.sound()


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
