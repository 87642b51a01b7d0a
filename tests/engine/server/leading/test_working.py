"""Real workers beside real servers: whatever happens to them, others go on where they were."""

from __future__ import annotations

import random
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.store.database import Database
from engine.store.tables.operations import version_lease, worker
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.run.drafting import populate
from tests.engine.server.leading.show import HAPPENINGS, TOGETHER, Show, undisturbed
from tests.engine.server.leading.troupe import Player, Troupe, until
from tests.postgres import Postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and SIGSTOP")

LEASE_S = 2.0
LONG_LEASE_S = 5.0
"""Of ten processes on a machine that may be busy: whoever cannot renew in time does nothing else."""


class Company(Show):
    """A show with workers, of which the database tells who is there and what they have done."""

    def working(self) -> set[str]:
        """The folders' names of those who the leader knows of."""
        with Database.open(self.target) as store, store.read() as connection:
            return {name.split()[0] for name in connection.scalars(select(worker.c.name))}

    def waves(self) -> int:
        """How many waves workers have run, of the versions that are left to them."""
        with Database.open(self.target) as store, store.read() as connection:
            return int(connection.execute(select(func.sum(version_lease.c.waves))).scalar() or 0)

    def until_working(self, *players: Player) -> None:
        until(lambda: {player.name for player in players} <= self.working())


@contextmanager
def playing(
    postgres: Postgres,
    folder: Path,
    fake: WebhookFake,
    *,
    servers: int,
    workers: int,
    people: int,
    lease_s: float = LEASE_S,
) -> Iterator[Company]:
    with postgres.database() as url, fake:
        populate(url, folder, people=people)
        with Troupe(folder, postgres, url, servers, lease_s, workers=workers) as troupe:
            yield Company(troupe, fake, url, people, TOGETHER)


Event = Callable[[Company, Player], None]
"""Something that happens to a worker; afterwards it works again."""


def given_up(show: Company, hand: Player) -> None:
    """There is something to do, and the others see that it is not there."""
    show.order(1)
    until(lambda: hand.name not in show.working())


def killed(show: Company, hand: Player) -> None:
    show.troupe.kill(hand)
    given_up(show, hand)
    show.troupe.start(hand)
    show.until_working(hand)


def frozen(show: Company, hand: Player) -> None:
    """Until it has been given up."""
    show.troupe.freeze(hand)
    given_up(show, hand)
    show.troupe.thaw(hand)
    show.until_working(hand)


def cut_off(show: Company, hand: Player) -> None:
    hand.wire.cut()
    given_up(show, hand)
    hand.wire.mend()
    show.until_working(hand)


def silent(show: Company, hand: Player) -> None:
    hand.wire.silence()
    given_up(show, hand)
    hand.wire.mend()
    show.until_working(hand)


def ended(show: Company, hand: Player) -> None:
    show.troupe.kill(hand, signal.SIGTERM)
    until(lambda: hand.name not in show.working())  # or its database was away just then
    show.troupe.start(hand)
    show.until_working(hand)


WORKERS_HAPPENINGS: tuple[Event, ...] = (killed, frozen, cut_off, silent, ended)


def test_whatever_happens_to_workers_nothing_is_lost_and_nothing_comes_twice(
    mortal: Postgres, tmp_path: Path
) -> None:
    """One is killed, one frozen past its lease, the leader and the database are killed."""
    people = 200
    fake = WebhookFake(heeds_keys=True)
    with playing(mortal, tmp_path, fake, servers=2, workers=2, people=people) as show:
        one, other = show.troupe.hands
        show.until_working(one, other)
        show.order(2)
        until(show.waves)
        killed(show, one)
        show.order(2)
        frozen(show, other)
        HAPPENINGS[0](show, show.troupe.leading())
        show.until_working(one, other)
        mortal.kill(signal.SIGQUIT)
        show.finish()
        show.check(undisturbed(tmp_path / "undisturbed", people, TOGETHER))


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("heeds_keys", [True, False])
def test_eight_workers_and_twenty_deaths_of_the_database(
    mortal: Postgres, tmp_path: Path, heeds_keys: bool
) -> None:
    people = 1_000
    rng = random.Random(9)
    fake = WebhookFake(heeds_keys=heeds_keys)
    many = {"servers": 2, "workers": 8, "people": people}
    with playing(mortal, tmp_path, fake, **many, lease_s=LONG_LEASE_S) as show:
        show.until_working(*show.troupe.hands)
        waves = 0
        for _ in range(20):
            show.order(rng.randint(1, 3))
            rng.choice(WORKERS_HAPPENINGS)(show, rng.choice(show.troupe.hands))
            show.order(rng.randint(0, 3))
            waves = max(waves, show.waves())
            if rng.random() < 0.3:
                rng.choice(HAPPENINGS)(show, show.troupe.leading())
            mortal.kill(rng.choice((signal.SIGKILL, signal.SIGQUIT)))
        assert waves
        show.finish()
        show.check(undisturbed(tmp_path / "undisturbed", people, TOGETHER))
