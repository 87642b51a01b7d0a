"""Shards of a campaign's people, run one after the other in any order, come to what all do together."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, insert, select

from engine.plan.context import SHARDS, WHOLE
from engine.plan.plan import Plan, compile_plan
from engine.run.waves import WaveRunner
from engine.store.tables.runs import agenda
from tests.databases import fresh
from tests.engine.run.differential import compare

DIVISIBLE = (0, 2, 4, 8, 10, 14, 18, 24, 30, 32, 38, 47, 53, 59, 62, 67, 80, 84)
"""Seeds of random cases in which people make no difference to each other."""
HOW_MANY = {"sqlite": 12, "postgresql": 5}
FULL = 3_000

Transactions = Callable[[], AbstractContextManager[Connection]]


class Divided:
    """Takes the place of `WaveRunner.waves`: runs the shards of divisible versions one by one."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._whole, self._begun = WaveRunner.waves, WaveRunner.__init__
        self._rng = random.Random(7)
        self._runners: dict[WaveRunner, tuple[Plan, Transactions, WaveRunner]] = {}
        self.divided = 0
        taking_part = self

        def begun(runner: WaveRunner, plan: Plan, begin: Transactions, *rest: object) -> None:
            taking_part._begun(runner, plan, begin, *rest)  # type: ignore[arg-type]
            if not plan.context.sharded:
                sharded = compile_plan(plan.flow, replace(plan.context, sharded=True))
                taking_part._runners[runner] = plan, begin, WaveRunner(sharded, begin, *rest[:1])  # type: ignore[arg-type]

        def waves(runner: WaveRunner, horizon: int) -> Iterator[None]:
            return taking_part.waves(runner, horizon)

        patch.setattr(WaveRunner, "__init__", begun)
        patch.setattr(WaveRunner, "waves", waves)

    def waves(self, runner: WaveRunner, horizon: int) -> Iterator[None]:
        plan, begin, of_shard = self._runners[runner]
        influence, rules = plan.layout.influence, plan.context.contact
        if not influence.divisible(rules, some_share_addresses=runner._some_share()):
            yield from self._whole(runner, horizon)
            return
        self.divided += 1
        self._hand_over(plan, begin, range(1, SHARDS + 1))
        for shard in self._rng.sample(range(1, SHARDS + 1), SHARDS):
            of_shard.shard = shard
            of_shard.forget()
            yield from self._whole(of_shard, horizon)
        self._hand_over(plan, begin, [WHOLE])
        runner.forget()

    def _hand_over(self, plan: Plan, begin: Transactions, shards: range | list[int]) -> None:
        mine = agenda.c.version == plan.context.version
        with begin() as connection:
            known = select(agenda.c.place, func.min(agenda.c.due)).where(mine).group_by(agenda.c.place)
            rows = [
                {"version": plan.context.version, "place": place, "shard": shard, "due": due}
                for place, due in connection.execute(known).all()
                for shard in shards
            ]
            connection.execute(delete(agenda).where(mine))
            if rows:
                connection.execute(insert(agenda), rows)


@pytest.fixture
def divided(monkeypatch: pytest.MonkeyPatch) -> Divided:
    return Divided(monkeypatch)


def test_shards_come_to_what_the_interpreter_does(
    dialect: str, divided: Divided, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for seed in DIVISIBLE[: HOW_MANY[dialect]]:
        before = divided.divided
        compare(seed, tmp_path / str(seed), lambda folder: fresh(request, dialect, folder))
        assert divided.divided > before, "other seeds are divisible now"


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(100, FULL, 100))
def test_shards_of_many_campaigns(
    first: int, dialect: str, divided: Divided, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for seed in range(first, first + 100):
        compare(seed, tmp_path / str(seed), lambda folder: fresh(request, dialect, folder))
