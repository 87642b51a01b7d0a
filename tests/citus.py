"""Databases of a Citus cluster, in place of those of the tests' own PostgreSQL server.

`python3 dev.py test --citus URL` says which: URL is of any database on the coordinator that knows the nodes.
Its user makes and drops databases on all of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from os import getpid

import psycopg
from sqlalchemy.engine import URL, make_url

from dev import CITUS_VARIABLE

SHARDS = 2
TRIES = 50
"""How often a database is copied or dropped, a tenth of a second apart: Citus works there, too."""

__all__ = ["CITUS_VARIABLE", "Citus"]


class Citus:
    """A cluster with a database that is migrated, distributed and empty, of which each test has a copy."""

    def __init__(self, url: str) -> None:
        known = make_url(url).set(drivername="postgresql")
        self._numbers = count(1)
        self._prefix = f"canvas_test_{getpid()}"
        with self._connected(known) as connection:
            nodes = "SELECT nodename, nodeport FROM pg_dist_node ORDER BY groupid"
            self._nodes = [known.set(host=host, port=port) for host, port in connection.execute(nodes)]
        self._template = f"{self._prefix}_template"
        self._make_template()

    def _connected(self, url: URL) -> psycopg.Connection:
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def _make_template(self) -> None:
        from engine.store.database import Database
        from engine.store.distribution import distribute

        name = self._template
        self._everywhere(f"CREATE DATABASE {name}")
        for node in self._nodes:
            with self._connected(node.set(database=name)) as connection:
                connection.execute("CREATE EXTENSION citus")
        coordinator, *workers = self._nodes
        with self._connected(coordinator.set(database=name)) as connection:
            here = (coordinator.host, coordinator.port)
            connection.execute("SELECT citus_set_coordinator_host(%s, %s)", here)
            for worker in workers:
                connection.execute("SELECT citus_add_node(%s, %s)", (worker.host, worker.port))
            connection.execute(f"ALTER DATABASE {name} SET citus.shard_count = {SHARDS}".encode())
        with Database.open(self.url(name)) as database, database.write() as connection:
            distribute(connection)
        self._everywhere(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")  # or it could not be copied
        self._everywhere(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def _everywhere(self, statement: str) -> None:
        for node in self._nodes:
            with self._connected(node) as admin:
                admin.execute(statement.encode())

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        url = self._nodes[0].set(database=database, drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    @contextmanager
    def database(self, *, encoding: str = "", copy_of: str | None = None) -> Iterator[str]:
        """The URL of a new database, dropped at the end; with an encoding of its own it is neither migrated
        nor distributed. copy_of: URL of one of its databases, to which nobody is connected."""
        name = f"{self._prefix}_{next(self._numbers)}"
        like = self._template if copy_of is None else str(make_url(copy_of).database)
        if encoding:
            like = f"template0 ENCODING {encoding} LOCALE_PROVIDER libc"
        try:
            for node in self._nodes:
                with self._connected(node) as admin:
                    _make(admin, name, like)
            yield self.url(name)
        finally:
            self._drop(name)

    def stop(self) -> None:
        self._drop(self._template)

    def _drop(self, name: str) -> None:
        for node in self._nodes:
            with self._connected(node) as admin:
                _drop(admin, name)


def _make(admin: psycopg.Connection, name: str, like: str) -> None:
    """A copy; whatever Citus does in the background there is ended: nobody may be connected to it."""
    template = like.partition(" ")[0]
    for _ in range(TRIES):
        with suppress(psycopg.errors.ObjectInUse):
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
            return
        busy = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'"
        admin.execute(busy.encode())
        time.sleep(0.1)
    raise AssertionError(f"{template} is in use")


def _drop(admin: psycopg.Connection, name: str) -> None:
    for _ in range(TRIES):
        with suppress(psycopg.errors.ObjectInUse):
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            return
        time.sleep(0.1)
