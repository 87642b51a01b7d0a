"""An engine that is killed goes on where it was: everybody ends up where an uninterrupted run puts them."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.report.check import violations
from engine.report.counts import Counts, counts_of
from engine.run.answers import Refused
from engine.run.lock import lock
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.tables.people import audience, audience_member
from engine.store.tables.runs import campaign
from tests.databases import Target
from tests.engine.run.drafting import DAY, NOW
from tests.engine.run.killing import DONE, KILLED, Kill, Life, Nursery
from tests.engine.run.scenario import DAYS, differences, state, traces, write_data
from tests.postgres import Postgres

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")

PEOPLE, CODES = 20, 12
SMALL = (5, 8)
END = ms(NOW) + DAYS * DAY

POINTS = (
    "migration", "import", "import chunk", "import's end", "publish", "event ingest", "wave",
    "audience update", "cycle start", "entering", "stop", "restart", "hand-over", "finish",
)  # fmt: skip
"""Transactions by name, in an order in which the script comes to them."""
SWAP = 3
"""Which transaction of an audience's update puts the new members in force."""


def named(when: str) -> list[Kill]:
    kills = [Kill(point, when) for point in POINTS]
    return [
        *(Kill(one.point, when, SWAP) if one.point == "audience update" else one for one in kills),
        Kill("wave", when, 40),
    ]


class Trial:
    """The script on a database of its own. folder: the data, the journal and the traces."""

    def __init__(self, nursery: Nursery, target: Target, folder: Path, sizes: tuple[int, int]) -> None:
        self._nursery = nursery
        self._target = target
        self.folder = folder
        self._life = Life(str(target), str(folder), sizes)

    def live(self, kill: Kill | None = None, **how: bool) -> str:
        """One process; after its death the books must balance, and nobody hold the database."""
        life = Life(self._life.target, self._life.folder, self._life.sizes, **how)
        end = self._nursery.live(life, kill)
        self._wait_until_free()
        with Database.open(self._target) as database, database.read() as connection:
            assert list(violations(connection, END)) == [], kill
        return end

    def _wait_until_free(self) -> None:
        """A server notices a moment later that a process is gone."""
        with Database.open(self._target) as database:
            for _ in range(10_000):
                try:
                    held = lock(database)
                except Refused:
                    continue
                if held is not None:
                    held.release()
                return

    @property
    def journal(self) -> Path:
        return self._life.journal

    def counts(self) -> list[Counts]:
        """The live counts of every campaign."""
        with Database.open(self._target) as database, database.read() as connection:
            numbers = connection.scalars(select(campaign.c.number).order_by(campaign.c.number)).all()
            return [counts_of(connection, number) for number in numbers]

    def unused_members(self) -> int:
        """Members of lists that are in force for no audience."""
        used = select(audience.c.list).where(audience.c.list.is_not(None))
        query = select(func.count()).where(audience_member.c.list.not_in(used))
        with Database.open(self._target) as database, database.read() as connection:
            return connection.execute(query).scalar_one()

    def outcome(self) -> dict[str, Any]:
        with Database.open(self._target) as database, database.write() as connection:
            return {**state(connection), **traces(connection, self.folder / "trace")}


@contextmanager
def unmigrated(request: pytest.FixtureRequest, dialect: str, folder: Path) -> Iterator[Target]:
    """An empty database, without tables."""
    folder.mkdir(parents=True, exist_ok=True)
    if dialect == "sqlite":
        yield folder / "engine.db"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        with server.database(encoding="UTF8") as url:
            yield url


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as one:
        yield one


@pytest.fixture(scope="module")
def expected(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an uninterrupted run comes to, in waves of another size, on SQLite."""
    folder = tmp_path_factory.mktemp("whole")
    write_data(folder / "data", PEOPLE, CODES)
    trial = Trial(nursery, folder / "engine.db", folder, (1_000, 1_000))
    assert trial.live() == DONE
    found = trial.outcome()
    for table in ("message", "coupon_issue", "tag_value", "visit", "goal", "generated_audience", "claim"):
        assert found[table], table
    assert "merged" in found["c_main/visits.csv"]
    return found


def compare(trial: Trial, expected: dict[str, Any]) -> None:
    assert differences(trial.outcome(), expected) == []
    assert trial.unused_members() == 0


def kill_by_name(trial: Trial, kills: Sequence[Kill]) -> None:
    """Each process dies at the next point; half of them wake up late."""
    for number, kill in enumerate(kills):
        assert trial.live(kill, late=number % 2 == 1) == KILLED, kill
    assert trial.live() == DONE


@pytest.mark.parametrize(
    ("dialect", "when"), [("sqlite", "before"), ("sqlite", "after"), ("postgresql", "after")]
)
def test_an_engine_that_is_killed_at_a_named_point_loses_and_repeats_nothing(
    request: pytest.FixtureRequest,
    nursery: Nursery,
    expected: dict[str, Any],
    tmp_path: Path,
    dialect: str,
    when: str,
) -> None:
    write_data(tmp_path / "data", PEOPLE, CODES)
    with unmigrated(request, dialect, tmp_path) as target:
        trial = Trial(nursery, target, tmp_path, SMALL)
        kill_by_name(trial, named(when) if dialect == "sqlite" else named(when)[::3])
        compare(trial, expected)


def kill_at_random(trial: Trial, kills: int, rng: random.Random, apart: int) -> None:
    """So many processes die. Some `apart` driver calls lie between one death and the next."""
    died = 0
    for _ in range(3 * kills):
        if died == kills:
            break
        kill = Kill("", "call", rng.randint(1, 2 * apart))
        if trial.live(kill, late=rng.random() < 0.5) == DONE:
            trial.journal.write_text("0")  # the script once more: nothing is done twice
        else:
            died += 1
    assert died == kills
    assert trial.live() == DONE


@pytest.mark.parametrize(("dialect", "kills"), [("sqlite", 8), ("postgresql", 6)])
def test_an_engine_that_is_killed_at_any_moment_loses_and_repeats_nothing(
    request: pytest.FixtureRequest,
    nursery: Nursery,
    expected: dict[str, Any],
    tmp_path: Path,
    dialect: str,
    kills: int,
) -> None:
    write_data(tmp_path / "data", PEOPLE, CODES)
    with unmigrated(request, dialect, tmp_path) as target:
        trial = Trial(nursery, target, tmp_path, SMALL)
        kill_at_random(trial, kills, random.Random(kills), apart=400)
        compare(trial, expected)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_round_of_retention_that_is_killed_deletes_and_counts_the_same(
    request: pytest.FixtureRequest, nursery: Nursery, tmp_path: Path, dialect: str, when: str
) -> None:
    write_data(tmp_path / "data", PEOPLE, CODES)
    with unmigrated(request, dialect, tmp_path) as target:
        trial = Trial(nursery, target, tmp_path, SMALL)
        assert trial.live() == DONE
        kept = trial.counts()
        for nth in (1, 2, 7):
            assert trial.live(Kill("retention chunk", when, nth), retention=True) == KILLED
        assert trial.live(retention=True) == DONE
        assert trial.counts() == kept
        found = trial.outcome()
        assert (found["visit"], found["event"], found["message"]) == ([], [], [])


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_two_hundred_kills(
    request: pytest.FixtureRequest,
    nursery: Nursery,
    expected: dict[str, Any],
    tmp_path: Path,
    dialect: str,
) -> None:
    for seed in range(20):
        folder = tmp_path / str(seed)
        write_data(folder / "data", PEOPLE, CODES)
        with unmigrated(request, dialect, folder) as target:
            trial = Trial(nursery, target, folder, SMALL)
            kill_at_random(trial, 10, random.Random(seed), apart=300)
            compare(trial, expected)


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_many_people_and_kills(nursery: Nursery, tmp_path: Path) -> None:
    """100,000 people."""
    sizes = (10_000, 10_000)
    outcomes = []
    for kills in (0, 20):
        folder = tmp_path / str(kills)
        write_data(folder / "data", 100_000, 20_000)
        trial = Trial(nursery, folder / "engine.db", folder, sizes)
        kill_at_random(trial, kills, random.Random(1), apart=200)
        outcomes.append(trial.outcome())
    assert differences(*outcomes) == []
