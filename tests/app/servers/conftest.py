"""A team's server on a real socket, and users of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.window import MainWindow
from engine.client import signing_in
from engine.server.identity import passwords, users
from engine.server.identity.roles import Role
from engine.store.database import Database
from tests.databases import fresh
from tests.engine.server.shared.serving import Shared, serve_shared

PASSWORD = "four words and more"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed on purpose so that it takes long; not here."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    passwords._nobodys.cache_clear()


@pytest.fixture
def make_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Shared]]:
    """Starts a server, with these settings of its configuration; all end with the test."""
    with ExitStack() as stack:

        def make(**settings: object) -> Shared:
            folder = tmp_path / "server"
            folder.mkdir()
            target = stack.enter_context(fresh(request, "sqlite", tmp_path))
            database = stack.enter_context(Database.open(target))
            return stack.enter_context(serve_shared(database, folder, **settings))

        yield make


@pytest.fixture
def server(make_server: Callable[..., Shared]) -> Shared:
    """One with the settings that it has by itself."""
    return make_server()


def add_user(server: Shared, name: str, role: Role) -> None:
    """A user who can sign in with `PASSWORD`."""
    with server.database.write() as connection:
        users.add_user(connection, name, role, "test", server.clock.now())
        users.change_user(connection, name, password=passwords.hashed(PASSWORD))


def enter(window: MainWindow, server: Shared, name: str = "ada", role: Role = Role.PUBLISHER) -> str:
    """Sign the window's user in, as the dialog does; the server's address."""
    add_user(server, name, role)
    window.servers.connections.remember(signing_in.sign_in(server.url, name, PASSWORD))
    return server.url
