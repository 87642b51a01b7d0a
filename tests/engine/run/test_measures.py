"""Goals and control groups at work: who is held back gets nothing, and whoever reaches the goal counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.plan.contact import ContactRules
from engine.report.behind import Number, What, people_behind
from engine.report.effect import Effect, effect_of
from engine.run.answers import Status
from engine.run.lifecycle import number_of
from engine.run.why import why_of
from engine.store.people import known_key
from engine.workspace.bundle import Bundle
from engine.workspace.settings import ControlGroup
from tests.databases import Target
from tests.engine.run.drafting import DAY, HOUR, MINUTE, bundle, measured, populate
from tests.engine.run.living import ORDER_LINKS, ORDERS, SMS_LINKS, SMS_THEN_WAIT, Living, recurring

PEOPLE = 40
LARGE = {"field": "amount", "op": ">=", "value": 50}
GOAL = {"event": "order", "where": LARGE, "within": {"amount": 2, "unit": "day"}}
HALF = {"percent": 50}


def sending(**fields: Any) -> Bundle:
    """Everybody gets a message and waits for an hour."""
    return measured(bundle(SMS_THEN_WAIT, SMS_LINKS), **fields)


@pytest.fixture
def crowd(target: Target, tmp_path: Path) -> Target:
    return populate(target, tmp_path, people=PEOPLE)


def behind(now: Living, what: What, cycle: int | None = None) -> set[str]:
    with now.database.read() as connection:
        number = Number(what, cycle=cycle)
        found, _ = people_behind(connection, number_of(connection, "c_1"), number, now.clock.now())
    return {one.person for one in found}


def effect(now: Living, cycle: int | None = None) -> Effect:
    with now.database.read() as connection:
        found = effect_of(connection, number_of(connection, "c_1"), cycle)
    assert found is not None
    return found


def buy(now: Living, people: set[str], id: str = "e", **order: Any) -> None:
    for who in sorted(people):
        now.order(f"{id}-{who}", who, **{"amount": 60, **order})


def test_whoever_is_held_back_gets_nothing_and_counts_apart(crowd: Target) -> None:
    with Living(crowd) as now:
        now.engine.publish(sending(goal=GOAL, holdout=HALF))
        now.pass_time(MINUTE)
        held, entered = behind(now, What.HELD_BACK), behind(now, What.ENTERED)
        counts = now.engine.counts("c_1")
        assert len(held) + len(entered) == PEOPLE
        assert min(len(held), len(entered)) > PEOPLE / 4
        assert (counts.entries, counts.held_back) == (len(entered), len(held))
        assert (counts.nodes["n_who"].arrived, counts.nodes["n_who"].held_back) == (len(entered), len(held))
        assert now.rows("SELECT COUNT(*) FROM message") == [(len(entered),)]
        buy(now, {*sorted(held)[:2], *sorted(entered)[:5]})
        found = effect(now)
        assert (found.entered, found.control) == ((len(entered), 5), (len(held), 2))
        assert behind(now, What.CONTROL_CONVERTED) == set(sorted(held)[:2])
        assert found.converted == {now.clock.now() // HOUR: 5}
        now.sound()


@pytest.mark.parametrize("also", [[], ["n_who out n_also"]], ids=["one way", "two ways at a time"])
def test_only_who_entered_is_through(crowd: Target, also: list[str]) -> None:
    nodes = {**SMS_THEN_WAIT, **({"n_also": ("end", {})} if also else {})}
    with Living(crowd) as now:
        now.engine.publish(measured(bundle(nodes, [*SMS_LINKS, *also]), holdout=HALF))
        now.pass_time(2 * HOUR)
        entered = behind(now, What.ENTERED)
        assert behind(now, What.FINISHED) == entered
        assert now.engine.counts("c_1").finished == len(entered)
        now.sound()


def test_the_goal_counts_within_its_window_also_when_all_is_over(crowd: Target) -> None:
    with Living(crowd) as now:
        now.engine.publish(sending(goal=GOAL))
        entered = now.clock.now()
        now.pass_time(2 * HOUR)
        assert now.engine.campaign("c_1").status is Status.COMPLETED
        now.order("small", "p1", amount=5)
        now.order("first", "p2", amount=60)
        now.order("again", "p2", amount=60)
        now.order("before", "p3", moment=entered, amount=60)
        now.order("last", "p4", moment=entered + 2 * DAY, amount=60)
        now.order("late", "p5", moment=entered + 2 * DAY + 1, amount=60)
        assert behind(now, What.CONVERTED) == {"p2", "p4"}
        outcomes = {one.noted.id: [e.outcome for e in one.effects] for one in now.engine.received()}
        assert outcomes["first"] == ["goal"]
        assert outcomes["late"] == ["no_goal"]
        assert outcomes["small"] == ["goal_condition"]
        # What is received late, but happened earlier, is when the goal was reached.
        now.order("earlier", "p4", moment=entered + HOUR, amount=60)
        at = now.rows("SELECT converted_at FROM entry WHERE converted_at IS NOT NULL ORDER BY person")
        assert at == [(now.clock.now(),), (entered + HOUR,)]
        assert effect(now).converted == {now.clock.now() // HOUR: 1, (entered + HOUR) // HOUR: 1}
        now.sound()


def test_an_event_that_was_there_before_the_entry_was_made_counts(crowd: Target) -> None:
    with Living(crowd) as now:
        now.engine.publish(measured(bundle(ORDERS, ORDER_LINKS), goal=GOAL))
        moment = now.clock.now()
        # One transaction stores both, and only then the first one lets the person in.
        now.order("goal", "p1", moment=moment + MINUTE, amount=60)
        now.order("enter", "p1", moment=moment, amount=5)
        assert behind(now, What.CONVERTED) == {"p1"}
        now.sound()


def test_the_same_people_are_held_back_in_every_cycle_and_count_once(crowd: Target) -> None:
    hourly = {"unit": "hour", "interval": 1, "minute": 0}
    nodes = {**SMS_THEN_WAIT, "n_who": recurring(hourly, max_cycles=2, repeat_unchanged=True)}
    with Living(crowd) as now:
        now.engine.publish(measured(bundle(nodes, SMS_LINKS), goal=GOAL, holdout=HALF))
        now.pass_time(HOUR + MINUTE)
        held = behind(now, What.HELD_BACK, cycle=1)
        buy(now, {"p1"})
        now.pass_time(4 * HOUR)
        assert behind(now, What.HELD_BACK, cycle=2) == held
        counts = now.engine.counts("c_1")
        assert counts.held_back == 2 * len(held)
        assert (counts.entries, counts.inside) == (2 * (PEOPLE - len(held)), 0)
        assert now.engine.campaign("c_1").entries == counts.entries
        found = effect(now)
        assert found.entered.judged + found.control.judged == PEOPLE
        assert found.entered.achieved + found.control.achieved == 1
        assert effect(now, cycle=2).entered.judged == found.entered.judged
        now.sound()


@contextmanager
def living(target: Target, control: ControlGroup | None) -> Iterator[Living]:
    with Living(target, ContactRules(control=control)) as now:
        yield now


def test_the_workspace_holds_the_same_people_back_from_all_campaigns(crowd: Target) -> None:
    control = ControlGroup(percent=50)
    with living(crowd, None) as now:
        now.engine.publish(measured(bundle(ORDERS, ORDER_LINKS)))
        now.order("e1", "p1")
        assert behind(now, What.ENTERED) == {"p1"}
    # Begun while campaigns run, it holds for those who enter from then on.
    with living(crowd, control) as now:
        buy(now, {f"p{n}" for n in range(1, PEOPLE + 1)})
        held = behind(now, What.HELD_BACK)
        assert PEOPLE / 4 < len(held) < PEOPLE * 3 / 4
        other = measured(bundle(SMS_THEN_WAIT, SMS_LINKS, id="c_2"))
        now.engine.publish(other)
        aside = measured(bundle(SMS_THEN_WAIT, SMS_LINKS, id="c_3"), ignore_global_control=True)
        now.engine.publish(aside)
        now.pass_time(MINUTE)
        kept = {row[0] for row in now.rows(
            "SELECT p.external_id FROM entry e JOIN campaign c ON c.number = e.campaign"
            " JOIN person p ON p.id = e.person WHERE c.id = 'c_2' AND e.held_back = 1"
        )}  # fmt: skip
        assert kept == held
        assert now.engine.counts("c_3").entries == PEOPLE
        now.sound()
    with living(crowd, ControlGroup(percent=50, salt="2")) as now:
        now.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS, id="c_4"))
        now.pass_time(MINUTE)
        assert 0 < now.engine.counts("c_4").held_back < PEOPLE
        drawn = now.rows(
            "SELECT COUNT(*) FROM entry a JOIN entry b ON a.person = b.person AND a.campaign < b.campaign"
            " JOIN campaign c ON c.number = a.campaign JOIN campaign d ON d.number = b.campaign"
            " WHERE c.id = 'c_2' AND d.id = 'c_4' AND a.held_back <> b.held_back"
        )
        assert drawn[0][0] > 0
        now.sound()


def test_why_says_that_somebody_is_in_the_control_group(crowd: Target) -> None:
    with Living(crowd) as now:
        now.engine.publish(sending(holdout=HALF))
        now.pass_time(MINUTE)
        who = min(behind(now, What.HELD_BACK))
        with now.database.read() as connection:
            number, key = number_of(connection, "c_1"), known_key(connection, who)
            for node in (None, "n_sms"):
                found = why_of(connection, number, key, now.engine.settings, now.clock.now(), node)
                assert str(found.answer).endswith("they are in the control group.")
        assert [str(line.text).split(":")[0] for line in found.lines] == [
            "Would have entered the campaign", "“n_who”", "In the campaign’s control group",
        ]  # fmt: skip
        assert found.lines[-1].holds


def test_an_earlier_version_without_a_control_group_is_not_compared(crowd: Target) -> None:
    with Living(crowd) as now:
        now.engine.publish(measured(bundle(ORDERS, ORDER_LINKS), goal=GOAL))
        buy(now, {"p1", "p2"})
        now.engine.publish(measured(bundle(ORDERS, ORDER_LINKS), goal=GOAL, holdout=HALF))
        buy(now, {f"p{n}" for n in range(3, PEOPLE + 1)}, "f")
        found = effect(now)
        assert found.entered.judged + found.control.judged == PEOPLE - 2
        now.sound()


def test_who_entered_before_there_was_the_goal_counts_from_then_on(crowd: Target) -> None:
    """A version with another goal begins to count anew, and an earlier goal goes on."""
    hourly = {"unit": "hour", "interval": 1, "minute": 0}
    nodes = {**SMS_THEN_WAIT, "n_who": recurring(hourly, repeat_unchanged=True)}
    with Living(crowd) as now:
        now.engine.publish(bundle(nodes, SMS_LINKS))
        now.pass_time(HOUR + MINUTE)
        anybody = {**GOAL, "where": None}
        for version, goal in enumerate((GOAL, anybody, GOAL), start=2):
            now.engine.publish(measured(bundle(nodes, SMS_LINKS), goal=goal, holdout=HALF))
            now.pass_time(2 * HOUR)
            for who in ("p1", "p2", f"p{version}"):
                now.order(f"{version}-{who}", who, amount=60 if goal == GOAL else 5)
            found = effect(now)
            assert found.entered.judged + found.control.judged == PEOPLE
            reached = {2: {"p1", "p2"}, 3: {"p1", "p2", "p3"}, 4: {"p1", "p2", "p4"}}[version]
            assert behind(now, What.CONVERTED) | behind(now, What.CONTROL_CONVERTED) == reached
            assert found.entered.achieved + found.control.achieved == len(reached)
            now.sound()


def test_counters_of_an_earlier_program_are_made_anew(crowd: Target) -> None:
    """It took everybody for counted who had entered before, into whatever version."""
    with Living(crowd) as now:
        now.engine.publish(bundle(ORDERS, ORDER_LINKS))
        buy(now, {"p1", "p2"})
        now.engine.publish(measured(bundle(ORDERS, ORDER_LINKS), goal=GOAL, holdout=HALF))
        now.pass_time(HOUR)
        for id in ("f", "g"):
            buy(now, {"p1", "p3"}, id)
        before, rows = effect(now), now.rows("SELECT * FROM conversion_counter")
        assert before.entered.judged + before.control.judged == 2
        with now.database.write() as connection:
            connection.exec_driver_sql(
                "UPDATE conversion_counter SET again = 1 WHERE again = 0 AND converted = 1"
            )
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0020'")
    with Living(crowd) as now:
        assert effect(now) == before
        assert sorted(now.rows("SELECT * FROM conversion_counter")) == sorted(rows)
        now.sound()


def test_without_the_fields_statements_know_nothing_of_them(crowd: Target) -> None:
    with Living(crowd) as now:
        now.engine.publish(sending())
        now.pass_time(MINUTE)
        (version,) = now.engine._scheduler.versions
        assert [path.number for path in version.plan.layout.paths] == [1, 2]
        one = version.plan.places[0]
        said = [step.statement.sql for step in one.effects] + [version.plan.enter_audience.sql]
        for word in ("held_back", "converted", "hash", "campaign_goal"):
            assert not any(word in sql for sql in said), word
        assert now.rows("SELECT COUNT(*) FROM conversion_counter") == [(0,)]
        assert now.rows("SELECT COUNT(*) FROM campaign_goal") == [(0,)]
