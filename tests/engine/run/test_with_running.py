"""Rehearsing a campaign together with those in progress: what a live engine then really does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.plan.contact import PERIODS, ContactRules, Limit
from engine.report.trace import write_trace
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.shapes.time import from_milliseconds
from engine.shapes.time import to_milliseconds as ms
from engine.workspace.bundle import Bundle
from tests.databases import Target
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    MINUTE,
    NOW,
    PROMOTION,
    ZONE,
    Running,
    bundle,
    populate,
)

IS_GOLD = {"field": "tag:level", "op": "is", "value": ["Gold"]}
RULES = ContactRules(limits=(Limit(PERIODS["day"], 2),))
Nodes = dict[str, tuple[str, dict[str, Any]]]


def wait(minutes: int) -> tuple[str, dict[str, Any]]:
    return "wait_until", {"mode": "duration", "amount": minutes, "unit": "minute"}


def tag(level: str) -> tuple[str, dict[str, Any]]:
    return "tag", {"assignments": [{"tag": "level", "value": level}]}


def running_one() -> Bundle:
    """Half of the people (who order) get Gold, a code and a message; the others only a message, later."""
    nodes: Nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_first": ("text_sms", PROMOTION),
        "n_split": ("random_grouping", {"groups": [
            {"id": "g_1", "name": "One", "percent": 50}, {"id": "g_2", "name": "Two", "percent": 50},
        ]}),
        "n_wait": wait(60),
        "n_gold": tag("Gold"),
        "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
        "n_later": wait(90),
        "n_second": ("text_sms", PROMOTION),
        "n_end": ("end", {}),
    }  # fmt: skip
    links = [
        "n_who out n_first", "n_first out n_split",
        "n_split group:g_1 n_wait", "n_wait out n_gold", "n_gold out n_coupon", "n_coupon out n_second",
        "n_split group:g_2 n_later", "n_later out n_second", "n_second out n_end",
    ]  # fmt: skip
    return bundle(nodes, links, id="c_1")


def rehearsed(id: str = "c_2") -> Bundle:
    """Who has Gold after 45 minutes gets a message, the others a code; all get a message an hour later."""
    groups = [{"id": "g_1", "name": "Gold", "condition": IS_GOLD}]
    nodes: Nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_wait": wait(45),
        "n_gold": ("tag_judgment", {"groups": groups, "other": True}),
        "n_sms": ("text_sms", PROMOTION),
        "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
        "n_tag": tag("Silver"),
        "n_rest": wait(60),
        "n_last": ("text_sms", PROMOTION),
        "n_end": ("end", {}),
    }
    links = [
        "n_who out n_wait", "n_wait out n_gold", "n_gold group:g_1 n_sms", "n_gold other n_coupon",
        "n_sms out n_tag", "n_coupon out n_tag", "n_tag out n_rest", "n_rest out n_last", "n_last out n_end",
    ]  # fmt: skip
    return bundle(nodes, links, id=id)


def files(folder: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.iterdir())}


def both(
    run: Running,
    target: Target,
    folder: Path,
    made: Bundle,
    rules: ContactRules,
    live: Callable[[], None],
) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]]]:
    """The traces of a campaign: rehearsed alone, rehearsed with those that run, and from then on really run.

    `live` takes the engine from publishing to the end of the rehearsal.
    """
    since, until = from_milliseconds(run.clock.now()), NOW + timedelta(days=3)
    for name, with_running in (("alone", False), ("with", True)):
        summary = simulate(
            made, target, EngineSettings(ZONE, contact=rules), since=since, until=until,
            trace=folder / name, with_running=with_running,
        )  # fmt: skip
        assert summary.violations == ()
    run.engine.publish(made)
    id = made.campaign.attributes.id
    versions = run.engine._scheduler.versions
    (plan,) = [version.plan for version in versions if version.plan.context.campaign_id == id]
    live()
    assert run.engine.check() == []
    with run.database.read() as connection:
        write_trace(connection, plan, made, folder / "live", ms(until))
    return files(folder / "alone"), files(folder / "with"), files(folder / "live")


def test_two_campaigns_that_share_tags_codes_and_a_limit(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path, people=20, codes=15)
    with Running(target, contact=RULES) as run:
        run.engine.publish(running_one())
        run.advance(30 * MINUTE)
        assert run.engine.campaign("c_1").inside == 20
        alone, together, live = both(
            run, target, tmp_path, rehearsed(), RULES, lambda: run.advance(3 * DAY - 30 * MINUTE)
        )
        assert together == live
        assert together["visits.csv"] != alone["visits.csv"], "whom the other has given Gold"
        assert any("skipped,fatigue" in line for line in together["messages.csv"])
        assert any("no_code" in line for line in together["messages.csv"])
