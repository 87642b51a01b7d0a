"""Cycles of recurring triggers, and the audiences that are written behind them, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.audience.updates import update_audience
from engine.run.answers import Status
from engine.shapes.time import to_milliseconds as ms
from engine.workspace.bundle import Bundle
from tests.databases import Target
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    MINUTE,
    NOW,
    WAIT,
    ZONE,
    bundle,
)
from tests.engine.run.living import (
    DAILY,
    DIRECT_LINKS,
    END,
    ORDER_LINKS,
    ORDERS,
    Living,
    Node,
    recurring,
    rule,
    with_rule,
)


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


# ---- schedules of later versions

DAILY_AT_SIX: dict[str, Node] = {"n_who": recurring(DAILY, repeat_unchanged=True), "n_end": END}
SIX_CHANGED: dict[str, Node] = {"n_who": DAILY_AT_SIX["n_who"], "n_other": END}
DAILY_AT_FIVE: dict[str, Node] = {
    "n_who": recurring({**DAILY, "time": "17:00"}, repeat_unchanged=True), "n_end": END,
}  # fmt: skip


def six(day: int) -> datetime:
    """When the day's cycle is, so many days after the beginning."""
    return datetime.combine(NOW.date() + timedelta(days=day), time(18), ZONE).astimezone(UTC)


def test_a_new_schedule_counts_from_the_version_that_has_it(shop: Target) -> None:
    """And not from the campaign's beginning: nobody gets all at once what days without it would have sent."""
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.pass_time(5 * DAY)
        run.engine.publish(bundle(DAILY_AT_SIX, DIRECT_LINKS))
        run.pass_time(2 * DAY)
        assert run.cycles() == [six(5), six(6)]


def test_a_run_that_an_earlier_schedule_has_had_is_not_made_up_for_by_an_earlier_hour(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(DAILY_AT_SIX, DIRECT_LINKS))
        run.pass_time(DAY)
        run.clock.set(ms(six(1)) - 30 * MINUTE)
        run.engine.publish(bundle(DAILY_AT_FIVE, DIRECT_LINKS))
        run.pass_time(DAY)
        assert run.cycles() == [six(0), six(2) - timedelta(hours=1)]


def test_a_version_with_the_same_schedule_makes_the_run_that_is_due(shop: Target) -> None:
    """A text that is changed a minute after six costs nobody the day's message."""
    with Living(shop) as run:
        run.engine.publish(bundle(DAILY_AT_SIX, DIRECT_LINKS))
        run.pass_time(DAY)
        run.clock.set(ms(six(1)) + MINUTE)
        run.engine.publish(bundle(SIX_CHANGED, ["n_who out n_other"]))
        run.pass_time(DAY)
        assert run.cycles() == [six(0), six(1), six(2)]


def test_of_schedules_that_come_and_go_each_counts_from_its_version(shop: Target) -> None:
    with Living(shop) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.pass_time(2 * DAY)
        run.engine.publish(bundle(DAILY_AT_SIX, DIRECT_LINKS))
        run.pass_time(HOUR)
        run.engine.publish(bundle(SIX_CHANGED, ["n_who out n_other"]))
        run.pass_time(DAY)
        assert run.cycles() == [six(2), six(3)]


def test_a_version_that_enters_at_a_time_does_so_after_cycles_of_others_and_once(shop: Target) -> None:
    noon = six(2) - timedelta(hours=6)
    who: Node = "target_audience", {**EVERYBODY, "mode": "once", "at": noon.isoformat()}
    with Living(shop) as run:
        run.engine.publish(bundle(DAILY_AT_SIX, DIRECT_LINKS))
        run.pass_time(DAY)
        for end in ("n_end", "n_other"):
            run.engine.publish(bundle({"n_who": who, end: END}, [f"n_who out {end}"]))
        run.pass_time(2 * DAY)
        assert run.cycles() == [six(0), noon]
        assert run.engine.campaign("c_1").status is Status.COMPLETED


def test_an_audience_that_a_later_version_has_first_enters_though_it_was_updated_before(shop: Target) -> None:
    """And cycles behind that are skipped until it is updated once more."""
    hourly = {"unit": "hour", "interval": 1, "minute": 0}
    made = bundle({"n_who": recurring(hourly, audiences=["a_other"]), "n_end": END}, DIRECT_LINKS)
    audiences = {"a_other": rule(id="a_other")}
    other = Bundle(made.campaign, audiences, made.messages, made.accounts, made.catalog)
    with Living(shop) as run:
        update_audience(run.database, audiences, "a_other", NOW, ZONE)
        run.engine.publish(bundle({"n_who": recurring(hourly), "n_end": END}, DIRECT_LINKS))
        run.pass_time(2 * HOUR)
        assert run.cycles() == [NOW]
        run.engine.publish(other)
        run.pass_time(3 * HOUR)
        assert run.cycles() == [NOW, NOW + timedelta(hours=3)]


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
