"""What the designer asks of a rehearsal: how people react, who enters, hour by hour, and why."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.report.spending import costs, paces
from engine.report.timeline import Series, timeline_of
from engine.report.visits import visits
from engine.run.changed import Changed
from engine.run.journey import Step, find_people, journey_of, somebody
from engine.run.reactions import Reactions, reactions_of
from engine.run.simulate import Given, People, Rehearsed, rehearse, simulate
from engine.shapes.time import to_milliseconds
from engine.store.times import HOUR
from engine.workspace.account import ACCOUNT, SIMULATED_ID
from engine.workspace.bundle import Bundle
from tests.databases import DIALECTS, Target, fresh
from tests.engine.run.drafting import (
    EVERYBODY,
    JUDGING_LINKS,
    NOW,
    SETTINGS,
    SMS,
    TOUR,
    TOUR_LINKS,
    WAIT,
    bundle,
    judging,
    measured,
    populate,
)

PEOPLE = 60
RECEIPT: dict[str, Any] = {
    "judge_after": {"amount": 1, "unit": "day"},
    "by": "receipt",
    "results": ["clicked", "opened"],
}
GROUPS: dict[str, Any] = {
    "groups": [{"id": "g_1", "name": "P1", "condition": {"field": "attr:name", "op": "is", "value": ["P1"]}}],
    "other": True,
}
BRANCHING: dict[str, tuple[str, dict[str, Any]]] = {
    "n_who": ("target_audience", EVERYBODY),
    "n_named": ("tag_judgment", GROUPS),
    "n_sms": ("text_sms", SMS),
    "n_sent": (
        "result_judgment",
        {"judge_after": {"amount": 1, "unit": "hour"}, "by": "send", "results": ["success"]},
    ),
    "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
    "n_failed": ("end", {}),
}
BRANCHING_LINKS = [
    "n_who out n_named", "n_named group:g_1 n_wait", "n_named other n_sms", "n_sms out n_sent",
    "n_sent result:success n_wait", "n_sent other n_failed", "n_wait out n_end",
]  # fmt: skip


@pytest.fixture
def crowd(target: Target, tmp_path: Path) -> Target:
    return populate(target, tmp_path, people=PEOPLE, codes=40)


def given(**more: Any) -> Given:
    return Given(since=NOW, until=NOW + timedelta(days=3), **more)


def total(series: Series) -> int:
    return sum(n for _, n in series)


def outcomes(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.node, step.outcome) for step in steps]


def took(rehearsed: Rehearsed, node: str, port: str) -> int:
    with rehearsed.begin() as connection:
        counts = rehearsed.summary(connection).counts
    links = rehearsed.bundle.campaign.links
    return sum(counts.links.get(id, 0) for id, one in links.items() if (one.source, one.port) == (node, port))


# ---- how people react


def results_by_hand(folder: Path, campaign: Bundle, rates: dict[str, dict[str, float]]) -> Path:
    """What becomes of the SMS by rates, as a results file; independent of the database that wrote it."""
    from engine.plan.salt import BUCKETS, Salt
    from engine.store.values import person_hash

    salt = Salt.of(campaign.campaign.attributes.id, "n_sms/delivered")
    path = folder / "results.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["person_id", "node", "result", "after_seconds"])
        for name in (f"p{n}" for n in range(1, PEOPLE + 1)):
            failed = BUCKETS - round(rates["n_sms"]["delivered"] * BUCKETS / 100)
            bucket = salt.bucket(salt.seed(person_hash(name), 0))
            writer.writerow([name, "n_sms", "failed" if bucket < failed else "success", "0"])
    return path


def test_rates_come_to_what_a_results_file_of_the_same_says(crowd: Target, tmp_path: Path) -> None:
    campaign = bundle(BRANCHING, BRANCHING_LINKS)
    rates = {"n_sms": {"delivered": 70.0}}
    script = results_by_hand(tmp_path, campaign, rates)
    by_file = simulate(campaign, crowd, SETTINGS, since=NOW, until=NOW + timedelta(days=3), results=script)
    reactions = reactions_of(campaign.campaign, "rates", rates)
    with rehearse(campaign, crowd, SETTINGS, given(reactions=reactions)) as rehearsed:
        with rehearsed.begin() as connection:
            assert rehearsed.summary(connection).counts == by_file.counts
        assert 0 < took(rehearsed, "n_sent", "other") < PEOPLE // 2


@pytest.mark.parametrize(("kind", "reached"), [("nobody", 0), ("everybody", PEOPLE)])
def test_nobody_or_everybody_does_what_is_asked(crowd: Target, kind: Any, reached: int) -> None:
    campaign = bundle(judging(early=True, times=1, behavior="occurred"), JUDGING_LINKS)
    reactions = reactions_of(campaign.campaign, kind, {})
    with rehearse(campaign, crowd, SETTINGS, given(reactions=reactions)) as rehearsed:
        assert took(rehearsed, "n_ordered", "out") == reached


def test_so_many_of_a_hundred_do_what_is_asked_and_always_the_same(crowd: Target) -> None:
    campaign = bundle(judging(times=1, behavior="occurred"), JUDGING_LINKS)
    seen = []
    for percent in (30.0, 30.0, 60.0):
        reactions = reactions_of(campaign.campaign, "rates", {"n_ordered": {"done": percent}})
        with (
            rehearse(campaign, crowd, SETTINGS, given(reactions=reactions)) as rehearsed,
            rehearsed.begin() as connection,
        ):
            found = visits(connection, rehearsed.plan.context.campaign)
            seen.append({one.person for one in found if one.node == "n_yes"})
    assert seen[0] == seen[1]
    assert seen[0] < seen[2]
    assert PEOPLE * 0.1 < len(seen[0]) < PEOPLE * 0.5


class _NoNames:
    """A workspace in which nothing is called anything."""

    def name_of(self, _kind: object, _id: str) -> None:
        return None


_NO_NAMES: Any = _NoNames()


def test_receipts_are_drawn_as_their_judgment_says() -> None:
    webhook = {"webhook": "acc_hook", "id_type": "member", "params": {}}
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_push": ("webhook", webhook),
        "n_seen": ("result_judgment", RECEIPT),
        "n_end": ("end", {}),
    }
    links = ["n_who out n_push", "n_push out n_seen", "n_seen result:opened n_end"]
    campaign = bundle(nodes, [*links, "n_seen result:clicked n_end", "n_seen other n_end"])
    rates = {"n_seen": {"opened": 40.0, "clicked": 10.0}, "n_push": {"delivered": 90.0}}
    reactions = reactions_of(campaign.campaign, "rates", rates)
    answers = reactions.answers["n_push"]
    assert (answers.failed, dict(answers.receipts)) == (1000, {"opened": 4000, "clicked": 1000})
    everybody = reactions_of(campaign.campaign, "everybody", {})
    assert dict(everybody.answers["n_push"].receipts) == {"clicked": 10_000}
    assert not reactions_of(campaign.campaign, "nobody", {}).scripted


# ---- who enters


def test_only_the_people_who_are_meant_enter(crowd: Target) -> None:
    campaign = bundle(TOUR, TOUR_LINKS)
    for people, entries in ((People(audience="a_all"), PEOPLE), (People(persons=("p3", "p4", "?")), 2)):
        with (
            rehearse(campaign, crowd, SETTINGS, given(people=people)) as rehearsed,
            rehearsed.begin() as connection,
        ):
            assert rehearsed.summary(connection).counts.entries == entries
            assert not rehearsed.summary(connection).violations


def test_only_they_enter_by_events(target: Target, tmp_path: Path) -> None:
    orders = [[f"e{n}", f"p{n}", "order", "2026-03-03T08:00:00Z", '{"amount": 5}'] for n in range(1, 5)]
    database = populate(target, tmp_path, people=4, codes=0, events=orders)
    nodes = {"n_order": ("behavior_event", {"event": "order"}), "n_end": ("end", {})}
    campaign = bundle(nodes, ["n_order out n_end"])
    with (
        rehearse(campaign, database, SETTINGS, given(people=People(persons=("p2",)))) as rehearsed,
        rehearsed.begin() as connection,
    ):
        assert rehearsed.summary(connection).counts.entries == 1
        (trigger, _end) = journey_of(connection, rehearsed, "p2", _NO_NAMES)
        assert [str(fact.found) for fact in trigger.facts] == ["amount: 5"]


def test_the_goal_counts_by_the_hour_once_a_person_also_behind_the_end(
    target: Target, tmp_path: Path
) -> None:
    """As the report will when all windows have closed; earlier orders, and second ones, count nothing."""
    times = {"p1": ("02T08", "02T20"), "p2": ("02T09", "03T09"), "p3": ("05T09",), "p4": ("09T09",)}
    orders = [
        [f"{who} {time}", who, "order", f"2026-03-{time}:30:00Z", '{"amount": 5}']
        for who, its in times.items()
        for time in its
    ]
    database = populate(target, tmp_path, people=5, events=orders)
    goal = {"event": "order", "within": {"amount": 4, "unit": "day"}}
    campaign = measured(bundle(TOUR, TOUR_LINKS), goal=goal)
    with rehearse(campaign, database, SETTINGS, given()) as found, found.begin() as connection:
        timeline = timeline_of(connection, found.plan.context.campaign)
    reached = {timeline.moments[step]: n for step, n in timeline.converted}
    hours = [datetime.fromisoformat(f"2026-03-{hour}:00Z") for hour in ("02T20", "02T09", "05T09")]
    assert reached == {to_milliseconds(hour): 1 for hour in hours}


# ---- hour by hour


@pytest.fixture(scope="module", params=DIALECTS)
def rehearsed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rehearsed]:
    """One for all that only look at it."""
    folder = tmp_path_factory.mktemp("crowd")
    campaign = bundle(BRANCHING, BRANCHING_LINKS)
    reactions = reactions_of(campaign.campaign, "rates", {"n_sms": {"delivered": 70.0}})
    with fresh(request, request.param, folder) as target:
        populate(target, folder, people=PEOPLE)
        with rehearse(campaign, target, SETTINGS, given(reactions=reactions)) as found:
            yield found


def test_the_timeline_adds_up_to_the_counts(rehearsed: Rehearsed) -> None:
    with rehearsed.begin() as connection:
        counts = rehearsed.summary(connection).counts
        timeline = timeline_of(connection, rehearsed.plan.context.campaign)
    for node, seen in counts.nodes.items():
        by = {what: total(series) for what, series in timeline.nodes.get(node, {}).items()}
        assert Counter(by) == Counter(arrived=seen.arrived, passed=seen.passed, left=seen.left)
    assert {link: total(series) for link, series in timeline.links.items()} == dict(counts.links)
    assert (total(timeline.entries), total(timeline.finished)) == (counts.entries, counts.finished)
    reasons = {
        node: {state: {reason: total(one) for reason, one in by.items()} for state, by in states.items()}
        for node, states in timeline.messages.items()
    }
    assert reasons == {node: dict(states) for node, states in counts.reasons.items()}
    assert timeline.step == HOUR
    assert timeline.moments == sorted({moment // HOUR * HOUR for moment in timeline.moments})


def test_nobody_passes_before_having_arrived(rehearsed: Rehearsed) -> None:
    with rehearsed.begin() as connection:
        timeline = timeline_of(connection, rehearsed.plan.context.campaign)
    for by in timeline.nodes.values():
        for step in range(len(timeline.moments)):
            arrived, gone = (
                sum(n for what in which for at, n in by.get(what, ()) if at <= step)
                for which in (["arrived"], ["passed", "left", "merged"])
            )
            assert gone <= arrived


def test_where_branches_fan_out_entries_finish_with_their_last_one(crowd: Target) -> None:
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_wait": ("wait_until", WAIT),
        "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
        "n_end": ("end", {}),
        "n_other": ("end", {}),
    }
    links = ["n_who out n_wait", "n_who out n_tag", "n_wait out n_end", "n_tag out n_other"]
    with (
        rehearse(bundle(nodes, links), crowd, SETTINGS, given()) as found,
        found.begin() as connection,
    ):
        timeline = timeline_of(connection, found.plan.context.campaign)
    assert timeline.entries == [(0, PEOPLE)]
    assert timeline.finished == [(1, PEOPLE)]


def test_what_messages_cost_and_how_many_go_out_at_once(crowd: Target) -> None:
    raw = {"format": "account", "version": 1, "id": SIMULATED_ID, "name": "SMS", "kind": "alibaba_sms"}
    settings = {"price_per_part": "0.05", "currency": "EUR", "per_second": 1}
    account = ACCOUNT.adapter.validate_python({**raw, "settings": settings})
    campaign = bundle(TOUR, TOUR_LINKS, account=account)
    with rehearse(campaign, crowd, SETTINGS, given()) as found, found.begin() as connection:
        (cost,) = costs(connection, found.plan, campaign).values()
        pace = paces(connection, found.plan, campaign)["n_sms"]
    assert (str(cost.amount), cost.currency, cost.exact) == ("3.00", "EUR", True)
    assert (pace.most, pace.at, pace.limit) == (PEOPLE, to_milliseconds(NOW), 60)


def test_without_a_price_nothing_is_said_of_cost(rehearsed: Rehearsed) -> None:
    with rehearsed.begin() as connection:
        assert costs(connection, rehearsed.plan, rehearsed.bundle) == {}


# ---- one person's path


def test_a_path_is_what_the_trace_says(rehearsed: Rehearsed, tmp_path: Path) -> None:
    from engine.report.trace import utc, write_trace

    with rehearsed.begin() as connection:
        write_trace(connection, rehearsed.plan, rehearsed.bundle, tmp_path / "trace", rehearsed.last)
        with (tmp_path / "trace" / "visits.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for name in ("p1", "p7", "p33"):
            steps = journey_of(connection, rehearsed, name, _NO_NAMES)
            told = {(one.node, utc(one.arrived), utc(one.left), one.outcome) for one in steps}
            mine = [row for row in rows if row["person_id"] == name]
            assert told == {(row["node"], row["arrived"], row["left"], row["outcome"]) for row in mine}
            assert len(steps) == len(mine)
            assert [one.arrived for one in steps] == sorted(one.arrived for one in steps)


def test_what_is_asked_of_events_reads_well(crowd: Target) -> None:
    for behavior, words in (("occurred", "at least once"), ("not_occurred", "not once")):
        campaign = bundle(judging(times=1, behavior=behavior), JUDGING_LINKS)
        with (
            rehearse(campaign, crowd, SETTINGS, given()) as rehearsed,
            rehearsed.begin() as connection,
        ):
            steps = journey_of(connection, rehearsed, "p1", _NO_NAMES)
            (fact,) = next(step for step in steps if step.node == "n_ordered").facts
            assert str(fact.asked).endswith(words)


def test_a_judgment_says_what_it_found(rehearsed: Rehearsed) -> None:
    with rehearsed.begin() as connection:
        for name, holds, port in (("p1", True, "group:g_1"), ("p2", False, "other")):
            steps = journey_of(connection, rehearsed, name, _NO_NAMES)
            judged = next(step for step in steps if step.node == "n_named")
            (fact,) = judged.facts
            assert (str(fact.asked), str(fact.found)) == ("name is P1", name.upper())
            assert (fact.holds, judged.outcome, fact.port) == (holds, port, "group:g_1")
        (sent,) = next(step for step in steps if step.node == "n_sms").messages
        assert (sent.text, sent.address) == ("Hello P2", "+8613800000002")


def test_a_tag_is_told_as_it_was_at_that_moment(crowd: Target) -> None:
    gold = {"field": "tag:level", "op": "is", "value": ["Gold"]}
    judged = {"groups": [{"id": "g_1", "name": "Gold", "condition": gold}], "other": True}
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_before": ("tag_judgment", judged),
        "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
        "n_after": ("tag_judgment", judged),
        "n_end": ("end", {}),
    }
    links = [
        "n_who out n_before", "n_before group:g_1 n_tag", "n_before other n_tag", "n_tag out n_after",
        "n_after group:g_1 n_end", "n_after other n_end",
    ]  # fmt: skip
    with (
        rehearse(bundle(nodes, links), crowd, SETTINGS, given()) as found,
        found.begin() as connection,
    ):
        steps = {one.node: one for one in journey_of(connection, found, "p1", _NO_NAMES)}
    assert [str(fact.found) for fact in steps["n_before"].facts] == ["nothing"]
    assert [(str(fact.found), fact.holds) for fact in steps["n_after"].facts] == [("Gold", True)]


def test_with_another_value_the_path_is_another_one(crowd: Target) -> None:
    campaign = bundle(BRANCHING, BRANCHING_LINKS)
    paths = []
    for changed in (None, Changed("p2", {"name": "P1", "unknown": "x"}, {"level": "Silver|Gold"})):
        with (
            rehearse(
                campaign, crowd, SETTINGS, given(people=People(persons=("p2",)), changed=changed)
            ) as found,
            found.begin() as connection,
        ):
            paths.append(outcomes(journey_of(connection, found, "p2", _NO_NAMES)))
    assert ("n_named", "other") in paths[0]
    assert ("n_named", "group:g_1") in paths[1]
    assert ("n_sms", "out") not in paths[1]


def test_people_are_found_by_name_and_by_where_they_came(rehearsed: Rehearsed) -> None:
    link = next(id for id, one in rehearsed.bundle.campaign.links.items() if one.port == "group:g_1")
    with rehearsed.begin() as connection:
        assert [one.external_id for one in find_people(connection, "p33", ("name",))] == ["p33"]
        assert len(find_people(connection, "", ("name",))) == 30
        assert somebody(connection, rehearsed, link, 0.9) == "p1"
        assert somebody(connection, rehearsed, "n_nowhere", 0.5) is None
        failed = {somebody(connection, rehearsed, "n_failed", nth / 40) for nth in range(40)}
        for name in failed:
            assert name is not None
            assert ("n_failed", "done") in outcomes(journey_of(connection, rehearsed, name, _NO_NAMES))


def test_who_did_not_enter_has_no_path(rehearsed: Rehearsed) -> None:
    with rehearsed.begin() as connection:
        assert journey_of(connection, rehearsed, "nobody", _NO_NAMES) == []


def test_nothing_is_scripted_where_everything_arrives_anyway() -> None:
    assert not Reactions().scripted
