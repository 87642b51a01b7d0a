"""Clocks that are set forward or back, keys that providers forget meanwhile, and two engines on one outbox:
nobody gets anything twice.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from engine.channels.adapter import Accepted, Delivery, Later, Outcome, Traits, Unknown
from engine.channels.sending.loop import Sending
from engine.channels.sending.pacing import SteadyClock
from engine.run.clock import VirtualClock
from engine.shapes.time import to_milliseconds
from engine.store.tables.sending import doubt
from tests.databases import Target
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_rules import another, sms, unusable
from tests.engine.channels.sending.test_sending import judged, left, states
from tests.engine.run.drafting import HOUR, MINUTE, NOW, SMS, Running, database, populate

KEY_S = 600


class Steps(VirtualClock):
    """A clock that somebody sets while time goes on."""

    def __init__(self) -> None:
        super().__init__(to_milliseconds(NOW))
        self.passed = 0.0

    def go_on(self, seconds: float) -> None:
        self.passed += seconds
        self._moment += round(seconds * 1000)

    def step(self, milliseconds: int) -> None:
        self._moment += milliseconds


class Forgetful(Provider):
    """Sends what comes with one key only once within `KEY_S` of the real time, and then again."""

    def __init__(self, clock: Steps, lifetime: int | None) -> None:
        super().__init__(Traits(batch=1, concurrency=2, key_lifetime=lifetime))
        self.clock, self.lifetime = clock, lifetime
        self.took: dict[str, float] = {}
        self.sent_to: list[str] = []
        self.answer = self._take

    def _take(self, delivery: Delivery) -> Outcome:
        since = self.took.get(delivery.key)
        known = self.lifetime is not None and since is not None and self.clock.passed < since + KEY_S
        if not known:
            self.took[delivery.key] = self.clock.passed
            self.sent_to.append(delivery.address)
        return Unknown("connection_lost") if not known else Accepted()


def loop(run: Running, provider: Provider, clock: Steps) -> Sending:
    return another(run, provider.open, monotonic=lambda: clock.passed)


@pytest.mark.parametrize("lifetime", [None, KEY_S])
@pytest.mark.parametrize("step", [0, HOUR, -HOUR])
@pytest.mark.parametrize("pause_s", [20, 700])
def test_a_clock_that_is_set_makes_nothing_go_out_twice(
    tmp_path: Path, lifetime: int | None, step: int, pause_s: int
) -> None:
    """All are in doubt at once, and the clock is set before they could go out again: soon, or after the
    provider has forgotten their keys."""
    clock = Steps()
    provider = Forgetful(clock, lifetime)
    with Running(database(tmp_path, people=4), open_adapter=lambda _account: unusable(), clock=clock) as run:
        run.engine.publish(judged())
        run.advance(0)
        with closing(loop(run, provider, clock)) as sending:
            sending.step()
            clock.step(step)
            for seconds in (pause_s, *[300] * 20):
                clock.go_on(seconds)
                while sending.step():
                    pass
        assert sorted(provider.sent_to) == sorted(set(provider.sent_to))
        assert len(provider.sent_to) == 4
        sure = lifetime is not None and pause_s < KEY_S and step == 0
        found = set(states(run).values())
        assert found == {"sent"} if sure else found <= {"sent", "unknown"}
        assert left(run) == 0
        assert left(run, doubt) == sum(one == "unknown" for one in states(run).values())


@pytest.mark.parametrize("away", [MINUTE, HOUR])
def test_who_may_have_got_it_gets_it_again_only_while_the_provider_knows_the_key(
    target: Target, tmp_path: Path, away: int
) -> None:
    """The engine ends when all are in doubt, and comes back soon, or too late."""
    populate(target, tmp_path)
    provider = Provider(Traits(batch=1, concurrency=4, key_lifetime=KEY_S))
    provider.answer = lambda _one: Unknown("timeout")
    with Running(target, open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(0)
        assert set(states(run).values()) == {"planned"}
    run.clock.set(run.clock.now() + away)
    provider.answer = lambda _one: Accepted()
    with Running(target, open_adapter=provider.open, clock=run.clock) as run:
        run.advance(MINUTE)
        times = set(provider.by_key.values())
        assert (times, set(states(run).values())) == (
            ({2}, {"sent"}) if away == MINUTE else ({1}, {"unknown"})
        )
        assert left(run, doubt) == (0 if away == MINUTE else 3)
        assert run.engine.check() == []


def test_one_that_was_refused_for_now_after_a_doubt_is_still_in_doubt(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=1, concurrency=4, key_lifetime=KEY_S))
    answers: list[Outcome] = [Unknown("timeout")] * 3
    provider.answer = lambda _one: answers.pop() if answers else Later("busy")
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(30 * MINUTE)
        assert set(states(run).values()) == {"unknown"}
        assert run.engine.check() == []


def test_two_engines_on_one_outbox_send_everything_once(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path, people=40)
    provider = Provider(Traits(batch=1, concurrency=2))
    lock = threading.Lock()
    given: list[str] = []

    def note(batch: Sequence[Delivery]) -> None:
        with lock:
            given.extend(one.key for one in batch)

    provider.before = note
    with Running(target, open_adapter=lambda _account: unusable()) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        loops = [another(run, provider.open) for _ in range(2)]

        def work(loop: Sending) -> None:
            while loop.step():
                pass
            loop.close()

        threads = [threading.Thread(target=work, args=(loop,)) for loop in loops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(given) == len(set(given)) == 40
        assert set(states(run).values()) == {"sent"}
        assert run.engine.check() == []


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_lease_under_a_clock_that_is_set_is_never_two_workers_at_once(tmp_path: Path, step: int) -> None:
    """The clock is set while one worker sends; the other one takes over what it thinks is left."""
    clock = Steps()
    provider = Provider(Traits(batch=1, concurrency=4, key_lifetime=3600))
    with Running(database(tmp_path, people=8), open_adapter=lambda _account: unusable(), clock=clock) as run:
        run.engine.publish(judged())
        run.advance(0)
        with closing(loop(run, provider, clock)) as first, closing(loop(run, provider, clock)) as second:

            def set_it(_batch: Sequence[Delivery]) -> None:
                provider.before = lambda _batch: None
                clock.step(step)
                with run.database.write() as connection:
                    second.recover(connection, clock.now())

            provider.before = set_it
            first.step()
            for _ in range(5):
                clock.go_on(60)
                while second.step() or first.step():
                    pass
        assert set(provider.sent.values()) == {1}
        assert len(provider.sent) == 8
        assert left(run) == 0


def test_a_steady_clock_goes_on_when_the_other_one_is_set_back() -> None:
    wall, passed = 1_000_000, 5.0
    clock = SteadyClock(lambda: wall, lambda: passed)
    passed += 10
    wall += 10_000 - HOUR
    assert clock.now() == 1_010_000
    wall += 2 * HOUR
    assert clock.now() == 1_010_000 + HOUR
