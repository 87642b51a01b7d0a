"""Random lives of a campaign: versions that follow each other, orders, stops and restarts, and time.

What each person gets is told by the other tests; here no life may break the books, end a campaign that
nothing is wrong with, lose anybody between two versions, or let a report tell what does not add up.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from engine.report.overview import report_of
from engine.run.answers import Refused
from engine.run.lifecycle import number_of
from engine.workspace.bundle import Bundle
from tests.databases import Target
from tests.engine.report.test_reports import adds_up, listed, numbers
from tests.engine.run.drafting import EVERYBODY, HOUR, SMS, ZONE, bundle
from tests.engine.run.living import END, HALVES, Living, Node, recurring

LIVES, FULL = 16, 1_000
STEPS = 16
PEOPLE = 6


def trigger(rng: Random) -> Node:
    hour = rng.randrange(24)
    daily = {"unit": "day", "interval": rng.randint(1, 2), "time": f"{hour:02d}:30"}
    order: dict[str, Any] = {"event": "order", "re_entry": rng.choice(("every_time", "after_exit", "once"))}
    if rng.random() < 0.3:
        order |= {"times": 2, "within": {"amount": 1, "unit": "day"}}
    return rng.choice(
        (
            ("target_audience", EVERYBODY),
            recurring(daily, repeat_unchanged=rng.random() < 0.7),
            recurring({"unit": "hour", "interval": 5, "minute": 0}, repeat_unchanged=True, max_cycles=3),
            ("behavior_event", order),
            ("behavior_event", order),
        )
    )


def step_of_flow(rng: Random) -> tuple[Node, tuple[str, ...]]:
    """A component, and its ports: the first one leads on, the others to the end."""
    judged = {
        "judge_after": {"amount": rng.randint(1, 30), "unit": "hour"},
        "conditions": [{"join": None, "event": "order"}],
        "early": rng.random() < 0.5,
        "other": True,
    }
    ways = ("group:g_1", "group:g_2")
    return rng.choice(
        (
            (("wait_until", {"mode": "duration", "amount": rng.randint(1, 30), "unit": "hour"}), ("out",)),
            (("text_sms", SMS), ("out",)),
            (("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}), ("out",)),
            (("issue_coupon", {"coupon": "cp_1"}), ("out",)),
            (("generate_audience", {"audience_name": f"Kept {rng.random()}"}), ("out",)),
            (("random_grouping", {"groups": HALVES}), ways),
            (("event_judgment", judged), ("out", "other")),
        )
    )


def version(rng: Random) -> Bundle:
    """A flow whose components bear the same ids as those of other versions, whatever they are."""
    nodes: dict[str, Node] = {"n_0": trigger(rng)}
    links: list[str] = []
    before = "n_0"
    ports: tuple[str, ...] = ("out",)
    for number in range(1, rng.randint(2, 5)):
        id = f"n_{number}"
        links += [f"{before} {port} {id if port == ports[0] else 'n_end'}" for port in ports]
        nodes[id], ports = step_of_flow(rng)
        before = id
    links += [f"{before} {port} n_end" for port in ports]
    return bundle({**nodes, "n_end": END}, links)


@pytest.mark.parametrize("seed", range(LIVES))
def test_no_life_of_a_campaign_breaks_its_books(shop: Target, seed: int) -> None:
    live(shop, seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(LIVES, FULL))
def test_of_many_lives_none_breaks_the_books(shop: Target, seed: int) -> None:
    live(shop, seed)


def live(shop: Target, seed: int) -> None:
    rng = Random(seed)
    with Living(shop) as run:
        run.engine.publish(version(rng))
        orders = iter(range(1_000))

        def order() -> None:
            run.order(f"e{next(orders)}", f"p{rng.randint(1, PEOPLE)}")

        def publish() -> None:
            run.engine.publish(version(rng))
            run.pass_time(0)

        def wait() -> None:
            run.pass_time(rng.randint(1, 40) * HOUR)

        steps: list[Callable[[], Any]] = [
            publish, publish, order, order, wait, wait, lambda: run.engine.stop("c_1"),
            lambda: run.engine.restart("c_1"),
        ]  # fmt: skip
        for _ in range(STEPS):
            with suppress(Refused):  # it is finished, or stopped already
                rng.choice(steps)()
            run.sound()
            one, versions = run.engine.campaign("c_1"), run.engine.versions("c_1")
            assert one.reason is None
            for name in ("entries", "inside", "finished"):
                assert getattr(one, name) == sum(getattr(each, name) for each in versions)
        told(run)
        if one.status not in ("stopped", "completed"):
            run.pass_time(40 * 24 * HOUR)
        run.sound()
        told(run)


def told(run: Living) -> None:
    """What the report tells adds up over all versions, and behind each number stand so many people."""
    with run.database.read() as connection:
        number = number_of(connection, "c_1")
        report = report_of(connection, number, ZONE)
        adds_up(report)
        for one, n in numbers(report):
            assert listed(connection, number, one, run.clock.now()) == n, one
