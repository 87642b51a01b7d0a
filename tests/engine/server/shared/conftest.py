"""A shared server with nobody in it, on each database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from engine import logs
from engine.server.identity import passwords
from engine.store.database import Database
from tests.databases import fresh
from tests.engine.server.shared.serving import Shared, serve_shared


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed on purpose so that it takes long; not here."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    passwords._nobodys.cache_clear()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A server sets the log of its whole process up; what comes after it here is another one."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logs.set_up()


@pytest.fixture
def shared(databases: Database, tmp_path: Path) -> Iterator[Shared]:
    with serve_shared(databases, tmp_path) as served:
        yield served


@pytest.fixture
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    """The same on SQLite only, for what no statement of its own decides."""
    with (
        fresh(request, "sqlite", tmp_path) as target,
        Database.open(target) as database,
        serve_shared(database, tmp_path) as served,
    ):
        yield served
