"""The n-th call of the database fails: there is the old state or the new one, never a third, and the engine
goes on to where it would have come without the failure."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from engine.run.waves import WaveRunner
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.imports.result import ImportRefused
from tests.databases import Target, fresh
from tests.engine.run.drafting import NOW
from tests.engine.run.interference import transactions_told, watched
from tests.engine.run.scenario import Shop, State, differences, everything, script, state, write_data
from tests.postgres import Postgres

PEOPLE, CODES, WAVE = 10, 6, 4
SAMPLE = {"sqlite": 5, "postgresql": 3}
"""Calls of each piece of work that fail in CI, each in a database of its own; `full` lets every one fail."""


@dataclass(frozen=True)
class Work:
    """A piece of work whose calls fail: an action of the script, or what falls due before it.

    then: actions that follow, to see that all is well.
    """

    action: int
    due: bool = False
    then: int = 2


WORKS = {
    "import": Work(0),
    "publish": Work(1, then=4),
    "events": Work(4),
    "waves and a cycle": Work(5, due=True),
    "stop": Work(6, then=3),
    "restart": Work(8),
    "import while running": Work(9, then=1),
    "postponed messages": Work(9, due=True, then=1),
    "new version": Work(11, then=1),
}


IN_CI = [
    *(("sqlite", name) for name in WORKS),
    *(("postgresql", name) for name in ("publish", "waves and a cycle", "restart", "import while running")),
]


class Injected:
    """Lets one call fail. `late`: a commit that reaches the database, whose answer is lost.

    On a server the connection is lost; a file's disk is full. commits: which of the calls were commits.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.commits: list[int] = []
        self._fail_at = 0
        self._late = False
        self.failed = False

    def __call__(self, connection: Any, what: str) -> None:
        if what != "committed":
            self.calls += 1
            if what == "commit":
                self.commits.append(self.calls)
        now = self.calls == self._fail_at and not self.failed
        if now and (what == "committed" or not (self._late and what == "commit")):
            self.failed = True
            if isinstance(connection, psycopg.Connection):
                connection.close()
                raise psycopg.OperationalError("server closed the connection unexpectedly")
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise full

    def arm(self, call: int, *, late: bool) -> None:
        self.calls, self._fail_at, self._late, self.failed = 0, call, late, False
        self.commits = []


@dataclass
class Expected:
    """What the work comes to undisturbed. start: the database before it. commits: which of its calls were
    commits. states: after each."""

    start: Target
    moment: int
    calls: int
    commits: list[int]
    states: list[State]
    end: State


class Trial:
    """One piece of work on one kind of database."""

    def __init__(self, request: pytest.FixtureRequest, dialect: str, folder: Path, work: Work) -> None:
        self._request = request
        self._dialect = dialect
        self._folder = folder
        self._work = work
        write_data(folder / "data", PEOPLE, CODES)
        self._script = script(folder / "data")
        self._action = self._script[work.action]
        self._injected = Injected()

    @contextmanager
    def _copied(self, start: Target) -> Iterator[Target]:
        if isinstance(start, Path):
            yield Path(copy(start, self._folder / "copy.db"))
        else:
            server: Postgres = self._request.getfixturevalue("postgres")
            with server.database(copy_of=start) as url:
                yield url

    @contextmanager
    def undisturbed(self) -> Iterator[Expected]:
        with fresh(self._request, self._dialect, self._folder) as start:
            shop = Shop(start, ms(NOW))
            for action in self._script[: self._work.action]:
                shop.carry_out(action)
            if not self._work.due:
                shop.engine.run_until_idle(self._action.at)
            moment = shop.clock.now()
            shop.close()
            yield self._measured(start, moment)

    def _measured(self, start: Target, moment: int) -> Expected:
        states: list[State] = []
        working = False

        def note(_name: str, when: str) -> None:
            if working and when == "after":
                calls, commits = self._injected.calls, len(self._injected.commits)
                states.append(_look(other))
                self._injected.calls = calls
                del self._injected.commits[commits:]

        with (
            self._copied(start) as target,
            watched(self._injected),
            Database.open(target) as other,
            transactions_told(note),
        ):
            shop = Shop(target, moment)
            states.append(_look(other))
            self._injected.arm(0, late=False)
            working = True
            self._do(shop)
            working, calls, commits = False, self._injected.calls, self._injected.commits[:]
            self._go_on(shop)
            shop.close()
            with other.read() as connection:
                return Expected(start, moment, calls, commits, states, state(connection))

    def fail(self, expected: Expected, call: int, *, late: bool) -> None:
        """Let a call fail, look, and go on."""
        with self._copied(expected.start) as target, watched(self._injected), Database.open(target) as other:
            shop = Shop(target, expected.moment)
            self._injected.arm(call, late=late)
            with suppress(DBAPIError, ImportRefused):
                self._do(shop)
            assert self._injected.failed
            found = _look(other)
            what = f"call {call}{' late' * late} of {expected.calls}"
            nearest = min((differences(found, one) for one in expected.states), key=len)
            allowed = expected.states
            if found["import_run"] and "abandoned" in str(found["import_run"]):
                # What an import brought is taken back at once: nothing but its number and its fields is left.
                found, allowed = _but_for_imports(found), [_but_for_imports(one) for one in allowed]
            assert found in allowed, f"{what}: {nearest}"
            self._do(shop)
            self._go_on(shop)
            assert shop.engine.check() == []
            with other.read() as connection:
                assert differences(state(connection), expected.end) == [], what
            shop.close()

    def _do(self, shop: Shop) -> None:
        if self._work.due:
            shop.engine.run_until_idle(self._action.at)
        else:
            self._action.do(shop.engine)

    def _go_on(self, shop: Shop) -> None:
        first = self._work.action + (not self._work.due)
        for action in self._script[first : first + self._work.then]:
            shop.carry_out(action)
        shop.engine.run_until_idle(shop.clock.now())


def _look(database: Database) -> State:
    with database.read() as connection:
        return everything(connection)


def _but_for_imports(state: State) -> State:
    return {table: rows for table, rows in state.items() if table != "import_run"}


@pytest.fixture
def small_waves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WaveRunner, "MOST", WAVE)


@pytest.mark.usefixtures("small_waves")
@pytest.mark.parametrize(("dialect", "name"), IN_CI)
def test_a_call_that_fails_leaves_the_old_state_or_the_new_one(
    request: pytest.FixtureRequest, dialect: str, tmp_path: Path, name: str
) -> None:
    trial = Trial(request, dialect, tmp_path, WORKS[name])
    with trial.undisturbed() as expected:
        for number in range(SAMPLE[dialect]):
            call = 1 + number * (expected.calls - 1) // (SAMPLE[dialect] - 1)
            trial.fail(expected, call, late=number % 2 == 1)
        trial.fail(expected, expected.calls, late=True)


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("small_waves")
@pytest.mark.parametrize("name", WORKS)
def test_whichever_call_fails(
    request: pytest.FixtureRequest, dialect: str, tmp_path: Path, name: str
) -> None:
    trial = Trial(request, dialect, tmp_path, WORKS[name])
    with trial.undisturbed() as expected:
        for call in range(1, expected.calls + 1):
            trial.fail(expected, call, late=False)
        for call in expected.commits:
            trial.fail(expected, call, late=True)
