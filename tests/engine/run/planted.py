"""Mistakes that a plan could make, planted one at a time: the random cases must find each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import ColumnElement, and_, false, func, null, or_, true

from engine.components.issue_coupon import IssueCoupon
from engine.plan import effects, fatigue, messages, quiet, rows, send_window
from engine.plan.control import Draw
from engine.plan.conversions import Conversions
from engine.plan.decide import Judge
from engine.plan.exits import Exits
from engine.plan.results import Results
from engine.plan.salt import BUCKETS, Salt
from engine.run import cycles
from engine.run.turns import TurnsAtTests
from engine.shapes.time import Duration
from engine.store.times import DAY, Ms, WallClock

Plant = Callable[[pytest.MonkeyPatch], None]


def days_of_24_hours(patch: pytest.MonkeyPatch) -> None:
    right = WallClock.plus

    def plus(self: WallClock, moment: Ms, duration: Duration) -> Ms:
        days = {"day": 1, "week": 7}.get(duration.unit)
        return right(self, moment, duration) if days is None else moment + duration.amount * days * DAY

    patch.setattr(WallClock, "plus", plus)


def next_time_never_now(patch: pytest.MonkeyPatch) -> None:
    right = WallClock.first_at_or_after
    patch.setattr(WallClock, "first_at_or_after", lambda self, moment, wall: right(self, moment + 1, wall))


def one_bucket_for_all_entries(patch: pytest.MonkeyPatch) -> None:
    right = Salt.seed
    patch.setattr(Salt, "seed", lambda self, hashed, entry: right(self, hashed, entry * 0 + 1))


def window_holds_the_arrival(patch: pytest.MonkeyPatch) -> None:
    right = Judge._matching
    patch.setattr(
        Judge,
        "_matching",
        lambda self, test, who, arrived, *moments: right(self, test, who, arrived - 1, *moments),
    )


def nobody_goes_on_early(patch: pytest.MonkeyPatch) -> None:
    def decided_at(self: Judge, judgment: Any, _person: Any, arrived: Ms) -> Ms:
        return self.leave_at(judgment.until, arrived)

    patch.setattr(Judge, "decided_at", decided_at)


def limits_forget_the_present(patch: pytest.MonkeyPatch) -> None:
    def within(c: Any, limit: Any, now: Ms) -> ColumnElement[bool]:
        return and_(c.contact_at > now - limit.per, c.contact_at < now)

    patch.setattr(fatigue, "_within", within)


def nothing_is_a_duplicate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(messages.Messages, "_is_duplicate", lambda *_: false())
    patch.setattr(messages, "_is_later_in_wave", lambda *_: false())


def nobody_is_exempt(patch: pytest.MonkeyPatch) -> None:
    for module in (quiet, fatigue):
        patch.setattr(module, "exempt", lambda *_: false())


def unknown_is_failed(patch: pytest.MonkeyPatch) -> None:
    right = Results.holds

    def holds(self: Results, node: Any, code: str, *row: Any) -> ColumnElement[bool]:
        if code == "failed":
            return ~right(self, node, "success", *row)
        return right(self, node, code, *row)

    patch.setattr(Results, "holds", holds)


def whoever_is_inside_enters(patch: pytest.MonkeyPatch) -> None:
    def admitted(self: rows.Rows) -> list[ColumnElement[bool]]:
        return [true()]

    patch.setattr(rows.Rows, "_admitted", admitted)


def no_cycle_is_skipped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cycles, "unchanged_audience", lambda *_: None)


def a_test_ends_one_late(patch: pytest.MonkeyPatch) -> None:
    right = TurnsAtTests.turns

    def turns(self: TurnsAtTests, *arguments: Any) -> Mapping[str, int]:
        found = right(self, *arguments)
        return {**found, "allowed": found["allowed"] + 1}

    patch.setattr(TurnsAtTests, "turns", turns)


def both_branches_run_a_joined_node(patch: pytest.MonkeyPatch) -> None:
    def won(self: Judge, _node: Any, row: Any) -> ColumnElement[bool]:
        return func.row_number().over(partition_by=[row.person, row.entry], order_by=[row.via.desc()]) == 1

    patch.setattr(Judge, "_won", won)


def no_limit_of_codes(patch: pytest.MonkeyPatch) -> None:
    right = IssueCoupon.behaviour
    patch.setattr(
        IssueCoupon, "behaviour", lambda self, config: replace(right(self, config), per_person=None)
    )


def quiet_times_end_a_day_late(patch: pytest.MonkeyPatch) -> None:
    right = WallClock.end_of_daily
    patch.setattr(
        WallClock, "end_of_daily", lambda self, moment, start, end: right(self, moment, start, end) + DAY
    )


def held_messages_do_not_count(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fatigue, "or_", lambda *tests: tests[-1] if len(tests) == 2 else or_(*tests))


def nobody_is_turned_away(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Exits, "is_inside", lambda *_: false())


def who_left_is_still_written_to(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(effects, "withdraw", lambda *_: iter(()))


def people_leave_a_moment_late(patch: pytest.MonkeyPatch) -> None:
    right = Exits.moment
    patch.setattr(Exits, "moment", lambda self, *row: right(self, *row) + 1)


def control_groups_get_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Draw, "bucket", lambda _, hashed: hashed * 0 + BUCKETS)


def goals_count_with_the_entry_itself(patch: pytest.MonkeyPatch) -> None:
    right = Conversions.moment
    patch.setattr(Conversions, "moment", lambda self, person, entered: right(self, person, entered - 1))


def everybody_lives_where_the_workspace_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_window, "_zone", lambda *_: null())


def windows_forget_quiet_times(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(send_window, "greatest", lambda _, opens: opens)


SEEDS: Mapping[Plant, int] = {
    days_of_24_hours: 50,
    next_time_never_now: 175,
    one_bucket_for_all_entries: 4,
    window_holds_the_arrival: 3,
    nobody_goes_on_early: 58,
    limits_forget_the_present: 14,
    nothing_is_a_duplicate: 3,
    nobody_is_exempt: 3,
    unknown_is_failed: 5,
    whoever_is_inside_enters: 7,
    no_cycle_is_skipped: 16,
    a_test_ends_one_late: 15,
    both_branches_run_a_joined_node: 0,
    no_limit_of_codes: 12,
    quiet_times_end_a_day_late: 5,
    held_messages_do_not_count: 14,
    nobody_is_turned_away: 0,
    who_left_is_still_written_to: 11,
    people_leave_a_moment_late: 11,
    control_groups_get_in: 3,
    goals_count_with_the_entry_itself: 3,
    everybody_lives_where_the_workspace_is: 3,
    windows_forget_quiet_times: 83,
}
"""Each mistake, and the first of the seeds of CI that finds it."""
