"""The sending process is killed on the way: nobody is left out, and nobody gets anything twice."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.channels.sending import claims
from engine.run.clock import VirtualClock
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.tables.runs import message
from engine.store.tables.sending import doubt, outbox
from tests.databases import Target
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.channels.sending import killing
from tests.engine.channels.sending.killing import NODES, POINTS, running
from tests.engine.nursery import DONE, KILLED, Nursery
from tests.engine.run.drafting import MINUTE, NOW, populate

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")

KEY_HOURS = 24 * 30
"""Longer than all lives together."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery(killing.__name__) as one:
        yield one


class Trial:
    """One outbox, and the receiver of what is in it. Each life begins 20 minutes after the one before."""

    def __init__(
        self, nursery: Nursery, target: Target, fake: WebhookFake, pushes: int = NODES, batch: int = 5
    ) -> None:
        self._nursery = nursery
        self._target = target
        self._fake = fake
        self._pushes, self._batch = pushes, batch
        self._now = ms(NOW)
        self.died = 0

    def live(self, point: str = "", when: str = "", nth: int = 0, claim: int = killing.CLAIM) -> str:
        asked = {
            "target": str(self._target),
            "port": self._fake.port,
            "key_hours": KEY_HOURS if self._fake.heeds_keys else None,
            "now": self._now,
            "pushes": self._pushes,
            "batch": self._batch,
            "point": point,
            "when": when,
            "nth": nth,
            "claim": claim,
        }
        end = self._nursery.ask(asked)
        self._now += 20 * MINUTE
        self.died += end == KILLED
        return end

    def finish(self) -> None:
        """Send the rest, as quickly as usual: nobody is killed any more."""
        while True:
            assert self.live(claim=claims.CLAIM) == DONE
            with Database.open(self._target) as database, database.read() as connection:
                if not connection.execute(select(func.count()).select_from(outbox)).scalar_one():
                    return

    def check(self, people: int, refused: int = 0) -> None:
        """Every message has gone out once, was refused, or is listed as one of which nobody knows."""
        run = running(self._target, VirtualClock(self._now))
        with run, run.database.read() as connection:
            assert run.engine.check() == []
            query = select(message.c.state, func.count()).group_by(message.c.state)
            states: dict[str, int] = {state: n for state, n in connection.execute(query)}  # noqa: C416
            doubtful = connection.execute(select(func.count()).select_from(doubt)).scalar_one()
        run.database.close()
        sent = self._fake.by_key
        messages = people * self._pushes
        assert sum(states.values()) == messages
        assert states.get("unknown", 0) == doubtful
        assert states.get("failed", 0) == refused
        assert states["sent"] + doubtful + refused == messages
        assert not [key for key, times in sent.items() if times > 1]
        if self._fake.heeds_keys:
            assert doubtful == 0
        assert messages - refused - doubtful <= len(sent) <= messages - refused


@pytest.mark.parametrize("heeds_keys", [True, False])
def test_a_sender_that_is_killed_at_a_named_point_loses_and_repeats_nothing(
    nursery: Nursery, target: Target, tmp_path: Path, heeds_keys: bool
) -> None:
    populate(target, tmp_path, people=60)
    with WebhookFake(heeds_keys=heeds_keys) as fake:
        trial = Trial(nursery, target, fake)
        for point in POINTS:
            for when in ("before", "after"):
                assert trial.live(point, when, 1) == KILLED, (point, when)
        trial.finish()
        trial.check(60)


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("heeds_keys", [True, False])
def test_two_hundred_kills_among_a_hundred_thousand_people(
    nursery: Nursery, target: Target, tmp_path: Path, heeds_keys: bool
) -> None:
    kill_often(nursery, target, tmp_path, people=100_000, kills=200, heeds_keys=heeds_keys)


@pytest.mark.parametrize(("dialect", "people", "kills"), [("sqlite", 5_000, 20), ("postgresql", 500, 10)])
@pytest.mark.parametrize("heeds_keys", [True, False])
def test_a_sender_that_is_killed_at_any_moment_loses_and_repeats_nothing(
    nursery: Nursery, target: Target, tmp_path: Path, people: int, kills: int, heeds_keys: bool
) -> None:
    kill_often(nursery, target, tmp_path, people=people, kills=kills, heeds_keys=heeds_keys)


def kill_often(
    nursery: Nursery, target: Target, folder: Path, *, people: int, kills: int, heeds_keys: bool
) -> None:
    """So many processes die, some at named points, some at any call of the database."""
    rng = random.Random(kills)
    populate(target, folder, people=people)
    apart = max(20, people * NODES // kills // 4)
    with WebhookFake(heeds_keys=heeds_keys) as fake:
        trial = Trial(nursery, target, fake, batch=50)
        while trial.died < kills:
            if rng.random() < 0.5:
                end = trial.live("call", "", rng.randint(1, apart))
            else:
                end = trial.live(rng.choice(POINTS), rng.choice(("before", "after")), rng.randint(1, 3))
            if end == DONE:
                break
            assert end == KILLED, end
        trial.finish()
        trial.check(people)
        assert trial.died >= kills // 2


def test_of_a_thousand_only_those_who_met_trouble_are_not_sent_to_exactly_once(
    nursery: Nursery, target: Target, tmp_path: Path
) -> None:
    """One in a hundred is refused, one gets no answer in time, one nonsense; and the process dies once."""
    populate(target, tmp_path, people=1_000)
    with WebhookFake() as fake:
        # None of those whose answers the crash may lose.
        fake.refuse(*(f"+86138{n:08d}" for n in range(1_000, 200, -80)))
        for fault in ("slow", "garbage"):
            fake.misbehave(fault, times=10)
        trial = Trial(nursery, target, fake, pushes=1, batch=1)
        assert trial.live("result", "before", 1) == KILLED
        trial.finish()
        trial.check(1_000, refused=10)
        with Database.open(target) as database, database.read() as connection:
            doubtful = connection.execute(select(func.count()).select_from(doubt)).scalar_one()
        assert 20 <= doubtful <= 20 + 128
        assert not fake.twice()
