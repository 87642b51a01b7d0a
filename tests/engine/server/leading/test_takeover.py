"""Real servers on a real database: whatever happens to who leads, another one goes on where it was."""

from __future__ import annotations

import random
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.run.drafting import populate
from tests.engine.server.leading.show import (
    HAPPENINGS,
    Event,
    Show,
    cut_off,
    ended,
    frozen,
    killed,
    silent,
    undisturbed,
)
from tests.engine.server.leading.troupe import Troupe, until
from tests.postgres import Postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and SIGSTOP")

LEASE_S = 2.0


@contextmanager
def playing(
    postgres: Postgres, folder: Path, fake: WebhookFake, *, servers: int, people: int
) -> Iterator[Show]:
    with postgres.database() as url, fake:
        populate(url, folder, people=people)
        with Troupe(folder, postgres, url, servers, LEASE_S) as troupe:
            yield Show(troupe, fake, url, people)


@pytest.mark.parametrize(
    ("heeds_keys", "happenings", "death"),
    [(True, (killed, cut_off), signal.SIGKILL), (False, (frozen, silent, ended), signal.SIGQUIT)],
)
def test_whatever_happens_to_who_leads_nothing_is_lost_and_nothing_comes_twice(
    mortal: Postgres, tmp_path: Path, heeds_keys: bool, happenings: Sequence[Event], death: int
) -> None:
    """Killed, cut off, frozen past its lease, with packets that vanish, ended in order; and the database is
    killed, too."""
    people = 300
    fake = WebhookFake(heeds_keys=heeds_keys)
    with playing(mortal, tmp_path, fake, servers=3, people=people) as show:
        for happens in happenings:
            show.order(1)
            happens(show, show.troupe.leading())
        show.order(1)
        mortal.kill(death)
        show.finish()
        show.check(undisturbed(tmp_path / "undisturbed", people))


def test_a_server_that_starts_before_its_database_waits_for_it(mortal: Postgres, tmp_path: Path) -> None:
    """As on a computer that has just been switched on, or after a crash of the database."""
    with playing(mortal, tmp_path, WebhookFake(), servers=2, people=2) as show:
        leader = show.troupe.leading()
        (other,) = (one for one in show.troupe.players if one is not leader)
        show.troupe.kill(other)
        other.wire.turn_away()
        show.troupe.start(other)
        until(lambda: other.wire.turned_away > 4)
        other.wire.mend()
        until(lambda: other.readiness == "standby")


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("heeds_keys", [True, False])
def test_eight_servers_and_twenty_deaths_of_the_database(
    mortal: Postgres, tmp_path: Path, heeds_keys: bool
) -> None:
    people = 8_000
    rng = random.Random(8)
    fake = WebhookFake(heeds_keys=heeds_keys)
    with playing(mortal, tmp_path, fake, servers=8, people=people) as show:
        for _ in range(20):
            show.order(rng.randint(1, 4))
            rng.choice(HAPPENINGS)(show, show.troupe.leading())
            show.order(rng.randint(0, 3))
            mortal.kill(rng.choice((signal.SIGKILL, signal.SIGQUIT)))
        show.finish()
        show.check(undisturbed(tmp_path / "undisturbed", people))
