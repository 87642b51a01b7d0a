"""Databases for tests: whatever the engine does, it does on SQLite and on PostgreSQL.

A test that takes `databases`, `target` or `dialect` runs once on each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from tests.citus import CITUS_VARIABLE, Citus
from tests.postgres import CannotStart, Postgres

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Connection

    from engine.store.database import Database

DIALECTS = ("sqlite", "postgresql")
NOT_TESTED = "not tested on PostgreSQL: "

Target = Path | str
"""What `Database.open` takes: a SQLite file, or a URL."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres | Citus]:
    """The server of this test process, or the cluster that was named; whoever needs one is skipped where none
    can start."""
    try:
        server = Citus(url) if (url := os.environ.get(CITUS_VARIABLE)) else Postgres()
    except CannotStart as error:
        pytest.skip(f"{NOT_TESTED}{error}")
    yield server
    server.stop()


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`."""
    return str(request.param)


@pytest.fixture
def target(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[Target]:
    """A database of the test's own, migrated and empty: its file or URL."""
    with fresh(request, dialect, tmp_path) as found:
        yield found


@pytest.fixture
def databases(target: Target) -> Iterator[Database]:
    """A database of the test's own, migrated, empty and open."""
    from engine.store.database import Database

    with Database.open(target) as database:
        yield database


@contextmanager
def fresh(request: pytest.FixtureRequest, dialect: str, folder: Path) -> Iterator[Target]:
    """A new database, migrated and empty, for fixtures of any scope; a SQLite one lies in `folder`."""
    if dialect == "sqlite":
        path = folder / "engine.db"
        path.write_bytes(empty_database())
        yield path
    else:
        server: Postgres | Citus = request.getfixturevalue("postgres")
        with server.database() as url:
            yield url


def plan_of(connection: Connection, statement: ClauseElement) -> str:
    """How the database would run a statement, one line a step."""
    text = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    return explained(connection, text)


def explained(connection: Connection, sql: str, parameters: Any = None) -> str:
    """How the database would run a statement that is text already.

    PostgreSQL reads small tables as a whole because they are small: here it may do so only where no key or
    index serves.
    """
    if connection.dialect.name == "sqlite":
        return _lines(connection, f"EXPLAIN QUERY PLAN {sql}", parameters)
    ways = ("seqscan", "hashjoin", "mergejoin", "bitmapscan")
    for way in ways:
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    plan = _lines(connection, f"EXPLAIN {sql}", parameters)
    for way in ways:
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = on")
    return plan


def _lines(connection: Connection, explain: str, parameters: Any) -> str:
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain, parameters))


@cache
def empty_database() -> bytes:
    """A SQLite database with its tables and nothing in them: migrating one takes longer than most tests."""
    from engine.store.database import Database

    with TemporaryDirectory() as folder:
        path = Path(folder) / "engine.db"
        Database.open(path).close()
        return path.read_bytes()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip on a cluster what is marked as meant for one machine: on its databases, not on files."""
    mark = item.get_closest_marker("not_on_citus")
    parameters: dict[str, object] = getattr(getattr(item, "callspec", None), "params", {})
    if mark is not None and CITUS_VARIABLE in os.environ and parameters.get("dialect") != "sqlite":
        pytest.skip(f"not on Citus: {mark.args[0]}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly at the end of a run what was not tested."""
    reasons = [
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and NOT_TESTED in report.longrepr[2]
    ]
    if reasons:
        terminalreporter.section("POSTGRESQL WAS NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(reasons)} tests were {reasons[0]}", red=True, bold=True)
